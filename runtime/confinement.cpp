#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/auxv.h>

#include "runtime/confinement.h"
#include "runtime/function_memory.h"
#include "runtime/modules.h"
#include "runtime/native_objects.h"
#include "runtime/process.h"
#include "runtime/recording.h"
#include "runtime/rings.h"
#include "runtime/syscalls.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kPauseNs = 40;  // about what one look at the word takes
constexpr std::uint64_t kFramesBefore = 1 << 20;

// What a confined process has waited, as no clock may be read there.
constinit std::atomic<std::uint64_t> waited_ns{0};

}  // namespace

constinit std::atomic<bool> process_confined{false};

bool prepare_confinement() {
  if (confined()) return true;
  if (process_attached()) {
    open_all_rings();
    module_of(getauxval(AT_PHDR));  // the program itself: its path is a system call
    prepare_frames(this_thread, kFramesBefore);
  }
  process_confined.store(true, std::memory_order_relaxed);
  return false;
}

void stop_recording() {
  if (!process_attached()) return;
  process.attachment.store(Attachment::kDisabled, std::memory_order_release);
  tell_recording(false);
  stop_using_function_table();
  forget_native_words();
}

void end_confinement() { process_confined.store(false, std::memory_order_relaxed); }

std::uint64_t patience_ns() {
  if (confined()) return waited_ns.load(std::memory_order_relaxed);
  timespec now{};
  sys_clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::uint64_t timeout_ns) {
  if (!confined()) {
    sys_futex_wait(&word, seen, timeout_ns);
    return;
  }
  for (std::uint64_t spent_ns = 0; spent_ns < timeout_ns; spent_ns += kPauseNs) {
    if (word.load(std::memory_order_acquire) != seen) return;
    __builtin_ia32_pause();
  }
  waited_ns.fetch_add(timeout_ns, std::memory_order_relaxed);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
