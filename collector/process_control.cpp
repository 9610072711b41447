#include "collector/process_control.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "collector/futex.h"
#include "collector/handed_policy.h"
#include "collector/process_numbers.h"
#include "collector/process_view.h"
#include "collector/session.h"
#include "glimpse/wire/control.h"

namespace glimpse::collector {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::nanoseconds kStep = 50ms;

bool runs(const wire::ProcessHeader& header, pid_t pid) {
  return header.state.load(std::memory_order_acquire) == wire::ProcessState::kRunning &&
         number_here(static_cast<pid_t>(header.pid), header.pid_namespace) == pid;
}

// The process's file in the session: that of the program it runs now, where it has called exec.
std::unique_ptr<ProcessView> view_of(const std::string& folder, pid_t pid) {
  std::unique_ptr<ProcessView> latest;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(wire::kProcessFilePrefix) || name.ends_with(".new")) continue;
    auto view = ProcessView::open(entry.path());
    if (!view || !runs((*view)->header(), pid)) continue;
    if (latest == nullptr || latest->header().start_monotonic_ns < (*view)->header().start_monotonic_ns)
      latest = std::move(*view);
  }
  return latest;
}

Error why_not(pid_t pid) {
  struct stat status{};
  if (pid <= 0 || stat(fmt::format("/proc/{}", pid).c_str(), &status) != 0)
    return Error{fmt::format("there is no process {}", pid)};
  if (status.st_uid != geteuid()) {
    return Error{
        fmt::format("process {} is another user's (number {}): only that user can control it", pid, status.st_uid)};
  }
  return Error{fmt::format("process {} is not traced, or has called nothing yet that is", pid)};
}

bool is_drained(const wire::SessionHeader& session) {
  const auto state = session.collector_state.load(std::memory_order_acquire);
  const auto collector = static_cast<pid_t>(session.collector_pid.load(std::memory_order_relaxed));
  if (state == wire::CollectorState::kNone) return true;  // it starts
  return state == wire::CollectorState::kRunning && !wire::collector_was_killed(session) && collector > 0 &&
         (kill(collector, 0) == 0 || errno == EPERM);
}

class MappedProcess final : public ProcessControl {
 public:
  MappedProcess(std::unique_ptr<Session> session, std::unique_ptr<ProcessView> view)
      : session_(std::move(session)), view_(std::move(view)) {}

  void set_recording(bool on) override { view_->set_recording(on); }
  Result<bool> flush(std::chrono::milliseconds timeout) override;
  Result<bool> snapshot(std::chrono::milliseconds timeout) override;
  Result<bool> set_policy(const std::string& path, const std::string& text, std::chrono::milliseconds timeout) override;
  Status status() override;

 private:
  Result<bool> wait_until_done(const std::atomic<std::uint32_t>& done, std::uint32_t mine,
                               std::chrono::milliseconds timeout);

  std::unique_ptr<Session> session_;
  std::unique_ptr<ProcessView> view_;
};

Result<bool> MappedProcess::wait_until_done(const std::atomic<std::uint32_t>& done, std::uint32_t mine,
                                            std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    const std::uint32_t seen = done.load(std::memory_order_acquire);
    if (wire::request_done(seen, mine)) return true;
    if (!is_drained(session_->header())) {
      return Error{
          fmt::format("the collector of {} is gone; `glimpse recover` writes what it left", session_->folder())};
    }
    const auto left = deadline - Clock::now();
    if (left <= 0ns) return false;
    wait_for_change(done, seen, std::min<std::chrono::nanoseconds>(left, kStep));
  }
}

Result<bool> MappedProcess::flush(std::chrono::milliseconds timeout) {
  const std::uint32_t mine = view_->header().flush_wanted.fetch_add(1, std::memory_order_seq_cst) + 1;
  session_->ring_bell();
  return wait_until_done(view_->header().flush_done, mine, timeout);
}

Result<bool> MappedProcess::snapshot(std::chrono::milliseconds timeout) {
  if (session_->header().overflow != wire::OverflowMode::kOverwrite) {
    return Error{"there is no snapshot without GLIMPSE_OVERFLOW=flight: everything is written as it comes"};
  }
  const std::uint32_t mine = view_->header().snapshot_wanted.fetch_add(1, std::memory_order_seq_cst) + 1;
  session_->ring_bell();
  return wait_until_done(view_->header().snapshot_done, mine, timeout);
}

Result<bool> MappedProcess::set_policy(const std::string& path, const std::string& text,
                                       std::chrono::milliseconds timeout) {
  if (auto handed = hand_policy_over(session_->folder(), path, text); !handed) return handed.error();
  wire::SessionHeader& header = session_->header();
  const std::uint32_t mine = header.policy_wanted.fetch_add(1, std::memory_order_seq_cst) + 1;
  session_->ring_bell();
  return wait_until_done(header.policy_done, mine, timeout);
}

MappedProcess::Status MappedProcess::status() {
  const wire::ProcessHeader& header = view_->header();
  Status status;
  status.session = session_->folder();
  if (is_drained(session_->header())) status.collector = static_cast<pid_t>(session_->header().collector_pid.load());
  status.executable = view_->executable();
  status.patches_excluded = session_->header().patch_excluded != 0;
  status.recording = header.recording.load(std::memory_order_relaxed) != 0;
  status.read_calls = header.read_calls.load(std::memory_order_relaxed);
  status.lost_calls =
      header.lost_threads.load(std::memory_order_relaxed) + header.lost_functions.load(std::memory_order_relaxed) +
      header.lost_nested.load(std::memory_order_relaxed) + header.lost_in_rings.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < view_->ring_count(); ++i) {
    const wire::RingHeader& ring = view_->ring(i);
    const std::uint64_t tail = ring.tail.load(std::memory_order_acquire);
    const std::uint64_t head = ring.head.load(std::memory_order_acquire);
    if (head > tail) status.queued_words += head - tail;
    if (ring.state.load(std::memory_order_acquire) != wire::RingState::kActive) continue;
    if (ring.lane == 0) ++status.threads;
    status.lost_calls +=
        ring.lost_starts.load(std::memory_order_relaxed) + ring.overwritten_starts.load(std::memory_order_relaxed);
  }
  return status;
}

}  // namespace

Result<std::unique_ptr<ProcessControl>> ProcessControl::find(pid_t pid, const std::string& spool) {
  std::vector<std::string> folders;
  std::unique_ptr<ProcessView> found;
  for (const SessionGlance& glance : sessions(spool)) {
    auto view = view_of(glance.folder, pid);
    if (view == nullptr) continue;
    folders.push_back(glance.folder);
    found = std::move(view);
  }
  if (folders.empty()) return why_not(pid);
  if (folders.size() > 1) {
    return Error{fmt::format("process {} is in more than one session: {} and {}", pid, folders[0], folders[1])};
  }
  auto session = Session::open(folders.front());
  if (!session) return session.error();
  return std::unique_ptr<ProcessControl>(std::make_unique<MappedProcess>(std::move(*session), std::move(found)));
}

}  // namespace glimpse::collector
