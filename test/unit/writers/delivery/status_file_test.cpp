// What `glimpse status` reads is what was written.
#include "writers/delivery/status_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "test/support/temporary_folder.h"
#include "writers/delivery/files.h"

namespace glimpse::writers::delivery {
namespace {

TEST(StatusFile, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  write_status_file(folder.path(),
                    {{.name = "sqlite", .state = "ok", .delivered = 12, .waiting = 34},
                     {.name = "otlp",
                      .state = "failing",
                      .dropped = 1,
                      .dead_letters = 2,
                      .retries = 3,
                      .problem = "refused\tby\nnobody"}},
                    56, 78);
  const auto status = read_status_file(folder.path());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->queue_bytes, 56u);
  EXPECT_EQ(status->queue_limit_bytes, 78u);
  ASSERT_EQ(status->destinations.size(), 2u);
  EXPECT_EQ(status->destinations[0].name, "sqlite");
  EXPECT_EQ(status->destinations[0].delivered, 12u);
  EXPECT_EQ(status->destinations[0].waiting, 34u);
  EXPECT_EQ(status->destinations[1].state, "failing");
  EXPECT_EQ(status->destinations[1].dropped, 1u);
  EXPECT_EQ(status->destinations[1].dead_letters, 2u);
  EXPECT_EQ(status->destinations[1].retries, 3u);
  EXPECT_EQ(status->destinations[1].problem, "refused by nobody");
}

TEST(StatusFile, WhatIsNotOneOfOursIsSteppedOver) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_status_file(folder.path()));
  std::ofstream(folder.file(std::string(kStatusFileName))) << "queue\tx\n\ndestination\tone\tok\nrubbish\0\xff\n";
  const auto status = read_status_file(folder.path());
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->destinations.empty());
}

}  // namespace
}  // namespace glimpse::writers::delivery
