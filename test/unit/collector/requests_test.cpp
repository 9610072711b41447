#include "collector/requests.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "test/support/fake_process.h"
#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

class RequestsTest : public testing::Test {
 protected:
  void note(std::int64_t now_ns) {
    requests_.note([now_ns] { return now_ns; });
  }

  TemporaryFolder folder_;
  wire::FakeProcess process_{folder_.file("process-1")};
  wire::ProcessHeader& header_ = process_.header();
  Requests requests_{header_};
};

TEST_F(RequestsTest, NobodyAsksAtFirst) {
  note(5);
  EXPECT_FALSE(requests_.until_ns());
  requests_.answer();
  EXPECT_EQ(header_.flush_done.load(), 0u);
}

TEST_F(RequestsTest, AskForEverythingUpToTheTimeWhenTheyWereSeen) {
  header_.flush_wanted.fetch_add(1);
  note(5);
  note(6);
  EXPECT_EQ(requests_.until_ns(), 5);
}

TEST_F(RequestsTest, ThatComeWhileOneIsPendingAreAnsweredByTheNextAnswer) {
  header_.flush_wanted.fetch_add(1);
  note(5);
  header_.flush_wanted.fetch_add(1);
  header_.snapshot_wanted.fetch_add(1);
  note(6);
  requests_.answer();
  EXPECT_EQ(header_.flush_done.load(), 1u);
  EXPECT_EQ(header_.snapshot_done.load(), 0u);
  EXPECT_FALSE(requests_.until_ns());
  note(7);
  EXPECT_EQ(requests_.until_ns(), 7);
  requests_.answer();
  EXPECT_EQ(header_.flush_done.load(), 2u);
  EXPECT_EQ(header_.snapshot_done.load(), 1u);
}

TEST_F(RequestsTest, AreCountedRoundTheEnd) {
  header_.flush_wanted.store(0xffffffff);
  header_.flush_done.store(0xffffffff);
  header_.flush_wanted.fetch_add(1);
  note(5);
  ASSERT_TRUE(requests_.until_ns());
  requests_.answer();
  EXPECT_EQ(header_.flush_done.load(), 0u);
}

TEST_F(RequestsTest, AreAllAnsweredWhenTheProcessIsGone) {
  header_.flush_wanted.fetch_add(3);
  note(5);
  header_.snapshot_wanted.fetch_add(2);
  requests_.answer_all();
  EXPECT_EQ(header_.flush_done.load(), 3u);
  EXPECT_EQ(header_.snapshot_done.load(), 2u);
  EXPECT_FALSE(requests_.until_ns());
}

}  // namespace
}  // namespace glimpse::collector
