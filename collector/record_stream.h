// The records of one process on their way out: numbered, in the order of the lines, and counted.
//
// Threads: one thread uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collector/process_view.h"
#include "collector/session_context.h"
#include "writers/writer.h"

namespace glimpse::collector {

class RecordStream {
 public:
  RecordStream(SessionContext& context, writers::Writer& writer) : context_(context), writer_(writer) {}

  writers::Writer& writer() { return writer_; }

  // `call` lacks its number and level.
  void call(writers::Call& call);

  // `span` and `log` lack their number.
  void span(writers::Span& span);
  void log(writers::Log& log);

  // The process `view` belongs to, or a vfork child of it.
  void process(const ProcessView& view, std::uint32_t pid, std::uint32_t ppid, std::int64_t time_ns);

  void thread(std::uint32_t pid, std::uint32_t tid, std::string_view name, std::int64_t time_ns);

  // `tid` is 0 where it concerns the whole process.
  void notice(std::uint32_t pid, std::uint32_t tid, std::string_view reason, const std::string& message,
              std::uint64_t dropped, std::int64_t time_ns);

  // `summary` lacks its number.
  void summary(writers::Summary& summary);

 private:
  std::uint64_t next_entry_id();

  SessionContext& context_;
  writers::Writer& writer_;
};

}  // namespace glimpse::collector
