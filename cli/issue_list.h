// Throws by group: what `glimpse issues` shows.
//
// Threads: one thread uses an IssueList. Memory: grows with the number of groups, not of throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace glimpse::cli {

// One record that has a fingerprint. What the record does not have is empty.
struct Throw {
  std::string_view fingerprint;
  std::string_view timestamp;  // as records have it: its order is that of time
  std::string_view type;
  std::string_view message;
  std::string_view function;  // that it left first
  std::string_view stack_trace;
};

struct Issue {
  std::string fingerprint;
  std::uint64_t count = 0;
  std::string first_seen;
  std::string last_seen;
  // Of the throw that was seen last.
  std::string type;
  std::string message;
  std::string function;
  std::string stack_trace;

  // Where it was thrown: the innermost frame, else the function.
  std::string_view place() const;
};

class IssueList {
 public:
  void add(const Throw& thrown);

  enum class Order : std::uint8_t { kCount, kFirst, kLast };
  // The greatest count, or the latest, comes first. At most `most`; 0 is all of them.
  std::vector<const Issue*> sorted(Order order, std::size_t most) const;

  std::size_t size() const { return issues_.size(); }

 private:
  std::unordered_map<std::string, Issue> issues_;
  std::string key_;
};

}  // namespace glimpse::cli
