// Rotated files that are compressed behind everybody's back, by one process or several, killed or not.
#include "writers/file_packer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "temporary_folder.h"
#include "writers/packed_file.h"
#include "writers/rotating_file.h"

namespace glimpse::writers {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kUntilItIsDone{5};  // on a machine with other work

class FilePackerTest : public testing::TestWithParam<Compression> {
 protected:
  static std::string text(int seed, std::size_t bytes) {
    std::mt19937 random(static_cast<unsigned>(seed));
    std::string all;
    while (all.size() < bytes) all += "{\"n\":" + std::to_string(random() % 1000) + "}\n";
    return all;
  }
  // By the program that people use.
  std::string unpacked(const std::string& path) const {
    const std::string out = folder_.file("unpacked");
    const std::string command =
        (GetParam() == Compression::kGzip ? "gzip -dc '" : "zstd -dcq '") + path + "' > '" + out + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return content_of(out);
  }
  std::string suffix() const { return packed_suffix(GetParam()); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(fs::path(path_).parent_path()))
      found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }
  void pack_all() {
    FilePacker packer(
        path_, GetParam(), [this](const std::string& sentence) { told_.push_back(sentence); }, kUntilItIsDone);
    packer.look();
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("t.jsonl");
  std::vector<std::string> told_;
};

TEST_P(FilePackerTest, PlainFilesBecomePackedOnesThatHaveTheSameText) {
  write_file(path_, "{\"current\":1}\n");
  write_file(path_ + ".1", text(1, 2'000'000));
  write_file(path_ + ".2", "");
  ASSERT_EQ(chmod((path_ + ".1").c_str(), 0640), 0);
  const auto written = fs::last_write_time(path_ + ".1");
  pack_all();
  EXPECT_EQ(names(), (std::vector<std::string>{"t.jsonl", "t.jsonl.1" + suffix(), "t.jsonl.2" + suffix()}));
  EXPECT_EQ(unpacked(path_ + ".1" + suffix()), text(1, 2'000'000));
  EXPECT_EQ(unpacked(path_ + ".2" + suffix()), "");
  struct stat status{};
  ASSERT_EQ(stat((path_ + ".1" + suffix()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(fs::last_write_time(path_ + ".1" + suffix()), written);
  EXPECT_TRUE(told_.empty());
}

TEST_P(FilePackerTest, APackedFileTellsWhatItWasMadeOfAndWhatStandsInIt) {
  const std::string all = text(3, 3'000'000);
  write_file(path_, "");
  write_file(path_ + ".1", all);
  const auto identity = identity_at(path_ + ".1");
  pack_all();
  const std::string packed = path_ + ".1" + suffix();
  EXPECT_EQ(packed_from(packed), identity);
  EXPECT_EQ(packed_from(path_), std::nullopt);
  for (const std::size_t offset :
       {std::size_t{0}, std::size_t{1}, std::size_t{262'143}, std::size_t{2'000'000}, all.size()}) {
    EXPECT_EQ(unpack(packed, offset, 1000), all.substr(offset, 1000)) << offset;
  }
  EXPECT_EQ(unpack(packed, 0, SIZE_MAX), all);
  EXPECT_EQ(unpack(packed, all.size() + 1, 10), std::nullopt) << "it is not so long";
  EXPECT_EQ(unpack(path_, 0, 10), std::nullopt);
}

TEST_P(FilePackerTest, WhatOtherToolsPackedIsReadAndNotTakenForOurs) {
  write_file(path_ + ".1", "{\"n\":1}\n");
  const std::string tool = GetParam() == Compression::kGzip ? "gzip -q '" : "zstd -q --rm '";
  ASSERT_EQ(std::system((tool + path_ + ".1'").c_str()), 0);
  EXPECT_EQ(packed_from(path_ + ".1" + suffix()), std::nullopt);
  EXPECT_EQ(unpack(path_ + ".1" + suffix(), 0, 100), "{\"n\":1}\n");
}

TEST_P(FilePackerTest, KilledAtAnyInstantItLeavesThePlainFileOrThePackedOneWhole) {
  const std::string all = text(4, 400'000);
  write_file(path_, "");
  int both = 0, plain = 0, packed = 0;
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    write_file(path_ + ".1", all);
    std::remove((path_ + ".1" + suffix()).c_str());
    const pid_t child = fork();
    if (child == 0) {
      {
        FilePacker packer(path_, GetParam(), nullptr);
        packer.look();
      }
      _exit(0);
    }
    usleep(static_cast<useconds_t>(random() % 15'000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const bool has_plain = fs::exists(path_ + ".1");
    const bool has_packed = fs::exists(path_ + ".1" + suffix());
    ASSERT_TRUE(has_plain || has_packed);
    ASSERT_TRUE(!has_plain || content_of(path_ + ".1") == all);
    ASSERT_TRUE(!has_packed || unpacked(path_ + ".1" + suffix()) == all);
    (has_plain && has_packed ? both : has_plain ? plain : packed)++;
    if (round % 5 == 0) {
      pack_all();
      std::remove(folder_.file("unpacked").c_str());
      ASSERT_EQ(names(), (std::vector<std::string>{"t.jsonl", "t.jsonl.1" + suffix()})) << "leftovers are cleared up";
    }
  }
  EXPECT_GT(plain, 0);
  RecordProperty("both", both);
}

TEST_P(FilePackerTest, FilesMoveOnWhileTheyArePackedBySeveral) {
  {
    std::vector<std::thread> writers;
    for (int n = 0; n < 3; ++n) {
      writers.emplace_back([this, n] {
        auto file = RotatingFile::open(path_, OutputFile::Mode::kAppend, OutputFile::Unit::kLine,
                                       {.max_file_bytes = 30'000, .compression = GetParam()});
        ASSERT_TRUE(file);
        for (int line = 0; line < 20'000; line += 200) {
          std::string lines;
          for (int i = 0; i < 200; ++i) lines += std::to_string(n) + ":" + std::to_string(line + i) + "\n";
          std::size_t accepted = 0;
          ASSERT_TRUE(file->append(lines, accepted));
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  pack_all();
  std::vector<int> next(3, 0);
  const auto files = rotated_files(path_);
  EXPECT_GT(files.size(), 10U);
  for (std::size_t at = files.size() + 1; at-- > 0;) {
    const std::string path = at == 0 ? path_ : files[at - 1].path;
    for (const std::string& line : lines_of(at == 0 ? content_of(path) : unpacked(path))) {
      const auto writer = static_cast<std::size_t>(line[0] - '0');
      ASSERT_EQ(line.substr(2), std::to_string(next[writer]++)) << path;
    }
  }
  EXPECT_EQ(next, (std::vector<int>{20'000, 20'000, 20'000}));
}

INSTANTIATE_TEST_SUITE_P(Both, FilePackerTest, testing::Values(Compression::kGzip, Compression::kZstd),
                         [](const auto& one) { return one.param == Compression::kGzip ? "Gzip" : "Zstd"; });

}  // namespace
}  // namespace glimpse::writers
