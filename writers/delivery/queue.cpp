#include "writers/delivery/queue.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "writers/delivery/files.h"
#include "writers/recording/block_file.h"

namespace glimpse::writers::delivery {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = kQueueFilePrefix;
constexpr std::uint64_t kSegments = 16;  // in a full queue, about
constexpr std::uint64_t kLeastSegmentBytes = 64 * 1024;

struct Named {
  std::uint64_t number = 0;
  std::uint64_t first_record = 0;
};

std::optional<Named> parse(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  Named named;
  const char* const end = name.data() + name.size();
  const auto number = std::from_chars(name.data(), end, named.number);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != '-' || named.number == 0) return std::nullopt;
  const auto first = std::from_chars(number.ptr + 1, end, named.first_record);
  if (first.ec != std::errc{} || first.ptr != end) return std::nullopt;
  return named;
}

// Whole blocks of a segment that another process wrote; half a block at its end is cut off by the next append.
void measure(const std::string& path, std::uint64_t& bytes, std::uint64_t& records) {
  auto file = recording::BlockFile::open(path);
  while (file) {
    const auto header = file->next();
    if (!header) continue;  // damaged: stepped over
    if (!*header) break;
    file->skip();
    if ((*header)->kind == static_cast<std::uint16_t>(recording::BlockKind::kRecords)) records += (*header)->records;
    bytes = file->offset() + (*header)->block_bytes;
  }
}

}  // namespace

Queue::Queue(std::string folder, std::uint64_t limit_bytes) : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

Result<std::unique_ptr<Queue>> Queue::open(const std::string& folder, std::uint64_t limit_bytes) {
  std::unique_ptr<Queue> queue(new Queue(folder, limit_bytes));
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const auto named = parse(entry.path().filename().string());
    if (!named) continue;
    Segment segment{named->number, named->first_record, 0, 0};
    measure(entry.path(), segment.bytes, segment.records);
    queue->segments_.push_back(segment);
  }
  if (failure) return Error{fmt::format("{}: {}", folder, failure.message())};
  std::ranges::sort(queue->segments_, {}, &Segment::number);
  if (queue->segments_.empty()) queue->segments_.push_back({1, 0, 0, 0});
  return queue;
}

std::string Queue::path_of(const Segment& segment) const {
  return fmt::format("{}/{}{}-{}", folder_, kPrefix, segment.number, segment.first_record);
}

std::size_t Queue::add_reader(Position committed) {
  const std::scoped_lock lock(mutex_);
  readers_.push_back(committed);
  return readers_.size() - 1;
}

std::string Queue::path_to_append() const {
  const std::scoped_lock lock(mutex_);
  return path_of(segments_.back());
}

std::string Queue::next_path() const {
  const std::scoped_lock lock(mutex_);
  return path_of(next());
}

Queue::Segment Queue::next() const {
  const Segment& last = segments_.back();
  return {last.number + 1, last.first_record + last.records, 0, 0};
}

void Queue::appended(std::uint64_t bytes, std::uint64_t records) {
  const std::scoped_lock lock(mutex_);
  segments_.back().bytes += bytes;
  segments_.back().records += records;
  changed_.notify_all();
}

bool Queue::segment_is_full() const {
  const std::scoped_lock lock(mutex_);
  return segments_.back().bytes >= std::max(limit_bytes_ / kSegments, kLeastSegmentBytes);
}

void Queue::begin_segment() {
  const std::scoped_lock lock(mutex_);
  segments_.push_back(next());
  trim();
}

void Queue::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  ++wakes_;
  changed_.notify_all();
}

bool Queue::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

void Queue::wake() {
  const std::scoped_lock lock(mutex_);
  ++wakes_;
  changed_.notify_all();
}

std::uint64_t Queue::waiting_bytes(std::size_t reader) const {
  const std::scoped_lock lock(mutex_);
  const Position at = readers_[reader];
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_) {
    if (segment.number > at.segment) bytes += segment.bytes;
    if (segment.number == at.segment) bytes += segment.bytes - std::min(segment.bytes, at.offset);
  }
  return bytes;
}

std::uint64_t Queue::bytes() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.bytes;
  return bytes;
}

bool Queue::drop_oldest() {
  const std::scoped_lock lock(mutex_);
  if (segments_.size() < 2) return false;
  unlink(path_of(segments_.front()).c_str());
  segments_.pop_front();
  ++wakes_;
  changed_.notify_all();
  return true;
}

void Queue::wait_for_reader(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const std::uint64_t seen = commits_;
  changed_.wait_for(lock, timeout, [&] { return commits_ != seen; });
}

bool Queue::wait_for_records(Position position, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const std::uint64_t seen = wakes_;
  const auto more = [&] { return Position{segments_.back().number, segments_.back().bytes} > position; };
  changed_.wait_for(lock, timeout, [&] { return more() || closed_ || wakes_ != seen; });
  return more();
}

Position Queue::corrected(Position position) const {
  const std::scoped_lock lock(mutex_);
  if (position.segment < segments_.front().number) return {segments_.front().number, 0};
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    if (segment.number == position.segment && position.offset >= segment.bytes) position = {segment.number + 1, 0};
  }
  return position;
}

std::string Queue::path(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(segments_, number, &Segment::number);
  return found == segments_.end() ? std::string() : path_of(*found);
}

std::uint64_t Queue::first_record(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(segments_, number, &Segment::number);
  return found == segments_.end() ? segments_.front().first_record : found->first_record;
}

void Queue::committed(std::size_t reader, Position position) {
  const std::scoped_lock lock(mutex_);
  readers_[reader] = position;
  ++commits_;
  trim();
  changed_.notify_all();
}

Position Queue::end() const {
  const std::scoped_lock lock(mutex_);
  return {segments_.back().number, segments_.back().bytes};
}

// Deletes what every reader has committed.
void Queue::trim() {
  if (readers_.empty()) return;
  const Position least = *std::ranges::min_element(readers_);
  while (segments_.size() > 1) {
    const Segment& oldest = segments_.front();
    if (Position{oldest.number, oldest.bytes} > least) return;
    unlink(path_of(oldest).c_str());
    segments_.pop_front();
  }
}

}  // namespace glimpse::writers::delivery
