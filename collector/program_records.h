// What a program says of itself, on its way from rings to records: spans and messages.
//
//   kSpanStart … kSpanEnd, from any lanes ─▶ what is known of the span so far ─▶ Span, when it or its process ends
//   kLog ─▶ Log
//
// Threads: one thread uses it. Failure: what is said of a span that nobody began, as its begin was lost, is counted and
// left out; a span keeps the first kMostOfASpan attributes, events and links, and a notice tells of the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "collector/active_span.h"
#include "collector/checkpoint.h"
#include "collector/payload_reader.h"
#include "collector/record_stream.h"
#include "collector/ring_reader.h"
#include "collector/stack_names.h"

namespace glimpse::collector {

inline constexpr std::size_t kMostOfASpan = 1024;

// Where in the program a record comes from.
struct Origin {
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::int64_t time_ns = 0;
  ActiveSpan active;
  std::uint64_t call_id = 0;  // the innermost recorded call that is open; 0: none
  ActiveSpan call_active;     // what was active when that began
};

class ProgramRecords {
 public:
  ProgramRecords(RecordStream& records, StackNames& stacks) : records_(records), stacks_(stacks) {}

  static bool takes(wire::RecordType type) {
    return type >= wire::RecordType::kSpanStart && type <= wire::RecordType::kLog;
  }
  // A record of a type that it takes.
  void handle(const RingRecord& record, const Origin& origin);

  // Nothing more will come: spans that are open are told as such, the one that began last at the end.
  void finish(std::int64_t time_ns);

  // Records about spans whose begin was lost.
  std::uint64_t unmatched() const { return unmatched_; }

  // For another collector that goes on in this one's place: all that is open, or what changed since the last save().
  bool changed() const { return !changed_.empty() || !gone_.empty(); }
  void save(bool whole, ProcessState& state);
  void restore(const ProcessState& state);

 private:
  void start(PayloadReader payload, const Origin& origin);
  void log(PayloadReader payload, const Origin& origin);
  // Null where nobody knows of it.
  SpanState* find(std::uint64_t span_id);
  void tell(const SpanState& span, std::int64_t end_ns, bool open);

  RecordStream& records_;
  StackNames& stacks_;
  std::map<std::uint64_t, SpanState> open_;
  std::set<std::uint64_t> changed_;  // since save()
  std::vector<std::uint64_t> gone_;  // likewise
  std::uint64_t unmatched_ = 0;
};

}  // namespace glimpse::collector
