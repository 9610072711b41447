#include "collector/collector.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <mutex>
#include <optional>

#include "collector/futex.h"
#include "collector/process_numbers.h"
#include "collector/process_trace.h"
#include "collector/process_watch.h"
#include "collector/session.h"

namespace glimpse::collector {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kFlushBytes = 256 << 10;
constexpr std::uint64_t kRecordsPerTurn = 32'768;
// With several lanes a record waits so long for others that may be older; a hook takes nanoseconds, unless the
// scheduler takes its processor away between the clock and the store.
constexpr std::int64_t kMergeWindow_ns = 1'000'000;
// Fewer records than this, and the threads are slower than we are: reading every head over and over would only take its
// cache line from its thread. A ring of 1 MiB takes more than a millisecond to fill, and rings the bell before.
constexpr std::uint64_t kWorthStaying = 4096;
constexpr std::chrono::nanoseconds kNap = 200us;
constexpr std::chrono::nanoseconds kMergeWait = 1ms;
constexpr std::chrono::nanoseconds kLivenessInterval = 20ms;

class SessionCollector final : public Collector {
 public:
  SessionCollector(std::unique_ptr<Session> session, Settings settings, WriterOf writer_of, bool waits_for_finish)
      : settings_(std::move(settings)),
        session_(std::move(session)),
        writer_of_(std::move(writer_of)),
        finish_called_(!waits_for_finish) {}

  const std::string& session() const override { return session_->folder(); }

  Result<Totals> run() override;

  void finish(pid_t pid, int status) override {
    {
      const std::scoped_lock lock(mutex_);
      ends_[pid] = status;
    }
    finish_called_.store(true, std::memory_order_release);
    session_->ring_bell();
  }

  void discard() override { session_->remove(); }

 private:
  struct Traced {
    std::unique_ptr<ProcessTrace> trace;
    std::unique_ptr<ProcessWatch> watch;
    bool dead = false;
  };

  void discover();
  void add_process(std::uint32_t number);
  void check_liveness();
  std::int64_t limit_ns(const Traced& traced, bool several) const;
  std::uint64_t turn();
  bool anything_pending();
  Result<void> flush();
  static bool waits(const Traced& traced);
  void finish_dead();
  void finish_if_read(Traced& traced);
  void finish_process(Traced& traced);
  void retire_finished();
  bool images_to_come() const;
  bool several_lanes() const;
  ProcessEnd end_of(ProcessTrace& trace);
  Result<Totals> give_up(const Error& error);

  Settings settings_;
  std::unique_ptr<Session> session_;
  WriterOf writer_of_;
  std::atomic<bool> finish_called_;
  std::mutex mutex_;
  std::map<pid_t, int> ends_;

  std::optional<SessionContext> context_;
  std::vector<Traced> processes_;
  std::map<std::uint32_t, std::uint64_t> last_calls_;  // by pid: call ids go on where an earlier image ended
  std::uint32_t known_ = 0;                            // process files looked at
  std::vector<std::uint32_t> missing_;
  std::vector<writers::Writer*> writers_;
  std::optional<Error> no_writer_;  // an output that could not be opened
  Totals totals_;
  Clock::time_point last_flush_{};
  Clock::time_point last_liveness_{};
};

void SessionCollector::discover() {
  const std::uint32_t count = session_->header().process_count.load(std::memory_order_acquire);
  std::vector<std::uint32_t> to_look_at = std::exchange(missing_, {});
  while (known_ < count) to_look_at.push_back(++known_);
  for (const std::uint32_t number : to_look_at) add_process(number);
}

void SessionCollector::add_process(std::uint32_t number) {
  const std::string path = session_->process_path(number);
  if (access(path.c_str(), F_OK) != 0) {
    missing_.push_back(number);  // announced, not yet there
    return;
  }
  auto view = ProcessView::open(path);
  if (!view) {
    ++totals_.unreadable;
    return;
  }
  const wire::ProcessHeader& header = (*view)->header();
  const pid_t here = number_here(static_cast<pid_t>(header.pid), header.pid_namespace);
  const std::uint32_t pid = here > 0 ? static_cast<std::uint32_t>(here) : header.pid;
  // The same process before it called exec, in a file of its own or as a vfork child in its parent's: that comes first.
  for (Traced& other : processes_) {
    const wire::ProcessHeader& before = other.trace->view().header();
    const bool same = before.pid == header.pid && before.pid_namespace == header.pid_namespace;
    if (!same && !other.trace->has_guest(pid)) continue;
    other.dead = other.dead || same;
    missing_.push_back(number);
    return;
  }
  auto writer = writer_of_(pid);
  if (!writer) {
    no_writer_ = writer.error();
    return;
  }
  if (std::find(writers_.begin(), writers_.end(), *writer) == writers_.end()) writers_.push_back(*writer);
  auto watch = std::make_unique<ProcessWatch>(here, header.start_monotonic_ns);
  processes_.push_back(
      {std::make_unique<ProcessTrace>(*context_, std::move(*view), **writer, last_calls_[pid], pid), std::move(watch)});
  ++totals_.processes;
}

void SessionCollector::check_liveness() {
  const auto now = Clock::now();
  if (now - last_liveness_ < kLivenessInterval && !finish_called_.load(std::memory_order_acquire)) return;
  last_liveness_ = now;
  for (Traced& traced : processes_) {
    if (!traced.dead && !traced.trace->finished()) traced.dead = traced.watch->dead();
  }
}

bool SessionCollector::several_lanes() const {
  std::size_t lanes = 0;
  for (const Traced& traced : processes_) {
    if (!traced.trace->finished()) lanes += traced.trace->active_lanes();
  }
  return lanes > 1;
}

// How far a process's records may be consumed now.
std::int64_t SessionCollector::limit_ns(const Traced& traced, bool several) const {
  if (traced.dead || !several) return std::numeric_limits<std::int64_t>::max();
  return traced.trace->now_ns() - kMergeWindow_ns;
}

// One turn: names what is new, then consumes what is there, processes in the order of their earliest record. Returns
// how many records there were.
std::uint64_t SessionCollector::turn() {
  for (Traced& traced : processes_) {
    if (traced.trace->finished()) continue;
    traced.trace->decide_functions();
    traced.trace->find_lanes();
  }
  const bool several = several_lanes();
  std::uint64_t consumed = 0;
  while (consumed < kRecordsPerTurn) {
    Traced* earliest = nullptr;
    std::int64_t earliest_ns = 0;
    std::int64_t others_ns = std::numeric_limits<std::int64_t>::max();
    for (Traced& traced : processes_) {
      std::int64_t time_ns = 0;
      if (traced.trace->finished() || !traced.trace->next_time(time_ns) || time_ns > limit_ns(traced, several))
        continue;
      if (earliest == nullptr || time_ns < earliest_ns) {
        if (earliest != nullptr) others_ns = std::min(others_ns, earliest_ns);
        earliest = &traced;
        earliest_ns = time_ns;
      } else {
        others_ns = std::min(others_ns, time_ns);
      }
    }
    if (earliest == nullptr) break;
    const std::int64_t until_ns = std::min(others_ns, limit_ns(*earliest, several));
    const std::uint64_t count = earliest->trace->consume(until_ns, kRecordsPerTurn - consumed, kFlushBytes);
    consumed += count;
    if (earliest->trace->writer().buffered_bytes() >= kFlushBytes || count == 0) break;
  }
  return consumed;
}

bool SessionCollector::anything_pending() {
  std::int64_t ignored = 0;
  return std::any_of(processes_.begin(), processes_.end(), [&](const Traced& traced) {
    return !traced.trace->finished() && traced.trace->next_time(ignored);
  });
}

// After this everything consumed is in the output, and its memory is given back.
Result<void> SessionCollector::flush() {
  for (writers::Writer* writer : writers_) {
    if (auto flushed = writer->flush(); !flushed) return flushed;
  }
  last_flush_ = Clock::now();
  for (Traced& traced : processes_) {
    if (!traced.trace->finished()) traced.trace->release();
  }
  return {};
}

ProcessEnd SessionCollector::end_of(ProcessTrace& trace) {
  ProcessEnd end;
  const std::scoped_lock lock(mutex_);
  if (const auto found = ends_.find(static_cast<pid_t>(trace.pid())); found != ends_.end() && trace.pid() != 0) {
    if (WIFSIGNALED(found->second)) {
      end.signal = WTERMSIG(found->second);
    } else {
      end.exit_status = WEXITSTATUS(found->second);
    }
    return end;
  }
  const wire::ProcessHeader& header = trace.view().header();
  if (header.state.load(std::memory_order_acquire) == wire::ProcessState::kExiting) {
    end.exit_status = header.exit_status.load(std::memory_order_relaxed);
  }
  return end;
}

void SessionCollector::finish_process(Traced& traced) { traced.trace->finish(end_of(*traced.trace)); }

// Whether the process waits for us before it goes.
bool SessionCollector::waits(const Traced& traced) {
  const wire::ProcessHeader& header = traced.trace->view().header();
  return !traced.trace->finished() && header.linked != 0 &&
         header.state.load(std::memory_order_acquire) == wire::ProcessState::kExiting;
}

// Processes that are gone, or wait for us before they go, and have nothing left to read.
void SessionCollector::finish_dead() {
  // Whoever waits finds its dead children in the output, too.
  const bool one_waits = std::any_of(processes_.begin(), processes_.end(), waits);
  if (one_waits) {
    discover();
    last_liveness_ = {};
    check_liveness();
  }
  for (Traced& traced : processes_) {
    if (traced.dead && !traced.trace->finished()) finish_if_read(traced);
  }
  const bool all_told = std::all_of(processes_.begin(), processes_.end(),
                                    [](const Traced& traced) { return !traced.dead || traced.trace->finished(); });
  if (!one_waits || !all_told) return;
  for (Traced& traced : processes_) {
    if (waits(traced)) finish_if_read(traced);
  }
}

void SessionCollector::finish_if_read(Traced& traced) {
  traced.trace->find_lanes();
  std::int64_t ignored = 0;
  if (traced.trace->next_time(ignored)) {
    traced.dead = true;  // no need to wait for younger records any more
    return;
  }
  // Our own child's status is on its way from whoever waits for it.
  const bool our_child =
      traced.trace->view().header().ppid == static_cast<std::uint32_t>(getpid()) && traced.watch->dead();
  if (our_child && !finish_called_.load(std::memory_order_acquire)) return;
  finish_process(traced);
}

// Their records are in the output: whoever waits for that may go, and what they took is given back.
void SessionCollector::retire_finished() {
  for (Traced& traced : processes_) {
    if (!traced.trace->finished()) continue;
    ProcessView& view = traced.trace->view();
    view.header().drained.store(1, std::memory_order_release);
    wake(view.header().drained);
    unlink(view.path().c_str());
    last_calls_[traced.trace->pid()] = traced.trace->last_call_id();
    for (const std::uint32_t guest : traced.trace->guests()) last_calls_[guest] = traced.trace->last_call_id();
  }
  std::erase_if(processes_, [](const Traced& traced) { return traced.trace->finished(); });
}

// Programs that took the place of another one in its process, and wait for its summary.
bool SessionCollector::images_to_come() const {
  return std::any_of(missing_.begin(), missing_.end(),
                     [&](std::uint32_t number) { return access(session_->process_path(number).c_str(), F_OK) == 0; });
}

// Records can no longer be written. The programs go on without us; what they have recorded stays for `glimpse recover`.
Result<Totals> SessionCollector::give_up(const Error& error) {
  session_->header().collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
  for (Traced& traced : processes_) {
    wire::ProcessHeader& header = traced.trace->view().header();
    header.drained.store(1, std::memory_order_release);
    wake(header.drained);
  }
  return error;
}

Result<Totals> SessionCollector::run() {
  context_.emplace(SessionContext{settings_, TscRate(), Binaries(settings_.policy)});
  last_flush_ = Clock::now();
  while (true) {
    const std::uint32_t seen = session_->bell();
    const bool last_round = finish_called_.load(std::memory_order_acquire);
    discover();
    if (no_writer_) return give_up(*no_writer_);
    check_liveness();
    if (context_->rate.update()) {
      for (Traced& traced : processes_) traced.trace->bend_clock();
    }
    const std::uint64_t consumed = turn();
    const bool full = std::any_of(writers_.begin(), writers_.end(), [](const writers::Writer* writer) {
      return writer->buffered_bytes() >= kFlushBytes;
    });
    if (consumed == 0) finish_dead();
    if (consumed == 0 || full || Clock::now() - last_flush_ >= settings_.flush_interval) {
      if (auto flushed = flush(); !flushed) return give_up(flushed.error());
    }
    retire_finished();
    if (consumed >= kWorthStaying || full) continue;
    if (consumed == 0 && last_round && processes_.empty() && !images_to_come() &&
        session_->header().process_count.load(std::memory_order_acquire) == known_) {
      break;
    }
    session_->wait(seen, consumed > 0 ? kNap : anything_pending() ? kMergeWait : kLivenessInterval);
  }
  session_->header().collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
  session_->remove();
  totals_.records = context_->records;
  totals_.dropped = context_->dropped;
  if (totals_.processes > 0) totals_.warnings = context_->binaries.unmatched_entries();
  return totals_;
}

}  // namespace

Result<std::unique_ptr<Collector>> Collector::create(const std::string& spool, Settings settings, WriterOf writer_of) {
  auto session = Session::create(spool, settings);
  if (!session) return session.error();
  return std::unique_ptr<Collector>(
      new SessionCollector(std::move(*session), std::move(settings), std::move(writer_of), true));
}

Result<std::unique_ptr<Collector>> Collector::adopt(const std::string& folder, Settings settings, WriterOf writer_of) {
  auto session = Session::adopt(folder);
  if (!session) return session.error();
  return std::unique_ptr<Collector>(
      new SessionCollector(std::move(*session), std::move(settings), std::move(writer_of), false));
}

}  // namespace glimpse::collector
