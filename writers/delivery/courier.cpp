#include "writers/delivery/courier.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kOpenAgain = 1000ms;
constexpr std::chrono::milliseconds kShortestRetry = 10ms;
constexpr std::size_t kMostMessages = 64;  // kept for whoever asks

// Passes on which processes and threads there are, and nothing of what they did.
class WhoOnly final : public RecordSink {
 public:
  explicit WhoOnly(RecordSink& out) : out_(out) {}
  void call(const Call&) override {}
  void process(const Process& record) override { out_.process(record); }
  void thread(const Thread& record) override { out_.thread(record); }
  void span(const Span&) override {}
  void log(const Log&) override {}
  void notice(const Notice&) override {}
  void summary(const Summary&) override {}

 private:
  RecordSink& out_;
};

bool is_names(const recording::BlockHeader& header) {
  return header.kind == static_cast<std::uint16_t>(recording::BlockKind::kNames);
}

}  // namespace

Courier::Courier(Queue& queue, std::string folder, std::string queue_name, std::unique_ptr<Destination> destination)
    : queue_(queue),
      folder_(std::move(folder)),
      queue_name_(std::move(queue_name)),
      destination_(std::move(destination)),
      name_(destination_->name()),
      cursor_(folder_, name_),
      reader_(queue.add_reader(cursor_.read())) {
  health_.name = name_;
  health_.state = "ok";
  thread_ = std::thread([this] {
    run();
    done_.store(true, std::memory_order_release);
  });
  pthread_setname_np(thread_.native_handle(), fmt::format("to {}", name_).substr(0, 15).c_str());
}

Courier::~Courier() {
  if (!thread_.joinable()) return;
  queue_.close();
  hurry();
  thread_.join();
}

void Courier::press() {
  pressed_.store(true, std::memory_order_release);
  queue_.wake();
}

void Courier::hurry() {
  hurry_.store(true, std::memory_order_release);
  queue_.wake();
}

void Courier::join() {
  if (thread_.joinable()) thread_.join();
}

DestinationHealth Courier::health() const {
  const std::scoped_lock lock(mutex_);
  DestinationHealth health = health_;
  health.waiting = queue_.waiting_bytes(reader_);
  return health;
}

std::vector<std::string> Courier::take_messages() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(messages_, {});
}

bool Courier::has_arrived() const { return queue_.waiting_bytes(reader_) == 0; }

// What others see of the Destination.
void Courier::refresh() {
  const DestinationCounts counts = destination_->counts();
  for (std::string& message : destination_->take_messages()) tell(std::move(message));
  const std::scoped_lock lock(mutex_);
  health_.delivered = taken_ - std::min(taken_, counts.dropped + counts.dead_letters);
  health_.dropped = lost_ + counts.dropped;
  health_.dead_letters = counts.dead_letters;
  health_.retries = counts.retries;
}

void Courier::tell(std::string message) {
  const std::scoped_lock lock(mutex_);
  if (messages_.size() < kMostMessages) messages_.push_back(std::move(message));
}

void Courier::note_success() {
  failing_since_.reset();
  if (!failing_.exchange(false)) return;
  tell("works again");
  const std::scoped_lock lock(mutex_);
  health_.state = "ok";
  health_.problem.clear();
}

// The records are safe, though not where they should be.
void Courier::note_rescue(const std::string& problem) {
  failing_since_.reset();
  if (!failing_.exchange(true)) tell(problem);
  const std::scoped_lock lock(mutex_);
  health_.state = "failing";
  health_.problem = problem;
}

// Somebody waits, and it has gone wrong ever since, for too long.
bool Courier::is_over_patience() {
  if (!hurry_.load(std::memory_order_acquire)) return false;
  if (!hurried_since_) hurried_since_ = Clock::now();
  return failing_since_ && Clock::now() - std::max(*failing_since_, *hurried_since_) >= kPatienceAtEnd;
}

// False where it is no longer worth waiting.
bool Courier::wait_to_retry(const std::string& problem, std::chrono::milliseconds how_long) {
  const auto begin = Clock::now();
  if (!failing_since_) failing_since_ = begin;
  if (!failing_.exchange(true)) tell(problem + "; it is tried again");
  {
    const std::scoped_lock lock(mutex_);
    health_.state = "failing";
    health_.problem = problem;
  }
  refresh();
  const auto until = begin + std::max(how_long, kShortestRetry);
  const bool hurried = hurry_.load(std::memory_order_acquire);
  while (Clock::now() < until && !is_over_patience()) {
    // Somebody begins to wait for us: what was to be tried in a minute is tried now.
    if (!hurried && hurry_.load(std::memory_order_acquire)) break;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()) + 1ms;
    std::this_thread::sleep_for(std::min(left, 20ms));
  }
  return !is_over_patience();
}

bool Courier::open() {
  const Position noted = cursor_.read();
  for (;;) {
    const auto position = destination_->open(queue_name_, noted.number());
    if (position) {
      note_success();
      committed_ = std::max(Position::of(*position), noted);
      queue_.committed(reader_, committed_);
      return true;
    }
    if (!wait_to_retry(position.error().message, kOpenAgain)) return false;
  }
}

// The next block is the first one at or behind `position`.
void Courier::go_to(Position position) {
  file_.reset();
  at_ = position;
  given_ = 0;
}

// The next record is number `next`: those that were to come before it are gone.
void Courier::go_on_with(std::uint64_t next) {
  if (!next_record_) committed_record_ = next;  // the first of this process
  const std::uint64_t lost = next - std::min(next, next_record_.value_or(next));
  next_record_ = next;
  if (lost == 0) return;
  committed_record_ += lost;
  lost_ += lost;
  tell(fmt::format("the queue was full: {} records were dropped", lost));
}

// Opens the segment that `here` lies in, and steps over what was given of it already, but for the names that stand
// there, and for the processes where the Destination does not know them any more.
bool Courier::open_segment(Position here) {
  auto file = recording::BlockFile::open(queue_.path(here.segment));
  if (!file) return false;  // not there yet, or gone meanwhile
  file_.emplace(std::move(*file));
  file_segment_ = here.segment;
  decoder_.forget_streams();
  std::uint64_t number = queue_.first_record(here.segment);
  at_ = {here.segment, 0};
  WhoOnly who(*destination_);
  while (at_.offset < here.offset) {
    const auto header = file_->next();
    if (!header) continue;
    if (!*header) break;
    at_.offset = file_->offset() + (*header)->block_bytes;
    if (!is_names(**header)) number += (*header)->records;
    if (is_names(**header) || destination_->forgets_processes()) {
      if (const auto columns = file_->columns()) (void)decoder_.read(**header, *columns, who);
    } else {
      file_->skip();
    }
  }
  go_on_with(number);
  return true;
}

// Gives the next block to the Destination. False where there is none yet.
bool Courier::read_block() {
  const Position here = queue_.corrected(at_);
  if ((!file_ || here.segment != file_segment_) && !open_segment(here)) return false;
  const auto header = file_->next();
  if (!header) {
    tell(header.error().message);
    return true;
  }
  if (!*header) return false;
  const auto columns = file_->columns();
  const auto read = columns ? decoder_.read(**header, *columns, *destination_) : Result<void>(columns.error());
  if (!read) tell(file_->error(read.error().message).message);
  at_.offset = file_->offset() + (*header)->block_bytes;
  if (is_names(**header)) return true;
  if (given_ == 0) first_given_ = Clock::now();
  given_ += (*header)->records;
  *next_record_ += (*header)->records;
  return true;
}

// Everything given goes out. False where it will not, and nobody should wait for it any longer.
bool Courier::commit() {
  for (;;) {
    const Commit done = destination_->commit(at_.number());
    if (done.outcome == Commit::Outcome::kDone) {
      if (done.problem.empty()) {
        note_success();
      } else {
        note_rescue(done.problem);
      }
      committed_ = at_;
      taken_ += *next_record_ - committed_record_;
      committed_record_ = *next_record_;
      given_ = 0;
      refresh();
      cursor_.note(committed_);
      queue_.committed(reader_, committed_);
      return true;
    }
    const bool goes_on = wait_to_retry(done.problem, done.retry_after);
    if (done.outcome == Commit::Outcome::kForgotten) {
      next_record_ = committed_record_;
      go_to(committed_);
      return goes_on;
    }
    if (!goes_on) return false;
  }
}

void Courier::run() {
  left_something_ = true;
  if (!open()) return;
  go_to(committed_);
  bool hurried = false;
  for (;;) {
    if (!hurried && hurry_.load(std::memory_order_acquire)) {
      hurried = true;
      destination_->hurry();
    }
    const bool closed = queue_.closed();
    const bool pressed = pressed_.load(std::memory_order_acquire);
    const bool more = read_block();
    const auto waited = Clock::now() - first_given_;
    if (given_ > 0 &&
        (destination_->is_full() || waited >= destination_->patience() || (!more && (hurried || pressed)))) {
      if (!commit()) break;
      continue;
    }
    if (more) continue;
    if (pressed && given_ == 0) pressed_.store(false, std::memory_order_release);
    if (closed && given_ == 0 && queue_.corrected(at_) >= queue_.end()) {
      left_something_ = false;
      break;
    }
    std::chrono::milliseconds rest = 1000ms;
    if (given_ > 0) {
      rest = std::chrono::duration_cast<std::chrono::milliseconds>(destination_->patience() - waited) + 1ms;
    } else if (!closed) {
      rest = std::min(destination_->idle(), rest);
      refresh();
    }
    queue_.wait_for_records(at_, std::max(rest, 1ms));
  }
  refresh();
  if (!left_something_) return;
  const std::scoped_lock lock(mutex_);
  health_.state = "stopped";
}

}  // namespace glimpse::writers::delivery
