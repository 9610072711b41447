// Whatever is recorded reads back as the very lines that a JsonlWriter makes of the same records.
#include "writers/recording.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "test/support/temporary_folder.h"
#include "writers/jsonl.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"
#include "writers/whole_part.h"

namespace glimpse::writers {
namespace {

using recording::BlockFile;
using recording::BlockHeader;

std::string content(const std::string& path) {
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

OutputFile blocks_to(const std::string& path) {
  auto file = OutputFile::open(path, OutputFile::Mode::kAppend, OutputFile::Unit::kBlock);
  if (!file) ADD_FAILURE() << file.error().message;
  return std::move(*file);
}

OutputFile lines_to(const std::string& path, OutputFile::Mode mode = OutputFile::Mode::kAppend) {
  auto file = OutputFile::open(path, mode);
  if (!file) ADD_FAILURE() << file.error().message;
  return std::move(*file);
}

// Hands each record to two writers.
class Both {
 public:
  explicit Both(const TemporaryFolder& folder, const std::string& name = "both")
      : recording_path(folder.file(name + ".glimpse")), lines_path(folder.file(name + ".jsonl")) {
    open();
  }

  void open() {
    recording = std::make_unique<RecordingWriter>(blocks_to(recording_path));
    lines = std::make_unique<JsonlWriter>(lines_to(lines_path));
  }

  template <typename Record>
  void add(const Record& record) {
    for (Writer* writer : {static_cast<Writer*>(recording.get()), static_cast<Writer*>(lines.get())}) {
      if constexpr (std::is_same_v<Record, Call>) writer->call(record);
      if constexpr (std::is_same_v<Record, Process>) writer->process(record);
      if constexpr (std::is_same_v<Record, Thread>) writer->thread(record);
      if constexpr (std::is_same_v<Record, Span>) writer->span(record);
      if constexpr (std::is_same_v<Record, Log>) writer->log(record);
      if constexpr (std::is_same_v<Record, Notice>) writer->notice(record);
      if constexpr (std::is_same_v<Record, Summary>) writer->summary(record);
    }
  }

  void flush() {
    EXPECT_TRUE(recording->flush());
    EXPECT_TRUE(lines->flush());
  }

  std::string recording_path;
  std::string lines_path;
  std::unique_ptr<RecordingWriter> recording;
  std::unique_ptr<JsonlWriter> lines;
};

struct Read {
  std::string lines;
  std::vector<std::string> problems;
  BlockFile::End end = BlockFile::End::kNone;
};

Read read_back(const TemporaryFolder& folder, BlockFile file) {
  Read read;
  const std::string path = folder.file("read-back.jsonl");
  JsonlWriter lines(lines_to(path, OutputFile::Mode::kTruncate));
  recording::Decoder decoder;
  while (true) {
    auto header = file.next();
    if (!header) {
      read.problems.push_back(header.error().message);
      continue;
    }
    if (!*header) break;
    const auto columns = file.columns();
    if (!columns) {
      read.problems.push_back(columns.error().message);
      continue;
    }
    if (const auto done = decoder.read(**header, *columns, lines); !done) {
      read.problems.push_back(file.error(done.error().message).message);
    }
  }
  EXPECT_TRUE(lines.flush());
  read.lines = content(path);
  read.end = file.end();
  return read;
}

Read read_back(const TemporaryFolder& folder, const std::string& bytes) {
  return read_back(folder, BlockFile::of_memory(bytes, "x.glimpse"));
}

void expect_same(const TemporaryFolder& folder, const Both& both) {
  auto file = BlockFile::open(both.recording_path);
  ASSERT_TRUE(file);
  const Read read = read_back(folder, std::move(*file));
  EXPECT_TRUE(read.problems.empty()) << read.problems.front();
  EXPECT_EQ(read.end, BlockFile::End::kWhole);
  const std::string wanted = content(both.lines_path);
  EXPECT_EQ(read.lines.size(), wanted.size());
  // Not EXPECT_EQ: megabytes are no message.
  if (read.lines == wanted) return;
  const auto [ours, theirs] = std::ranges::mismatch(read.lines, wanted);
  const auto line = [](const std::string& text, auto at) {
    const auto begin = text.rfind('\n', static_cast<std::size_t>(at - text.begin()) - (at == text.end() ? 1 : 0));
    const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
    return text.substr(from, text.find('\n', from) - from);
  };
  ADD_FAILURE() << "read back " << line(read.lines, ours) << "\ninstead of " << line(wanted, theirs);
}

// Programs that do everything, and streams of records that no program makes.
class Chaos {
 public:
  Chaos(unsigned seed, double oddity) : random_(seed), oddity_(oddity) {
    for (std::uint32_t i = 0; i < 300; ++i) {
      functions_.push_back({i * 3, "app::f" + std::to_string(i) + (i % 7 == 0 ? "(\"\x01\xff\")" : "(int)"),
                            i % 5 == 0 ? "" : "app", i % 3 == 0 ? "src/a.cpp" : "", i % 3 == 0 ? i : 0});
    }
  }

  void run(Both& both, std::size_t records) {
    for (std::size_t i = 0; i < records; ++i) {
      step(both);
      if (below(5000) == 0) both.flush();
      if (below(50'000) == 0) both.open();
    }
    both.flush();
  }

 private:
  struct Stack {
    std::uint32_t pid;
    std::uint32_t tid;
    std::vector<Call> open;
    std::pair<TraceId, std::uint64_t> span;
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool odd() { return static_cast<double>(random_() >> 11) * 0x1p-53 < oddity_; }
  std::uint64_t any_number() { return random_() >> below(64); }
  std::string any_text() {
    std::string text;
    for (std::uint64_t size = below(below(40) == 0 ? 5000 : 20); size > 0; --size) text += static_cast<char>(random_());
    return text;
  }

  template <typename Record>
  void number(Record& record) {
    record.entry_id = odd() ? any_number() : ++entry_id_;
    now_ns_ += static_cast<std::int64_t>(below(2000));
    record.timestamp_ns = odd() ? static_cast<std::int64_t>(random_()) : now_ns_;
    if (odd()) record.timestamp_ns = now_ns_ - static_cast<std::int64_t>(below(100'000));
  }

  void step(Both& both) {
    if (stacks_.empty() || below(3000) == 0) {
      stacks_.push_back(
          {static_cast<std::uint32_t>(7 + below(3)), static_cast<std::uint32_t>(100 + stacks_.size()), {}, {}});
    }
    if (below(1000) == 0) rare(both);
    if (below(20) == 0) current_ = below(stacks_.size());
    Stack& stack = stacks_[current_];
    Exception exception;
    std::string texts[4];
    const std::string captured = below(10) == 0 ? any_text() : "";
    Call call;
    call.pid = stack.pid;
    call.tid = stack.tid;
    if (stack.open.empty() || (stack.open.size() < 40 && below(2) == 0)) {
      number(call);
      call.level = level_;
      call.function = &functions_[below(functions_.size())];
      call.call_id = ++call_ids_[stack.pid];
      call.parent_call_id = stack.open.empty() ? 0 : stack.open.back().call_id;
      call.depth = static_cast<std::uint32_t>(stack.open.size());
      if (below(25) == 0) stack.span = below(3) == 0 ? std::pair<TraceId, std::uint64_t>() : any_span();
      std::tie(call.trace, call.active_span_id) = stack.span;
      call.parent_call_is_nearest = odd();
      damage(call);
      stack.open.push_back(call);
      call.captured = captured;
    } else {
      call = stack.open.back();
      stack.open.pop_back();
      number(call);
      call.level = level_;
      call.stage = Stage::kEnd;
      call.duration_ns = static_cast<std::uint64_t>(std::max(call.timestamp_ns, stack_start(call))) -
                         static_cast<std::uint64_t>(stack_start(call));
      if (below(30) == 0) {
        call.stage = Stage::kException;
        call.level = Level::kError;
        for (std::string& text : texts) text = below(3) == 0 ? "" : any_text();
        exception = {texts[0], texts[1], below(2) == 0, texts[2], texts[3]};
        if (below(10) != 0) call.exception = &exception;
      }
      call.captured = captured;
      damage(call);
      if (odd() && !stack.open.empty())
        stack.open.erase(stack.open.begin() + static_cast<std::ptrdiff_t>(below(stack.open.size())));
      if (odd()) stack.open.clear();
    }
    starts_[{call.pid, call.call_id}] = call.stage == Stage::kStart ? call.timestamp_ns : 0;
    both.add(call);
  }

  std::int64_t stack_start(const Call& call) {
    const auto found = starts_.find({call.pid, call.call_id});
    return found == starts_.end() ? 0 : found->second;
  }

  void damage(Call& call) {
    if (odd()) call.call_id = any_number();
    if (odd()) call.parent_call_id = any_number();
    if (odd()) call.depth = static_cast<std::uint32_t>(any_number());
    if (odd()) call.level = static_cast<Level>(below(5));
    if (odd()) call.duration_ns = any_number();
    if (odd()) call.function = &functions_[below(functions_.size())];
    if (odd()) call.tid = static_cast<std::uint32_t>(any_number());
    if (odd()) std::tie(call.trace, call.active_span_id) = any_span();
  }

  std::pair<TraceId, std::uint64_t> any_span() { return {{below(3), random_()}, below(5)}; }

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  std::vector<Field> any_fields() {
    std::vector<Field> fields(below(4));
    for (Field& field : fields) {
      field = {.type = static_cast<Field::Type>(below(5)), .key = keep(any_text())};
      if (field.type == Field::Type::kText) field.text = keep(any_text());
      if (field.type == Field::Type::kSigned) field.signed_number = static_cast<std::int64_t>(random_());
      if (field.type == Field::Type::kUnsigned) field.unsigned_number = any_number();
      if (field.type == Field::Type::kBool) field.unsigned_number = below(2);
      if (field.type == Field::Type::kDouble) field.real = std::bit_cast<double>(random_());
    }
    return fields;
  }

  void any_span_record(Both& both) {
    Span record{.span_id = random_(),
                .parent_span_id = below(2) * random_(),
                .remote_parent = below(2) == 0,
                .parent_call_id = below(2) * any_number(),
                .name = keep(any_text()),
                .kind = static_cast<SpanKind>(1 + below(5)),
                .status = static_cast<SpanStatus>(below(3)),
                .status_message = keep(any_text()),
                .tracestate = keep(any_text()),
                .duration_ns = any_number(),
                .open = below(2) == 0,
                .pid = 7,
                .tid = 8,
                .attributes = any_fields()};
    record.trace = any_span().first;
    for (std::uint64_t i = below(4); i > 0; --i) record.events.push_back({now_ns_, keep(any_text()), any_fields()});
    for (std::uint64_t i = below(4); i > 0; --i) record.links.push_back({{random_(), 1}, random_(), any_fields()});
    number(record);
    both.add(record);
  }

  void any_log(Both& both) {
    Exception exception{keep(any_text()), keep(any_text()), below(2) == 0, keep(any_text()), keep(any_text())};
    Log record{.level = static_cast<Level>(below(5)),
               .span_id = random_(),
               .call_id = below(2) * any_number(),
               .pid = 7,
               .tid = 8,
               .title = keep(any_text()),
               .message = keep(any_text()),
               .file = keep(any_text()),
               .line = static_cast<std::uint32_t>(below(3)),
               .ttl_seconds = static_cast<std::int64_t>(below(3)) - 1,
               .fields = any_fields(),
               .stack_trace = keep(any_text())};
    record.trace = any_span().first;
    for (std::uint64_t i = below(4); i > 0; --i) record.tags.push_back(keep(any_text()));
    if (below(2) == 0) record.exception = &exception;
    number(record);
    both.add(record);
  }

  void rare(Both& both) {
    switch (below(6)) {
      case 3:
        return any_span_record(both);
      case 4:
        return any_log(both);
      case 0: {
        Process record{.pid = static_cast<std::uint32_t>(below(9)), .ppid = 1, .command = {"./app", any_text()}};
        for (std::string* text : {&record.executable, &record.cwd, &record.host, &record.policy, &record.policy_name,
                                  &record.policy_sha256, &record.service, &record.environment}) {
          *text = below(2) == 0 ? any_text() : "";
        }
        number(record);
        return both.add(record);
      }
      case 1: {
        const std::string name = any_text();
        Thread record{.pid = 7, .tid = static_cast<std::uint32_t>(below(900)), .name = name};
        number(record);
        return both.add(record);
      }
      case 2: {
        const std::string reason = any_text(), message = any_text();
        Notice record{.pid = 7, .tid = 8, .reason = reason, .message = message, .dropped = any_number()};
        number(record);
        return both.add(record);
      }
      default: {
        Summary record{.pid = 7, .calls = any_number(), .records = any_number(), .threads = below(9)};
        for (std::uint64_t i = below(4); i > 0; --i) record.dropped.emplace_back(any_text(), any_number());
        for (std::uint64_t i = below(4); i > 0; --i) {
          record.open.push_back({static_cast<std::uint32_t>(below(99)), any_number(), &functions_[below(300)]});
        }
        record.open_calls = record.open.size();
        record.exit_status = static_cast<int>(below(300)) - 1;
        record.signal = static_cast<int>(below(70));
        number(record);
        level_ = static_cast<Level>(below(5));
        return both.add(record);
      }
    }
  }

  std::mt19937_64 random_;
  double oddity_;
  std::deque<Function> functions_;
  std::deque<std::string> kept_;  // texts of spans and logs
  std::vector<Stack> stacks_;
  std::size_t current_ = 0;
  std::uint64_t entry_id_ = 0;
  std::map<std::uint32_t, std::uint64_t> call_ids_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::int64_t> starts_;
  std::int64_t now_ns_ = 1'772'366'400'000'000'000;
  Level level_ = Level::kInfo;
};

class RecordingTest : public testing::Test {
 protected:
  // Three calls in a block each: 1, 2 and 3 to 6 are the entry ids.
  std::vector<std::string> three_blocks() {
    std::vector<std::string> blocks;
    Both both(folder_, "three");
    std::size_t before = 0;
    for (std::uint64_t id = 1; id <= 3; ++id) {
      both.add(Call{.entry_id = 2 * id - 1, .call_id = id, .function = &one_, .timestamp_ns = 100, .pid = 7, .tid = 7});
      both.add(Call{.stage = Stage::kEnd,
                    .entry_id = 2 * id,
                    .call_id = id,
                    .function = &one_,
                    .timestamp_ns = 200,
                    .pid = 7,
                    .tid = 7,
                    .duration_ns = 100});
      both.flush();
      const std::string all = content(both.recording_path);
      blocks.push_back(all.substr(before));
      before = all.size();
    }
    lines_ = content(both.lines_path);
    return blocks;
  }

  // Without the lines of the block in the middle.
  std::string lines_but_the_second() const {
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < lines_.size(); ++at) {
      if (lines_[at] == '\n') ends.push_back(at + 1);
    }
    return lines_.substr(0, ends[1]) + lines_.substr(ends[3]);
  }

  TemporaryFolder folder_;
  Function one_{0, "app::one()", "app", "", 0};
  std::string lines_;
};

TEST_F(RecordingTest, CallsReadBackAsTheSameLines) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    Both both(folder_, std::to_string(seed));
    Chaos(seed, 0).run(both, 30'000);
    expect_same(folder_, both);
  }
}

TEST_F(RecordingTest, RecordsThatFollowNoRuleReadBackAsTheSameLines) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    Both both(folder_, std::to_string(seed));
    Chaos(seed + 100, seed % 2 == 0 ? 0.3 : 0.003).run(both, 15'000);
    expect_same(folder_, both);
  }
}

TEST_F(RecordingTest, OrdinaryCallsTakeFewBytes) {
  Both both(folder_);
  std::mt19937 random(1);
  std::int64_t now_ns = 1'772'366'400'000'000'000;
  for (std::uint64_t id = 1; id <= 20'000; ++id) {
    now_ns += 20 + random() % 50;
    both.add(Call{.entry_id = 2 * id - 1,
                  .call_id = id,
                  .root_call_id = id,
                  .function = &one_,
                  .timestamp_ns = now_ns,
                  .pid = 7,
                  .tid = 7});
    both.add(Call{.stage = Stage::kEnd,
                  .entry_id = 2 * id,
                  .call_id = id,
                  .root_call_id = id,
                  .function = &one_,
                  .timestamp_ns = now_ns + 15,
                  .pid = 7,
                  .tid = 7,
                  .duration_ns = 15});
  }
  both.flush();
  expect_same(folder_, both);
  EXPECT_LT(content(both.recording_path).size(), 2 * 40'000);
}

TEST_F(RecordingTest, FilesAreTheirOwnersAlone) {
  const Both both(folder_);
  struct stat status{};
  ASSERT_EQ(stat(both.recording_path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

TEST_F(RecordingTest, WritersThatShareAFileKeepTheirNamesApart) {
  const std::string path = folder_.file("shared.glimpse");
  const Function other{0, "app::other()", "app", "", 0};
  RecordingWriter first(blocks_to(path));
  RecordingWriter second(blocks_to(path));
  for (std::uint64_t id = 1; id <= 3; ++id) {
    first.call({.entry_id = id, .call_id = id, .function = &one_, .pid = 7, .tid = 7});
    second.call({.entry_id = id, .call_id = id, .function = &other, .pid = 8, .tid = 8});
    ASSERT_TRUE(first.flush());
    ASSERT_TRUE(second.flush());
  }
  const Read read = read_back(folder_, content(path));
  EXPECT_TRUE(read.problems.empty());
  std::size_t ones = 0, others = 0;
  for (std::size_t at = 0; (at = read.lines.find("app::one()", at)) != std::string::npos; ++at) ++ones;
  for (std::size_t at = 0; (at = read.lines.find("app::other()", at)) != std::string::npos; ++at) ++others;
  EXPECT_EQ(ones, 3U);
  EXPECT_EQ(others, 3U);
}

TEST_F(RecordingTest, WhereItIsCutEverythingBeforeIsThere) {
  const auto blocks = three_blocks();
  const std::string whole = blocks[0] + blocks[1];
  const std::string lines = read_back(folder_, whole).lines;
  for (std::size_t cut = 1; cut < blocks[2].size(); ++cut) {
    const Read read = read_back(folder_, whole + blocks[2].substr(0, cut));
    ASSERT_EQ(read.lines, lines) << cut;
    ASSERT_EQ(read.end, BlockFile::End::kWithinBlock) << cut;
    ASSERT_TRUE(read.problems.empty()) << read.problems.front();
  }
}

TEST_F(RecordingTest, DamageAnywhereInABlockCostsThatBlockAndIsTold) {
  const auto blocks = three_blocks();
  for (std::size_t at = 0; at < blocks[1].size(); ++at) {
    std::string bad = blocks[1];
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const Read read = read_back(folder_, blocks[0] + bad + blocks[2]);
    ASSERT_EQ(read.lines, lines_but_the_second()) << at;
    ASSERT_EQ(read.problems.size(), 1U) << at;
  }
}

TEST_F(RecordingTest, DamageIsToldWithFileAndPlace) {
  const auto blocks = three_blocks();
  std::string bad = blocks[1];
  bad[sizeof(BlockHeader)] ^= 1;
  EXPECT_EQ(read_back(folder_, blocks[0] + bad + blocks[2]).problems.front(),
            "x.glimpse: the block at byte " + std::to_string(blocks[0].size()) +
                " cannot be read (damaged): 2 records from entry 3 on are lost");
  bad = blocks[1];
  bad[0] ^= 1;
  EXPECT_EQ(read_back(folder_, blocks[0] + bad + blocks[2]).problems.front(),
            "x.glimpse: damaged from byte " + std::to_string(blocks[0].size()) + " to " +
                std::to_string(blocks[0].size() + bad.size()));
}

TEST_F(RecordingTest, NamesThatAreLostCostTheirCallsAndNoOthers) {
  const Function functions[] = {one_, {1, "app::lost()", "app", "", 0}, {2, "app::three()", "app", "", 0}};
  Both both(folder_, "names");
  std::vector<std::string> flushes;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    both.add(Call{.entry_id = id, .call_id = id, .function = &functions[id - 1], .pid = 7, .tid = 7});
    const std::size_t before = content(both.recording_path).size();
    both.flush();
    flushes.push_back(content(both.recording_path).substr(before));
  }
  flushes[1][sizeof(BlockHeader)] ^= 1;  // of the block of names that stands before that of records
  const Read read = read_back(folder_, flushes[0] + flushes[1] + flushes[2]);
  ASSERT_EQ(read.problems.size(), 2U);
  EXPECT_NE(read.problems[0].find("cannot be read (damaged): 1 names are lost"), std::string::npos) << read.problems[0];
  EXPECT_NE(read.problems[1].find("a function whose name was in a block that is lost"), std::string::npos);
  lines_ = content(both.lines_path);
  const std::size_t second = lines_.find('\n') + 1;
  EXPECT_EQ(read.lines, lines_.substr(0, second) + lines_.substr(lines_.find('\n', second) + 1));
}

TEST_F(RecordingTest, OtherFilesAreNoRecordings) {
  EXPECT_EQ(read_back(folder_, "{\"record_type\":\"process\"}\n").problems.front(),
            "x.glimpse: JSON lines, not a recording");
  EXPECT_EQ(read_back(folder_, "hello").problems.front(), "x.glimpse: not a recording of glimpse");
  std::string later = three_blocks()[0];
  later[8] = 5;
  EXPECT_EQ(read_back(folder_, later).problems.front(),
            "x.glimpse: byte 0: a recording of version 5; this glimpse reads versions 1 to 4");
}

TEST_F(RecordingTest, NothingIsAppendedToWhatIsNoRecording) {
  const std::string path = folder_.file("notes");
  std::ofstream(path) << "my notes\n";
  const auto file = OutputFile::open(path, OutputFile::Mode::kAppend, OutputFile::Unit::kBlock);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, path +
                                      ": not a recording, so none can be appended; choose another file with -o or "
                                      "GLIMPSE_LOG_PATH");
  EXPECT_EQ(content(path), "my notes\n");
}

TEST_F(RecordingTest, HalfABlockOfAKilledWriterIsCutOffBeforeTheNext) {
  const auto blocks = three_blocks();
  for (std::size_t cut = 1; cut < blocks[1].size(); cut += 7) {
    const std::string path = folder_.file("half.glimpse");
    std::ofstream(path, std::ios::binary | std::ios::trunc) << blocks[0] << blocks[1].substr(0, cut);
    RecordingWriter writer(blocks_to(path));
    writer.take_over(blocks[2]);
    ASSERT_TRUE(writer.flush());
    ASSERT_EQ(content(path), blocks[0] + blocks[2]) << cut;
  }
}

TEST_F(RecordingTest, TheWholePartOfBlocksEndsWhereABlockEnds) {
  const auto blocks = three_blocks();
  const std::string all = blocks[0] + blocks[1] + blocks[2];
  EXPECT_EQ(whole_part(all, all.size()), all.size());
  EXPECT_EQ(whole_part(all, all.size() - 1), blocks[0].size() + blocks[1].size());
  // A block of names and one of records were written together the first time.
  EXPECT_LT(whole_part(all, blocks[0].size() - 1), blocks[0].size() - 1);
  EXPECT_EQ(whole_part(all, 10), 0U);
  EXPECT_EQ(records_in(all), 6U);
  EXPECT_EQ(whole_part("{}\n{}\n{", 7), 6U);
  EXPECT_EQ(records_in("{}\n{}\n"), 2U);
}

TEST_F(RecordingTest, AFullDiskKeepsWholeBlocks) {
  const std::string path = "/dev/full";
  RecordingWriter writer(blocks_to(path));
  writer.call({.entry_id = 1, .call_id = 1, .function = &one_, .pid = 7, .tid = 7});
  EXPECT_FALSE(writer.flush());
  EXPECT_EQ(writer.waiting_records(), 1U);
  EXPECT_GT(writer.buffered_bytes(), 0U);
}

}  // namespace
}  // namespace glimpse::writers
