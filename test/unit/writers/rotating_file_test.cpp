// Files that are rotated when they are large, and found again when somebody has renamed them.
#include "writers/rotating_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "temporary_folder.h"
#include "writers/recording.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"
#include "writers/rotated_files.h"

namespace glimpse::writers {
namespace {

using Mode = OutputFile::Mode;
using Unit = OutputFile::Unit;

class RotatingFileTest : public testing::Test {
 protected:
  RotatingFile opened(FileRules rules, Mode mode = Mode::kAppend, Unit unit = Unit::kLine) {
    rules.tell = [this](const std::string& sentence) { told_.push_back(sentence); };
    auto file = RotatingFile::open(path_, mode, unit, rules);
    EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().message);
    return std::move(*file);
  }
  static void append(RotatingFile& file, std::string_view text) {
    std::size_t accepted = 0;
    const auto done = file.append(text, accepted);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message);
    EXPECT_EQ(accepted, text.size());
  }
  bool is_there(const std::string& suffix) const { return access((path_ + suffix).c_str(), F_OK) == 0; }
  std::string content(const std::string& suffix = "") const { return content_of(path_ + suffix); }

  // All that was written, in its order.
  std::string everything() const {
    std::string all;
    const auto files = rotated_files(path_);
    for (auto file = files.rbegin(); file != files.rend(); ++file) all += content_of(file->path);
    return all + content();
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("trace.jsonl");
  std::vector<std::string> told_;
};

std::string lines(int from, int to) {
  std::string text;
  for (int n = from; n < to; ++n) text += "{\"n\":" + std::to_string(n) + "}\n";
  return text;
}

TEST_F(RotatingFileTest, WithoutALimitNothingIsRotated) {
  RotatingFile file = opened({});
  append(file, lines(0, 100'000));
  EXPECT_EQ(content(), lines(0, 100'000));
  EXPECT_TRUE(rotated_files(path_).empty());
}

TEST_F(RotatingFileTest, FilesEndWithAWholeLineWhateverTheLimit) {
  for (const std::uint64_t most : {1u, 7u, 8u, 9u, 100u, 1000u, 4096u}) {
    RotatingFile file = opened({.max_file_bytes = most}, Mode::kAppend);
    for (int n = 0; n < 60; n += 15) append(file, lines(n, n + 15));
    EXPECT_EQ(everything(), lines(0, 60)) << most;
    for (const RotatedFile& one : rotated_files(path_)) {
      const std::string text = content_of(one.path);
      EXPECT_TRUE(text.ends_with('\n')) << one.path;
      EXPECT_TRUE(text.size() <= most || text.find('\n') + 1 == text.size()) << "one line too long for a file";
      std::remove(one.path.c_str());
    }
    std::remove(path_.c_str());
  }
}

TEST_F(RotatingFileTest, OnlySoManyFilesAreKept) {
  RotatingFile file = opened({.max_file_bytes = 100, .max_files = 3});
  append(file, lines(0, 500));
  const auto files = rotated_files(path_);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_TRUE(lines(0, 500).ends_with(everything()));
}

TEST_F(RotatingFileTest, StartingAnewMovesAsideWhatIsThere) {
  write_file(path_, "{\"old\":1}\n");
  opened({.max_file_bytes = 1000}, Mode::kTruncate);
  EXPECT_EQ(content(), "");
  EXPECT_EQ(content(".1"), "{\"old\":1}\n");
  opened({.max_file_bytes = 1000}, Mode::kTruncate);
  EXPECT_FALSE(is_there(".2")) << "an empty file is none";

  write_file(path_, "{\"old\":2}\n");
  opened({}, Mode::kTruncate);
  EXPECT_EQ(content(), "") << "without rotation it starts anew";
  EXPECT_FALSE(is_there(".2"));
}

TEST_F(RotatingFileTest, AHalfRecordOfAKilledWriterDoesNotReachARotatedFile) {
  write_file(path_, "{\"n\":0}\n{\"n\":");
  RotatingFile file = opened({.max_file_bytes = 10});
  append(file, lines(1, 2));
  EXPECT_EQ(content(".1"), "{\"n\":0}\n");
  EXPECT_EQ(content(), "{\"n\":1}\n");
}

TEST_F(RotatingFileTest, AFileThatWasRenamedIsOpenedAgain) {
  RotatingFile file = opened({});
  append(file, "one\n");
  std::filesystem::rename(path_, path_ + ".old");
  append(file, "two\n");
  EXPECT_EQ(content(".old"), "one\n");
  EXPECT_EQ(content(), "two\n");
  write_file(path_ + ".new", "three\n");
  std::filesystem::rename(path_ + ".new", path_);
  append(file, "four\n");
  EXPECT_EQ(content(), "three\nfour\n") << "another one has its name";
}

TEST_F(RotatingFileTest, ARequestOpensItAgainWithoutAnythingToAppend) {
  RotatingFile file = opened({});
  append(file, "one\n");
  std::filesystem::rename(path_, path_ + ".old");
  append(file, "");
  EXPECT_FALSE(is_there("")) << "not at each";
  reopen_files();
  append(file, "");
  EXPECT_EQ(content(), "");
}

TEST_F(RotatingFileTest, WhereItCannotBeOpenedAgainNothingIsLost) {
  const std::string inner = folder_.file("inner");
  ASSERT_EQ(mkdir(inner.c_str(), 0700), 0);
  path_ = inner + "/trace.jsonl";
  RotatingFile file = opened({.max_file_bytes = 1000});
  append(file, "one\n");
  std::filesystem::rename(inner, folder_.file("moved"));
  append(file, "two\n");
  append(file, "three\n");
  EXPECT_EQ(content_of(folder_.file("moved") + "/trace.jsonl"), "one\ntwo\nthree\n");
}

TEST_F(RotatingFileTest, AFileThatCannotBeRotatedGrowsAndSaysSoOnce) {
  path_ = folder_.file(std::string(254, 'n'));  // no name can be longer by two
  RotatingFile file = opened({.max_file_bytes = 20});
  append(file, lines(0, 50));
  append(file, lines(50, 100));
  EXPECT_EQ(content(), lines(0, 100));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_TRUE(told_[0].ends_with("cannot be rotated: File name too long; it grows beyond GLIMPSE_MAX_FILE_BYTES"));
}

TEST_F(RotatingFileTest, ANewFileIsReadableByWhoeverCouldReadTheOneBefore) {
  write_file(path_, "{\"n\":0}\n");
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  RotatingFile file = opened({.max_file_bytes = 10});
  append(file, lines(1, 2));
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(RotatingFileTest, BehindASymbolicLinkTheFileItselfIsRotated) {
  const std::string real = folder_.file("real.jsonl");
  write_file(real, "");
  std::filesystem::create_symlink(real, path_);
  RotatingFile file = opened({.max_file_bytes = 10});
  append(file, lines(0, 3));
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_EQ(rotated_files(real).size(), 2U);
  EXPECT_EQ(content(), lines(2, 3));
}

TEST_F(RotatingFileTest, PipesAndTerminalsStayWhatTheyAre) {
  path_ = "/dev/null";
  RotatingFile file = opened({.max_file_bytes = 1}, Mode::kTruncate);
  append(file, lines(0, 100));
  EXPECT_EQ(file.path(), "");
  EXPECT_EQ(file.descriptor(), -1);
}

// Processes that share a file, each of which finds its lines again: all of them, once, in their order.
void expect_each_line_once(const std::string& all, int processes, int count) {
  std::map<int, int> next;
  for (const std::string& line : lines_of(all)) {
    const int process = std::stoi(line);
    const std::size_t colon = line.find(':');
    ASSERT_NE(colon, std::string::npos) << line;
    const int number = next[process]++;
    ASSERT_EQ(line.substr(colon + 1, line.find(' ') - colon - 1), std::to_string(number)) << "of process " << process;
    ASSERT_TRUE(line.ends_with("x"));
  }
  for (int process = 0; process < processes; ++process) EXPECT_EQ(next[process], count) << "of process " << process;
}

TEST_F(RotatingFileTest, ProcessesThatShareAFileRotateItAndEachLineIsThereOnce) {
  constexpr int kProcesses = 5;
  constexpr int kLines = 1000;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      std::mt19937 random(static_cast<unsigned>(process));
      RotatingFile file = opened({.max_file_bytes = 5000});
      bool good = true;
      for (int n = 0; n < kLines;) {
        std::string text;
        for (int left = static_cast<int>(random() % 60); left >= 0 && n < kLines; --left, ++n) {
          text += std::to_string(process) + ":" + std::to_string(n) + " " + std::string(random() % 200, 'x') + "x\n";
        }
        std::size_t accepted = 0;
        good = file.append(text, accepted).ok() && accepted == text.size() && good;
        if (random() % 50 == 0)
          std::rename(path_.c_str(), (path_ + "-" + std::to_string(process * 100'000 + n)).c_str());
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  // What was renamed by hand has lost its place in the order: lines are counted there, and ordered within each file.
  std::map<int, std::map<int, int>> times;
  std::vector<std::string> files = files_beside(path_);
  if (access(path_.c_str(), F_OK) == 0) files.push_back(path_);  // nobody has renamed it after the last line
  EXPECT_GT(files.size(), 50U);
  for (const std::string& file : files) {
    std::map<int, int> last;
    for (const std::string& line : lines_of(content_of(file))) {
      const int process = std::stoi(line);
      const int number = std::stoi(line.substr(line.find(':') + 1));
      ++times[process][number];
      ASSERT_TRUE(line.ends_with("x"));
      ASSERT_LT(last.contains(process) ? last[process] : -1, number) << file;
      last[process] = number;
    }
  }
  for (int process = 0; process < kProcesses; ++process) {
    ASSERT_EQ(times[process].size(), static_cast<std::size_t>(kLines));
    for (const auto& [number, count] : times[process]) ASSERT_EQ(count, 1) << process << ":" << number;
  }
}

TEST_F(RotatingFileTest, WithoutOthersWhoRenameItTheFilesAreInTheirOrder) {
  std::vector<pid_t> children;
  for (int process = 0; process < 4; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      RotatingFile file = opened({.max_file_bytes = 3000});
      std::size_t accepted = 0;
      bool good = true;
      for (int n = 0; n < 1500; ++n) {
        const std::string line = std::to_string(process) + ":" + std::to_string(n) + " x\n";
        good = file.append(line, accepted).ok() && good;
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_GT(rotated_files(path_).size(), 10U);
  expect_each_line_once(everything(), 4, 1500);
}

struct Lines : RecordSink {
  void call(const Call& record) override {
    found.push_back(std::to_string(record.call_id) + " " + record.function->name);
  }
  void process(const Process&) override {}
  void thread(const Thread&) override {}
  void span(const Span&) override {}
  void log(const Log&) override {}
  void notice(const Notice&) override {}
  void summary(const Summary&) override {}
  std::vector<std::string> found;
};

// Reads one file by itself.
std::vector<std::string> calls_in(const std::string& path) {
  Lines lines;
  recording::Decoder decoder;
  auto file = recording::BlockFile::open(path);
  EXPECT_TRUE(file.ok());
  while (true) {
    const auto header = file->next();
    EXPECT_TRUE(header.ok()) << (header.ok() ? "" : header.error().message);
    if (!header || !*header) break;
    const auto columns = file->columns();
    const auto done = decoder.read(**header, *columns, lines);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : path + ": " + done.error().message);
  }
  EXPECT_EQ(file->end(), recording::BlockFile::End::kWhole);
  return lines.found;
}

class RotatingRecording : public RotatingFileTest {
 protected:
  RotatingRecording() {
    for (std::uint32_t n = 0; n < 50; ++n) functions_.push_back({n, "app::f" + std::to_string(n) + "()", "app", "", 0});
  }
  Call call(std::uint64_t id) const {
    return {
        .entry_id = id, .call_id = id, .function = &functions_[id * id % 50], .timestamp_ns = 100, .pid = 7, .tid = 7};
  }
  std::string expected(std::uint64_t id) const { return std::to_string(id) + " " + functions_[id * id % 50].name; }
  // Every call from 1 to `last`, once, each file read by itself.
  void expect_all(std::uint64_t last) const {
    std::vector<std::string> all;
    auto files = rotated_files(path_);
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
      const auto calls = calls_in(file->path);
      all.insert(all.end(), calls.begin(), calls.end());
    }
    const auto calls = calls_in(path_);
    all.insert(all.end(), calls.begin(), calls.end());
    ASSERT_EQ(all.size(), last);
    for (std::uint64_t id = 1; id <= last; ++id) ASSERT_EQ(all[id - 1], expected(id));
  }
  std::vector<Function> functions_;
};

TEST_F(RotatingRecording, EachFileCanBeReadByItself) {
  RecordingWriter writer(opened({.max_file_bytes = 2000}, Mode::kAppend, Unit::kBlock));
  for (std::uint64_t id = 1; id <= 400; ++id) {
    writer.call(call(id));
    if (id % 7 == 0) writer.prepare();
    if (id % 21 == 0) {
      ASSERT_TRUE(writer.flush());
    }
  }
  ASSERT_TRUE(writer.flush());
  EXPECT_GT(rotated_files(path_).size(), 2U);
  expect_all(400);
}

TEST_F(RotatingRecording, AFileThatWasRenamedIsFollowedByOneWithItsNames) {
  RecordingWriter writer(opened({}, Mode::kAppend, Unit::kBlock));
  for (std::uint64_t id = 1; id <= 60; ++id) {
    writer.call(call(id));
    ASSERT_TRUE(writer.flush());
    if (id % 20 == 0) {
      ASSERT_EQ(rotate(path_, 0), 0);
    }
  }
  writer.call(call(61));
  ASSERT_TRUE(writer.flush());
  expect_all(61);
}

TEST_F(RotatingRecording, WhatAKilledWriterLeftFindsItsNamesInTheFilesBefore) {
  // Its blocks behind the first were made, and never written.
  std::string left;
  {
    const std::string other = folder_.file("other.glimpse");
    auto file = OutputFile::open(other, Mode::kAppend, Unit::kBlock);
    ASSERT_TRUE(file);
    RecordingWriter writer(std::move(*file));
    for (std::uint64_t id = 1; id <= 30; ++id) writer.call(call(id));
    ASSERT_TRUE(writer.flush());
    write_file(path_, content_of(other));
    for (std::uint64_t id = 31; id <= 40; ++id) writer.call(call(id));
    ASSERT_TRUE(writer.flush());
    left = content_of(other).substr(content().size());
  }
  for (int n = 0; n < 3; ++n) {
    ASSERT_EQ(rotate(path_, 0), 0);
    write_file(path_, "");
  }
  RecordingWriter writer(opened({}, Mode::kAppend, Unit::kBlock));
  writer.take_over(left);
  for (std::uint64_t id = 41; id <= 50; ++id) writer.call(call(id));
  ASSERT_TRUE(writer.flush());
  expect_all(50);
}

}  // namespace
}  // namespace glimpse::writers
