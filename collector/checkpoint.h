// What a collector knows between two records, as plain data: enough for another one to go on in its place.
//
// A checkpoint is either whole, or tells what changed since the one before: only lanes that moved, and of a lane's
// open calls only those above the first `kept`. apply() adds the second kind to the first.
//
// Failure: bytes that are no checkpoint give no checkpoint; they were written by us, or they are damaged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse::collector {

struct OpenCallState {
  std::uint32_t function = 0;  // the process's id
  std::uint32_t depth = 0;
  std::uint64_t call_id = 0;  // 0: not recorded
  std::uint64_t parent_call_id = 0;
  std::int64_t start_ns = 0;
  std::uint64_t unknown = 0;  // not 0: so many calls of which nothing else is known
  std::string arguments;      // captured, of a call that will be told as a whole
  std::string block;          // what a block is called (block_text()), whose function is wire::kBlockFunction
  // The span that was active when it began.
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t span_id = 0;
};

struct InFlightState {
  std::uint64_t exception = 0;
  std::string type;
  std::string what;
  std::uint8_t has_what = 0;
  std::vector<std::uint64_t> frames;
};

// What was captured of a call, and waits for its event.
struct CapturedState {
  std::uint32_t function = 0;  // the process's id
  std::uint64_t open_count = 0;
  std::uint8_t result = 0;
  std::string text;
};

struct CallStackState {
  std::uint64_t kept = 0;  // so many of the outermost calls are as they were
  std::vector<OpenCallState> open;
  std::vector<InFlightState> in_flight;
  std::vector<CapturedState> captured;
  std::uint64_t root_call_id = 0;
  std::uint64_t unmatched_ends = 0;
};

// A stack the lane's thread has besides its own.
struct FiberState {
  std::uint32_t number = 0;
  CallStackState stack;
};

struct LaneState {
  std::uint32_t ring = 0;
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::uint32_t index = 0;
  std::uint8_t active = 0;
  std::uint8_t announced = 0;
  std::uint8_t ended = 0;
  std::uint64_t calls = 0;
  std::uint64_t records = 0;
  std::int64_t last_ns = 0;
  std::uint64_t late_ends = 0;
  std::uint64_t position = 0;  // of the next word to read
  std::uint64_t epoch = 0;
  std::string name;
  CallStackState stack;
  std::uint32_t running = 0;        // the fiber it runs on; 0: none
  std::vector<std::uint32_t> gone;  // fibers that are no longer there
  std::vector<FiberState> fibers;   // those that changed, after that
  // The active span.
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t span_id = 0;
  std::string block;  // of the START that comes next
};

// A key and a value that the program has set: wire::FieldType.
struct FieldState {
  std::uint8_t type = 0;
  std::uint64_t word = 0;
  std::string key;
  std::string text;
};

struct SpanEventState {
  std::int64_t time_ns = 0;
  std::string name;
  std::vector<FieldState> fields;
};

struct SpanLinkState {
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t span_id = 0;
  std::vector<FieldState> fields;
};

// A span that has not ended.
struct SpanState {
  std::uint64_t trace_high = 0;
  std::uint64_t trace_low = 0;
  std::uint64_t span_id = 0;
  std::uint64_t parent_span_id = 0;
  std::uint64_t parent_call_id = 0;
  std::uint8_t parent_call_is_nearest = 0;
  std::uint8_t remote_parent = 0;
  std::uint8_t kind = 1;
  std::uint8_t status = 0;
  std::uint32_t pid = 0;
  std::uint32_t tid = 0;
  std::int64_t start_ns = 0;
  std::uint64_t left_out = 0;  // attributes, events and links beyond what a span keeps
  std::string name;
  std::string status_message;
  std::string tracestate;
  std::vector<FieldState> attributes;
  std::vector<SpanEventState> events;
  std::vector<SpanLinkState> links;
};

// The line along which ticks become time.
struct ClockState {
  std::uint64_t ticks = 0;
  std::int64_t ns = 0;
  double ns_per_tick = 1.0;
};

struct ThreadTime {
  std::uint32_t tid = 0;
  std::int64_t ns = 0;
};

struct ProcessState {
  std::uint32_t number = 0;  // of its file
  std::uint32_t pid = 0;
  std::uint8_t finished = 0;  // its summary is made
  std::uint64_t first_call_id = 0;
  std::uint64_t last_call_id = 0;
  std::uint64_t log_entries = 0;
  std::uint64_t threads = 0;
  std::uint64_t guest_calls = 0;
  std::uint64_t lost_full = 0;
  std::uint64_t late_ends = 0;
  std::uint64_t unmatched_ends = 0;
  std::int64_t last_time_ns = 0;
  ClockState clock;
  std::vector<std::uint32_t> guests;
  std::vector<ThreadTime> thread_times;
  std::vector<LaneState> lanes;
  std::uint64_t lost_records = 0;
  std::vector<std::uint64_t> gone_spans;  // that have ended
  std::vector<SpanState> spans;           // those that changed, after that
  std::uint64_t unmatched_spans = 0;
};

// Text of records that is made and not yet known to be in its output.
struct TextState {
  std::uint32_t block = 0;  // the number of the memory it lies in
  std::uint32_t pid = 0;    // a process whose records go there
  std::string path;         // of the output; empty where that is no file
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct LastCall {
  std::uint32_t pid = 0;
  std::uint64_t call_id = 0;
};

struct SessionState {
  std::uint8_t whole = 0;
  std::uint64_t next_entry_id = 1;
  std::uint64_t records = 0;
  std::uint64_t dropped = 0;
  std::uint64_t processes_seen = 0;
  std::uint64_t unreadable = 0;
  std::uint32_t known = 0;             // process files looked at
  std::vector<std::uint32_t> missing;  // of them: not there, or not yet their turn
  std::vector<TextState> texts;
  std::vector<LastCall> last_calls;
  std::vector<ProcessState> processes;
};

std::string encode(const SessionState& state);
std::optional<SessionState> decode(std::string_view bytes);

// `state` becomes what it is after `change`, which may be a whole one too.
void apply(SessionState& state, SessionState change);

}  // namespace glimpse::collector
