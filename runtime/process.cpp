#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <fcntl.h>
#include <linux/mman.h>
#include <sys/mman.h>

#include "runtime/active_context.h"
#include "runtime/clock.h"
#include "runtime/confinement.h"
#include "runtime/errno_keeper.h"
#include "runtime/exit.h"
#include "runtime/fork.h"
#include "runtime/function_memory.h"
#include "runtime/identity.h"
#include "runtime/message.h"
#include "runtime/modules.h"
#include "runtime/process.h"
#include "runtime/random_ids.h"
#include "runtime/recording.h"
#include "runtime/session.h"
#include "runtime/signals_held.h"
#include "runtime/snapshot_signal.h"
#include "runtime/stack_trace.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

constinit Process process{};

namespace {

std::uint64_t file_bytes(const wire::SessionHeader& session, std::uint32_t rings) {
  return wire::ring_offset(session.ring_bytes, rings);
}

// Maps the file whole; rings stay inaccessible until they are claimed, so that mlockall() does not fill them.
std::uint8_t* map_file(int fd, std::uint64_t bytes) {
  void* where = sys_mmap(nullptr, bytes, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (mmap_failed(where)) return nullptr;
  sys_madvise(where, bytes, MADV_DONTDUMP);
  if (sys_mprotect(where, wire::kRingsOffset, PROT_READ | PROT_WRITE) < 0) {
    sys_munmap(where, bytes);
    return nullptr;
  }
  return static_cast<std::uint8_t*>(where);
}

// Creates, maps and fills the process file. Fewer rings where address space or file size is limited.
bool create_file(const char* path) {
  const int fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    say("cannot create ", path, -fd);
    return false;
  }
  const wire::SessionHeader& session = *process.session;
  std::uint32_t rings = session.max_rings;
  std::uint8_t* base = nullptr;
  while (base == nullptr && rings > 0) {
    const std::uint64_t bytes = file_bytes(session, rings);
    if (within_file_limit(bytes) && sys_ftruncate(fd, bytes) == 0) base = map_file(fd, bytes);
    if (base == nullptr) rings /= 8;
  }
  sys_close(fd);
  if (base == nullptr) {
    say("no room to map ", path, 0);
    sys_unlink(path);
    return false;
  }
  process.base = base;
  process.mapped_bytes = file_bytes(session, rings);
  process.header = reinterpret_cast<wire::ProcessHeader*>(base);
  process.modules = reinterpret_cast<wire::ModuleEntry*>(base + wire::kModulesOffset);
  process.functions = reinterpret_cast<wire::FunctionEntry*>(base + wire::kFunctionsOffset);
  if (!populate(0, wire::kModulesOffset) || !back_first_functions()) {
    say("no space left below ", process.session_path, 0);
    sys_unlink(path);
    sys_munmap(base, process.mapped_bytes);
    return false;
  }
  wire::ProcessHeader& header = *process.header;
  header.magic = wire::kProcessMagic;
  header.version = wire::kWireVersion;
  header.header_bytes = sizeof(wire::ProcessHeader);
  header.file_bytes = process.mapped_bytes;
  header.ring_bytes = session.ring_bytes;
  header.max_rings = rings;
  header.pid = process.pid;
  header.ppid = sys_getppid();
  header.linked = session.linked;
  header.exit_status.store(-1, std::memory_order_relaxed);
  header.policy_depth.store(wire::kUnlimitedDepth, std::memory_order_relaxed);
  header.recording.store(process.begins_off ? 0 : 1, std::memory_order_relaxed);
  header.depth_limit.store(process.begins_off ? 0 : wire::kUnlimitedDepth, std::memory_order_relaxed);
  header.state.store(wire::ProcessState::kRunning, std::memory_order_relaxed);
  start_clock(header);
  write_identity(header, reinterpret_cast<char*>(base + wire::kIdentityOffset));
  return true;
}

// The file appears in the session under its final name only when it is whole.
bool announce_process() {
  const std::uint32_t number = process.session->process_count.fetch_add(1, std::memory_order_acq_rel) + 1;
  PathText path;
  path.add(process.session_path).add("/").add(wire::kProcessFilePrefix).add_number(number);
  PathText fresh;
  fresh.add(path.text()).add(".new");
  if (!create_file(fresh.text())) return false;
  const long renamed = sys_rename(fresh.text(), path.text());
  if (renamed == 0) return true;
  say("cannot rename ", fresh.text(), static_cast<int>(-renamed));
  sys_unlink(fresh.text());
  return false;
}

bool attach() {
  if (confined()) return false;  // it takes many system calls
  process.pid = sys_getpid();
  std::uint8_t* parents_base = process.base;  // of a process this one was forked from
  note_parents_recording();
  const std::uint64_t parents_bytes = process.mapped_bytes;
  const bool new_session = process.session == nullptr || session_over();
  if (new_session && !open_session()) return false;
  choose_clock();
  if (!map_function_table()) {
    say("no memory for the table of functions", "", 0);
    return false;
  }
  if (!announce_process()) {
    if (new_session) discard_session();
    return false;
  }
  use_function_table();
  forget_places();  // the parent's modules had other numbers
  if (++process.generation == 1) {
    const std::uintptr_t guard = this_thread.lane.guard;
    const ErrnoKeeper keeper;
    this_thread.lane.guard = kInternal;  // the C library may allocate, with an allocator of the program
    watch_exit();
    watch_fork();
    install_snapshot_signal();
    this_thread.lane.guard = guard;
  }
  seed_ids(process.generation);
  read_default_context();
  prepare_threads();
  if (parents_base != nullptr) let_go_of_parent(parents_base, parents_bytes);
  ring_bell();
  // A forked child may come here before the collector that its parent started: only the session's maker starts one.
  if (new_session && process.session->linked != 0) start_collector();
  return true;
}

}  // namespace

void note_parents_recording() {
  if (process.base != nullptr) process.begins_off = process.header->recording.load(std::memory_order_relaxed) == 0;
}

bool process_attached() {
  return process.attachment.load(std::memory_order_acquire) == Attachment::kAttached && function_table_is_ours();
}

bool attach_process() {
  const SignalsHeld held;  // what a handler calls meanwhile is recorded, too
  const Attachment ours = attaching_by(sys_getpid());
  while (true) {
    Attachment seen = process.attachment.load(std::memory_order_acquire);
    if (seen == Attachment::kDisabled) return false;
    if (seen == Attachment::kAttached && function_table_is_ours()) return true;
    if (seen == ours) {  // another thread is at it
      sys_futex_wait(&process.attachment, static_cast<std::uint32_t>(seen), 100'000'000);
      continue;
    }
    // Else nobody is: in a forked child, what a thread of its parent began or did does not count.
    if (!process.attachment.compare_exchange_strong(seen, ours)) continue;
    // Another thread may have begun and finished since we looked: its parent's kAttached reads like its own.
    const bool attached = function_table_is_ours() || attach();
    tell_recording(attached && !process.begins_off);
    process.attachment.store(attached ? Attachment::kAttached : Attachment::kDisabled, std::memory_order_release);
    sys_futex_wake(&process.attachment);
    return attached;
  }
}

wire::RingHeader* ring_at(std::uint32_t index) {
  return reinterpret_cast<wire::RingHeader*>(process.base + wire::ring_offset(process.header->ring_bytes, index));
}

void ring_bell() {
  process.session->bell.fetch_add(1, std::memory_order_seq_cst);
  if (process.session->collector_waiting.load(std::memory_order_seq_cst) != 0 && !confined())
    sys_futex_wake(&process.session->bell);
}

bool populate(std::uint64_t offset, std::uint64_t bytes) {
  if (confined()) return true;  // the kernel gives it at the first touch
  const long result = sys_madvise(process.base + offset, bytes, MADV_POPULATE_WRITE);
  return result == 0 || result == -22;  // EINVAL: a kernel before 5.14, which populates at the first touch
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
