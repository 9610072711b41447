#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/prctl.h>
#include <sys/uio.h>

#include <atomic>
#include <cstdint>

#include "runtime/confinement.h"
#include "runtime/foreign_memory.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

enum class Way : std::uint32_t { kUnknown, kKernelCopies, kLookFirst };
constinit std::atomic<Way> known_way{Way::kUnknown};

Way find_way() {
  const bool filtered = raw_syscall(__NR_prctl, PR_GET_SECCOMP) != 0;
  const Way way = filtered ? Way::kLookFirst : Way::kKernelCopies;
  known_way.store(way, std::memory_order_relaxed);
  return way;
}

constexpr long kInvalid = -22;
constexpr long kNotThere = -14;
constexpr int kNoSuchOperation = 0x7fffffff;

// The kernel reads the eight bytes before it sees that nothing is called so.
bool can_read(std::uintptr_t page_or_within) {
  const std::uintptr_t whole = page_or_within & ~std::uintptr_t{7};
  return raw_syscall(__NR_rt_sigprocmask, kNoSuchOperation, static_cast<long>(whole), 0, 8) == kInvalid;
}

}  // namespace

std::size_t read_foreign(void* to, const void* from, std::size_t bytes) {
  if (confined() || from == nullptr) return 0;
  Way way = known_way.load(std::memory_order_relaxed);
  if (way == Way::kUnknown) way = find_way();
  if (way == Way::kKernelCopies) {
    const iovec here{to, bytes};
    const iovec there{const_cast<void*>(from), bytes};
    const long copied = raw_syscall(__NR_process_vm_readv, sys_getpid(), as_long(&here), 1, as_long(&there), 1, 0);
    if (copied >= 0) return static_cast<std::size_t>(copied);
    if (copied == kNotThere) return 0;
    known_way.store(Way::kLookFirst, std::memory_order_relaxed);
  }
  if (!can_read(reinterpret_cast<std::uintptr_t>(from))) return 0;
  copy_bytes(to, from, bytes);
  return bytes;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
