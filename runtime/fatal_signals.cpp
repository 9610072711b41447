#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <atomic>

#include "glimpse/wire/record.h"
#include "runtime/control.h"
#include "runtime/errno_keeper.h"
#include "runtime/fatal_signals.h"
#include "runtime/process.h"
#include "runtime/program_lane.h"
#include "runtime/room.h"
#include "runtime/signal_text.h"
#include "runtime/stack_trace.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t kStackBytes = 64 << 10;
constexpr std::uint32_t kUsualFrames = 32;  // where stacks of throws are off
constexpr std::uint32_t kMostFrames = 64;   // an alternate stack is small

enum class Hook : std::uint32_t { kAbsent, kChanging, kInstalled };

constinit std::atomic<Hook> hook{Hook::kAbsent};
constinit struct sigaction previous[sizeof(kSignals) / sizeof(kSignals[0])]{};
constinit std::atomic<std::uint32_t> reporting{0};  // the thread that is at it

// The C library may call what is traced.
class InsideLibc {
 public:
  InsideLibc() : guard_(this_thread.lane.guard) { this_thread.lane.guard = kInternal; }
  ~InsideLibc() { this_thread.lane.guard = guard_; }
  InsideLibc(const InsideLibc&) = delete;
  InsideLibc& operator=(const InsideLibc&) = delete;

 private:
  std::uintptr_t guard_;
};

const struct sigaction* action_before(int signal) {
  for (std::size_t i = 0; i < sizeof(kSignals) / sizeof(kSignals[0]); ++i) {
    if (kSignals[i] == signal) return &previous[i];
  }
  return nullptr;
}

// The instruction runs again when the handler returns, and fails again.
bool comes_by_itself(int signal, const siginfo_t& info) {
  return info.si_code > 0 && (signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL);
}

void write_record(int signal, const siginfo_t& info, const ucontext_t& context) {
  const ProgramLane held(reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
  if (held.get() == nullptr) return;
  Lane& lane = *held.get();
  const std::uint32_t wanted = process.session->stack_frames == 0 ? kUsualFrames : process.session->stack_frames;
  std::uint64_t frames[kMostFrames];
  const std::uint32_t frame_count = walk_interrupted(context, frames, wanted < kMostFrames ? wanted : kMostFrames);
  SignalText message;
  describe_signal(signal, info, message);
  const Bytes name = signal_name(signal);
  const wire::LogPayload payload{.level = GLIMPSE_FATAL,
                                 .line = 0,
                                 .ttl_seconds = -1,
                                 .message_bytes = static_cast<std::uint32_t>(message.length()),
                                 .title_bytes = 0,
                                 .tags_bytes = 0,
                                 .file_bytes = 0,
                                 .exception_type_bytes = name.length,
                                 .exception_message_bytes = 0,
                                 .field_count = 0,
                                 .frame_count = frame_count};
  // A full ring is not waited for: it counts as waited for in vain.
  lane.stalled_tail = lane.ring->tail.load(std::memory_order_relaxed) + 1;
  push_record(lane, wire::RecordType::kLog, reinterpret_cast<const std::uint64_t*>(&payload), sizeof(payload) / 8,
              {message.text(), static_cast<std::uint32_t>(message.length())}, name,
              {reinterpret_cast<const char*>(frames), static_cast<std::uint32_t>(frame_count * sizeof(frames[0]))});
}

void on_fatal_signal(int signal, siginfo_t* info, void* context) {
  const ErrnoKeeper keeper;
  const struct sigaction* before = action_before(signal);
  if (before == nullptr) return;
  const bool synchronous = comes_by_itself(signal, *info);
  if (before->sa_handler == SIG_IGN && info->si_code <= 0) return;  // as if it had never come
  const std::uint32_t self = sys_gettid();
  // A fault of our own, amid the report, is not reported.
  if (reporting.exchange(self, std::memory_order_relaxed) != self) {
    write_record(signal, *info, *static_cast<const ucontext_t*>(context));
    reporting.store(0, std::memory_order_relaxed);
  }
  {
    const InsideLibc inside;
    sigaction(signal, before, nullptr);
  }
  if (!synchronous) raw_syscall(__NR_rt_tgsigqueueinfo, sys_getpid(), self, signal, as_long(info));
}

void give_alternate_stack() {
  stack_t now{};
  if (raw_syscall(__NR_sigaltstack, 0, as_long(&now)) != 0 || (now.ss_flags & SS_DISABLE) == 0) return;
  void* where = sys_mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mmap_failed(where)) return;
  stack_t ours{};
  ours.ss_sp = where;
  ours.ss_size = kStackBytes;
  if (raw_syscall(__NR_sigaltstack, as_long(&ours)) != 0) sys_munmap(where, kStackBytes);
}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == &on_fatal_signal;
}

}  // namespace

glimpse_result install_signal_hook() {
  const ErrnoKeeper keeper;
  Hook absent = Hook::kAbsent;
  if (!hook.compare_exchange_strong(absent, Hook::kChanging, std::memory_order_acq_rel)) return stats();
  give_alternate_stack();
  const InsideLibc inside;
  for (std::size_t i = 0; i < sizeof(kSignals) / sizeof(kSignals[0]); ++i) {
    struct sigaction action{};
    action.sa_sigaction = &on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(kSignals[i], nullptr, &previous[i]);
    if (!is_ours(previous[i])) sigaction(kSignals[i], &action, nullptr);
  }
  hook.store(Hook::kInstalled, std::memory_order_release);
  return stats();
}

glimpse_result uninstall_signal_hook() {
  const ErrnoKeeper keeper;
  Hook installed = Hook::kInstalled;
  if (!hook.compare_exchange_strong(installed, Hook::kChanging, std::memory_order_acq_rel)) return stats();
  const InsideLibc inside;
  for (std::size_t i = 0; i < sizeof(kSignals) / sizeof(kSignals[0]); ++i) {
    struct sigaction now{};
    sigaction(kSignals[i], nullptr, &now);
    if (is_ours(now)) sigaction(kSignals[i], &previous[i], nullptr);
  }
  hook.store(Hook::kAbsent, std::memory_order_release);
  return stats();
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
