#include "policy/parser.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <utility>

#include "policy/json.h"
#include "policy/matcher.h"
#include "policy/nearest.h"
#include "policy/quote.h"
#include "policy/sha256.h"

namespace glimpse::policy {
namespace {

using json::Kind;
using json::Member;
using json::Place;
using json::Value;

// The lists of names, and how an entry of each is read.
struct NameList {
  std::string_view key;
  std::vector<Pattern> Matcher::* member;
  Result<Pattern> (*compile)(std::string_view);
  std::string_view example;
};
constexpr std::array<NameList, 5> kNameLists = {{
    {"exact_modules", &Matcher::exact_modules, compile_module_pattern, "[\"mylib\"]"},
    {"package_trees", &Matcher::package_trees, compile_module_pattern, "[\"myapp\"]"},
    {"exclude_modules", &Matcher::exclude_modules, compile_module_pattern, "[\"myapp::detail\"]"},
    {"functions", &Matcher::functions, compile_function_pattern, "[\"myapp::run\"]"},
    {"exclude_functions", &Matcher::exclude_functions, compile_function_pattern, "[\"*::operator*\"]"},
}};

constexpr std::array<std::string_view, 9> kKeys = {
    "version",           "name",        "exact_modules", "package_trees", "exclude_modules", "functions",
    "exclude_functions", "trace_depth", "rules"};
constexpr std::array<std::string_view, 7> kRuleKeys = {
    "exact_modules", "package_trees", "exclude_modules", "functions", "exclude_functions", "capture", "label"};
// Of the format, but not of this version.
constexpr std::array<std::string_view, 3> kLaterKeys = {"files", "exclude_files", "min_duration_us"};
constexpr std::array<std::string_view, 6> kLaterRuleKeys = {"files",       "exclude_files", "min_duration_us",
                                                            "trace_depth", "sampling_rate", "level"};

// What a rule can capture.
struct Capturable {
  std::string_view word;
  bool Capture::* member;
};
constexpr std::array<Capturable, 2> kCapturable = {{{"args", &Capture::args}, {"result", &Capture::result}}};
constexpr std::size_t kMostLabelBytes = 200;
constexpr std::string_view kCaptureExample = "[\"args\", \"result\"]";

std::string shown(const Value& value) {
  if (value.kind == Kind::kString) return quoted(value.text);
  if (value.kind == Kind::kNumber || value.kind == Kind::kBool)
    return value.text.size() > 40 ? value.text.substr(0, 40) + "…" : value.text;
  return std::string(json::describe(value.kind));
}

class PolicyReader {
 public:
  PolicyReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Report read() {
    policy_.path = path_;
    policy_.sha256 = sha256_hex(text_);
    if (text_.size() > kMaxPolicyBytes) {
      error({}, "the file is larger than 4 MiB; that is no policy");
    } else {
      const json::Document document = json::read(text_);
      if (document.problem) {
        error(document.problem->place, document.problem->message);
      } else if (document.root.kind != Kind::kObject) {
        error(document.root.place, "a policy is an object such as { \"package_trees\": [\"myapp\"] }, got " +
                                       std::string(json::describe(document.root.kind)));
      } else {
        for (const Member& member : document.root.members) read_member(member, document.root);
        warn_of_shadowed(policy_);
      }
    }
    return {std::move(policy_), sorted(errors_), sorted(warnings_)};
  }

 private:
  using Message = std::pair<Place, std::string>;

  void read_member(const Member& member, const Value& root) {
    if (is_repeated(member, root) || read_if_list(member, policy_)) return;
    if (member.key == "version") return read_version(member.value);
    if (member.key == "name") return read_name(member.value);
    if (member.key == "trace_depth") return read_trace_depth(member.value);
    if (member.key == "rules") return read_rules(member.value);
    if (std::find(kLaterKeys.begin(), kLaterKeys.end(), member.key) != kLaterKeys.end()) {
      return error(member.place, quoted(member.key) + " is not supported by this version of glimpse; remove it");
    }
    unknown("unknown key ", member.key, member.place, kKeys);
  }

  // Says so where the key stands further above as well.
  bool is_repeated(const Member& member, const Value& object) {
    const auto first = std::find_if(object.members.begin(), object.members.end(),
                                    [&](const Member& other) { return other.key == member.key; });
    if (&*first == &member) return false;
    error(member.place, quoted(member.key) + " is given twice; first in line " + std::to_string(first->place.line));
    return true;
  }

  bool read_if_list(const Member& member, Matcher& matcher) {
    for (const NameList& list : kNameLists) {
      if (member.key != list.key) continue;
      read_list(list, member.value, matcher);
      return true;
    }
    return false;
  }

  void unknown(const std::string& what, const std::string& word, Place place, std::span<const std::string_view> words) {
    const std::string_view near = nearest(word, words);
    if (!near.empty()) return error(place, what + quoted(word) + "; did you mean \"" + std::string(near) + "\"?");
    std::string known;
    for (const std::string_view each : words) known.append(known.empty() ? "" : ", ").append(each);
    error(place, what + quoted(word) + "; known are " + known);
  }

  void read_version(const Value& value) {
    if (value.kind != Kind::kString || value.text != "1.0") {
      const char* hint = value.kind == Kind::kNumber ? " without quotes" : "";
      return error(value.place, "version must be \"1.0\", got " + shown(value) + hint);
    }
    policy_.version = value.text;
  }

  void read_name(const Value& value) {
    if (value.kind != Kind::kString) return error(value.place, "name must be a string, got " + shown(value));
    policy_.name = value.text;
  }

  void read_trace_depth(const Value& value) {
    if (value.kind == Kind::kString && value.text == "unlimited") {
      policy_.trace_depth = kUnlimitedDepth;
      return;
    }
    if (value.kind != Kind::kNumber) {
      return error(value.place, "trace_depth must be 1..4095 or \"unlimited\", got " + shown(value));
    }
    unsigned depth = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [rest, code] = std::from_chars(value.text.data(), end, depth);
    if (code != std::errc() || rest != end || depth < 1 || depth > kMaxTraceDepth) {
      return error(value.place, "trace_depth must be 1..4095, got " + shown(value));
    }
    policy_.trace_depth = depth;
  }

  void read_rules(const Value& value) {
    const std::string example =
        "{ \"functions\": [\"myapp::run\"], \"capture\": " + std::string(kCaptureExample) + " }";
    if (value.kind != Kind::kArray) {
      return error(value.place, "rules must be a list such as [" + example + "], got " + shown(value));
    }
    for (const Value& item : value.items) {
      if (item.kind == Kind::kObject) {
        read_rule(item);
      } else {
        error(item.place, "rules must hold objects such as " + example + ", got " + shown(item));
      }
    }
  }

  void read_rule(const Value& object) {
    Rule rule;
    rule.line = object.place.line;
    bool does_something = false;
    for (const Member& member : object.members) {
      if (is_repeated(member, object) || read_if_list(member, rule)) continue;
      if (member.key == "capture") {
        does_something = true;
        read_capture(member.value, rule.capture);
      } else if (member.key == "label") {
        does_something = true;
        read_label(member.value, rule.label);
      } else if (std::find(kLaterRuleKeys.begin(), kLaterRuleKeys.end(), member.key) != kLaterRuleKeys.end()) {
        does_something = true;
        error(member.place, quoted(member.key) + " in a rule is not supported by this version of glimpse; remove it");
      } else {
        unknown("unknown key in a rule ", member.key, member.place, kRuleKeys);
      }
    }
    if (!does_something) {
      error(object.place,
            "this rule does nothing; add \"capture\": " + std::string(kCaptureExample) + " or \"label\": \"checkout\"");
    }
    warn_of_shadowed(rule);
    policy_.rules.push_back(std::move(rule));
  }

  void read_label(const Value& value, std::string& label) {
    const bool odd = std::ranges::any_of(
        value.text, [](unsigned char byte) { return byte < ' ' || byte == '[' || byte == ']' || byte == 0x7f; });
    if (value.kind != Kind::kString || value.text.empty() || value.text.size() > kMostLabelBytes || odd) {
      return error(value.place, "label must be a text of 1 to " + std::to_string(kMostLabelBytes) +
                                    " bytes without brackets and control characters, got " + shown(value));
    }
    label = value.text;
  }

  void read_capture(const Value& value, Capture& capture) {
    if (value.kind != Kind::kArray || value.items.empty()) {
      const std::string got = value.kind == Kind::kArray ? "an empty list" : shown(value);
      return error(value.place, "capture must be a list such as " + std::string(kCaptureExample) + ", got " + got);
    }
    for (const Value& item : value.items) {
      if (item.kind != Kind::kString) {
        error(item.place, "capture must hold strings only, got " + shown(item));
        continue;
      }
      const auto found = std::find_if(kCapturable.begin(), kCapturable.end(),
                                      [&](const Capturable& each) { return each.word == item.text; });
      if (found == kCapturable.end()) {
        constexpr std::array<std::string_view, 2> kWords = {kCapturable[0].word, kCapturable[1].word};
        unknown("capture: unknown word ", item.text, item.place, kWords);
        continue;
      }
      if (capture.*found->member) warning(item.place, "capture has " + quoted(item.text) + " twice");
      capture.*found->member = true;
    }
  }

  void read_list(const NameList& list, const Value& value, Matcher& matcher) {
    const std::string key(list.key);
    if (value.kind != Kind::kArray) {
      return error(value.place, key + " must be a list such as " + std::string(list.example) + ", got " + shown(value));
    }
    std::vector<Pattern>& patterns = matcher.*list.member;
    for (const Value& item : value.items) {
      if (item.kind != Kind::kString) {
        error(item.place, key + " must hold strings only, got " + shown(item));
        continue;
      }
      Result<Pattern> compiled = list.compile(item.text);
      if (!compiled) {
        error(item.place, key + ": " + compiled.error().message);
        continue;
      }
      compiled->key = list.key;
      compiled->line = item.place.line;
      compiled->column = item.place.column;
      if (const Pattern* same = find(patterns, *compiled)) {
        warning(item.place,
                key + " has " + quoted(compiled->text) + " twice; first in line " + std::to_string(same->line));
      }
      if (list.compile == compile_module_pattern) warn_of_library_suffix(*compiled);
      patterns.push_back(std::move(compiled.value()));
    }
  }

  // `libz.so.1` reads as the namespace libz::so::1.
  void warn_of_library_suffix(const Pattern& pattern) {
    const std::size_t suffix = pattern.text.find(".so");
    if (!pattern.text.starts_with("lib") || suffix == std::string::npos) return;
    const std::size_t after = suffix + 3;
    if (after != pattern.text.size() && pattern.text[after] != '.') return;
    warning(place_of(pattern),
            quoted(pattern.text) + ": a library is named without \".so\": \"" + pattern.text.substr(0, suffix) + "\"");
  }

  // Entries that ask for just what another entry excludes.
  void warn_of_shadowed(const Matcher& matcher) {
    const auto warn = [&](const std::vector<Pattern>& included, const std::vector<Pattern>& excluded) {
      for (const Pattern& pattern : included) {
        const Pattern* by = find(excluded, pattern);
        if (by == nullptr) continue;
        warning(place_of(pattern), std::string(pattern.key) + " " + quoted(pattern.text) + " has no effect: " +
                                       std::string(by->key) + " in line " + std::to_string(by->line) + " excludes it");
      }
    };
    warn(matcher.exact_modules, matcher.exclude_modules);
    warn(matcher.package_trees, matcher.exclude_modules);
    warn(matcher.functions, matcher.exclude_functions);
  }

  static const Pattern* find(const std::vector<Pattern>& patterns, const Pattern& wanted) {
    const auto same = [&](const Pattern& pattern) {
      return pattern.folded == wanted.folded && pattern.keeps == wanted.keeps;
    };
    const auto found = std::find_if(patterns.begin(), patterns.end(), same);
    return found == patterns.end() ? nullptr : &*found;
  }

  void error(Place place, std::string message) { errors_.emplace_back(place, std::move(message)); }
  void warning(Place place, const std::string& message) { warnings_.emplace_back(place, "warning: " + message); }

  static Place place_of(const Pattern& pattern) { return {pattern.line, pattern.column}; }

  std::vector<Error> sorted(std::vector<Message>& messages) const {
    std::sort(messages.begin(), messages.end());
    std::vector<Error> out;
    for (const auto& [place, message] : messages) {
      out.push_back({path_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message});
    }
    return out;
  }

  std::string_view text_;
  const std::string& path_;
  Policy policy_;
  std::vector<Message> errors_;
  std::vector<Message> warnings_;
};

// The file's bytes, one more than allowed at most, so that check() can tell.
Result<std::string> read_text(const std::string& path) {
  const auto failed = [&] { return Error{path + ": cannot read the policy: " + std::strerror(errno)}; };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed();
  std::string text;
  std::array<char, 16384> buffer;
  while (text.size() <= kMaxPolicyBytes) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      Error error = failed();
      ::close(fd);
      return error;
    }
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  return text;
}

Result<Policy> first_error(Report report) {
  if (!report.errors.empty()) return report.errors.front();
  return std::move(report.policy);
}

}  // namespace

Report check(std::string_view text, const std::string& path) { return PolicyReader(text, path).read(); }

Report check_file(const std::string& path) {
  Result<std::string> text = read_text(path);
  if (!text) return {{}, {text.error()}, {}};
  return check(*text, path);
}

Result<Policy> parse(std::string_view text, const std::string& path) { return first_error(check(text, path)); }

Result<Policy> load(const std::string& path) { return first_error(check_file(path)); }

}  // namespace glimpse::policy
