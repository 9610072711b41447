#include "cli/issue_list.h"

#include <gtest/gtest.h>

namespace glimpse::cli {
namespace {

Throw thrown(const char* group, const char* time, const char* message = "") {
  return {.fingerprint = group, .timestamp = time, .type = "E", .message = message, .function = "f()"};
}

std::string order_of(const IssueList& list, IssueList::Order order, std::size_t most = 0) {
  std::string groups;
  for (const Issue* issue : list.sorted(order, most)) groups += issue->fingerprint;
  return groups;
}

TEST(IssueList, AGroupKnowsItsFirstAndLastTimeInWhateverOrderTheyCome) {
  IssueList list;
  list.add(thrown("a", "2", "second"));
  list.add(thrown("a", "3", "third"));
  list.add(thrown("a", "1", "first"));
  const Issue& issue = *list.sorted(IssueList::Order::kCount, 0).at(0);
  EXPECT_EQ(issue.count, 3u);
  EXPECT_EQ(issue.first_seen, "1");
  EXPECT_EQ(issue.last_seen, "3");
  EXPECT_EQ(issue.message, "third");
}

TEST(IssueList, GroupsAreSortedByWhatIsAskedFor) {
  IssueList list;
  list.add(thrown("a", "1"));
  list.add(thrown("b", "2"));
  list.add(thrown("b", "3"));
  list.add(thrown("c", "4"));
  list.add(thrown("a", "5"));
  list.add(thrown("a", "0"));
  EXPECT_EQ(order_of(list, IssueList::Order::kCount), "abc");
  EXPECT_EQ(order_of(list, IssueList::Order::kLast), "acb");
  EXPECT_EQ(order_of(list, IssueList::Order::kFirst), "cba");
  EXPECT_EQ(order_of(list, IssueList::Order::kFirst, 2), "cb");
}

TEST(IssueList, ThePlaceIsTheInnermostFrameOrTheFunction) {
  Issue issue;
  issue.function = "f()";
  EXPECT_EQ(issue.place(), "f()");
  issue.stack_trace = "g() (a.cpp:1)\nf() (a.cpp:2)";
  EXPECT_EQ(issue.place(), "g() (a.cpp:1)");
}

}  // namespace
}  // namespace glimpse::cli
