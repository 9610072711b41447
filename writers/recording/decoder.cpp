#include "writers/recording/decoder.h"

#include <fmt/format.h>

#include "writers/recording/rare_records.h"

namespace glimpse::writers::recording {
namespace {

constexpr std::uint32_t kMostNames = 1 << 23;  // in one stream
constexpr std::uint64_t kStagesBeforeRoots = 3;
constexpr std::uint64_t kMostLevels = 5;

std::int64_t later(std::int64_t ns, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(ns) + by);
}

}  // namespace

Result<void> Decoder::read(const BlockHeader& header, std::string_view columns, RecordSink& out) {
  ByteReader* const readers[kColumns] = {&what_, &time_, &rest_};
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (header.packed_bytes[i] > columns.size()) return Error{"its columns are longer than the block"};
    const auto raw = unpacker_.unpack(columns.substr(0, header.packed_bytes[i]), header.raw_bytes[i], room_[i]);
    if (!raw) return Error{"a column cannot be decompressed"};
    *readers[i] = ByteReader(*raw);
    columns.remove_prefix(header.packed_bytes[i]);
  }
  if (header.names > kMostNames) return Error{"it speaks of more names than there can be"};
  Names& names = streams_[header.stream];
  switch (static_cast<BlockKind>(header.kind)) {
    case BlockKind::kNames:
      return read_names(header, rest_, names);
    case BlockKind::kRecords:
      return read_records(header, names, out);
  }
  return {};  // of a later version
}

Result<void> Decoder::read_names(const BlockHeader& header, ByteReader rest, Names& names) {
  names.resize(header.names, nullptr);
  for (std::uint32_t left = header.records; left > 0 && !rest.failed(); --left) {
    Function function;
    function.name = rest.text();
    function.module = rest.text();
    function.file = rest.text();
    function.line = static_cast<std::uint32_t>(rest.number());
    if (!rest.failed()) names.push_back(known(std::move(function)));
  }
  if (rest.failed()) return Error{"its names end too early"};
  return {};
}

Result<void> Decoder::read_records(const BlockHeader& header, Names& names, RecordSink& out) {
  if (names.size() < header.names) names.resize(header.names, nullptr);
  names_ = &names;
  name_missing_ = false;
  has_roots_ = header.version >= kVersionOfRoots;
  has_spans_ = header.version >= kVersionOfSpans;
  first_start_ = has_roots_ ? kStart : kStartBeforeRoots;
  expected_.begin_block(header.first_entry_id);
  while (!what_.at_end()) {
    if (read_record(what_.number(), out)) continue;
    if (name_missing_) return Error{"it speaks of a function whose name was in a block that is lost"};
    return Error{"its records make no sense"};
  }
  return {};
}

bool Decoder::read_record(std::uint64_t code, RecordSink& out) {
  switch (code) {
    case kSwitch:
      return read_switch();
    case kSeed:
      if (!has_roots_) return read_call(code, out);
      expected_.trace_seed = rest_.number();
      return !rest_.failed();
    case kProcess: {
      Process record;
      take(rest_, expected_, record, has_roots_);
      expected_.next_entry_id = record.entry_id + 1;
      if (!rest_.failed()) out.process(record);
      return !rest_.failed();
    }
    case kThread: {
      Thread record;
      take(rest_, expected_, record);
      expected_.next_entry_id = record.entry_id + 1;
      if (!rest_.failed()) out.thread(record);
      return !rest_.failed();
    }
    case kNotice: {
      Notice record;
      take(rest_, expected_, record);
      expected_.next_entry_id = record.entry_id + 1;
      if (!rest_.failed()) out.notice(record);
      return !rest_.failed();
    }
    case kSpan: {
      if (!has_spans_) return read_call(code, out);
      Span record;
      take(rest_, expected_, record);
      expected_.next_entry_id = record.entry_id + 1;
      if (!rest_.failed()) out.span(record);
      return !rest_.failed();
    }
    case kLog: {
      if (!has_spans_) return read_call(code, out);
      Log record;
      take(rest_, expected_, record, exception_);
      expected_.next_entry_id = record.entry_id + 1;
      if (!rest_.failed()) out.log(record);
      return !rest_.failed();
    }
    case kContext:
      return has_spans_ ? read_context() : read_call(code, out);
    case kSummary:
      return read_summary(out);
    default:
      return read_call(code, out);
  }
}

bool Decoder::read_call(std::uint64_t code, RecordSink& out) {
  if (!expected_.has_thread()) return false;
  const Expectation::Thread& thread = expected_.thread();
  Call call;
  call.entry_id = expected_.next_entry_id;
  call.pid = thread.pid;
  call.tid = thread.tid;
  call.trace_seed = expected_.trace_seed;
  if (code >= first_start_) {
    const std::uint64_t number = code - first_start_;
    call.stage = Stage::kStart;
    call.level = expected_.level;
    call.call_id = expected_.last_call_id() + 1;
    call.parent_call_id = thread.parent();
    call.depth = thread.depth;
    call.root_call_id = thread.root_of(call.call_id, call.parent_call_id);
    call.timestamp_ns = later(expected_.last_ns, time_.number());
    call.function = function_of(number);
    tell_context(call, thread.context);
    expected_.started_as_expected(call.call_id, call.root_call_id, static_cast<std::uint32_t>(number),
                                  call.timestamp_ns);
  } else if (code == kExplicit) {
    std::uint32_t function = 0;
    if (!read_explicit(call, function)) return false;
    call.function = function_of(function);
    if (call.stage == Stage::kStart) {
      expected_.started(call, function);
    } else if (call.stage == Stage::kCall) {
      expected_.whole_call_ended(call);
    } else {
      expected_.ended(call);
    }
  } else if (code >= kCaller) {
    std::uint64_t function = 0;
    if (code > kNewLeaf || !read_whole_call(code, call, function)) return false;
    tell_context(call, thread.context);
    call.function = function_of(function);
  } else {
    if (!thread.has_call()) return false;
    const Expectation::Frame& top = thread.top();
    call.stage = code == kEnd ? Stage::kEnd : Stage::kException;
    call.level = expected_.level_of(call.stage);
    call.call_id = top.call_id;
    call.parent_call_id = thread.outer();
    call.root_call_id = thread.root;
    call.depth = thread.depth - 1;
    call.timestamp_ns = later(expected_.last_ns, time_.number());
    call.duration_ns = Expectation::duration_ns(top, call.timestamp_ns);
    call.function = function_of(top.function);
    tell_context(call, top.context);
    expected_.ended_as_expected();
  }
  if (call.function == nullptr) return false;
  if ((call.stage == Stage::kException || call.failed) && !read_exception(call)) [[unlikely]]
    return false;
  if (time_.failed() || rest_.failed()) return false;
  expected_.last_ns = call.stage == Stage::kCall ? later(call.timestamp_ns, call.duration_ns) : call.timestamp_ns;
  expected_.next_entry_id = call.entry_id + 1;
  if (!has_roots_) [[unlikely]]
    call.root_call_id = 0;
  out.call(call);
  return true;
}

bool Decoder::read_whole_call(std::uint64_t code, Call& call, std::uint64_t& function) {
  const Expectation::Thread& thread = expected_.thread();
  call.stage = Stage::kCall;
  call.level = expected_.level;
  function = what_.number();
  const std::int64_t end_ns = later(expected_.last_ns, time_.number());
  call.duration_ns = time_.number();
  call.timestamp_ns = later(end_ns, 0 - call.duration_ns);
  if (code == kCaller) {
    if (!thread.has_call()) return false;
    call.call_id = thread.top().call_id;
    call.parent_call_id = thread.outer();
    call.root_call_id = thread.root_of(call.call_id, call.parent_call_id);
    call.depth = thread.depth - 1;
    expected_.ended_as_expected();
    return !what_.failed();
  }
  const std::uint64_t callers = code == kNewLeaf ? what_.number() : 0;
  const std::uint64_t difference = code == kNewLeaf ? unzigzag(rest_.number()) : 0;
  if (what_.failed() || !expected_.allows_callers(callers)) return false;
  call.call_id = expected_.last_call_id() + 1 + callers + difference;
  call.parent_call_id = callers == 0 ? thread.parent() : call.call_id - 1;
  call.root_call_id = thread.root_of(call.call_id - callers, thread.parent());
  call.depth = thread.depth + static_cast<std::uint32_t>(callers);
  expected_.leaf_ended(call.call_id, call.root_call_id, callers);
  return true;
}

bool Decoder::read_explicit(Call& call, std::uint32_t& function) {
  const std::uint64_t mask = rest_.number();
  const auto given = [mask](Given what) { return (mask & what) != 0; };
  if ((mask & kStageBits) >= kStagesBeforeRoots && !has_roots_) return false;
  call.stage = static_cast<Stage>(mask & kStageBits);
  const bool whole = call.stage == Stage::kCall;
  call.failed = whole && given(kFailed);
  const Expectation::Guess guess = expected_.guess(call.stage);
  call.call_id = guess.call_id;
  call.parent_call_id = guess.parent_call_id;
  call.depth = guess.depth;
  call.level = expected_.level_of(call.stage, call.failed);
  if (given(kGivenEntry)) call.entry_id += unzigzag(rest_.number());
  if (given(kGivenCall)) call.call_id += unzigzag(rest_.number());
  if (given(kGivenParent)) call.parent_call_id += unzigzag(rest_.number());
  call.root_call_id = expected_.thread().root_of(call.call_id, call.parent_call_id);
  if (given(kGivenRoot)) call.root_call_id += unzigzag(rest_.number());
  if (given(kGivenDepth)) call.depth = static_cast<std::uint32_t>(rest_.number());
  if (!given(kGivenFunction) && guess.top == nullptr) return false;
  const std::uint64_t number = given(kGivenFunction) ? rest_.number() : guess.top->function;
  if (number >= names_->size()) return false;
  function = static_cast<std::uint32_t>(number);
  if (given(kGivenLevel)) {
    const std::uint64_t level = rest_.number();
    if (level >= kMostLevels) return false;
    call.level = static_cast<Level>(level);
    if (call.stage != Stage::kException && !call.failed) expected_.level = call.level;
  }
  call.timestamp_ns = later(expected_.last_ns, given(kGivenTime) ? unzigzag(rest_.number()) : time_.number());
  if (given(kGivenDuration)) {
    call.duration_ns = rest_.number();
  } else if (guess.top != nullptr) {
    call.duration_ns = Expectation::duration_ns(*guess.top, call.timestamp_ns);
  }
  if (whole) call.timestamp_ns = later(call.timestamp_ns, 0 - call.duration_ns);
  if (given(kGivenText)) call.captured = rest_.text();
  if (whole && given(kGivenResult)) call.result = rest_.text();
  std::uint32_t context = guess.context;
  if (has_spans_ && given(kGivenContext) && !take_context(rest_.number(), context)) return false;
  tell_context(call, context);
  if (has_spans_ && given(kOtherNearest)) call.parent_call_is_nearest = !call.parent_call_is_nearest;
  return true;
}

// The number was read already.
bool Decoder::take_context(std::uint64_t number, std::uint32_t& context) {
  if (number > expected_.context_count()) return false;
  if (number == expected_.context_count()) {
    Expectation::Context fresh;
    fresh.trace.high = rest_.number();
    fresh.trace.low = rest_.number();
    fresh.span_id = rest_.number();
    if (rest_.failed()) return false;
    expected_.add_context(fresh);
  }
  context = static_cast<std::uint32_t>(number);
  return true;
}

bool Decoder::read_context() {
  const std::uint64_t number = what_.number();
  return !what_.failed() && expected_.has_thread() && take_context(number, expected_.thread().context);
}

// Of a call that begins or ends now.
void Decoder::tell_context(Call& call, std::uint32_t context) const {
  if (context == 0) [[likely]]
    return;
  call.trace = expected_.context(context).trace;
  call.active_span_id = expected_.context(context).span_id;
  call.parent_call_is_nearest = expected_.is_nearest(call.stage, context);
}

bool Decoder::read_exception(Call& call) {
  const std::uint64_t texts = rest_.number();
  if ((texts & kHasException) == 0) return !rest_.failed();
  exception_.has_what = (texts & kHasWhat) != 0;
  exception_.type = rest_.text();
  exception_.what = rest_.text();
  exception_.stack_trace = rest_.text();
  exception_.fingerprint = rest_.text();
  call.exception = &exception_;
  return !rest_.failed();
}

bool Decoder::read_switch() {
  const std::uint64_t number = what_.number();
  if (what_.failed() || number > expected_.thread_count()) return false;
  if (number < expected_.thread_count()) {
    expected_.switch_to(static_cast<std::size_t>(number));
    return true;
  }
  const auto pid = static_cast<std::uint32_t>(rest_.number());
  const auto tid = static_cast<std::uint32_t>(rest_.number());
  if (rest_.failed()) return false;
  expected_.add_thread(pid, tid);
  return true;
}

bool Decoder::read_summary(RecordSink& out) {
  Summary record;
  std::vector<std::uint32_t> function_ids;
  take(rest_, expected_, record, function_ids, has_roots_);
  if (rest_.failed() || function_ids.size() != record.open.size()) return false;
  for (std::size_t i = 0; i < function_ids.size(); ++i) {
    record.open[i].function = function_of(function_ids[i]);
    if (record.open[i].function == nullptr) return false;
  }
  expected_.next_entry_id = record.entry_id + 1;
  out.summary(record);
  return true;
}

// One object for each function, however often and by whatever stream it is introduced.
const Function* Decoder::known(Function function) {
  std::string key =
      function.name + '\0' + function.module + '\0' + function.file + '\0' + std::to_string(function.line);
  const auto [found, is_new] = known_.try_emplace(std::move(key), nullptr);
  if (is_new) {
    function.index = static_cast<std::uint32_t>(functions_.size());
    found->second = &functions_.emplace_back(std::move(function));
  }
  return found->second;
}

const Function* Decoder::function_of(std::uint64_t number) {
  const Function* const function = number < names_->size() ? (*names_)[number] : nullptr;
  name_missing_ = function == nullptr && number < names_->size();
  return function;
}

}  // namespace glimpse::writers::recording
