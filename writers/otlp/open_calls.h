// What a call's START said and its END does not: its arguments, and which trace it belongs to where records do not say
// it themselves.
//
// Bounded: beyond kMost open calls no more are remembered; their spans have no arguments, and the trace of their
// parent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "writers/record.h"

namespace glimpse::writers::otlp {

class OpenCalls {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 20;

  struct Call {
    std::uint64_t root = 0;  // call_id of the outermost call
    std::string arguments;
  };

  void started(const writers::Call& record) {
    if (record.root_call_id != 0 && record.captured.empty()) return;
    if (calls_.size() < kMost) calls_[record.call_id] = {root_of(record), std::string(record.captured)};
  }

  // Forgets the call.
  Call ended(const writers::Call& record) {
    if (calls_.empty()) return {root_of(record), {}};
    const auto known = calls_.extract(record.call_id);
    return known.empty() ? Call{root_of(record), {}} : std::move(known.mapped());
  }

  void clear() { calls_.clear(); }

 private:
  // The nearest call that is known to be around this one where its root is not.
  std::uint64_t root_of(const writers::Call& record) const {
    if (record.root_call_id != 0) return record.root_call_id;
    if (record.parent_call_id == 0) return record.call_id;
    const auto parent = calls_.find(record.parent_call_id);
    return parent != calls_.end() ? parent->second.root : record.parent_call_id;
  }

  std::unordered_map<std::uint64_t, Call> calls_;
};

}  // namespace glimpse::writers::otlp
