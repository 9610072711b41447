// The Writer of a session whose records go to several destinations, or to one that is not as near as a file.
//
//   call() ─▶ blocks ─▶ flush(): queue in the session's folder ─▶ a Courier for each Destination
//
// What is flushed has not arrived yet, but outlives us: it is the queue's, and whoever recovers the session delivers
// the rest of it. So a slow or failing destination holds up neither the others nor the program:
//   full queue    destinations that set the pace (below), and take records, are waited for: the collector then does not
//                 read rings, and GLIMPSE_OVERFLOW says what that means for the program. Otherwise the oldest segment
//                 goes, counted for those who had not read it.
//   no room       for the queue's file: the same.
//
// Threads: one thread uses a Delivery; its Couriers have theirs. Failure: an Error of flush() is one of the queue's
// file, never one of a destination; finish() tells which destinations have not taken everything.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/result.h"
#include "writers/delivery/courier.h"
#include "writers/delivery/pace.h"
#include "writers/delivery/queue.h"
#include "writers/destination.h"
#include "writers/line_buffer.h"
#include "writers/output_file.h"
#include "writers/recording/encoder.h"
#include "writers/writer.h"

namespace glimpse::writers::delivery {

class Delivery final : public Writer {
 public:
  // The queue of the session in `folder`, at most about `limit_bytes` long.
  static Result<std::unique_ptr<Delivery>> open(const std::string& folder, std::uint64_t limit_bytes);
  ~Delivery() override;

  // Before the first record. `sets_pace`: see above. `wait_at_exit`: how long a program that ends waits for it at most.
  void add(std::unique_ptr<Destination> destination, bool sets_pace, std::chrono::milliseconds wait_at_exit);

  void call(const Call& record) override;
  void process(const Process& record) override;
  void thread(const Thread& record) override;
  void span(const Span& record) override;
  void log(const Log& record) override;
  void notice(const Notice& record) override;
  void summary(const Summary& record) override;

  void keep_in(Outbox& outbox) override;
  void take_over(std::string_view blocks) override { blocks_.append(blocks); }
  bool flushes_when_idle() const override { return false; }
  std::size_t buffered_bytes() const override;
  std::uint64_t waiting_records() const override;
  void prepare() override;
  Result<void> flush() override;

  std::vector<std::string> take_messages() override;
  std::vector<DestinationHealth> health() const override;
  void wait_for_arrival() override;
  Result<void> finish() override;

 private:
  struct Route {
    std::unique_ptr<Courier> courier;
    bool sets_pace;
    std::chrono::milliseconds wait_at_exit;
  };

  Delivery(std::string folder, std::unique_ptr<Queue> queue, OutputFile file);

  void begin_segment();
  void begin_record() {
    if (wants_segment_) [[unlikely]]
      begin_segment();
  }
  void end_record();
  void hold_pace();
  void make_room();
  Result<void> append();
  void write_status();
  const Route* slowest_that_sets_pace() const;

  const std::string folder_;
  std::unique_ptr<Queue> queue_;
  OutputFile file_;  // the segment that is appended to
  std::optional<recording::Encoder> encoder_;
  LineBuffer blocks_;
  Outbox* outbox_ = nullptr;
  bool wants_segment_ = false;
  Pace pace_;
  std::chrono::steady_clock::time_point status_written_{};
  std::vector<Route> routes_;  // last: they use the queue
};

}  // namespace glimpse::writers::delivery
