// test/policy_errors.txt: what is said about malformed policies, word for word.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "policy/parser.h"

namespace glimpse::policy {
namespace {

struct ErrorCase {
  std::string title;
  std::string text;
  std::string messages;
};

std::vector<ErrorCase> read_cases() {
  std::ifstream table(GLIMPSE_POLICY_TABLES "/policy_errors.txt");
  std::vector<ErrorCase> cases;
  bool in_text = false;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with("=== ")) {
      cases.push_back({line.substr(4), {}, {}});
      in_text = true;
    } else if (line == "---") {
      in_text = false;
    } else if (in_text) {
      std::string& text = cases.back().text;
      text += (text.empty() ? "" : "\n") + line;
    } else if (!line.empty() && !line.starts_with('#')) {
      cases.back().messages += line + "\n";
    }
  }
  return cases;
}

TEST(PolicyErrors, EachMalformedPolicyGetsTheMessagesOfTheTable) {
  const std::vector<ErrorCase> cases = read_cases();
  EXPECT_GE(cases.size(), 40u);
  for (const ErrorCase& each : cases) {
    SCOPED_TRACE(each.title);
    const Report report = check(each.text, "glimpse-policy.json");
    std::string messages;
    for (const Error& error : report.errors) messages += error.message + "\n";
    for (const Error& warning : report.warnings) messages += warning.message + "\n";
    EXPECT_EQ(messages, each.messages);
    const Result<Policy> parsed = parse(each.text, "glimpse-policy.json");
    EXPECT_EQ(parsed.ok(), report.errors.empty());
    if (!parsed.ok() && !report.errors.empty()) {
      EXPECT_EQ(parsed.error().message, report.errors.front().message);
    }
  }
}

}  // namespace
}  // namespace glimpse::policy
