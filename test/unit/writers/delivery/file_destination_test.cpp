// Lines behind a queue: each is in the file once, also where a process that wrote them was killed at any byte.
#include "writers/delivery/file_destination.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "test/support/temporary_folder.h"
#include "writers/delivery/place_note.h"
#include "writers/jsonl.h"

namespace glimpse::writers::delivery {
namespace {

class FileDestinationTest : public testing::Test {
 protected:
  // A process that goes on from `noted`.
  struct Life {
    Life(FileDestinationTest& test, std::uint64_t noted)
        : writer(std::move(*OutputFile::open(test.path_, OutputFile::Mode::kAppend))),
          destination(test.folder_.path(), [this](std::uint32_t) -> Result<Writer*> { return &writer; }) {
      EXPECT_EQ(*destination.open("queue", noted), noted);
    }
    void give(std::uint64_t first, std::uint64_t last) {
      for (std::uint64_t id = first; id <= last; ++id) {
        Notice record;
        record.entry_id = id;
        record.pid = 7;
        record.message = "line";
        destination.notice(record);
      }
    }
    JsonlWriter writer;
    FileDestination destination;
  };

  std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("trace.jsonl");
};

TEST_F(FileDestinationTest, KilledAtAnyByteOfACommitTheFileIsCompletedToTheSame) {
  std::string whole;
  std::size_t before = 0;
  {
    Life life(*this, 0);
    life.give(1, 3);
    EXPECT_EQ(life.destination.commit(100).outcome, Commit::Outcome::kDone);
    before = content().size();
    life.give(4, 6);
    EXPECT_EQ(life.destination.commit(200).outcome, Commit::Outcome::kDone);
    whole = content();
  }
  // The note says that the text behind position 100 begins at `before`; so much of it had gone out.
  for (std::size_t bytes = before; bytes <= whole.size(); ++bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole.substr(0, bytes);
    struct stat status{};
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    PlaceNote(folder_.path(), 0).write({100, {status.st_dev, status.st_ino, before}, path_});
    Life life(*this, 100);
    life.give(4, 4);  // in smaller commits than before
    EXPECT_EQ(life.destination.commit(150).outcome, Commit::Outcome::kDone);
    life.give(5, 6);
    EXPECT_EQ(life.destination.commit(200).outcome, Commit::Outcome::kDone);
    ASSERT_EQ(content(), whole) << bytes;
  }
}

TEST_F(FileDestinationTest, ANoteOfAnotherPlaceIsNotBelieved) {
  {
    Life life(*this, 0);
    life.give(1, 2);
    EXPECT_EQ(life.destination.commit(100).outcome, Commit::Outcome::kDone);
  }
  const std::string once = content();
  Life life(*this, 100);  // its note is of position 0
  life.give(1, 2);
  EXPECT_EQ(life.destination.commit(200).outcome, Commit::Outcome::kDone);
  EXPECT_EQ(content(), once + once);
}

}  // namespace
}  // namespace glimpse::writers::delivery
