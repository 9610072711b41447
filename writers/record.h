// The records that leave glimpse, before they have a format.
//
// Every destination receives these; docs/records.md says what each key means to users. The strings belong to the
// collector and are valid during the call only, except Function, which lives as long as the Writer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "writers/trace_ids.h"

namespace glimpse::writers {

// kCall: one record for a whole call instead of two, made when it ends (GLIMPSE_RECORDS=calls).
enum class Stage : std::uint8_t { kStart, kEnd, kException, kCall };  // the last two may have an exception
enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kFatal };

// A named function. `index` is dense and unique for the Writer's whole life, so that a writer can keep prepared text
// for each function in a vector.
struct Function {
  std::uint32_t index = 0;
  std::string name;    // demangled, with namespaces and parameter types
  std::string module;  // namespace, or binary
  std::string file;    // empty where not known
  std::uint32_t line = 0;
};

// What unwinds the frames of one EXCEPTION.
struct Exception {
  std::string_view type;  // demangled dynamic type; empty where not known
  std::string_view what;  // what(); empty where there is none
  bool has_what = false;
  std::string_view stack_trace;  // frames, a line each; empty but with the first call that a throw left
  std::string_view fingerprint;  // likewise
};

// record_type "log_entry"; "call" where the stage is kCall.
struct Call {
  Stage stage = Stage::kStart;
  Level level = Level::kInfo;  // written as it is: the collector sets kError for kException
  std::uint64_t entry_id = 0;
  std::uint64_t call_id = 0;
  std::uint64_t parent_call_id = 0;  // 0 is null
  std::uint64_t root_call_id = 0;    // the outermost recorded call of its stack, itself maybe; 0 where not known
  std::uint64_t trace_seed = 0;      // the process record's; 0 where not known
  TraceId trace;                     // of the span that was active at its begin; 0 where none was
  std::uint64_t active_span_id = 0;  // that span
  // Of its parent call, if that began while the same span was active; the call's parent in traces is else that span.
  bool parent_call_is_nearest = true;
  const Function* function = nullptr;
  std::int64_t timestamp_ns = 0;  // since 1970-01-01T00:00:00Z; of its begin with kCall
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::uint32_t depth = 0;
  std::uint64_t duration_ns = 0;         // all but kStart
  bool failed = false;                   // kCall: it was left by unwinding
  const Exception* exception = nullptr;  // kException, and kCall that failed; null where nothing is known of it
  std::string_view captured;             // kStart, kCall: the arguments; kEnd: the result. Empty where not captured
  std::string_view result;               // kCall only
};

// A key and a value that a program has set. `text` is valid as long as the record.
struct Field {
  enum class Type : std::uint8_t { kText, kSigned, kUnsigned, kDouble, kBool };
  Type type = Type::kText;
  std::string_view key;
  std::string_view text;
  std::int64_t signed_number = 0;
  std::uint64_t unsigned_number = 0;  // kBool: 0 or 1
  double real = 0;
};

struct SpanEvent {
  std::int64_t timestamp_ns = 0;
  std::string_view name;
  std::vector<Field> fields;
};

struct SpanLink {
  TraceId trace;
  std::uint64_t span_id = 0;
  std::vector<Field> fields;
};

// As OpenTelemetry numbers them.
enum class SpanKind : std::uint8_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };
enum class SpanStatus : std::uint8_t { kUnset = 0, kOk = 1, kError = 2 };

// record_type "span": what a program has said is one, told when it ends.
struct Span {
  std::uint64_t entry_id = 0;
  TraceId trace;
  std::uint64_t span_id = 0;
  std::uint64_t parent_span_id = 0;  // as the program has it; 0: none
  bool remote_parent = false;        // the parent lives in another process
  // The innermost recorded call that was open on its thread when it began; 0: none. It is the span's parent in traces
  // where it began while the span's own parent was active.
  std::uint64_t parent_call_id = 0;
  bool parent_call_is_nearest = false;
  std::uint64_t trace_seed = 0;  // of the process record, for the span id of that call
  std::string_view name;
  SpanKind kind = SpanKind::kInternal;
  SpanStatus status = SpanStatus::kUnset;
  std::string_view status_message;
  std::string_view tracestate;
  std::int64_t timestamp_ns = 0;  // of its begin
  std::uint64_t duration_ns = 0;
  bool open = false;  // its process ended before it did; the duration is until then
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;  // that began it
  std::vector<Field> attributes;
  std::vector<SpanEvent> events;
  std::vector<SpanLink> links;
};

// record_type "log": a message of the program.
struct Log {
  std::uint64_t entry_id = 0;
  Level level = Level::kInfo;
  TraceId trace;  // of the active span; 0 where none is
  std::uint64_t span_id = 0;
  std::uint64_t call_id = 0;  // the innermost recorded call that is open on the thread; 0: none
  std::int64_t timestamp_ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::string_view title;
  std::string_view message;
  std::string_view file;
  std::uint32_t line = 0;
  std::vector<std::string_view> tags;
  std::int64_t ttl_seconds = -1;  // below 0: not said
  std::vector<Field> fields;
  const Exception* exception = nullptr;  // null: none
  std::string_view stack_trace;          // of the log call itself, where asked for and no exception has one
};

// The frames that are told with it: those of its exception, where they are known.
inline std::string_view stack_trace_of(const Log& record) {
  const bool thrown = record.exception != nullptr && !record.exception->stack_trace.empty();
  return thrown ? record.exception->stack_trace : record.stack_trace;
}

// record_type "thread": before the thread's first call, and when it is renamed.
struct Thread {
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::string_view name;
};

// record_type "process": the first of each process.
struct Process {
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t ppid = 0;
  std::vector<std::string> command;  // argv
  std::string executable;
  std::string cwd;
  std::string host;
  std::string glimpse_version;
  std::string clock;   // "tsc" or "monotonic"
  std::string policy;  // path, or "built-in"
  std::string policy_name;
  std::string policy_sha256;
  std::uint64_t trace_seed = 0;  // of the session: what trace and span ids are made with (writers/trace_ids.h)
  std::string service;           // empty where not set
  std::string environment;       // empty where not set
};

// record_type "notice": something happened to the recording itself, such as lost events.
struct Notice {
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;      // 0 where it concerns the whole process
  std::string_view reason;    // a word: "dropped", "policy", "names", "exceptions"
  std::string_view message;   // a sentence
  std::uint64_t dropped = 0;  // events lost, absent when 0
};

// A call that was still open when its process ended.
struct OpenCall {
  std::uint32_t tid = 0;
  std::uint64_t call_id = 0;
  const Function* function = nullptr;
};

// How a destination fares: in summaries, notices and `glimpse status`.
struct DestinationHealth {
  std::string name;                // as in GLIMPSE_DEST
  std::string state;               // "ok", "failing" (it is tried again), "stopped"
  std::uint64_t delivered = 0;     // records that have arrived
  std::uint64_t waiting = 0;       // bytes in the queue that it has not read
  std::uint64_t dropped = 0;       // records given up, by whom ever
  std::uint64_t dead_letters = 0;  // records put into the folder of dead letters
  std::uint64_t retries = 0;
  std::string problem;  // the last one, while failing
};

// record_type "summary": the last of each process.
struct Summary {
  std::uint64_t entry_id = 0;
  std::int64_t timestamp_ns = 0;
  std::uint32_t pid = 0;
  std::uint64_t calls = 0;    // recorded calls, each counted once
  std::uint64_t records = 0;  // log_entry records
  std::uint64_t threads = 0;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;  // by reason, only those above 0
  // Hook calls that were taken out of the program (`calls`), and by reason those that had to stay; only those above 0.
  std::vector<std::pair<std::string, std::uint64_t>> patched;
  std::uint64_t open_calls = 0;
  std::vector<OpenCall> open;                   // innermost last, the first 1000
  std::vector<DestinationHealth> destinations;  // those with a queue
  int exit_status = -1;                         // -1 where not known
  int signal = 0;                               // 0 where not killed by one
};

}  // namespace glimpse::writers
