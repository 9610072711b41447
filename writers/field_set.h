// Which keys of the records are written: all of them, or those named in GLIMPSE_FIELDS.
#pragma once

#include <cstdint>
#include <string_view>

#include "glimpse/result.h"

namespace glimpse::writers {

// Every key a record can have; those of calls in the order in which they stand on a line. docs/records.md gives their
// meaning.
// clang-format off
#define GLIMPSE_RECORD_KEYS(KEY)                                                                                      \
  KEY(record_type) KEY(stage) KEY(entry_id) KEY(call_id) KEY(parent_call_id) KEY(trace_id) KEY(span_id) KEY(level)    \
  KEY(function) KEY(module) KEY(timestamp) KEY(pid) KEY(tid) KEY(depth) KEY(file) KEY(line) KEY(args) KEY(result)     \
  KEY(duration_ms) KEY(status) KEY(exception_type) KEY(error_type) KEY(exception) KEY(stack_trace) KEY(fingerprint)   \
  /* thread */                                                                                                        \
  KEY(thread)                                                                                                         \
  /* process */                                                                                                       \
  KEY(ppid) KEY(command) KEY(executable) KEY(cwd) KEY(host) KEY(glimpse_version) KEY(clock) KEY(policy)               \
  KEY(policy_name) KEY(policy_sha256) KEY(service) KEY(environment)                                                   \
  /* notice */                                                                                                        \
  KEY(reason) KEY(message)                                                                                            \
  /* summary; dropped stands in notice too */                                                                         \
  KEY(calls) KEY(records) KEY(threads) KEY(dropped) KEY(patched) KEY(open_calls) KEY(open) KEY(destinations)          \
  KEY(exit_status) KEY(signal) KEY(signal_name)                                                                       \
  /* span; `open` stands in summary too */                                                                            \
  KEY(parent_span_id) KEY(remote_parent) KEY(name) KEY(kind) KEY(status_message) KEY(attributes) KEY(events)          \
  KEY(links) KEY(tracestate)                                                                                          \
  /* log */                                                                                                           \
  KEY(title) KEY(tags) KEY(ttl_seconds)
// clang-format on

enum class Key : std::uint8_t {
#define GLIMPSE_KEY_ENUMERATOR(name) name,
  GLIMPSE_RECORD_KEYS(GLIMPSE_KEY_ENUMERATOR)
#undef GLIMPSE_KEY_ENUMERATOR
      kCount
};

std::string_view key_name(Key key);

class FieldSet {
 public:
  // Every key.
  FieldSet() = default;

  // The keys of a comma list such as `stage,function,duration_ms`; spaces around a key do not matter. An empty list
  // means every key. An unknown key is an Error with the nearest known one and the whole list.
  static Result<FieldSet> parse(std::string_view list);

  bool has(Key key) const { return (keys_ >> static_cast<unsigned>(key) & 1) != 0; }

 private:
  std::uint64_t keys_ = ~std::uint64_t{0};
};

static_assert(static_cast<unsigned>(Key::kCount) <= 64, "one bit for each key");

}  // namespace glimpse::writers
