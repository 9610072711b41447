#include "test/support/memory_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace glimpse::writers {
namespace {

TEST(MemoryWriter, KeepsRecordsBeyondTheirOriginals) {
  MemoryWriter writer;
  {
    const Function function{.index = 0, .name = std::string("app::run(int)")};
    const std::string what(100, 'w');
    const Exception exception{.type = "std::runtime_error", .what = what, .has_what = true};
    writer.call({.stage = Stage::kException, .function = &function, .exception = &exception});
    writer.notice({.reason = "dropped", .message = std::string("12 events were lost")});
  }
  ASSERT_EQ(writer.records().size(), 2u);
  EXPECT_EQ(writer.only<KeptCall>()[0].function.name, "app::run(int)");
  EXPECT_EQ(writer.only<KeptCall>()[0].what, std::string(100, 'w'));
  EXPECT_EQ(writer.only<KeptNotice>()[0].message, "12 events were lost");
}

TEST(MemoryWriter, AFailingFlushKeepsRecordsBufferedUntilOneSucceeds) {
  MemoryWriter writer;
  writer.thread({.tid = 1, .name = "main"});
  writer.fail_flushes("disk full");
  const Result<void> failed = writer.flush();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "disk full");
  EXPECT_EQ(writer.buffered_bytes(), MemoryWriter::kBytesPerRecord);
  EXPECT_EQ(writer.flushed_records(), 0u);
  writer.recover();
  EXPECT_TRUE(writer.flush().ok());
  EXPECT_EQ(writer.buffered_bytes(), 0u);
  EXPECT_EQ(writer.flushed_records(), 1u);
}

}  // namespace
}  // namespace glimpse::writers
