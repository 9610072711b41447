#include "collector/ring_reader.h"

#include <algorithm>
#include <utility>

namespace glimpse::collector {

namespace {

// Of a ring that overwrites: what was claimed and not yet written out is what a kill of the collector can lose.
constexpr std::uint64_t kPieceWords = 4096;

// A writer takes at least hundreds of words at a time: losing so many races in a row is no accident, and the next turn
// tries again.
constexpr int kClaimTries = 100;

}  // namespace

RingReader::RingReader(wire::RingHeader& header, const std::uint64_t* words, std::uint64_t capacity_words)
    : header_(header),
      words_(words),
      mask_(capacity_words - 1),
      overwrites_(header.overwrites != 0),
      read_from_(words),
      read_mask_(mask_),
      released_(header.tail.load(std::memory_order_relaxed)),
      position_(released_),
      after_(released_),
      head_(released_),
      epoch_(header.released_epoch) {
  if (overwrites_) {
    buried_starts_ =
        header.read_starts.load(std::memory_order_relaxed) - header.written_starts.load(std::memory_order_relaxed);
  }
}

bool RingReader::resume(std::uint64_t position, std::uint64_t epoch) {
  const std::uint64_t head = header_.head.load(std::memory_order_acquire);
  if (head - position > mask_ + 1 || position - released_ > mask_ + 1) return false;
  position_ = after_ = head_ = position;
  epoch_ = epoch;
  return true;
}

// Looks whether the writer has committed more. A head that cannot be is a broken ring.
bool RingReader::look() {
  head_ = header_.head.load(std::memory_order_acquire);
  if (head_ - position_ > mask_ + 1) {
    broken_ = true;
    return false;
  }
  return head_ != position_;
}

// Copies whole records of [from, to) to the piece, as the memory shows them: the thread may be at work there.
RingReader::Piece RingReader::copy(std::uint64_t from, std::uint64_t to, std::uint64_t epoch) {
  Piece piece;
  piece.epoch = epoch;
  piece_.clear();
  while (from + piece.words != to && piece.words < kPieceWords) {
    const std::uint64_t at = from + piece.words;
    const std::uint64_t header = __atomic_load_n(&words_[at & mask_], __ATOMIC_RELAXED);
    const wire::EventKind kind = wire::event_kind(header);
    const std::uint64_t length = kind == wire::EventKind::kRecord ? wire::record_words(header) + std::uint64_t{1} : 1;
    piece.sound =
        (kind == wire::EventKind::kStart || kind == wire::EventKind::kEnd || kind == wire::EventKind::kRecord) &&
        length <= to - at;
    if (!piece.sound) break;
    piece_.push_back(header);
    for (std::uint64_t i = 1; i < length; ++i) {
      piece_.push_back(__atomic_load_n(&words_[(at + i) & mask_], __ATOMIC_RELAXED));
    }
    if (kind == wire::EventKind::kStart) ++piece.starts;
    if (kind == wire::EventKind::kRecord && wire::record_type(header) == wire::RecordType::kEpoch && length > 1) {
      piece.epoch = piece_[piece.words + 1] & 0xffffffff;
    }
    piece.words += length;
  }
  return piece;
}

// Makes the next piece of the ring the reader's own, with the gap before it. False where there is none, or the thread
// is quicker all the time.
bool RingReader::claim() {
  for (int tries = 0; tries < kClaimTries; ++tries) {
    std::uint64_t tail = header_.tail.load(std::memory_order_acquire);
    wire::Gap gap;
    bool has_gap = false;
    if (!claimed_ || tail != head_) {
      const wire::GapSlot* slot = wire::gap_before(header_.gaps, tail);
      has_gap = slot != nullptr;
      if (has_gap) gap = wire::load_gap(*slot);
    }
    const std::uint64_t head = header_.head.load(std::memory_order_acquire);
    const bool possible = head - tail <= mask_ + 1 && (has_gap || !claimed_ || tail == head_);
    Piece piece;
    if (possible) {
      if (head == tail) return false;  // a gap waits for what follows it
      piece = copy(tail, head, has_gap && gap.epoch != wire::kEpochNotTold ? gap.epoch : epoch_);
    }
    if (!possible || piece.words == 0) {
      // Either the thread took back what was just looked at, or no thread of ours wrote this.
      if (header_.tail.load(std::memory_order_seq_cst) != tail) continue;
      broken_ = true;
      return false;
    }
    header_.released_epoch = static_cast<std::uint32_t>(piece.epoch);
    const std::uint64_t behind = tail + piece.words;
    if (!header_.tail.compare_exchange_strong(tail, behind, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      continue;
    }
    if (has_gap) {
      gap_ = gap;
      gap_ahead_ = true;
      header_.overwritten_starts.fetch_add(gap.starts, std::memory_order_relaxed);
    }
    header_.read_starts.fetch_add(piece.starts, std::memory_order_relaxed);
    claimed_ = true;
    position_ = tail;
    head_ = behind;
    read_from_ = piece_.data();
    read_base_ = tail;
    read_mask_ = ~std::uint64_t{0};
    return true;
  }
  return false;
}

bool RingReader::refill() { return overwrites_ ? claim() : look(); }

const RingRecord* RingReader::peek() {
  if (shown_) return &record_;
  while (!broken_) {
    if (position_ == head_ && !refill()) return nullptr;
    if (gap_ahead_) {
      show_gap();
      return &record_;
    }
    if (decode()) {
      shown_ = true;
      return &record_;
    }
  }
  return nullptr;
}

void RingReader::show_gap() {
  gap_ahead_ = false;
  if (gap_.epoch != wire::kEpochNotTold) epoch_ = gap_.epoch;
  record_.kind = wire::EventKind::kNone;
  record_.ticks = (epoch_ << 32) | gap_.clock_low;
  record_.gap = &gap_;
  after_ = position_;
  shown_ = true;
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
  if (overwrites_) {
    // Given back when it was claimed. The rest of the piece is not written out yet.
    std::uint64_t to_come = 0;
    for (std::uint64_t at = position_; at != head_; ++at) {
      const std::uint64_t header = word(at);
      if (wire::event_kind(header) == wire::EventKind::kStart) ++to_come;
      if (wire::event_kind(header) == wire::EventKind::kRecord) at += wire::record_words(header);
    }
    const std::uint64_t read = header_.read_starts.load(std::memory_order_relaxed);
    header_.written_starts.store(read - to_come - buried_starts_, std::memory_order_relaxed);
    return true;
  }
  header_.released_epoch = static_cast<std::uint32_t>(epoch_);
  header_.tail.store(position_, std::memory_order_seq_cst);
  return true;
}

bool RingReader::drained() { return broken_ || (!shown_ && peek() == nullptr); }

std::uint64_t RingReader::overwritten_starts() const {
  const std::uint64_t told = header_.overwritten_starts.load(std::memory_order_relaxed);
  const std::uint64_t tail = header_.tail.load(std::memory_order_acquire);
  if (claimed_ && tail == head_) return told;
  const wire::GapSlot* slot = wire::gap_before(header_.gaps, tail);  // nothing came behind it
  return told + (slot != nullptr ? wire::load_gap(*slot).starts : 0);
}

}  // namespace glimpse::collector
