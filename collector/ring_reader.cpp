#include "collector/ring_reader.h"

namespace glimpse::collector {

RingReader::RingReader(wire::RingHeader& header, const std::uint64_t* words, std::uint64_t capacity_words)
    : header_(header),
      words_(words),
      mask_(capacity_words - 1),
      released_(header.tail.load(std::memory_order_relaxed)),
      position_(released_),
      after_(released_),
      head_(released_),
      epoch_(header.released_epoch) {}

bool RingReader::resume(std::uint64_t position, std::uint64_t epoch) {
  const std::uint64_t head = header_.head.load(std::memory_order_acquire);
  if (head - position > mask_ + 1 || position - released_ > mask_ + 1) return false;
  position_ = after_ = head_ = position;
  epoch_ = epoch;
  return true;
}

// Looks whether the writer has committed more. A head that cannot be is a broken ring.
bool RingReader::refill() {
  head_ = header_.head.load(std::memory_order_acquire);
  if (head_ - position_ > mask_ + 1) {
    broken_ = true;
    return false;
  }
  return head_ != position_;
}

const RingRecord* RingReader::peek() {
  if (shown_) return &record_;
  while (!broken_) {
    if (position_ == head_ && !refill()) return nullptr;
    if (decode()) {
      shown_ = true;
      return &record_;
    }
  }
  return nullptr;
}

// Decodes the record at the position. False where it concerns the reader alone and was stepped over, or cannot be.
bool RingReader::decode() {
  const std::uint64_t header = word(position_);
  record_.kind = wire::event_kind(header);
  record_.ticks = (epoch_ << 32) | wire::event_clock_low(header);
  if (record_.kind == wire::EventKind::kStart || record_.kind == wire::EventKind::kEnd) [[likely]] {
    record_.function = wire::event_function(header);
    after_ = position_ + 1;
    return true;
  }
  if (record_.kind != wire::EventKind::kRecord) {
    broken_ = true;
    return false;
  }
  const std::uint32_t words = wire::record_words(header);
  if (words + std::uint64_t{1} > head_ - position_) {
    broken_ = true;
    return false;
  }
  record_.type = wire::record_type(header);
  after_ = position_ + 1 + words;
  if (record_.type == wire::RecordType::kEpoch && words >= 1) {
    epoch_ = word(position_ + 1) & 0xffffffff;
    position_ = after_;
    return false;
  }
  payload_.clear();
  for (std::uint64_t at = position_ + 1; at != after_; ++at) payload_.push_back(word(at));
  record_.payload = &payload_;
  return true;
}

void RingReader::advance() {
  position_ = after_;
  shown_ = false;
}

bool RingReader::release() {
  if (position_ == released_) return false;
  released_ = position_;
  header_.released_epoch = static_cast<std::uint32_t>(epoch_);
  header_.tail.store(position_, std::memory_order_seq_cst);
  return true;
}

bool RingReader::drained() { return broken_ || (!shown_ && peek() == nullptr); }

}  // namespace glimpse::collector
