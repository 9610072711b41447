// This process as a traced one: its file, its session, and whether it is attached to them at all.
//
// Attaching happens at the first hook, in whatever thread and place that is. A forked child finds its function table
// wiped and attaches anew, as a process of its own in the same session; until then it writes nothing to its parent's
// rings.
//
// Failure: one `glimpse:` line on stderr, and the process goes on unrecorded.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/process_file.h"
#include "glimpse/wire/session_file.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

enum class Attachment : std::uint32_t {
  kNone,
  kDisabled,
  kAttached,
  kAttaching,  // plus the pid of the process that is at it, which a forked child of it is not
};
inline Attachment attaching_by(std::uint32_t pid) {
  return static_cast<Attachment>(static_cast<std::uint32_t>(Attachment::kAttaching) + pid);
}

struct Process {
  std::atomic<Attachment> attachment;  // futex
  std::uint32_t generation;            // 1 for the first process, one more in each forked child that attaches
  std::uint32_t pid;
  bool tsc;
  bool begins_off;  // forked while its parent did not record
  wire::SessionHeader* session;
  wire::ProcessHeader* header;
  wire::ModuleEntry* modules;
  wire::FunctionEntry* functions;
  std::uint8_t* base;  // of the process file's mapping
  std::uint64_t mapped_bytes;
  char session_path[512];
};

extern constinit Process process __attribute__((visibility("hidden")));

// In a forked child that may yet see its parent's process file: it begins to record where its parent did.
void note_parents_recording();

// Whether this very process (and not the parent it was forked from) is attached.
bool process_attached();

// Attaches, or waits until another thread has. False where this process is not recorded.
bool attach_process();

// The `index`th ring of this process.
wire::RingHeader* ring_at(std::uint32_t index);

// Wakes the collector if it sleeps.
void ring_bell();

// No collector will read what is put into rings: it gave up, or was killed. The process is attached.
inline bool nobody_drains() {
  return process.session->collector_state.load(std::memory_order_relaxed) == wire::CollectorState::kGone ||
         wire::collector_was_killed(*process.session);
}

// Gives memory to [offset, offset + bytes) of the process file, so that touching it cannot fail later. False where
// there is none.
bool populate(std::uint64_t offset, std::uint64_t bytes);

}  // namespace glimpse::runtime
