#include "collector/collector.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <set>

#include "collector/futex.h"
#include "collector/handed_policy.h"
#include "collector/journal.h"
#include "collector/left_running.h"
#include "collector/process_age.h"
#include "collector/process_numbers.h"
#include "collector/process_trace.h"
#include "collector/process_watch.h"
#include "collector/requests.h"
#include "collector/session.h"
#include "collector/text_block.h"
#include "writers/settle.h"
#include "writers/whole_part.h"

namespace glimpse::collector {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

using writers::kFlushBytes;
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
// Whoever has something urgent rings the bell: a program that has called nothing for a while is looked at less often.
constexpr std::chrono::nanoseconds kQuietAfter = 1s;
constexpr std::chrono::nanoseconds kQuietInterval = 100ms;
// How long a shell may take from its fork to the first call of the program it runs; and how often to look for those who
// take longer.
constexpr std::chrono::nanoseconds kStartingTime = 100ms;
constexpr std::chrono::nanoseconds kLookInterval = 100ms;

// The flight recorder keeps the rings of so many threads that are gone; then it writes out what all of them hold.
constexpr std::size_t kMostEndedThreads = 64;

constexpr std::int64_t kNever_ns = std::numeric_limits<std::int64_t>::max();

class SessionCollector final : public Collector {
 public:
  SessionCollector(std::unique_ptr<Session> session, Settings settings, WriterOf writer_of, bool waits_for_finish)
      : settings_(std::move(settings)),
        session_(std::move(session)),
        writer_of_(std::move(writer_of)),
        finish_called_(!waits_for_finish),
        since_monotonic_ns_(waits_for_finish ? began_monotonic_ns(getpid()) : kNever_ns),
        journal_(session_->folder()) {}

  const std::string& session() const override { return session_->folder(); }

  bool any_runs() const override { return left_running(session(), 0, {}) == LeftRunning::kTraced; }

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
    std::uint32_t number = 0;  // of its file
    std::unique_ptr<ProcessTrace> trace;
    std::unique_ptr<ProcessWatch> watch;
    std::unique_ptr<Requests> requests;
    bool dead = false;
    std::int64_t looked_ns = 0;  // when its lanes were last looked for: a younger one may hold records from then on
  };

  // A Writer, and where its text lies.
  struct Output {
    writers::Writer* writer;
    std::unique_ptr<TextBlock> text;
  };

  void resume(const Remembered& remembered);
  void resume_text(const TextProgress& progress);
  void resume_process(const ProcessState& state);
  Result<writers::Writer*> output_of(std::uint32_t pid);
  void note_checkpoint();
  bool texts_are_kept() const;
  void forget_process(std::uint32_t number);
  void discover();
  void add_process(std::uint32_t number);
  void check_liveness();
  std::int64_t limit_ns(const Traced& traced, bool several) const;
  void follow_policy();
  std::uint64_t turn();
  bool anything_pending();
  bool worth_flushing() const;
  bool rings_wanted() const;
  Result<void> flush();
  void pass_on_messages();
  bool held_back(const Traced& traced) const;
  bool is_answerable(const Traced& traced) const;
  bool anything_answerable() const;
  void answer_requests();
  void wait_for_arrival();
  Result<void> finish_outputs();
  static bool waits(const Traced& traced);
  void finish_dead();
  void finish_if_read(Traced& traced);
  void finish_process(Traced& traced);
  void retire_finished();
  bool images_to_come() const;
  bool processes_to_come();
  bool several_lanes() const;
  ProcessEnd end_of(ProcessTrace& trace);
  Result<Totals> give_up(const Error& error);

  Settings settings_;
  std::unique_ptr<Session> session_;
  WriterOf writer_of_;
  std::atomic<bool> finish_called_;
  std::int64_t since_monotonic_ns_;  // no process of the session began before
  std::mutex mutex_;
  std::map<pid_t, int> ends_;

  std::optional<SessionContext> context_;
  std::vector<Traced> processes_;
  std::map<std::uint32_t, std::uint64_t> last_calls_;  // by pid: call ids go on where an earlier image ended
  std::uint32_t known_ = 0;                            // process files looked at
  std::vector<std::uint32_t> missing_;
  Journal journal_;
  std::vector<Output> outputs_;
  std::vector<std::string> old_texts_;    // files of an earlier collector, of no use after our first flush
  std::vector<LastCall> new_last_calls_;  // since the last checkpoint
  std::uint64_t noted_entry_id_ = 0;
  std::uint64_t records_before_ = 0;  // in the output before we took over
  std::optional<Error> no_writer_;    // an output that could not be opened
  Totals totals_;
  Clock::time_point last_flush_{};
  Clock::time_point last_liveness_{};
  Clock::time_point last_consumed_ = Clock::now();
  Clock::time_point next_look_{};
  std::set<pid_t> exiting_;  // processes that were told that their records are written, and have not gone yet
  std::optional<Clock::time_point> unclear_since_;
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
  since_monotonic_ns_ = std::min(since_monotonic_ns_, header.start_monotonic_ns);
  unclear_since_.reset();
  const pid_t here = number_here(static_cast<pid_t>(header.pid), header.pid_namespace);
  const std::uint32_t pid = here > 0 ? static_cast<std::uint32_t>(here) : header.pid;
  // The same process before it called exec, in a file of its own or as a vfork child in its parent's: that comes first.
  // So does whoever has the number that a process in a PID namespace of its own, gone before we looked, gave itself.
  for (Traced& other : processes_) {
    const wire::ProcessHeader& before = other.trace->view().header();
    const bool same = before.pid == header.pid && before.pid_namespace == header.pid_namespace;
    const bool same_number = here <= 0 && other.trace->pid() == pid;
    if (!same && !same_number && !other.trace->has_guest(pid)) continue;
    other.dead = other.dead || same;
    missing_.push_back(number);
    return;
  }
  const auto writer = output_of(pid);
  if (!writer) return;
  auto watch = std::make_unique<ProcessWatch>(here, header.start_monotonic_ns);
  auto requests = std::make_unique<Requests>((*view)->header());
  processes_.push_back({number,
                        std::make_unique<ProcessTrace>(*context_, std::move(*view), **writer, last_calls_[pid], pid),
                        std::move(watch), std::move(requests)});
  ++totals_.processes;
}

// The Writer for a process, with its text where it outlives us.
Result<writers::Writer*> SessionCollector::output_of(std::uint32_t pid) {
  auto writer = writer_of_(pid);
  if (!writer) {
    no_writer_ = writer.error();
    return writer;
  }
  const bool known =
      std::any_of(outputs_.begin(), outputs_.end(), [&](const Output& output) { return output.writer == *writer; });
  if (!known) {
    outputs_.push_back({*writer, std::make_unique<TextBlock>(journal_, session_->folder(), pid)});
    (*writer)->keep_in(*outputs_.back().text);
  }
  return writer;
}

// Takes over from a collector that was killed: its text goes out first, then everything goes on where it was.
void SessionCollector::resume(const Remembered& remembered) {
  const SessionState& state = remembered.state;
  context_->next_entry_id = state.next_entry_id;
  context_->records = state.records;
  records_before_ = state.records;
  context_->dropped = state.dropped;
  totals_.processes = state.processes_seen;
  totals_.unreadable = state.unreadable;
  known_ = state.known;
  missing_ = state.missing;
  for (const LastCall& last : state.last_calls) last_calls_[last.pid] = last.call_id;
  old_texts_ = session_->text_files();
  for (const TextProgress& progress : remembered.texts) resume_text(progress);
  std::set<std::uint32_t> live(missing_.begin(), missing_.end());
  for (const ProcessState& process : state.processes) {
    if (process.finished != 0) {
      last_calls_[process.pid] = process.last_call_id;
      for (const std::uint32_t guest : process.guests) last_calls_[guest] = process.last_call_id;
    } else {
      live.insert(process.number);
      resume_process(process);
    }
  }
  for (std::uint32_t number = 1; number <= known_; ++number) {
    if (!live.contains(number)) forget_process(number);
  }
}

void SessionCollector::resume_text(const TextProgress& progress) {
  const std::string text = TextBlock::read(session_->folder(), progress.text);
  const std::uint64_t there = progress.began ? writers::settle(progress.text.path, progress.place, text) : 0;
  if (there == text.size()) return;
  const std::string_view rest = std::string_view(text).substr(there);
  records_before_ -= writers::records_in(rest);
  if (const auto writer = output_of(progress.text.pid)) (*writer)->take_over(rest);
}

void SessionCollector::resume_process(const ProcessState& state) {
  auto view = ProcessView::open(session_->process_path(state.number));
  if (!view) {
    ++totals_.unreadable;
    return;
  }
  const auto writer = output_of(state.pid);
  if (!writer) return;
  const wire::ProcessHeader& header = (*view)->header();
  since_monotonic_ns_ = std::min(since_monotonic_ns_, header.start_monotonic_ns);
  const pid_t here = number_here(static_cast<pid_t>(header.pid), header.pid_namespace);
  auto watch = std::make_unique<ProcessWatch>(here, header.start_monotonic_ns);
  auto requests = std::make_unique<Requests>((*view)->header());
  processes_.push_back({state.number, std::make_unique<ProcessTrace>(*context_, std::move(*view), **writer, state),
                        std::move(watch), std::move(requests)});
}

// Its summary is in the output, or on its way there. Only what the one before us had no time for is left to do.
void SessionCollector::forget_process(std::uint32_t number) {
  const std::string path = session_->process_path(number);
  if (access(path.c_str(), F_OK) != 0) return;
  if (auto view = ProcessView::open(path)) {
    (*view)->header().drained.store(1, std::memory_order_release);
    wake((*view)->header().drained);
  }
  unlink(path.c_str());
}

bool SessionCollector::texts_are_kept() const {
  return std::all_of(outputs_.begin(), outputs_.end(),
                     [](const Output& output) { return output.text->kept() || output.writer->buffered_bytes() == 0; });
}

// Everything consumed is text now, or out already.
void SessionCollector::note_checkpoint() {
  SessionState state;
  state.whole = journal_.wants_whole() ? 1 : 0;
  for (Traced& traced : processes_) {
    auto process = traced.trace->save(state.whole != 0);
    if (!process) continue;
    process->number = traced.number;
    state.processes.push_back(std::move(*process));
  }
  if (state.whole == 0 && state.processes.empty() && noted_entry_id_ == context_->next_entry_id) return;
  noted_entry_id_ = context_->next_entry_id;
  state.next_entry_id = context_->next_entry_id;
  state.records = context_->records;
  state.dropped = context_->dropped;
  state.processes_seen = totals_.processes;
  state.unreadable = totals_.unreadable;
  state.known = known_;
  state.missing = missing_;
  for (const Output& output : outputs_) {
    if (output.text->kept()) state.texts.push_back(output.text->state(output.writer->buffered_bytes()));
  }
  if (state.whole != 0) {
    for (const auto& [pid, call_id] : last_calls_) state.last_calls.push_back({pid, call_id});
  } else {
    state.last_calls = std::move(new_last_calls_);
  }
  new_last_calls_.clear();
  journal_.note_checkpoint(state);
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

// Somebody handed over another policy.
void SessionCollector::follow_policy() {
  wire::SessionHeader& header = session_->header();
  const std::uint32_t wanted = header.policy_wanted.load(std::memory_order_acquire);
  if (wanted == header.policy_done.load(std::memory_order_relaxed)) return;
  auto policy = policy_handed_over(session_->folder());
  if (policy) {
    settings_.policy = std::move(*policy);
    context_->binaries.decide_again();
  }
  for (Traced& traced : processes_) {
    if (traced.trace->finished()) continue;
    if (policy) {
      traced.trace->follow_policy();
    } else {
      traced.trace->tell("policy", policy.error().message);
    }
  }
  header.policy_done.store(wanted, std::memory_order_release);
  wake(header.policy_done);
}

// How far a process's records may be consumed now.
std::int64_t SessionCollector::limit_ns(const Traced& traced, bool several) const {
  if (traced.dead) return std::numeric_limits<std::int64_t>::max();
  if (!several) return traced.looked_ns;
  return traced.looked_ns - kMergeWindow_ns;
}

// One turn: names what is new, then consumes what is there, processes in the order of their earliest record. Returns
// how many records there were.
std::uint64_t SessionCollector::turn() {
  for (Traced& traced : processes_) {
    if (traced.trace->finished()) continue;
    traced.trace->decide_functions();
    traced.requests->note([&] { return traced.trace->now_ns(); });
    traced.looked_ns = traced.trace->now_ns();
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
      if (traced.trace->finished() || held_back(traced) || !traced.trace->next_time(time_ns) ||
          time_ns > limit_ns(traced, several))
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
    return !traced.trace->finished() && !held_back(traced) && traced.trace->next_time(ignored);
  });
}

// Nothing more is there to read. Whether what was read goes out now, or waits for more until the flush interval is
// over.
bool SessionCollector::worth_flushing() const {
  const bool at_once = std::any_of(outputs_.begin(), outputs_.end(),
                                   [](const Output& output) { return output.writer->flushes_when_idle(); });
  const bool finished =
      std::any_of(processes_.begin(), processes_.end(), [](const Traced& traced) { return traced.trace->finished(); });
  return at_once || finished || processes_.empty();
}

// Threads may soon wait for what was read and is not given back.
bool SessionCollector::rings_wanted() const {
  return std::any_of(processes_.begin(), processes_.end(),
                     [this](const Traced& traced) { return !held_back(traced) && traced.trace->wants_release(); });
}

// After this everything consumed is in the output, and its memory is given back. What happens when we are killed in
// between: a text that outlives us is handed on by whoever takes over; one that does not is made again.
Result<void> SessionCollector::flush() {
  pass_on_messages();
  for (Traced& traced : processes_) {
    if (!traced.trace->finished() && !held_back(traced)) traced.trace->close_ended();
  }
  for (const Output& output : outputs_) output.writer->prepare();
  const bool kept = texts_are_kept();
  if (kept) note_checkpoint();
  for (const Output& output : outputs_) {
    if (auto flushed = output.writer->flush(); !flushed) return flushed;
  }
  if (!kept) note_checkpoint();
  for (const std::string& path : std::exchange(old_texts_, {})) unlink(path.c_str());
  last_flush_ = Clock::now();
  for (Traced& traced : processes_) {
    if (!traced.trace->finished() && !held_back(traced)) traced.trace->release();
  }
  wait_for_arrival();
  answer_requests();
  return {};
}

// What destinations have to say stands in a notice of a process whose records go there; behind the last of them, in
// what the session came to.
void SessionCollector::pass_on_messages() {
  for (const Output& output : outputs_) {
    std::vector<std::string> messages = output.writer->take_messages();
    if (messages.empty()) continue;
    const auto traced = std::ranges::find_if(
        processes_, [&](const Traced& one) { return !one.trace->finished() && &one.trace->writer() == output.writer; });
    for (std::string& message : messages) {
      if (traced != processes_.end()) {
        traced->trace->tell("destination", message);
      } else {
        totals_.warnings.push_back(std::move(message));
      }
    }
  }
}

// The flight recorder: nobody asks for what the rings hold, and their threads may still take it back.
bool SessionCollector::held_back(const Traced& traced) const {
  if (settings_.overflow != Overflow::kFlight || traced.dead || traced.requests->until_ns()) return false;
  return traced.trace->view().header().state.load(std::memory_order_acquire) == wire::ProcessState::kRunning &&
         traced.trace->ended_threads() < kMostEndedThreads;
}

// Whether everything is consumed that somebody asked to have in the output.
bool SessionCollector::is_answerable(const Traced& traced) const {
  const auto until_ns = traced.requests->until_ns();
  std::int64_t next_ns = 0;
  return until_ns && (traced.trace->finished() || !traced.trace->next_time(next_ns) || next_ns > *until_ns);
}

bool SessionCollector::anything_answerable() const {
  return std::any_of(processes_.begin(), processes_.end(), [this](const Traced& one) { return is_answerable(one); });
}

void SessionCollector::answer_requests() {
  for (const Traced& traced : processes_) {
    if (is_answerable(traced)) traced.requests->answer();
  }
}

// A program that waits for us before it goes may read at once what it has recorded.
void SessionCollector::wait_for_arrival() {
  const bool one_waits = std::any_of(processes_.begin(), processes_.end(), [](const Traced& traced) {
    const wire::ProcessHeader& header = traced.trace->view().header();
    return traced.trace->finished() && header.linked != 0 &&
           header.state.load(std::memory_order_acquire) == wire::ProcessState::kExiting;
  });
  if (!one_waits && !anything_answerable()) return;
  for (const Output& output : outputs_) output.writer->wait_for_arrival();
}

// Everything has arrived where it is meant to go.
Result<void> SessionCollector::finish_outputs() {
  for (const Output& output : outputs_) {
    auto finished = output.writer->finish();
    for (std::string& message : output.writer->take_messages()) totals_.warnings.push_back(std::move(message));
    if (!finished) return finished;
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
    if (view.header().state.load(std::memory_order_acquire) == wire::ProcessState::kExiting) {
      exiting_.insert(static_cast<pid_t>(traced.trace->pid()));
    }
    view.header().drained.store(1, std::memory_order_release);
    wake(view.header().drained);
    traced.requests->answer_all();
    unlink(view.path().c_str());
    std::set<std::uint32_t> pids = traced.trace->guests();
    pids.insert(traced.trace->pid());
    for (const std::uint32_t pid : pids) {
      last_calls_[pid] = traced.trace->last_call_id();
      new_last_calls_.push_back({pid, traced.trace->last_call_id()});
    }
  }
  std::erase_if(processes_, [](const Traced& traced) { return traced.trace->finished(); });
}

// Programs that took the place of another one in its process, and wait for its summary.
bool SessionCollector::images_to_come() const {
  return std::any_of(missing_.begin(), missing_.end(),
                     [&](std::uint32_t number) { return access(session_->process_path(number).c_str(), F_OK) == 0; });
}

// Daemons and programs in the background that have not called anything traced yet.
bool SessionCollector::processes_to_come() {
  const auto now = Clock::now();
  if (now < next_look_) return true;
  const LeftRunning found = left_running(session_->folder(), since_monotonic_ns_, exiting_);
  if (found == LeftRunning::kNone) return false;
  if (found == LeftRunning::kUnclear) {
    if (!unclear_since_) unclear_since_ = now;
    return now - *unclear_since_ < kStartingTime;
  }
  next_look_ = now + kLookInterval;
  return true;
}

// Records can no longer be written. The programs go on without us; what they have recorded stays for `glimpse recover`.
Result<Totals> SessionCollector::give_up(const Error& error) {
  session_->header().collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
  session_->unlock();
  for (Traced& traced : processes_) {
    wire::ProcessHeader& header = traced.trace->view().header();
    header.drained.store(1, std::memory_order_release);
    wake(header.drained);
  }
  return error;
}

Result<Totals> SessionCollector::run() {
  const Session::Life life(session_->header());
  context_.emplace(SessionContext{settings_, TscRate(), Binaries(settings_.policy), session_->header().trace_seed});
  last_flush_ = Clock::now();
  if (const auto remembered = Journal::read(session_->folder())) resume(*remembered);
  // Records may be left that are made, and lack nothing but their destination.
  if (outputs_.empty() && session_->has_queue()) (void)output_of(0);
  // Its threads take back what was not read, also while nobody reads: whatever was noted is soon no longer true.
  if (session_->header().overflow == wire::OverflowMode::kOverwrite) journal_.give_up();
  while (true) {
    const std::uint32_t seen = session_->bell();
    const bool last_round = finish_called_.load(std::memory_order_acquire);
    discover();
    if (no_writer_) return give_up(*no_writer_);
    check_liveness();
    if (context_->rate.update()) {
      for (Traced& traced : processes_) traced.trace->bend_clock();
    }
    follow_policy();
    const std::uint64_t consumed = turn();
    const bool full = std::any_of(outputs_.begin(), outputs_.end(),
                                  [](const Output& output) { return output.writer->buffered_bytes() >= kFlushBytes; });
    if (consumed == 0) finish_dead();
    if (full || (consumed == 0 && worth_flushing()) || rings_wanted() || anything_answerable() ||
        Clock::now() - last_flush_ >= settings_.flush_interval) {
      if (auto flushed = flush(); !flushed) return give_up(flushed.error());
    }
    retire_finished();
    if (consumed >= kWorthStaying || full) continue;
    if (consumed == 0 && last_round && processes_.empty() && !images_to_come() &&
        session_->header().process_count.load(std::memory_order_acquire) == known_ && !processes_to_come() &&
        session_->header().process_count.load(std::memory_order_acquire) == known_) {
      break;
    }
    const auto now = Clock::now();
    if (consumed > 0) last_consumed_ = now;
    const auto idle = now - last_consumed_ < kQuietAfter || last_round ? kLivenessInterval : kQuietInterval;
    session_->wait(seen, consumed > 0 ? kNap : anything_pending() ? kMergeWait : idle);
  }
  if (const auto finished = finish_outputs(); !finished) return give_up(finished.error());
  session_->header().collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
  session_->remove();
  totals_.records = context_->records - records_before_;
  totals_.dropped = context_->dropped;
  for (std::string& warning : context_->warnings) totals_.warnings.push_back(std::move(warning));
  if (totals_.processes > 0) {
    for (std::string& warning : context_->binaries.unmatched_entries()) totals_.warnings.push_back(std::move(warning));
  }
  return totals_;
}

// Without it a recovery asks the environment it finds, as for a session that never had a collector.
void keep_memo(const std::string& folder, const std::string& text) {
  if (text.empty()) return;
  const std::string path = folder + "/" + wire::kMemoFileName;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
}

}  // namespace

std::string memo(const std::string& session) {
  std::ifstream file(session + "/" + wire::kMemoFileName, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<std::unique_ptr<Collector>> Collector::create(const std::string& spool, Settings settings, WriterOf writer_of) {
  auto session = Session::create(spool, settings);
  if (!session) return session.error();
  (*session)->lock();
  keep_memo((*session)->folder(), settings.memo);
  return std::unique_ptr<Collector>(
      new SessionCollector(std::move(*session), std::move(settings), std::move(writer_of), true));
}

Result<std::unique_ptr<Collector>> Collector::adopt(const std::string& folder, Settings settings, WriterOf writer_of) {
  auto session = Session::adopt(folder);
  if (!session) return session.error();
  if (memo(folder).empty()) keep_memo(folder, settings.memo);
  return std::unique_ptr<Collector>(
      new SessionCollector(std::move(*session), std::move(settings), std::move(writer_of), false));
}

}  // namespace glimpse::collector
