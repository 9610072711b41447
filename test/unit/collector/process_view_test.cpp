#include "collector/process_view.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "test/support/fake_process.h"
#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

class ProcessViewTest : public testing::Test {
 protected:
  std::unique_ptr<ProcessView> view() {
    auto opened = ProcessView::open(path_);
    if (opened.ok()) return std::move(*opened);
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("process-1");
};

TEST_F(ProcessViewTest, ShowsWhoTheProcessIs) {
  wire::FakeProcess process(path_, {.pid = 77});
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->header().pid, 77u);
  EXPECT_EQ(seen->executable(), "/opt/shop/till");
  EXPECT_EQ(seen->cwd(), "/srv");
  EXPECT_EQ(seen->command(), std::string_view("till\0--open\0", 12));
  EXPECT_EQ(seen->path(), path_);
  EXPECT_EQ(seen->ring_capacity_words(), wire::kMinRingBytes / 8);
}

TEST_F(ProcessViewTest, ShowsFunctionsModulesAndRingsWhileTheyAppear) {
  wire::FakeProcess process(path_);
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->function_count(), 0u);
  EXPECT_EQ(seen->ring_count(), 0u);
  const std::uint32_t module = process.add_module("/lib/libshop.so", 0x7000);
  const wire::FunctionId id = process.add_function(0x7010, module);
  wire::FakeRing ring = process.claim_ring(9, "worker");
  ring.start(id, 5);
  EXPECT_EQ(seen->function_count(), 1u);
  EXPECT_EQ(seen->function(id).address, 0x7010u);
  ASSERT_NE(seen->module(module), nullptr);
  EXPECT_EQ(seen->module(module)->bias, 0x7000u);
  ASSERT_EQ(seen->ring_count(), 1u);
  EXPECT_EQ(seen->ring(0).tid, 9u);
  EXPECT_EQ(wire::event_function(seen->ring_words(0)[2]), id);
}

TEST_F(ProcessViewTest, WritesDecisionsWhereTheHookReadsThem) {
  wire::FakeProcess process(path_);
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  seen->decide(1, wire::Decision::kSkip);
  seen->decide(2, wire::Decision::kRecord);
  EXPECT_EQ(process.decision(0), wire::Decision::kUnknown);
  EXPECT_EQ(process.decision(1), wire::Decision::kSkip);
  EXPECT_EQ(process.decision(2), wire::Decision::kRecord);
}

TEST_F(ProcessViewTest, HasNoModuleThatIsNotWholeOrDoesNotExist) {
  wire::FakeProcess process(path_);
  process.add_module("/lib/libshop.so", 0);
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  EXPECT_NE(seen->module(1), nullptr);
  EXPECT_EQ(seen->module(0), nullptr);
  EXPECT_EQ(seen->module(2), nullptr) << "not written yet";
  EXPECT_EQ(seen->module(wire::kMaxModules + 1), nullptr);
  EXPECT_EQ(seen->module(wire::kNoModule), nullptr);
}

TEST_F(ProcessViewTest, CutsCountsThatTheProcessChangedLater) {
  wire::FakeProcess process(path_, {.max_rings = 2});
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  process.header().ring_count.store(0xffffffff);
  process.header().function_count.store(0xffffffff);
  EXPECT_EQ(seen->ring_count(), 2u);
  EXPECT_EQ(seen->function_count(), wire::kMaxFunctions - 1);
}

TEST_F(ProcessViewTest, KeepsItsSizesWhateverTheProcessWritesLater) {
  wire::FakeProcess process(path_, {.max_rings = 2});
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  wire::RingHeader* second = &seen->ring(1);
  process.header().ring_bytes = wire::kMaxRingBytes;
  process.header().max_rings = 4000;
  process.header().executable_bytes = 0xffffffff;
  EXPECT_EQ(seen->ring_capacity_words(), wire::kMinRingBytes / 8);
  EXPECT_EQ(&seen->ring(1), second);
  EXPECT_EQ(seen->executable(), "/opt/shop/till");
}

TEST_F(ProcessViewTest, RefusesAFileThatIsNotThere) {
  const auto opened = ProcessView::open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, path_ + ": No such file or directory");
}

TEST_F(ProcessViewTest, RefusesALink) {
  wire::FakeProcess process(folder_.file("elsewhere"));
  std::filesystem::create_symlink(process.path(), path_);
  const auto opened = ProcessView::open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, path_ + ": Too many levels of symbolic links");
}

TEST_F(ProcessViewTest, RefusesWhatIsNoProcessFile) {
  for (const std::string& content : {std::string(), std::string("glmsprc1"), std::string(8192, 'x')}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    const auto opened = ProcessView::open(path_);
    ASSERT_FALSE(opened.ok()) << content.size() << " bytes";
    EXPECT_EQ(opened.error().message, path_ + ": not a process file of glimpse");
  }
}

TEST_F(ProcessViewTest, RefusesAnotherVersionAndSaysWhich) {
  wire::FakeProcess process(path_);
  process.header().version = 9;
  const auto opened = ProcessView::open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, path_ + ": written by another version (format 9, this one reads 2)");
}

TEST_F(ProcessViewTest, RefusesAFileShorterThanItSays) {
  {
    wire::FakeProcess process(path_);
  }
  const auto bytes = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, bytes - 1);
  const auto opened = ProcessView::open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, path_ + ": damaged");
}

struct Damage {
  const char* name;
  std::function<void(wire::ProcessHeader&)> make;
  bool grow = true;  // the file to what it then says, so that its size is not what refuses it
};

class DamagedProcessFile : public testing::TestWithParam<Damage> {};

TEST_P(DamagedProcessFile, IsRefused) {
  const TemporaryFolder folder;
  wire::FakeProcess process(folder.file("process-1"));
  ASSERT_TRUE(ProcessView::open(process.path()).ok()) << "it is sound before the damage";
  GetParam().make(process.header());
  if (GetParam().grow) std::filesystem::resize_file(process.path(), process.header().file_bytes);
  const auto opened = ProcessView::open(process.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, process.path() + ": damaged");
}

using Header = wire::ProcessHeader;
// A change of sizes that agrees with itself, so that only the limit can refuse it.
void resize(Header& h, std::uint64_t ring_bytes, std::uint32_t max_rings) {
  h.ring_bytes = ring_bytes;
  h.max_rings = max_rings;
  h.file_bytes = wire::ring_offset(ring_bytes, max_rings);
}

INSTANTIATE_TEST_SUITE_P(
    Each, DamagedProcessFile,
    testing::Values(Damage{"RingBytesNoPowerOfTwo", [](Header& h) { resize(h, wire::kMinRingBytes + 4096, 1); }},
                    Damage{"RingBytesZero", [](Header& h) { resize(h, 0, 1); }},
                    Damage{"RingBytesTooFew", [](Header& h) { resize(h, wire::kMinRingBytes / 2, 1); }},
                    Damage{"RingBytesTooMany", [](Header& h) { resize(h, wire::kMaxRingBytes * 2, 1); }},
                    Damage{"NoRings", [](Header& h) { resize(h, wire::kMinRingBytes, 0); }},
                    Damage{"TooManyRings",
                           [](Header& h) { resize(h, wire::kMinRingBytes, wire::kDefaultMaxRings + 1); }},
                    Damage{"MoreRingsThanTheFileHolds", [](Header& h) { resize(h, wire::kMinRingBytes, 5); }, false},
                    Damage{"FileBytesDisagree", [](Header& h) { h.file_bytes -= 4096; }},
                    Damage{"FileBytesHuge", [](Header& h) { h.file_bytes = ~std::uint64_t{0}; }, false},
                    Damage{"TextsTooLong", [](Header& h) { h.executable_bytes = wire::kIdentityBytes + 1; }},
                    Damage{"TextsTooLongTogether", [](Header& h) { h.cwd_bytes = wire::kIdentityBytes; }},
                    Damage{"TextsWhoseLengthsGoRound",
                           [](Header& h) {
                             h.executable_bytes = 0x80000000;
                             h.cwd_bytes = 0x80000000;
                           }}),
    [](const auto& damage) { return std::string(damage.param.name); });

}  // namespace
}  // namespace glimpse::collector
