// Brings a queue's records to one Destination, on a thread of its own.
//
//   read a block ─▶ decode ─▶ Destination ─▶ enough, or waited long enough? ─▶ commit ─▶ note how far
//        ▲                                                                      │ kKept: wait, commit again
//        └──────────────── from the last committed place ◀──────────────────────┘ kForgotten: wait, read again
//
// Threads: the constructor starts the thread; health(), take_messages() and the rest are for any other.
// Failure: as long as the program runs a Destination is tried again and again; once it was told to hurry(), it gets
// kPatienceAtEnd without a success, and the Courier then ends with records left in the queue.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "writers/delivery/cursor.h"
#include "writers/delivery/queue.h"
#include "writers/destination.h"
#include "writers/record.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"

namespace glimpse::writers::delivery {

class Courier {
 public:
  static constexpr std::chrono::seconds kPatienceAtEnd{5};

  // Both outlive it. `folder` is the queue's; `queue_name` is what the Destination calls it.
  Courier(Queue& queue, std::string folder, std::string queue_name, std::unique_ptr<Destination> destination);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Its number as the queue's reader.
  std::size_t reader() const { return reader_; }
  const std::string& name() const { return name_; }

  DestinationHealth health() const;
  std::vector<std::string> take_messages();
  bool failing() const { return failing_.load(std::memory_order_relaxed); }
  // Everything that is in the queue now has arrived, or will not.
  bool has_arrived() const;

  // What was read is committed as soon as there is nothing more to read, however patient the Destination is.
  void press();
  void hurry();
  // Until the thread has ended: after the queue was closed, and hurry().
  void join();
  // Whether the thread has ended, or is about to.
  bool done() const { return done_.load(std::memory_order_acquire); }
  // Whether something was left in the queue; after join().
  bool left_something() const { return left_something_; }

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  bool open();
  bool read_block();
  void go_to(Position position);
  bool open_segment(Position here);
  void go_on_with(std::uint64_t next);
  bool commit();
  bool wait_to_retry(const std::string& problem, std::chrono::milliseconds how_long);
  void note_success();
  void note_rescue(const std::string& problem);
  void refresh();
  void tell(std::string message);
  bool is_over_patience();

  Queue& queue_;
  const std::string folder_;
  const std::string queue_name_;
  std::unique_ptr<Destination> destination_;
  const std::string name_;
  Cursor cursor_;
  const std::size_t reader_;

  // The thread's own.
  Position committed_;                        // everything before it has arrived
  Position at_;                               // behind the last block that was given
  std::optional<std::uint64_t> next_record_;  // the number of the next one to be given; empty before the first
  std::uint64_t committed_record_ = 0;        // what it was at committed_
  std::uint64_t taken_ = 0;                   // records that were committed
  std::uint64_t lost_ = 0;                    // records that were deleted before they were read
  std::uint64_t given_ = 0;                   // since the last commit
  Clock::time_point first_given_{};
  std::optional<Clock::time_point> failing_since_;
  std::optional<Clock::time_point> hurried_since_;
  std::optional<recording::BlockFile> file_;
  std::uint64_t file_segment_ = 0;
  recording::Decoder decoder_;
  bool left_something_ = false;

  std::atomic<bool> hurry_{false};
  std::atomic<bool> pressed_{false};
  std::atomic<bool> failing_{false};
  std::atomic<bool> done_{false};
  mutable std::mutex mutex_;
  DestinationHealth health_;
  std::vector<std::string> messages_;
  std::thread thread_;  // last: it uses all of them
};

}  // namespace glimpse::writers::delivery
