// Where everything stands in the files that two processes share. A change here is another format: kWireVersion goes up.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "glimpse/wire/process_file.h"
#include "glimpse/wire/record.h"
#include "glimpse/wire/session_file.h"

namespace glimpse::wire {
namespace {

TEST(Layout, RingHeaderKeepsWritersApartByCacheLine) {
  EXPECT_EQ(offsetof(RingHeader, head), 0u);
  EXPECT_EQ(offsetof(RingHeader, populated_words), 8u);
  EXPECT_EQ(offsetof(RingHeader, tail), 64u);
  EXPECT_EQ(offsetof(RingHeader, waiting), 72u);
  EXPECT_EQ(offsetof(RingHeader, tail_bell), 76u);
  EXPECT_EQ(offsetof(RingHeader, released_epoch), 80u);
  EXPECT_EQ(offsetof(RingHeader, state), 128u);
  EXPECT_EQ(offsetof(RingHeader, tid), 132u);
  EXPECT_EQ(offsetof(RingHeader, lane), 136u);
  EXPECT_EQ(offsetof(RingHeader, pid), 140u);
  EXPECT_EQ(offsetof(RingHeader, name), 144u);
  EXPECT_EQ(offsetof(RingHeader, lost_starts), 160u);
  EXPECT_EQ(offsetof(RingHeader, lost_ends), 168u);
  EXPECT_EQ(offsetof(RingHeader, told_starts), 88u);
  EXPECT_EQ(offsetof(RingHeader, overwritten_starts), 96u);
  EXPECT_EQ(offsetof(RingHeader, read_starts), 104u);
  EXPECT_EQ(offsetof(RingHeader, written_starts), 112u);
  EXPECT_EQ(offsetof(RingHeader, overwrites), 176u);
  EXPECT_EQ(offsetof(RingHeader, gaps), 192u);
  EXPECT_EQ(sizeof(GapSlot), 488u);
  EXPECT_EQ(sizeof(RingHeader), 1216u);
}

TEST(Layout, ProcessHeader) {
  EXPECT_EQ(offsetof(ProcessHeader, magic), 0u);
  EXPECT_EQ(offsetof(ProcessHeader, version), 8u);
  EXPECT_EQ(offsetof(ProcessHeader, header_bytes), 12u);
  EXPECT_EQ(offsetof(ProcessHeader, file_bytes), 16u);
  EXPECT_EQ(offsetof(ProcessHeader, ring_bytes), 24u);
  EXPECT_EQ(offsetof(ProcessHeader, max_rings), 32u);
  EXPECT_EQ(offsetof(ProcessHeader, pid), 36u);
  EXPECT_EQ(offsetof(ProcessHeader, ppid), 40u);
  EXPECT_EQ(offsetof(ProcessHeader, clock), 44u);
  EXPECT_EQ(offsetof(ProcessHeader, start_ticks), 48u);
  EXPECT_EQ(offsetof(ProcessHeader, start_monotonic_ns), 56u);
  EXPECT_EQ(offsetof(ProcessHeader, start_realtime_ns), 64u);
  EXPECT_EQ(offsetof(ProcessHeader, executable_bytes), 72u);
  EXPECT_EQ(offsetof(ProcessHeader, cwd_bytes), 76u);
  EXPECT_EQ(offsetof(ProcessHeader, command_bytes), 80u);
  EXPECT_EQ(offsetof(ProcessHeader, linked), 84u);
  EXPECT_EQ(offsetof(ProcessHeader, pid_namespace), 88u);
  EXPECT_EQ(offsetof(ProcessHeader, executable_device), 96u);
  EXPECT_EQ(offsetof(ProcessHeader, executable_inode), 104u);
  EXPECT_EQ(offsetof(ProcessHeader, executable_modified_ns), 112u);
  EXPECT_EQ(offsetof(ProcessHeader, module_count), 128u);
  EXPECT_EQ(offsetof(ProcessHeader, function_count), 132u);
  EXPECT_EQ(offsetof(ProcessHeader, ring_count), 136u);
  EXPECT_EQ(offsetof(ProcessHeader, state), 140u);
  EXPECT_EQ(offsetof(ProcessHeader, exit_status), 144u);
  EXPECT_EQ(offsetof(ProcessHeader, lost_threads), 152u);
  EXPECT_EQ(offsetof(ProcessHeader, lost_functions), 160u);
  EXPECT_EQ(offsetof(ProcessHeader, lost_nested), 168u);
  EXPECT_EQ(offsetof(ProcessHeader, depth_limit), 192u);
  EXPECT_EQ(offsetof(ProcessHeader, drained), 196u);
  EXPECT_EQ(offsetof(ProcessHeader, patched_calls), 256u);
  EXPECT_EQ(offsetof(ProcessHeader, refused_calls), 260u);
  EXPECT_EQ(offsetof(ProcessHeader, policy_depth), 200u);
  EXPECT_EQ(offsetof(ProcessHeader, flush_done), 204u);
  EXPECT_EQ(offsetof(ProcessHeader, snapshot_done), 208u);
  EXPECT_EQ(offsetof(ProcessHeader, read_calls), 216u);
  EXPECT_EQ(offsetof(ProcessHeader, lost_in_rings), 224u);
  EXPECT_EQ(offsetof(ProcessHeader, recording), 320u);
  EXPECT_EQ(offsetof(ProcessHeader, flush_wanted), 324u);
  EXPECT_EQ(offsetof(ProcessHeader, snapshot_wanted), 328u);
}

TEST(Layout, SessionHeader) {
  EXPECT_EQ(offsetof(SessionHeader, magic), 0u);
  EXPECT_EQ(offsetof(SessionHeader, version), 8u);
  EXPECT_EQ(offsetof(SessionHeader, header_bytes), 12u);
  EXPECT_EQ(offsetof(SessionHeader, ring_bytes), 16u);
  EXPECT_EQ(offsetof(SessionHeader, max_field_bytes), 24u);
  EXPECT_EQ(offsetof(SessionHeader, overflow), 32u);
  EXPECT_EQ(offsetof(SessionHeader, enqueue_timeout_ms), 36u);
  EXPECT_EQ(offsetof(SessionHeader, max_rings), 40u);
  EXPECT_EQ(offsetof(SessionHeader, linked), 44u);
  EXPECT_EQ(offsetof(SessionHeader, stack_frames), 48u);
  EXPECT_EQ(offsetof(SessionHeader, patch_excluded), 52u);
  EXPECT_EQ(offsetof(SessionHeader, trace_seed), 56u);
  EXPECT_EQ(offsetof(SessionHeader, bell), 64u);
  EXPECT_EQ(offsetof(SessionHeader, collector_waiting), 68u);
  EXPECT_EQ(offsetof(SessionHeader, process_count), 128u);
  EXPECT_EQ(offsetof(SessionHeader, collector_state), 132u);
  EXPECT_EQ(offsetof(SessionHeader, collector_pid), 136u);
}

TEST(Layout, TablesFollowEachOtherWithoutGapOrOverlap) {
  EXPECT_EQ(kIdentityOffset, 4096u);
  EXPECT_EQ(kModulesOffset, 135'168u);
  EXPECT_EQ(kFunctionsOffset, kModulesOffset + 2048u * 4096u);
  EXPECT_EQ(kDecisionsOffset, kFunctionsOffset + (std::uint64_t{1} << 22) * 16);
  EXPECT_EQ(kRingsOffset, kDecisionsOffset + (std::uint64_t{1} << 22));
  EXPECT_EQ(ring_offset(1 << 20, 0), kRingsOffset);
  EXPECT_EQ(ring_offset(1 << 20, 3), kRingsOffset + 3 * (4096u + (1u << 20)));
}

TEST(Layout, TheLargestProcessFileFitsAnOffset) {
  const std::uint64_t largest = ring_offset(kMaxRingBytes, kDefaultMaxRings);
  EXPECT_GT(largest, kMaxRingBytes * kDefaultMaxRings);  // it did not go round
  EXPECT_LT(largest, std::uint64_t{1} << 47);            // and fits the address space of x86-64
}

TEST(Layout, EntriesAndPayloads) {
  EXPECT_EQ(offsetof(ModuleEntry, start), 0u);
  EXPECT_EQ(offsetof(ModuleEntry, end), 8u);
  EXPECT_EQ(offsetof(ModuleEntry, bias), 16u);
  EXPECT_EQ(offsetof(ModuleEntry, path_bytes), 24u);
  EXPECT_EQ(offsetof(ModuleEntry, build_id_bytes), 28u);
  EXPECT_EQ(offsetof(ModuleEntry, ready), 32u);
  EXPECT_EQ(offsetof(ModuleEntry, unloaded), 36u);
  EXPECT_EQ(offsetof(ModuleEntry, build_id), 40u);
  EXPECT_EQ(offsetof(ModuleEntry, path), 104u);
  EXPECT_EQ(offsetof(FunctionEntry, address), 0u);
  EXPECT_EQ(offsetof(FunctionEntry, module), 8u);
  EXPECT_EQ(offsetof(ThrowPayload, exception), 0u);
  EXPECT_EQ(offsetof(ThrowPayload, type_bytes), 8u);
  EXPECT_EQ(offsetof(ThrowPayload, what_bytes), 12u);
  EXPECT_EQ(offsetof(LeavePayload, frames), 0u);
  EXPECT_EQ(offsetof(LeavePayload, reason), 4u);
  EXPECT_EQ(offsetof(LostPayload, starts), 0u);
  EXPECT_EQ(offsetof(LostPayload, ends), 8u);
}

TEST(Layout, StatesAreNumberedForGood) {
  EXPECT_EQ(static_cast<std::uint32_t>(RingState::kFree), 0u);  // a sparse file's rings are free
  EXPECT_EQ(static_cast<std::uint32_t>(RingState::kClaimed), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(RingState::kActive), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(RingState::kEnded), 3u);
  EXPECT_EQ(static_cast<std::uint32_t>(ProcessState::kRunning), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(ProcessState::kExiting), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(CollectorState::kNone), 0u);
  EXPECT_EQ(static_cast<std::uint32_t>(CollectorState::kRunning), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(CollectorState::kGone), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(OverflowMode::kBlock), 0u);
  EXPECT_EQ(static_cast<std::uint32_t>(OverflowMode::kDrop), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(OverflowMode::kOverwrite), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(ClockKind::kTsc), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(ClockKind::kMonotonic), 2u);
  EXPECT_EQ(static_cast<std::uint8_t>(Decision::kUnknown), 0u);  // and its functions undecided
  EXPECT_EQ(static_cast<std::uint8_t>(Decision::kRecord), 1u);
  EXPECT_EQ(static_cast<std::uint8_t>(Decision::kSkip), 2u);
}

TEST(Layout, FilesBeginWithTheirNameInPlainText) {
  char text[8];
  std::memcpy(text, &kProcessMagic, sizeof(text));
  EXPECT_EQ(std::string_view(text, sizeof(text)), "glmsprc1");
  std::memcpy(text, &kSessionMagic, sizeof(text));
  EXPECT_EQ(std::string_view(text, sizeof(text)), "glssess1");
}

TEST(Layout, SharedWordsNeedNoLockAndNoConstructor) {
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free);
  static_assert(std::atomic<RingState>::is_always_lock_free && std::atomic<Decision>::is_always_lock_free);
  static_assert(sizeof(std::atomic<Decision>) == 1);
  EXPECT_TRUE(std::is_trivially_destructible_v<RingHeader>);
  EXPECT_TRUE(std::is_trivially_destructible_v<ProcessHeader>);
  EXPECT_TRUE(std::is_trivially_destructible_v<SessionHeader>);
}

}  // namespace
}  // namespace glimpse::wire
