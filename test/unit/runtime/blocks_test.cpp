// Blocks on the shadow stack: what is called within, beside and around them, and those that nobody ends.
#include <gtest/gtest.h>
#include <setjmp.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/hot/held_lane.h"
#include "runtime/hot/hooks.h"
#include "runtime/process.h"
#include "runtime/program_calls.h"
#include "test/unit/runtime/program_fake.h"

namespace glimpse::runtime {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uint32_t word_of(std::uint32_t id) { return id << kFlagBits | kRecorded | kCounted; }

// As the compiler's hooks: the stack pointer is that of the function which calls them.
__attribute__((noinline)) void enter(std::uint32_t id, std::uint32_t site) {
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const HeldLane held(this_thread.lane, stack_pointer);
  enter_lane(this_thread.lane, word_of(id), site, stack_pointer);
}
__attribute__((noinline)) void leave(std::uint32_t id, std::uint32_t site) {
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const HeldLane held(this_thread.lane, stack_pointer);
  exit_lane(this_thread.lane, word_of(id), site, stack_pointer);
}

// As glimpse::TimeBlock, it calls the runtime from the function that it stands in.
class Block {
 public:
  __attribute__((always_inline)) explicit Block(const char* name) {
    block_begin(&block_, {name, 3}, {"label", 5}, {"file", 4}, 7);
  }
  __attribute__((always_inline)) ~Block() { block_end(&block_, 0); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

 private:
  glimpse_block block_;
};

__attribute__((noinline)) void called(std::uint32_t id) {
  enter(id, 100 + id);
  leave(id, 100 + id);
}

// Inlined into its caller: the hooks see the caller's stack pointer and call site.
__attribute__((always_inline)) inline void inlined(std::uint32_t id, std::uint32_t site) {
  enter(id, site);
  leave(id, site);
}

Lines without_texts(Lines lines) {
  std::erase_if(lines, [](const std::string& line) {
    return line.rfind("block ", 0) == 0 || line.rfind("record", 0) == 0 || line.rfind("context", 0) == 0;
  });
  return lines;
}

TEST(Blocks, SayTheirNameLabelAndPlaceBeforeTheirStart) {
  FakeProgram program;
  {
    const Block block("abc");
  }
  Lines lines = program.read();
  std::erase_if(lines, [](const std::string& line) { return line.rfind("record", 0) == 0; });
  EXPECT_EQ(lines, (Lines{"block abc[label] file:7", "start block", "end block"}));
  EXPECT_EQ(program.lane().matched, 0u);
}

__attribute__((noinline)) void with_blocks() {
  enter(1, 11);
  called(2);
  {
    const Block block("abc");
    called(3);
    inlined(4, 11);
    {
      const Block inner("def");
      inlined(5, 11);
      called(6);
    }
    called(7);
  }
  called(8);
  leave(1, 11);
}

TEST(Blocks, NestAmongCalledAndInlinedFunctions) {
  FakeProgram program;
  with_blocks();
  EXPECT_EQ(without_texts(program.read()),
            (Lines{"start 1", "start 2",     "end 2",     "start block", "start 3", "end 3", "start 4",
                   "end 4",   "start block", "start 5",   "end 5",       "start 6", "end 6", "end block",
                   "start 7", "end 7",       "end block", "start 8",     "end 8",   "end 1"}));
  EXPECT_EQ(program.lane().top, program.lane().base);
}

// A function without hooks of its own.
__attribute__((noinline)) void unhooked() {
  const Block block("abc");
  called(2);
  inlined(3, 33);
  const Block beside("def");
  called(4);
}

TEST(Blocks, NeedNoHookAroundThem) {
  FakeProgram program;
  unhooked();
  unhooked();
  const Lines once{"start block", "start 2", "end 2", "start 3",   "end 3",
                   "start block", "start 4", "end 4", "end block", "end block"};
  Lines twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(without_texts(program.read()), twice);
}

jmp_buf back;

__attribute__((noinline)) void jumps_out() {
  enter(2, 22);
  glimpse_block block;
  block_begin(&block, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  longjmp(back, 1);
}

__attribute__((noinline)) void jumped_over() {
  enter(1, 11);
  if (setjmp(back) == 0) jumps_out();
  called(3);
  leave(1, 11);
}

TEST(Blocks, ThatWereJumpedOutOfEndWithTheirFunction) {
  FakeProgram program;
  jumped_over();
  EXPECT_EQ(without_texts(program.read()),
            (Lines{"start 1", "start 2", "start block", "leave 2 reason 2", "start 3", "end 3", "end 1"}));
  EXPECT_EQ(program.lane().matched, 0u);
}

__attribute__((noinline)) void jumped_over_before_a_block() {
  enter(1, 11);
  if (setjmp(back) == 0) jumps_out();
  {
    const Block block("def");
    called(3);
  }
  leave(1, 11);
}

TEST(Blocks, CloseWhatWasJumpedOutOfBeforeThem) {
  FakeProgram program;
  jumped_over_before_a_block();
  EXPECT_EQ(without_texts(program.read()), (Lines{"start 1", "start 2", "start block", "leave 2 reason 2",
                                                  "start block", "start 3", "end 3", "end block", "end 1"}));
}

TEST(Blocks, LeftByAnExceptionThatNobodyToldOfAreLeftAtOnce) {
  FakeProgram program;
  glimpse_block block;
  block_begin(&block, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  block_end(&block, 1);
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "leave 1 reason 3"}));
}

TEST(Blocks, OpenAtAThrowAreLeftByItAndThoseThatBeginLaterEnd) {
  FakeProgram program;
  glimpse_block open;
  block_begin(&open, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  this_thread.in_flight[0] = {&program, static_cast<std::uint64_t>(program.lane().top - program.lane().base) + 1};
  this_thread.in_flight_count = 1;
  program.lane().guard = kInFlight;
  {
    const Block in_a_destructor("def");
  }
  block_end(&open, 1);
  EXPECT_EQ(program.lane().guard, kInFlight);
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "start block", "end block", "leave 1 reason 1"}));
}

TEST(Blocks, CountAgainstTheDepth) {
  FakeProgram program;
  program.runtime().ring().depth_limit = 2;
  glimpse_block blocks[3];
  for (glimpse_block& block : blocks) block_begin(&block, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  EXPECT_NE(blocks[1].opaque, 0u);
  EXPECT_EQ(blocks[2].opaque, 0u);
  for (int i = 2; i >= 0; --i) block_end(&blocks[i], 0);
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "start block", "end block", "end block"}));
  EXPECT_EQ(program.lane().matched, 0u);
}

TEST(Blocks, EndedTwiceByAnotherThreadOrAfterAForkEndNothing) {
  FakeProgram program;
  glimpse_block outer;
  glimpse_block block;
  block_begin(&outer, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  block_begin(&block, {"def", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  glimpse_block again = block;
  block_end(&block, 0);
  block_end(&again, 0);
  ++process.generation;
  glimpse_block parents = outer;
  block_end(&parents, 0);
  --process.generation;
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "start block", "end block"}));
  block_end(&outer, 0);
  EXPECT_EQ(without_texts(program.read()), (Lines{"end block"}));
}

TEST(Blocks, EndedOutOfOrderTakeWhatIsAboveThemAlong) {
  FakeProgram program;
  glimpse_block outer;
  glimpse_block inner;
  block_begin(&outer, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  block_begin(&inner, {"def", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  block_end(&outer, 0);
  block_end(&inner, 0);
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "start block", "leave 1 reason 2", "end block"}));
}

TEST(Blocks, OnTheHeapAreRecordedToo) {
  FakeProgram program;
  const auto block = std::make_unique<glimpse_block>();
  block_begin(block.get(), {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  block_end(block.get(), 0);
  EXPECT_EQ(without_texts(program.read()), (Lines{"start block", "end block"}));
}

TEST(Blocks, WithoutRoomAreLostCallsAndEndNothing) {
  FakeProgram program(wire::OverflowMode::kDrop, 8192);
  std::uint64_t made = 0;
  for (; made < 5000; ++made) {
    glimpse_block block;
    block_begin(&block, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
    const bool lost = block.opaque == 0;
    block_end(&block, 0);
    if (lost) break;
  }
  EXPECT_LT(made, 5000u);
  EXPECT_EQ(program.runtime().ring().lost_starts, 1u);
  EXPECT_EQ(program.lane().matched, 0u);
  EXPECT_EQ(without_texts(program.read()).size(), 2 * made);
}

TEST(Blocks, AreTakenBackWithTheirStart) {
  for (std::size_t begin = 0; begin < 8; ++begin) {
    FakeProgram program(wire::OverflowMode::kOverwrite, 8192);
    for (std::size_t i = 0; i < begin; ++i) called(1);
    for (int i = 0; i < 10'000; ++i) const Block block("abc");
    const Lines lines = program.read();
    ASSERT_GT(lines.size(), 10u);
    EXPECT_EQ(lines[0], "gap");
    EXPECT_NE(lines[1], "start block") << begin;
  }
}

TEST(Blocks, WhereNothingIsRecordedSaySo) {
  FakeProgram program;
  process.header->recording = 0;
  glimpse_block block{1, 1};
  block_begin(&block, {"abc", 3}, {nullptr, 0}, {nullptr, 0}, 0);
  EXPECT_EQ(block.opaque, 0u);
}

}  // namespace
}  // namespace glimpse::runtime
