#include "writers/recording/encoder.h"

#include <algorithm>
#include <cstring>

#include "writers/recording/checksum.h"
#include "writers/recording/rare_records.h"

namespace glimpse::writers::recording {
namespace {

// Goes round where it must: any record can be stored.
std::int64_t later(std::int64_t ns, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(ns) + by);
}

// Without a trace there is no span that could be active, or nearest.
Expectation::Context context_in(const Call& record) {
  if (!record.trace) return {};
  return {record.trace, record.active_span_id};
}
bool is_nearest(const Call& record) { return !record.trace || record.parent_call_is_nearest; }

}  // namespace

// Every event passes here: what is as expected is two numbers. One test asks whether it is.
void Encoder::add(const Call& record) {
  const std::uint32_t function = id_of(*record.function);
  if (!expected_.has_thread() || expected_.thread().tid != record.tid || expected_.thread().pid != record.pid)
      [[unlikely]] {
    if (records_ == 0) begin_block(record.entry_id, record.timestamp_ns);
    switch_thread(record.pid, record.tid);
    if (record.trace_seed != expected_.trace_seed) change_seed(record.trace_seed);
    note_time(record.timestamp_ns);  // a block's first call may be older than what stands before it
  }
  std::uint64_t odd = 0;
  if ((record.trace.high | record.trace.low | static_cast<std::uint64_t>(expected_.has_contexts())) != 0) [[unlikely]]
    odd = static_cast<std::uint64_t>(!enter_context(record));
  ++records_;
  what_.reserve(kMaxNumberBytes);
  time_.reserve(kMaxNumberBytes);

  const Expectation::Thread& thread = expected_.thread();
  const std::uint64_t since =
      static_cast<std::uint64_t>(record.timestamp_ns) - static_cast<std::uint64_t>(expected_.last_ns);
  const bool forwards = record.timestamp_ns >= expected_.last_ns;
  odd |= (record.entry_id ^ expected_.next_entry_id) | static_cast<std::uint64_t>(!forwards) | record.captured.size();
  if (record.stage == Stage::kStart) {
    odd |= static_cast<std::uint64_t>(record.level != expected_.level) |
           (record.call_id ^ (expected_.last_call_id() + 1)) | (record.parent_call_id ^ thread.parent()) |
           (record.depth ^ thread.depth) |
           (record.root_call_id ^ thread.root_of(record.call_id, record.parent_call_id));
    if (odd == 0) [[likely]] {
      what_.put(kStart + std::uint64_t{function});
      time_.put(since);
      expected_.started_as_expected(record.call_id, record.root_call_id, function, record.timestamp_ns);
    } else {
      add_explicit(record, function);
      expected_.started(record, function);
    }
  } else if (record.stage == Stage::kCall) [[unlikely]] {
    return add_whole_call(record, function);
  } else {
    const Expectation::Frame& top = thread.top();
    odd |= static_cast<std::uint64_t>(record.level != expected_.level_of(record.stage)) |
           (record.call_id ^ top.call_id) | (function ^ top.function) | (record.parent_call_id ^ thread.outer()) |
           (record.depth ^ (thread.depth - 1)) | (record.root_call_id ^ thread.root) |
           (record.duration_ns ^ Expectation::duration_ns(top, record.timestamp_ns));
    if (odd == 0 && thread.has_call()) [[likely]] {
      what_.put(record.stage == Stage::kEnd ? kEnd : kException);
      time_.put(since);
      expected_.ended_as_expected();
    } else {
      add_explicit(record, function);
      expected_.ended(record);
    }
    if (record.stage == Stage::kException) add_exception(record.exception);
  }
  expected_.last_ns = usual_last_ns_ = record.timestamp_ns;
  expected_.next_entry_id = record.entry_id + 1;
}

// Its time is that of its end: so the column `time` grows with the lines.
void Encoder::add_whole_call(const Call& record, std::uint32_t function) {
  note_time(record.timestamp_ns);
  const Expectation::Thread& thread = expected_.thread();
  const std::int64_t end_ns = later(record.timestamp_ns, record.duration_ns);
  const bool plain = is_nearest(record) && record.entry_id == expected_.next_entry_id &&
                     record.level == expected_.level && !record.failed && record.captured.empty() &&
                     record.result.empty() && end_ns >= expected_.last_ns;
  const std::uint64_t root = thread.root_of(record.call_id, record.parent_call_id);
  const std::uint64_t callers = std::uint64_t{record.depth} - thread.depth;  // huge where it is negative
  what_.reserve(4 * kMaxNumberBytes);
  time_.reserve(2 * kMaxNumberBytes);
  if (plain && thread.has_call() && record.call_id == thread.top().call_id && record.depth == thread.depth - 1 &&
      record.parent_call_id == thread.outer() && record.root_call_id == root) {
    what_.put(kCaller);
    what_.put(function);
    expected_.ended_as_expected();
  } else if (plain && expected_.allows_callers(callers) &&
             record.parent_call_id == (callers == 0 ? thread.parent() : record.call_id - 1) &&
             record.root_call_id == thread.root_of(record.call_id - callers, thread.parent())) {
    const std::uint64_t call_id = expected_.last_call_id() + 1 + callers;
    const bool is_next = callers == 0 && record.call_id == call_id;
    what_.put(is_next ? kLeaf : kNewLeaf);
    what_.put(function);
    if (!is_next) {
      what_.put(callers);
      rest_.number(zigzag(record.call_id - call_id));
    }
    expected_.leaf_ended(record.call_id, record.root_call_id, callers);
  } else {
    add_explicit(record, function);
    expected_.whole_call_ended(record);
    if (record.failed) add_exception(record.exception);
    return finish_whole_call(record, end_ns);
  }
  time_.put(static_cast<std::uint64_t>(end_ns) - static_cast<std::uint64_t>(expected_.last_ns));
  time_.put(record.duration_ns);
  finish_whole_call(record, end_ns);
}

void Encoder::finish_whole_call(const Call& record, std::int64_t end_ns) {
  expected_.last_ns = end_ns;
  expected_.next_entry_id = record.entry_id + 1;
}

template <typename Rare>
void Encoder::add_rare(std::uint64_t what, const Rare& record) {
  count(record.entry_id, record.timestamp_ns);
  what_.number(what);
  put(rest_, expected_, record);
  expected_.next_entry_id = record.entry_id + 1;
}

void Encoder::add(const Process& record) { add_rare(kProcess, record); }

void Encoder::add(const Thread& record) { add_rare(kThread, record); }

void Encoder::add(const Span& record) { add_rare(kSpan, record); }

void Encoder::add(const Log& record) { add_rare(kLog, record); }

void Encoder::add(const Notice& record) { add_rare(kNotice, record); }

void Encoder::add(const Summary& record) {
  open_functions_.clear();
  for (const OpenCall& open : record.open) open_functions_.push_back(id_of(*open.function));
  count(record.entry_id, record.timestamp_ns);
  what_.number(kSummary);
  put(rest_, expected_, record, open_functions_);
  expected_.next_entry_id = record.entry_id + 1;
}

void Encoder::begin_block(std::uint64_t entry_id, std::int64_t timestamp_ns) {
  expected_.begin_block(entry_id);
  first_entry_id_ = entry_id;
  first_ns_ = last_ns_ = timestamp_ns;
  usual_last_ns_ = timestamp_ns;
}

void Encoder::switch_thread(std::uint32_t pid, std::uint32_t tid) {
  const std::size_t number = expected_.number_of(pid, tid);
  what_.number(kSwitch);
  what_.number(number);
  if (number < expected_.thread_count()) {
    expected_.switch_to(number);
    return;
  }
  rest_.number(pid);
  rest_.number(tid);
  expected_.add_thread(pid, tid);
}

// Asked for where threads change, as a session has one: it need not cost each call.
void Encoder::change_seed(std::uint64_t trace_seed) {
  what_.number(kSeed);
  rest_.number(trace_seed);
  expected_.trace_seed = trace_seed;
}

// Of a call that begins: its span is the thread's from here on. False where that of any call, or what is nearest to it,
// is not as expected.
bool Encoder::enter_context(const Call& record) {
  const Expectation::Context context = context_in(record);
  Expectation::Thread& thread = expected_.thread();
  const bool begins = record.stage == Stage::kStart || record.stage == Stage::kCall;
  if (begins && context != expected_.context(thread.context)) {
    what_.number(kContext);
    thread.context = put_context(context, what_);
  }
  const std::uint32_t number = begins ? thread.context : thread.top().context;
  return context == expected_.context(number) && is_nearest(record) == expected_.is_nearest(record.stage, number);
}

// Returns its number.
std::uint32_t Encoder::put_context(const Expectation::Context& context, ByteWriter& out) {
  const std::size_t number = expected_.number_of(context);
  out.number(number);
  if (number == expected_.context_count()) {
    rest_.number(context.trace.high);
    rest_.number(context.trace.low);
    rest_.number(context.span_id);
    expected_.add_context(context);
  }
  return static_cast<std::uint32_t>(number);
}

void Encoder::add_explicit(const Call& record, std::uint32_t function) {
  note_time(record.timestamp_ns);
  const bool whole = record.stage == Stage::kCall;
  const bool failed = whole && record.failed;
  const Expectation::Guess guess = expected_.guess(record.stage);
  const std::uint64_t root = expected_.thread().root_of(record.call_id, record.parent_call_id);
  const std::int64_t now_ns = whole ? later(record.timestamp_ns, record.duration_ns) : record.timestamp_ns;
  const bool backwards = now_ns < expected_.last_ns;
  const bool known_duration =
      record.stage == Stage::kStart ||
      (guess.top != nullptr && record.duration_ns == Expectation::duration_ns(*guess.top, now_ns));

  std::uint64_t mask = static_cast<std::uint64_t>(record.stage);
  if (record.entry_id != expected_.next_entry_id) mask |= kGivenEntry;
  if (record.call_id != guess.call_id) mask |= kGivenCall;
  if (record.parent_call_id != guess.parent_call_id) mask |= kGivenParent;
  if (record.root_call_id != root) mask |= kGivenRoot;
  if (record.depth != guess.depth) mask |= kGivenDepth;
  if (guess.top == nullptr || function != guess.top->function) mask |= kGivenFunction;
  if (record.level != expected_.level_of(record.stage, failed)) mask |= kGivenLevel;
  if (backwards) mask |= kGivenTime;
  if (!known_duration) mask |= kGivenDuration;
  if (!record.captured.empty()) mask |= kGivenText;
  if (whole && !record.result.empty()) mask |= kGivenResult;
  if (failed) mask |= kFailed;
  const Expectation::Context context = context_in(record);
  const std::size_t context_number = expected_.number_of(context);
  if (context_number != guess.context) mask |= kGivenContext;
  if (is_nearest(record) != expected_.is_nearest(record.stage, static_cast<std::uint32_t>(context_number))) {
    mask |= kOtherNearest;
  }
  const std::uint64_t since = static_cast<std::uint64_t>(now_ns) - static_cast<std::uint64_t>(expected_.last_ns);

  what_.number(kExplicit);
  rest_.number(mask);
  if ((mask & kGivenEntry) != 0) rest_.number(zigzag(record.entry_id - expected_.next_entry_id));
  if ((mask & kGivenCall) != 0) rest_.number(zigzag(record.call_id - guess.call_id));
  if ((mask & kGivenParent) != 0) rest_.number(zigzag(record.parent_call_id - guess.parent_call_id));
  if ((mask & kGivenRoot) != 0) rest_.number(zigzag(record.root_call_id - root));
  if ((mask & kGivenDepth) != 0) rest_.number(record.depth);
  if ((mask & kGivenFunction) != 0) rest_.number(function);
  if ((mask & kGivenLevel) != 0) rest_.number(static_cast<std::uint64_t>(record.level));
  if (backwards) {
    rest_.number(zigzag(since));
  } else {
    time_.number(since);
  }
  if ((mask & kGivenDuration) != 0) rest_.number(record.duration_ns);
  if ((mask & kGivenText) != 0) rest_.text(record.captured);
  if ((mask & kGivenResult) != 0) rest_.text(record.result);
  if ((mask & kGivenContext) != 0) put_context(context, rest_);
  if ((mask & kGivenLevel) != 0 && record.stage != Stage::kException && !failed) expected_.level = record.level;
}

void Encoder::add_exception(const Exception* exception) {
  if (exception == nullptr) {
    rest_.number(0);
    return;
  }
  std::uint64_t texts = kHasException;
  if (exception->has_what) texts |= kHasWhat;
  rest_.number(texts);
  rest_.text(exception->type);
  rest_.text(exception->what);
  rest_.text(exception->stack_trace);
  rest_.text(exception->fingerprint);
}

std::uint32_t Encoder::id_of(const Function& function) {
  if (function.index < ids_.size() && ids_[function.index] != 0) [[likely]]
    return ids_[function.index] - 1;
  return introduce(function);
}

std::uint32_t Encoder::introduce(const Function& function) {
  if (function.index >= ids_.size()) ids_.resize(function.index * std::size_t{3} / 2 + 64);
  ids_[function.index] = ++names_;
  ++new_names_;
  name_texts_.text(function.name);
  name_texts_.text(function.module);
  name_texts_.text(function.file);
  name_texts_.number(function.line);
  return names_ - 1;
}

void Encoder::close_block(LineBuffer& out) {
  if (new_names_ > 0) {
    BlockHeader header{
        .kind = static_cast<std::uint16_t>(BlockKind::kNames), .records = new_names_, .names = names_ - new_names_};
    append_block(out, header, nullptr, nullptr, name_texts_);
    new_names_ = 0;
    name_texts_.clear();
  }
  if (records_ == 0) return;
  BlockHeader header{.kind = static_cast<std::uint16_t>(BlockKind::kRecords),
                     .first_ns = first_ns_,
                     .last_ns = std::max(last_ns_, usual_last_ns_),
                     .first_entry_id = first_entry_id_,
                     .records = records_,
                     .names = names_};
  append_block(out, header, &what_, &time_, rest_);
  records_ = 0;
  expected_.forget_thread();
  what_.clear();
  time_.clear();
  rest_.clear();
}

void Encoder::append_block(LineBuffer& out, BlockHeader& header, const ByteWriter* what, const ByteWriter* time,
                           const ByteWriter& rest) {
  const ByteWriter* const columns[kColumns] = {what, time, &rest};
  std::size_t most = kFrameBytes;
  for (const ByteWriter* column : columns) most += column == nullptr ? 0 : Packer::bound(column->size());
  char* const begin = out.reserve(most);
  char* const packed = begin + sizeof header;
  char* at = packed;
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (columns[i] == nullptr) continue;
    const std::size_t size = packer_.pack(at, columns[i]->view());
    header.raw_bytes[i] = static_cast<std::uint32_t>(columns[i]->size());
    header.packed_bytes[i] = static_cast<std::uint32_t>(size);
    at += size;
  }
  const auto packed_bytes = static_cast<std::size_t>(at - packed);
  std::copy(kMagic.begin(), kMagic.end(), header.magic);
  header.version = kVersion;
  header.stream = stream_;
  header.block_bytes = static_cast<std::uint32_t>(kFrameBytes + packed_bytes);
  header.columns_crc = crc32c({packed, packed_bytes});
  header.header_crc = crc32c({reinterpret_cast<const char*>(&header), offsetof(BlockHeader, header_crc)});
  std::memcpy(begin, &header, sizeof header);
  const BlockEnd end{header.block_bytes, kEndMark};
  std::memcpy(at, &end, sizeof end);
  out.commit(at + sizeof end);
}

}  // namespace glimpse::writers::recording
