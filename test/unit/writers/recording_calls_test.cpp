// What the lines of JSON do not show of a recording: roots of traces, whole calls with all they hold, seeds, and the
// fields of a summary, read back one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "test/support/memory_writer.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"
#include "writers/recording/encoder.h"

namespace glimpse::writers {
namespace {

using recording::BlockFile;

// Hands records to an Encoder and keeps what they were.
class Recorder {
 public:
  template <typename Record>
  void add(const Record& record) {
    encoder_.add(record);
    if constexpr (std::is_same_v<Record, Call>) kept_.call(record);
    if constexpr (std::is_same_v<Record, Process>) kept_.process(record);
    if constexpr (std::is_same_v<Record, Thread>) kept_.thread(record);
    if constexpr (std::is_same_v<Record, Span>) kept_.span(record);
    if constexpr (std::is_same_v<Record, Log>) kept_.log(record);
    if constexpr (std::is_same_v<Record, Notice>) kept_.notice(record);
    if constexpr (std::is_same_v<Record, Summary>) kept_.summary(record);
  }

  void close_block() { encoder_.close_block(blocks_); }

  const MemoryWriter& kept() const { return kept_; }
  std::string_view blocks() const { return blocks_.text(); }

  MemoryWriter read_back() {
    close_block();
    MemoryWriter read;
    BlockFile file = BlockFile::of_memory(blocks_.text(), "x.glimpse");
    recording::Decoder decoder;
    for (auto header = file.next(); header && *header; header = file.next()) {
      const auto columns = file.columns();
      EXPECT_TRUE(columns.ok());
      const std::size_t before = read.records().size();
      const auto done = decoder.read(**header, *columns, read);
      EXPECT_TRUE(done.ok()) << done.error().message;
      const std::size_t records = read.records().size() - before;
      const auto kind = static_cast<recording::BlockKind>((*header)->kind);
      EXPECT_EQ(records, kind == recording::BlockKind::kRecords ? (*header)->records : 0);
      for (std::size_t i = before; i < read.records().size(); ++i) {
        const auto* const call = std::get_if<KeptCall>(&read.records()[i]);
        if (call == nullptr || !ordinary_) continue;
        EXPECT_LE((*header)->first_ns, call->call.timestamp_ns);
        EXPECT_GE((*header)->last_ns, call->call.timestamp_ns);
      }
    }
    return read;
  }

  // Whether times are such as programs make.
  void are_odd() { ordinary_ = false; }

 private:
  recording::Encoder encoder_{77};
  LineBuffer blocks_{1 << 16};
  MemoryWriter kept_;
  bool ordinary_ = true;
};

std::string text_of(const KeptCall& kept) {
  const Call& call = kept.call;
  std::string text;
  for (const std::uint64_t number :
       {std::uint64_t{static_cast<std::uint8_t>(call.stage)}, std::uint64_t{static_cast<std::uint8_t>(call.level)},
        call.entry_id, call.call_id, call.parent_call_id, call.root_call_id, call.trace_seed,
        static_cast<std::uint64_t>(call.timestamp_ns), std::uint64_t{call.pid}, std::uint64_t{call.tid},
        std::uint64_t{call.depth}, call.stage == Stage::kStart ? 0 : call.duration_ns,
        std::uint64_t{call.failed ? 1U : 0U}, std::uint64_t{kept.has_what ? 1U : 0U},
        std::uint64_t{kept.has_exception ? 1U : 0U}, call.trace.high, call.trace.low, call.active_span_id,
        std::uint64_t{call.parent_call_is_nearest ? 1U : 0U}}) {
    text += std::to_string(number) + " ";
  }
  for (const std::string& part : {kept.function.name, kept.exception_type, kept.what, kept.stack_trace,
                                  kept.fingerprint, kept.captured, kept.result}) {
    text += part + "|";
  }
  return text;
}

void expect_same_calls(Recorder& recorder) {
  const auto wanted = recorder.kept().only<KeptCall>();
  const auto read = recorder.read_back().only<KeptCall>();
  ASSERT_EQ(read.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_EQ(text_of(read[i]), text_of(wanted[i])) << i;
}

// A program of some threads, told entry by entry or call by call. `oddity`: how often a number is any number.
class Program {
 public:
  Program(unsigned seed, bool whole_calls, double oddity, bool spans = false)
      : random_(seed), whole_calls_(whole_calls), oddity_(oddity), spans_(spans), threads_(5), active_(5) {
    for (std::uint32_t i = 0; i < 200; ++i) functions_.push_back({i, "f" + std::to_string(i), "app", "", 0});
  }

  void run(Recorder& recorder, std::size_t steps) {
    if (oddity_ > 0) recorder.are_odd();
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(30) == 0) current_ = below(threads_.size());
      step(recorder);
      if (below(2000) == 0) recorder.close_block();
    }
  }

 private:
  struct Open {
    std::uint64_t call_id;
    std::uint64_t root;
    const Function* function;
    std::int64_t start_ns;
    std::string arguments;
    std::uint64_t span_id;  // active when it began
    bool nearest;           // its parent began there, too
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool odd() { return static_cast<double>(random_() >> 11) * 0x1p-53 < oddity_; }
  std::string any_text() { return std::string(below(9), static_cast<char>('a' + below(26))); }

  void step(Recorder& recorder) {
    std::vector<Open>& open = threads_[current_];
    now_ns_ += static_cast<std::int64_t>(below(300));
    Call call{.trace_seed = current_ < 3 ? 11U : 12U,
              .pid = current_ < 3 ? 7U : 8U,
              .tid = static_cast<std::uint32_t>(100 + current_)};
    Exception exception;
    const std::string texts[] = {any_text(), any_text(), any_text(), any_text(), any_text()};
    if (open.empty() || (open.size() < 90 && below(20) < (descending_ ? 15 : 8))) {
      if (open.size() > 80) descending_ = false;
      if (below(5000) == 0) descending_ = true;
      const std::uint64_t id = ++last_ids_[call.pid % 2];
      std::uint64_t& active = active_[current_];
      if (spans_ && below(10) == 0) active = below(4) == 0 ? 0 : 1000 + below(50);
      const bool nearest = active == 0 || (!open.empty() && open.back().span_id == active);
      open.push_back({id, open.empty() ? id : open[0].root, &functions_[below(functions_.size())], now_ns_,
                      below(20) == 0 ? any_text() : "", active, nearest});
      if (whole_calls_) return;
      tell(call, open);
      call.captured = open.back().arguments;
    } else {
      call.stage = whole_calls_ ? Stage::kCall : Stage::kEnd;
      tell(call, open);
      const Open ended = open.back();
      open.pop_back();
      if (whole_calls_) call.timestamp_ns = ended.start_ns;
      call.duration_ns = static_cast<std::uint64_t>(now_ns_ - ended.start_ns);
      if (whole_calls_) call.captured = ended.arguments;
      if (below(20) == 0) (whole_calls_ ? call.result : call.captured) = texts[4];
      if (below(30) == 0) {
        if (!whole_calls_) call.stage = Stage::kException;
        call.failed = whole_calls_;
        call.level = Level::kError;
        call.captured = whole_calls_ ? call.captured : "";
        exception = {texts[0], texts[1], below(2) == 0, texts[2], texts[3]};
        if (below(5) != 0) call.exception = &exception;
        if (call.exception == nullptr) exception = {};
      }
      damage(call);
      recorder.add(call);
      return;
    }
    damage(call);
    recorder.add(call);
  }

  void tell(Call& call, const std::vector<Open>& open) {
    const Open& innermost = open.back();
    call.entry_id = ++entry_id_;
    call.call_id = innermost.call_id;
    call.parent_call_id = open.size() < 2 ? 0 : open[open.size() - 2].call_id;
    call.root_call_id = innermost.root;
    call.function = innermost.function;
    call.timestamp_ns = now_ns_;
    call.depth = static_cast<std::uint32_t>(open.size() - 1);
    if (innermost.span_id == 0) return;
    call.trace = {5, innermost.span_id / 10};
    call.active_span_id = innermost.span_id;
    call.parent_call_is_nearest = innermost.nearest;
  }

  void damage(Call& call) {
    for (std::uint64_t* const number :
         {&call.entry_id, &call.call_id, &call.parent_call_id, &call.root_call_id, &call.duration_ns}) {
      if (odd()) *number = random_() >> below(64);
    }
    if (odd()) call.timestamp_ns = static_cast<std::int64_t>(random_());
    if (spans_ && odd()) call.trace = {below(2), below(3)};
    if (spans_ && odd()) call.active_span_id = below(5);
    if (spans_ && odd()) call.parent_call_is_nearest = !call.parent_call_is_nearest;
    if (!call.trace) {
      call.active_span_id = 0;
      call.parent_call_is_nearest = true;
    }
    if (odd()) call.depth = static_cast<std::uint32_t>(random_() >> below(64));
    if (odd()) call.level = static_cast<Level>(below(5));
    if (odd()) call.tid = static_cast<std::uint32_t>(random_());
    if (odd()) call.stage = static_cast<Stage>(below(4));
    call.failed = call.failed && call.stage == Stage::kCall;
    if (call.stage != Stage::kException && !call.failed) call.exception = nullptr;
    if (call.stage != Stage::kCall) call.result = {};
    if (call.stage == Stage::kStart) call.duration_ns = 0;
  }

  std::mt19937_64 random_;
  bool whole_calls_;
  double oddity_;
  bool spans_;
  std::deque<Function> functions_;
  std::vector<std::vector<Open>> threads_;
  std::vector<std::uint64_t> active_;  // span of each
  std::size_t current_ = 0;
  bool descending_ = true;
  std::uint64_t entry_id_ = 0;
  std::uint64_t last_ids_[2] = {0, 0};
  std::int64_t now_ns_ = 1'772'366'400'000'000'000;
};

TEST(RecordingCalls, EntriesKeepTheirRoots) {
  Recorder recorder;
  Program(1, false, 0).run(recorder, 20'000);
  expect_same_calls(recorder);
}

TEST(RecordingCalls, WholeCallsKeepEverything) {
  for (unsigned seed = 1; seed < 4; ++seed) {
    Recorder recorder;
    Program(seed, true, 0).run(recorder, 20'000);
    expect_same_calls(recorder);
  }
}

TEST(RecordingCalls, CallsThatFollowNoRuleKeepEverything) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    Recorder recorder;
    Program(seed, seed % 2 == 0, seed % 4 < 2 ? 0.002 : 0.2).run(recorder, 20'000);
    expect_same_calls(recorder);
  }
}

TEST(RecordingCalls, CallsInSpansKeepThem) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    Recorder recorder;
    Program(seed, seed % 2 == 0, seed % 3 == 0 ? 0.0 : seed % 3 == 1 ? 0.01 : 0.2, true).run(recorder, 20'000);
    expect_same_calls(recorder);
  }
}

// Two bytes for each entry, as outside of spans, and some more where a span begins or ends.
TEST(RecordingCalls, CallsInSpansTakeAFewBytesMore) {
  const Function function{0, "app::one()", "app", "", 0};
  constexpr std::uint64_t kSpans = 100, kCallsInEach = 200;
  const auto bytes = [&](bool spans) {
    Recorder recorder;
    std::int64_t now_ns = 1'772'366'400'000'000'000;
    std::uint64_t entry_id = 0;
    for (std::uint64_t span = 1; span <= kSpans; ++span) {
      for (std::uint64_t i = 1; i <= kCallsInEach; ++i) {
        Call call{
            .call_id = (span - 1) * kCallsInEach + i, .function = &function, .pid = 7, .tid = 7, .duration_ns = 5};
        call.root_call_id = call.call_id;
        if (spans) {
          call.trace = {span * 0x9e3779b97f4a7c15, 1};
          call.active_span_id = span * 0xbf58476d1ce4e5b9;
          call.parent_call_is_nearest = false;
        }
        for (const Stage stage : {Stage::kStart, Stage::kEnd}) {
          call.stage = stage;
          call.entry_id = ++entry_id;
          call.timestamp_ns = now_ns += 5;
          recorder.add(call);
        }
      }
    }
    expect_same_calls(recorder);
    return recorder.blocks().size();
  };
  EXPECT_LT(bytes(true), bytes(false) + kSpans * 40);
}

TEST(RecordingCalls, SpansAndLogsKeepWhatLinesDoNotShow) {
  Recorder recorder;
  Span span{.entry_id = 1, .trace = {1, 2}, .span_id = 0xfedcba9876543210, .parent_call_id = 4};
  span.parent_call_is_nearest = true;
  span.trace_seed = 0xfedcba9876543211;
  span.attributes = {{.type = Field::Type::kDouble, .key = "a", .real = 0.1}};
  recorder.add(span);
  const Exception thrown{.type = "E", .what = "", .has_what = true, .stack_trace = "f", .fingerprint = "p"};
  Log log{.entry_id = 2, .span_id = 9, .ttl_seconds = -1};
  log.exception = &thrown;
  recorder.add(log);
  const MemoryWriter read = recorder.read_back();
  const KeptSpan kept = read.only<KeptSpan>().at(0);
  EXPECT_TRUE(kept.span.parent_call_is_nearest);
  EXPECT_EQ(kept.span.trace_seed, span.trace_seed);
  EXPECT_EQ(find_field(kept.span.attributes, "a")->real, 0.1);
  const KeptLog kept_log = read.only<KeptLog>().at(0);
  EXPECT_EQ(kept_log.log.span_id, 9U);
  EXPECT_EQ(kept_log.log.ttl_seconds, -1);
  ASSERT_TRUE(kept_log.has_exception);
  EXPECT_TRUE(kept_log.exception.has_what);
  EXPECT_EQ(kept_log.exception.fingerprint, "p");
}

TEST(RecordingCalls, WholeCallsTakeAFewBytes) {
  Recorder recorder;
  const Function function{0, "app::one()", "app", "", 0};
  std::int64_t now_ns = 1'772'366'400'000'000'000;
  std::mt19937 random(1);
  constexpr std::uint64_t kTurns = 10'000;
  std::uint64_t entry_id = 0;
  for (std::uint64_t id = 1; id <= 3 * kTurns; id += 3) {
    now_ns += 50 + random() % 50;
    // id calls id + 1 and id + 2.
    for (const std::uint64_t which : {1U, 2U, 0U}) {
      recorder.add(Call{.stage = Stage::kCall,
                        .entry_id = ++entry_id,
                        .call_id = id + which,
                        .parent_call_id = which == 0 ? 0 : id,
                        .root_call_id = id,
                        .function = &function,
                        .timestamp_ns = now_ns + static_cast<std::int64_t>(5 * which),
                        .pid = 7,
                        .tid = 7,
                        .depth = which == 0 ? 0U : 1U,
                        .duration_ns = which == 0 ? 20U : 4U});
    }
  }
  expect_same_calls(recorder);
  EXPECT_LT(recorder.blocks().size(), 3 * kTurns * 2);
}

TEST(RecordingCalls, AProcessKeepsItsSeed) {
  Recorder recorder;
  recorder.add(Process{.entry_id = 1, .pid = 7, .trace_seed = 0xfedcba9876543210});
  EXPECT_EQ(recorder.read_back().only<Process>().at(0).trace_seed, 0xfedcba9876543210);
}

TEST(RecordingCalls, ASummaryKeepsWhatWasPatchedAndHowDestinationsFare) {
  Recorder recorder;
  Summary summary{.entry_id = 1, .pid = 7};
  summary.patched = {{"calls", 3}, {"jump_table", 1}};
  summary.destinations.push_back({"sqlite", "failing", 12, 34, 5, 6, 7, "the disk is full"});
  summary.destinations.push_back({"otlp", "ok", 9, 0, 0, 0, 0, ""});
  recorder.add(summary);
  const Summary read = recorder.read_back().only<Summary>().at(0);
  EXPECT_EQ(read.patched, summary.patched);
  ASSERT_EQ(read.destinations.size(), 2U);
  const DestinationHealth& sqlite = read.destinations[0];
  EXPECT_EQ(sqlite.name + sqlite.state + sqlite.problem, "sqlitefailingthe disk is full");
  EXPECT_EQ((std::vector<std::uint64_t>{sqlite.delivered, sqlite.waiting, sqlite.dropped, sqlite.dead_letters,
                                        sqlite.retries}),
            (std::vector<std::uint64_t>{12, 34, 5, 6, 7}));
  EXPECT_EQ(read.destinations[1].name, "otlp");
}

}  // namespace
}  // namespace glimpse::writers
