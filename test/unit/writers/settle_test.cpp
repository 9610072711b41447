// What a killed collector was writing: all of it there, some, none, or half a line.
#include "writers/settle.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "test/support/temporary_folder.h"
#include "writers/file_packer.h"
#include "writers/packed_file.h"
#include "writers/rotated_files.h"

namespace glimpse::writers {
namespace {

constexpr std::string_view kText = "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n";
constexpr std::string_view kBefore = "{\"earlier\":0}\n";

class SettleTest : public testing::Test {
 protected:
  // A file that held kBefore when the text set out, and has `then` behind it now.
  std::uint64_t settled(const std::string& then) {
    std::ofstream(path_) << kBefore << then;
    struct stat status{};
    EXPECT_EQ(stat(path_.c_str(), &status), 0);
    return settle(path_, {status.st_dev, status.st_ino, kBefore.size()}, kText);
  }
  std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // What is there after the rest was appended.
  std::string completed(const std::string& then) {
    const std::uint64_t there = settled(then);
    return content() + std::string(kText.substr(there));
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("trace.jsonl");
};

TEST_F(SettleTest, NothingOfItIsThere) {
  EXPECT_EQ(settled(""), 0u);
  EXPECT_EQ(settled("{\"other\":1}\n"), 0u);
  EXPECT_EQ(content(), std::string(kBefore) + "{\"other\":1}\n");
}

TEST_F(SettleTest, AllOfItIsThere) {
  EXPECT_EQ(settled(std::string(kText)), kText.size());
  EXPECT_EQ(settled(std::string(kText) + "{\"other\":1}\n"), kText.size());
}

TEST_F(SettleTest, KilledAfterAnyByteTheFileIsCompletedToTheSame) {
  for (std::size_t bytes = 0; bytes <= kText.size(); ++bytes) {
    EXPECT_EQ(completed(std::string(kText.substr(0, bytes))), std::string(kBefore) + std::string(kText)) << bytes;
  }
}

TEST_F(SettleTest, WholeLinesStayWhereOthersWroteBehindThem) {
  EXPECT_EQ(completed("{\"a\":1}\n{\"other\":1}\n"),
            std::string(kBefore) + "{\"a\":1}\n{\"other\":1}\n{\"b\":2}\n{\"c\":3}\n");
  EXPECT_EQ(completed("{\"a\":1}\n{\"before\":1}\n"),
            std::string(kBefore) + "{\"a\":1}\n{\"before\":1}\n{\"b\":2}\n{\"c\":3}\n")
      << "the other's line begins as ours would";
}

TEST_F(SettleTest, AFileStartedAnewHasNothing) {
  std::ofstream(path_) << "";
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(settle(path_, {status.st_dev, status.st_ino, 1000}, kText), 0u);
  EXPECT_EQ(settle(path_, {status.st_dev, status.st_ino + 1, 0}, kText), 0u) << "another file has taken its name";
  EXPECT_EQ(settle(folder_.file("gone"), {status.st_dev, status.st_ino, 0}, kText), 0u);
}

// The file has another name by then, or another form.
class SettleRotatedTest : public SettleTest {
 protected:
  Place written(const std::string& then) {
    std::ofstream(path_) << kBefore << then;
    struct stat status{};
    EXPECT_EQ(stat(path_.c_str(), &status), 0);
    return {status.st_dev, status.st_ino, kBefore.size()};
  }
  void rotate(int times) {
    for (int n = 0; n < times; ++n) {
      ASSERT_EQ(::glimpse::writers::rotate(path_, 0), 0);
      std::ofstream(path_) << "{\"later\":1}\n";
    }
  }
};

TEST_F(SettleRotatedTest, ARotatedFileIsFoundByItsIdentity) {
  for (std::size_t bytes = 0; bytes <= kText.size(); ++bytes) {
    const auto place = written(std::string(kText.substr(0, bytes)));
    rotate(3);
    const std::uint64_t there = settle(path_, place, kText);
    std::ifstream file(path_ + ".3");
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(content, std::string(kBefore) + std::string(kText.substr(0, there))) << bytes;
    EXPECT_EQ(there, bytes / 8 * 8) << "whole lines";
  }
}

TEST_F(SettleRotatedTest, WhateverTheToolThatRenamedItCalledIt) {
  const auto place = written(std::string(kText));
  std::filesystem::rename(path_, path_ + "-20260301");
  EXPECT_EQ(settle(path_, place, kText), kText.size());
}

TEST_F(SettleRotatedTest, APackedFileIsFoundToo) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const auto place = written(std::string(kText.substr(0, 16)) + "{\"other\":1}\n");
    rotate(2);
    {
      FilePacker(path_, compression, nullptr, std::chrono::minutes(5)).look();
    }
    ASSERT_TRUE(std::filesystem::exists(path_ + ".2" + packed_suffix(compression)));
    EXPECT_EQ(settle(path_, place, kText), 16u);
    EXPECT_EQ(settle(path_, {place.device, place.inode + 1'000'000, place.offset}, kText), 0u)
        << "made of another file";
  }
}

}  // namespace
}  // namespace glimpse::writers
