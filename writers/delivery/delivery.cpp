#include "writers/delivery/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "writers/delivery/status_file.h"
#include "writers/random_stream.h"
#include "writers/whole_part.h"

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kRecordsPerBlock = 4096;  // Destinations may commit between two blocks
constexpr auto kStatusInterval = 500ms;
constexpr auto kStuckAfter = 2s;  // a destination that takes nothing for so long does not set the pace

}  // namespace

Result<std::unique_ptr<Delivery>> Delivery::open(const std::string& folder, std::uint64_t limit_bytes) {
  auto queue = Queue::open(folder, limit_bytes);
  if (!queue) return queue.error();
  auto file = OutputFile::open((*queue)->path_to_append(), OutputFile::Mode::kAppend, OutputFile::Unit::kBlock);
  if (!file) return file.error();
  return std::unique_ptr<Delivery>(new Delivery(folder, std::move(*queue), std::move(*file)));
}

Delivery::Delivery(std::string folder, std::unique_ptr<Queue> queue, OutputFile file)
    : folder_(std::move(folder)),
      queue_(std::move(queue)),
      file_(std::move(file)),
      encoder_(std::in_place, random_stream()),
      blocks_(kFirstBytes) {}

Delivery::~Delivery() = default;

void Delivery::add(std::unique_ptr<Destination> destination, bool sets_pace, std::chrono::milliseconds wait_at_exit) {
  const std::string queue_name = std::filesystem::path(folder_).filename();
  routes_.push_back(
      {std::make_unique<Courier>(*queue_, folder_, queue_name, std::move(destination)), sets_pace, wait_at_exit});
}

void Delivery::call(const Call& record) {
  begin_record();
  encoder_->add(record);
  end_record();
}

void Delivery::process(const Process& record) {
  begin_record();
  encoder_->add(record);
}

void Delivery::thread(const Thread& record) {
  begin_record();
  encoder_->add(record);
}

void Delivery::span(const Span& record) {
  begin_record();
  encoder_->add(record);
  end_record();
}

void Delivery::log(const Log& record) {
  begin_record();
  encoder_->add(record);
  end_record();
}

void Delivery::notice(const Notice& record) {
  begin_record();
  encoder_->add(record);
}

void Delivery::summary(const Summary& record) {
  begin_record();
  encoder_->add(record);
}

void Delivery::end_record() {
  if (encoder_->open_records() >= kRecordsPerBlock) [[unlikely]]
    encoder_->close_block(blocks_);
}

void Delivery::keep_in(Outbox& outbox) {
  outbox.goes_to(file_.path());
  blocks_.keep_in(outbox);
  outbox_ = &outbox;
}

std::size_t Delivery::buffered_bytes() const { return encoder_->open_bytes() + blocks_.size(); }

std::uint64_t Delivery::waiting_records() const { return records_in(blocks_.text()) + encoder_->open_records(); }

void Delivery::prepare() { encoder_->close_block(blocks_); }

// The names that the next records speak of stand in the segment that was full: the new one begins with names of its
// own.
void Delivery::begin_segment() {
  if (buffered_bytes() > 0) return;
  auto file = OutputFile::open(queue_->next_path(), OutputFile::Mode::kAppend, OutputFile::Unit::kBlock);
  if (!file) return;  // the one that is there grows on
  wants_segment_ = false;
  file_ = std::move(*file);
  queue_->begin_segment();
  encoder_.emplace(random_stream());
  if (outbox_ != nullptr) outbox_->goes_to(file_.path());
}

const Delivery::Route* Delivery::slowest_that_sets_pace() const {
  const Route* slowest = nullptr;
  std::uint64_t most = 0;
  for (const Route& route : routes_) {
    if (!route.sets_pace || route.courier->failing()) continue;
    const std::uint64_t waiting = queue_->waiting_bytes(route.courier->reader());
    if (slowest != nullptr && waiting <= most) continue;
    slowest = &route;
    most = waiting;
  }
  return slowest;
}

// Waits for the slowest destination that sets the pace.
void Delivery::hold_pace() {
  const std::uint64_t limit = queue_->limit_bytes();
  if (const Route* const route = slowest_that_sets_pace()) {
    const auto hold = pace_.hold(Clock::now(), blocks_.size(), queue_->waiting_bytes(route->courier->reader()), limit);
    if (hold > 0us) std::this_thread::sleep_for(hold);
  }
  std::uint64_t waited_for = 0;
  auto since = Clock::now();
  while (const Route* const route = slowest_that_sets_pace()) {
    const std::uint64_t waiting = queue_->waiting_bytes(route->courier->reader());
    if (waiting < limit) return;
    if (waiting != waited_for) since = Clock::now();
    waited_for = waiting;
    if (Clock::now() - since >= kStuckAfter) return;
    queue_->wait_for_reader(20ms);
    write_status();
  }
}

// Nobody waits for the others: what they have not read in time goes.
void Delivery::make_room() {
  while (queue_->bytes() + blocks_.size() > queue_->limit_bytes() + queue_->limit_bytes() / 4) {
    if (!queue_->drop_oldest()) return;
  }
}

Result<void> Delivery::append() {
  const std::string_view text = blocks_.text();
  std::size_t accepted = 0;
  auto result = file_.append(text, accepted, outbox_);
  queue_->appended(accepted, records_in(text.substr(0, accepted)));
  blocks_.consume(accepted);
  return result;
}

Result<void> Delivery::flush() {
  prepare();
  write_status();
  if (blocks_.size() == 0) return {};
  hold_pace();
  make_room();
  auto result = append();
  while (!result && queue_->drop_oldest()) result = append();
  if (result && queue_->segment_is_full()) wants_segment_ = true;
  return result;
}

std::vector<std::string> Delivery::take_messages() {
  std::vector<std::string> all;
  for (const Route& route : routes_) {
    for (const std::string& message : route.courier->take_messages()) {
      all.push_back(fmt::format("{}: {}", route.courier->name(), message));
    }
  }
  return all;
}

std::vector<DestinationHealth> Delivery::health() const {
  std::vector<DestinationHealth> all;
  for (const Route& route : routes_) all.push_back(route.courier->health());
  return all;
}

// For `glimpse status`.
void Delivery::write_status() {
  const auto now = Clock::now();
  if (now - status_written_ < kStatusInterval) return;
  status_written_ = now;
  write_status_file(folder_, health(), queue_->bytes(), queue_->limit_bytes());
}

void Delivery::wait_for_arrival() {
  const auto begin = Clock::now();
  for (const Route& route : routes_) route.courier->press();
  for (const Route& route : routes_) {
    while (!route.courier->has_arrived() && !route.courier->failing() && Clock::now() - begin < route.wait_at_exit) {
      queue_->wait_for_reader(20ms);
    }
  }
}

Result<void> Delivery::finish() {
  auto flushed = flush();
  for (const Route& route : routes_) route.courier->hurry();
  queue_->close();
  for (const Route& route : routes_) {
    while (!route.courier->done()) {
      queue_->wait_for_reader(50ms);
      write_status();
    }
  }
  std::string left;
  for (const Route& route : routes_) {
    route.courier->join();
    if (!route.courier->left_something()) continue;
    if (!left.empty()) left += "; ";
    left += fmt::format("{}: {}", route.courier->name(), route.courier->health().problem);
  }
  status_written_ = {};
  write_status();
  if (!flushed) return flushed;
  if (!left.empty()) return Error{left};
  return {};
}

}  // namespace glimpse::writers::delivery
