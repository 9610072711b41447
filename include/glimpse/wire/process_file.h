// The file of one traced process: who it is, its modules, its functions, what the policy says of them, and its rings.
//
//   0               +--------------+
//                   | header       |  one page
//   kIdentityOffset +--------------+
//                   | identity     |  executable, working directory, command line
//   kModulesOffset  +--------------+
//                   | modules      |  ModuleEntry[kMaxModules], written by the process
//   kFunctionsOffset+--------------+
//                   | functions    |  FunctionEntry[kMaxFunctions], written by the process
//   kDecisionsOffset+--------------+
//                   | decisions    |  one byte per function, written by the collector, read by the hook
//   kRingsOffset    +--------------+
//                   | rings        |  max_rings times (RingHeader page + ring_bytes)
//                   +--------------+
//
// The file is sparse: only what is used takes memory. The process creates it whole under a temporary name, counts
// itself in the session, and maps it once; nothing is opened again, so chroot, seccomp and descriptor limits do no harm
// later. Counts are stored after the entries they count.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "glimpse/wire/ring.h"

namespace glimpse::wire {

inline constexpr std::uint64_t kProcessMagic = 0x31637270736d6c67;  // "glmsprc1"
inline constexpr std::uint32_t kWireVersion = 2;

inline constexpr std::uint32_t kMaxModules = 2048;
inline constexpr std::uint32_t kMaxFunctions = 1u << 22;
inline constexpr std::uint32_t kDefaultMaxRings = 4096;
inline constexpr std::uint32_t kUnlimitedDepth = 0xffffffff;

inline constexpr std::uint32_t kPatchRefusals = 8;

enum class ClockKind : std::uint32_t { kTsc = 1, kMonotonic = 2 };

enum class ProcessState : std::uint32_t {
  kRunning = 1,
  kExiting = 2,  // exit() was called; `exit_status` holds. A linked program waits for `drained`
};

struct ProcessHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t file_bytes;
  std::uint64_t ring_bytes;
  std::uint32_t max_rings;
  std::uint32_t pid;
  std::uint32_t ppid;
  ClockKind clock;
  // One instant on three clocks: the session's clock, CLOCK_MONOTONIC and CLOCK_REALTIME.
  std::uint64_t start_ticks;
  std::int64_t start_monotonic_ns;
  std::int64_t start_realtime_ns;
  std::uint32_t executable_bytes;  // lengths of the three texts of the identity, which follow each other there
  std::uint32_t cwd_bytes;
  std::uint32_t command_bytes;  // arguments, each closed by a zero byte
  std::uint32_t linked;         // 1 where the program started its collector itself
  std::uint64_t pid_namespace;  // the number of the namespace that `pid` and `ppid` count in; 0 where not known
  // Which file the process runs, as stat() tells it, whatever its path leads to by now; all 0 where not known.
  std::uint64_t executable_device;
  std::uint64_t executable_inode;
  std::int64_t executable_modified_ns;

  alignas(64) std::atomic<std::uint32_t> module_count;
  std::atomic<std::uint32_t> function_count;  // ids handed out; an entry is valid once its `module` is not 0
  std::atomic<std::uint32_t> ring_count;      // rings ever claimed
  std::atomic<ProcessState> state;
  std::atomic<std::int32_t> exit_status;      // meaningful from kExiting on; -1 where not known
  std::atomic<std::uint64_t> lost_threads;    // calls not recorded because no ring was to be had
  std::atomic<std::uint64_t> lost_functions;  // calls not recorded because a table was full
  std::atomic<std::uint64_t> lost_nested;     // calls not recorded because handlers interrupted hooks too deeply
  std::atomic<std::uint64_t> lost_records;    // what the program said of spans and logs that found no place in a ring

  // Written by the collector, but for `depth_limit`: include/glimpse/wire/control.h.
  alignas(64) std::atomic<std::uint32_t> depth_limit;  // what a new ring begins with
  std::atomic<std::uint32_t> drained;                  // futex: 1 once everything before kExiting is in the output
  std::atomic<std::uint32_t> policy_depth;             // the policy's trace_depth, kUnlimitedDepth until it is known
  std::atomic<std::uint32_t> flush_done;               // futex: the last `flush_wanted` that was done
  std::atomic<std::uint32_t> snapshot_done;            // futex: the last `snapshot_wanted` that was done
  // Up to the rings' tails, and of rings whose thread is gone.
  std::atomic<std::uint64_t> read_calls;     // calls and blocks that became records
  std::atomic<std::uint64_t> lost_in_rings;  // calls lost in rings that are closed

  // Written by the process: hook calls of excluded functions, where they are to be patched.
  alignas(64) std::atomic<std::uint32_t> patched_calls;
  std::atomic<std::uint32_t> refused_calls[kPatchRefusals];  // by reason, in the order of runtime/patching

  // Written by the process and by `glimpse ctl`.
  alignas(64) std::atomic<std::uint32_t> recording;  // 0: no call that begins now is recorded
  std::atomic<std::uint32_t> flush_wanted;           // counts who asked for everything up to then in the output
  std::atomic<std::uint32_t> snapshot_wanted;        // counts who asked for what the rings hold
};
static_assert(sizeof(ProcessHeader) <= kPageBytes);

struct ModuleEntry {
  std::uint64_t start;  // addresses [start, end) of the running process
  std::uint64_t end;
  std::uint64_t bias;  // run-time address minus the file's virtual address
  std::uint32_t path_bytes;
  std::uint32_t build_id_bytes;
  std::atomic<std::uint32_t> ready;     // 1 once the entry is whole
  std::atomic<std::uint32_t> unloaded;  // 1 after dlclose: its addresses may come to mean something else
  std::uint8_t build_id[64];
  char path[3992];
};
static_assert(sizeof(ModuleEntry) == kPageBytes);

struct FunctionEntry {
  std::uint64_t address;
  std::atomic<std::uint32_t> module;  // index + 1 into modules, kNoModule where none is known; 0: not yet written
  std::uint32_t reserved;
};
static_assert(sizeof(FunctionEntry) == 16);
inline constexpr std::uint32_t kNoModule = 0xffffffff;

enum class Decision : std::uint8_t { kUnknown = 0, kRecord = 1, kSkip = 2 };

inline constexpr std::uint64_t kIdentityOffset = kPageBytes;
inline constexpr std::uint64_t kIdentityBytes = 128 << 10;
inline constexpr std::uint64_t kModulesOffset = kIdentityOffset + kIdentityBytes;
inline constexpr std::uint64_t kFunctionsOffset = kModulesOffset + std::uint64_t{kMaxModules} * sizeof(ModuleEntry);
inline constexpr std::uint64_t kDecisionsOffset =
    kFunctionsOffset + std::uint64_t{kMaxFunctions} * sizeof(FunctionEntry);
inline constexpr std::uint64_t kRingsOffset = kDecisionsOffset + kMaxFunctions;
static_assert(kModulesOffset % kPageBytes == 0 && kFunctionsOffset % kPageBytes == 0 && kRingsOffset % kPageBytes == 0);

constexpr std::uint64_t ring_offset(std::uint64_t ring_bytes, std::uint64_t index) {
  return kRingsOffset + index * (kPageBytes + ring_bytes);
}

}  // namespace glimpse::wire
