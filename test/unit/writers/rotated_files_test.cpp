// Names of rotated files, and how they move on.
#include "writers/rotated_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "temporary_folder.h"

namespace glimpse::writers {
namespace {

namespace fs = std::filesystem;

class RotatedFiles : public testing::Test {
 protected:
  void make(const std::vector<std::string>& names) {
    for (const std::string& name : names) write_file(folder_.file(name), "was " + name);
  }
  int rotate_once(std::uint32_t most) { return rotate(path_, most); }

  // What is there, by name: what it was called when it was made.
  std::map<std::string, std::string> there() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::directory_iterator(fs::path(path_).parent_path())) {
      found[entry.path().filename().string()] = content_of(entry.path().string()).substr(4);
    }
    return found;
  }
  using Files = std::map<std::string, std::string>;

  TemporaryFolder folder_;
  std::string path_ = folder_.file("t.jsonl");
};

TEST_F(RotatedFiles, EachMovesOnByOneAndKeepsWhatItIs) {
  make({"t.jsonl", "t.jsonl.1", "t.jsonl.2.gz", "t.jsonl.3.zst"});
  EXPECT_EQ(rotate_once(0), 0);
  EXPECT_EQ(there(), (Files{{"t.jsonl.1", "t.jsonl"},
                            {"t.jsonl.2", "t.jsonl.1"},
                            {"t.jsonl.3.gz", "t.jsonl.2.gz"},
                            {"t.jsonl.4.zst", "t.jsonl.3.zst"}}));
}

TEST_F(RotatedFiles, TheOldestGoWhereThereWouldBeTooMany) {
  make({"t.jsonl", "t.jsonl.1", "t.jsonl.2", "t.jsonl.3", "t.jsonl.4", "t.jsonl.9.gz"});
  EXPECT_EQ(rotate_once(3), 0);
  EXPECT_EQ(there(), (Files{{"t.jsonl.1", "t.jsonl"}, {"t.jsonl.2", "t.jsonl.1"}, {"t.jsonl.3", "t.jsonl.2"}}));
  make({"t.jsonl"});
  EXPECT_EQ(rotate_once(1), 0);
  EXPECT_EQ(there(), (Files{{"t.jsonl.1", "t.jsonl"}}));
}

TEST_F(RotatedFiles, AGapIsFilledAndCostsNoFile) {
  make({"t.jsonl", "t.jsonl.1", "t.jsonl.3"});
  EXPECT_EQ(rotate_once(3), 0);
  EXPECT_EQ(there(), (Files{{"t.jsonl.1", "t.jsonl"}, {"t.jsonl.2", "t.jsonl.1"}, {"t.jsonl.3", "t.jsonl.3"}}));
}

TEST_F(RotatedFiles, AFileThatIsThereTwiceLosesThePlainOne) {
  make({"t.jsonl", "t.jsonl.1", "t.jsonl.1.gz"});
  EXPECT_EQ(rotate_once(0), 0);
  EXPECT_EQ(there(), (Files{{"t.jsonl.1", "t.jsonl"}, {"t.jsonl.2.gz", "t.jsonl.1.gz"}}));
}

TEST_F(RotatedFiles, OtherNamesAreNoneOfThem) {
  const std::vector<std::string> others{"t.jsonl.0",  "t.jsonl.01",     "t.jsonl.x",    "t.jsonl.1.bz2",
                                        "t.jsonl.",   "t.jsonl-1",      "t.jsonl1",     "u.jsonl.1",
                                        "t.jsonl.-1", "t.jsonl.1.gz.2", "at.jsonl.1.gz"};
  make(others);
  EXPECT_TRUE(rotated_files(path_).empty());
  make({"t.jsonl"});
  EXPECT_EQ(rotate_once(1), 0);
  for (const std::string& name : others) EXPECT_EQ(there()[name], name);
  EXPECT_EQ(there()["t.jsonl.1"], "t.jsonl");
}

TEST_F(RotatedFiles, AHundredComeInTheirOrder) {
  make({"t.jsonl"});
  for (int n = 0; n < 100; ++n) {
    ASSERT_EQ(rotate_once(0), 0);
    make({"t.jsonl"});
  }
  const auto files = rotated_files(path_);
  ASSERT_EQ(files.size(), 100U);
  for (std::uint32_t n = 0; n < 100; ++n) EXPECT_EQ(files[n].number, n + 1);
}

TEST_F(RotatedFiles, WithoutAFileNothingMoves) { EXPECT_EQ(rotate_once(0), ENOENT); }

TEST_F(RotatedFiles, FilesBesideHaveTheNameAndMore) {
  make({"t.jsonl", "t.jsonl.1", "t.jsonl-20260301.gz", "t.jsonlx", "u.jsonl.1"});
  auto files = files_beside(path_);
  std::ranges::sort(files);
  EXPECT_EQ(files, (std::vector<std::string>{path_ + "-20260301.gz", path_ + ".1"}));
}

}  // namespace
}  // namespace glimpse::writers
