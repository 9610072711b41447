#include "cli/issue_list.h"

#include <algorithm>
#include <tuple>

namespace glimpse::cli {

std::string_view Issue::place() const {
  const std::string_view frame = std::string_view(stack_trace).substr(0, stack_trace.find('\n'));
  return frame.empty() ? std::string_view(function) : frame;
}

void IssueList::add(const Throw& thrown) {
  key_ = thrown.fingerprint;
  Issue& issue = issues_[key_];
  if (issue.count++ == 0) {
    issue.fingerprint = thrown.fingerprint;
    issue.first_seen = thrown.timestamp;
  } else if (thrown.timestamp < issue.first_seen) {
    issue.first_seen = thrown.timestamp;
  }
  if (issue.count > 1 && thrown.timestamp < issue.last_seen) return;
  issue.last_seen = thrown.timestamp;
  issue.type = thrown.type;
  issue.message = thrown.message;
  issue.function = thrown.function;
  issue.stack_trace = thrown.stack_trace;
}

std::vector<const Issue*> IssueList::sorted(Order order, std::size_t most) const {
  std::vector<const Issue*> sorted;
  for (const auto& [fingerprint, issue] : issues_) sorted.push_back(&issue);
  const auto rank = [order](const Issue& issue) {
    const std::uint64_t count = order == Order::kCount ? issue.count : 0;
    const std::string& seen = order == Order::kFirst ? issue.first_seen : issue.last_seen;
    return std::tuple<std::uint64_t, const std::string&, const std::string&>(count, seen, issue.fingerprint);
  };
  std::sort(sorted.begin(), sorted.end(),
            [&](const Issue* one, const Issue* other) { return rank(*one) > rank(*other); });
  if (most != 0 && sorted.size() > most) sorted.resize(most);
  return sorted;
}

}  // namespace glimpse::cli
