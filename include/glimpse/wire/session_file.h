// The file every process of a session maps: what they were told, and the bell that wakes the collector.
//
// A session is a folder (0700) with this file, named `session`, and a file `process-N` for each traced process, N
// counting from 1. The folder's name is the value of GLIMPSE_SESSION.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/process_file.h"

namespace glimpse::wire {

inline constexpr std::uint64_t kSessionMagic = 0x3173736573736c67;  // "glssess1"
inline constexpr char kSessionFileName[] = "session";
inline constexpr char kProcessFilePrefix[] = "process-";
// The collector's own, for the one that takes over where it was killed. No business of a traced process.
inline constexpr char kJournalFilePrefix[] = "journal-";
inline constexpr char kTextFilePrefix[] = "text-";
inline constexpr char kMemoFileName[] = "memo";
inline constexpr char kPolicyFileName[] = "policy";  // what `glimpse ctl` hands over: a path, a line feed, the text

inline constexpr std::uint32_t kMaxStackFrames = 256;

enum class OverflowMode : std::uint32_t { kBlock = 0, kDrop = 1, kOverwrite = 2 };

enum class CollectorState : std::uint32_t {
  kNone = 0,     // not started yet
  kRunning = 1,  // `collector_pid` drains
  kGone = 2,     // it could not be started, or has given up: nobody will drain
};

struct SessionHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t ring_bytes;
  std::uint64_t max_field_bytes;
  OverflowMode overflow;
  std::uint32_t enqueue_timeout_ms;
  std::uint32_t max_rings;
  std::uint32_t linked;
  std::uint32_t stack_frames;    // of each throw, at most; 0: none. At most kMaxStackFrames
  std::uint32_t patch_excluded;  // 1: hook calls of excluded functions are patched out of the program
  // Random, and the collector's: trace ids of all processes come from it. 0 before the first collector, and kept for
  // the one that takes over.
  std::uint64_t trace_seed;

  alignas(64) std::atomic<std::uint32_t> bell;           // futex: changed by whoever has something for the collector
  std::atomic<std::uint32_t> collector_waiting;          // the collector sleeps on `bell`
  alignas(64) std::atomic<std::uint32_t> process_count;  // process files announced
  std::atomic<CollectorState> collector_state;
  std::atomic<std::uint32_t> collector_pid;
  std::atomic<std::uint32_t> death_told;  // 1 once a traced process has told its user that the collector was killed

  // A robust mutex (pthread_mutex_t) that the collector holds while it drains. Its first word is a futex which the
  // kernel marks when the owner dies, however it does.
  alignas(64) std::atomic<std::uint32_t> collector_life;
  unsigned char rest_of_collector_life[60];

  alignas(64) std::atomic<std::uint32_t> policy_wanted;  // counts who handed over another policy
  std::atomic<std::uint32_t> policy_done;                // futex: the last `policy_wanted` that is in force
  std::uint32_t snapshot_signal;  // the number of the signal that takes a snapshot; 0: none. The maker's
};
static_assert(sizeof(SessionHeader) <= kPageBytes);

inline constexpr std::uint32_t kOwnerDied = 0x40000000;  // FUTEX_OWNER_DIED

inline bool collector_was_killed(const SessionHeader& session) {
  return (session.collector_life.load(std::memory_order_relaxed) & kOwnerDied) != 0;
}

}  // namespace glimpse::wire
