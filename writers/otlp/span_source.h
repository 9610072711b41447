// Records become spans and log records: remembers of processes, threads, functions and open calls what these need.
//
// Threads: one thread uses a SpanSource.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "writers/otlp/encoder.h"
#include "writers/otlp/open_calls.h"
#include "writers/otlp/span.h"
#include "writers/record.h"

namespace glimpse::writers::otlp {

class SpanSource {
 public:
  using Resource = std::shared_ptr<const std::string>;

  // Both live as long as this.
  SpanSource(const Settings& settings, const Encoder& encoder) : settings_(settings), encoder_(encoder) {}

  void add(const Process& record);
  void add(const Thread& record);
  void remove(const Summary& record);  // the process has ended

  // A call that has begun: no span yet.
  void started(const Call& record) { process_of(record.pid).open.started(record); }

  // A call that has ended. The span is valid until the next call of a member.
  Span finished(const Call& record);

  // A span of the program; none where it has no ids. Texts are the record's.
  std::optional<ProgramSpan> program_span(const writers::Span& record);

  LogRecord log_of(const Notice& record) const;
  LogRecord log_of(const Log& record);

  // The encoded resource of a process; one made of its number where it has not introduced itself.
  const Resource& resource_of(std::uint32_t pid) { return process_of(pid).resource; }

 private:
  struct KnownProcess {
    std::uint64_t seed = 0;
    Resource resource;
    std::unordered_map<std::uint32_t, std::string> threads;  // Encoder::thread_part() by tid
    std::unordered_map<std::uint32_t, std::string> thread_names;
    OpenCalls open;
  };
  struct KnownFunction {
    const Function* function = nullptr;
    std::string name;
    std::string part;  // Encoder::function_part()
  };

  KnownProcess& process_of(std::uint32_t pid);
  void introduce(KnownProcess& known, const Process& record);
  const std::string& function_part(const Function& function);
  const std::string& thread_part(KnownProcess& process, std::uint32_t tid);
  void add_thread(Attributes& attributes, std::uint32_t pid, std::uint32_t tid);

  const Settings& settings_;
  const Encoder& encoder_;
  std::map<std::uint32_t, KnownProcess> processes_;
  std::pair<std::uint32_t, KnownProcess*> last_process_{0, nullptr};
  std::vector<KnownFunction> functions_;  // by index
  OpenCalls::Call last_;                  // what the last span points into
};

}  // namespace glimpse::writers::otlp
