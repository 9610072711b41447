// Reads one ring: whole records, in order, with their full time.
//
// peek() shows the next record, advance() steps over it, release() gives everything stepped over back to the thread.
// The memory belongs to another process, which may have written anything: nothing read from it is trusted.
//
// Threads: one thread reads a ring, whatever its writer does at the same time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "glimpse/wire/event.h"
#include "glimpse/wire/record.h"
#include "glimpse/wire/ring.h"

namespace glimpse::collector {

struct RingRecord {
  std::uint64_t ticks = 0;
  wire::EventKind kind = wire::EventKind::kNone;
  wire::FunctionId function = 0;                        // kStart, kEnd
  wire::RecordType type = wire::RecordType::kEpoch;     // kRecord
  const std::vector<std::uint64_t>* payload = nullptr;  // kRecord; until the next peek()
};

class RingReader {
 public:
  RingReader(wire::RingHeader& header, const std::uint64_t* words, std::uint64_t capacity_words);

  // Goes on at `position`, where another reader had stepped over everything before; `epoch` is the high half of the
  // clock there. False where the ring cannot have such a position.
  bool resume(std::uint64_t position, std::uint64_t epoch);

  // Where the next record begins, and the high half of the clock there.
  std::uint64_t position() const { return position_; }
  std::uint64_t epoch() const { return epoch_; }

  // The next record, or null when there is none (yet), or when the ring is broken.
  const RingRecord* peek();

  // Steps over the record peek() has shown.
  void advance();

  // Gives back what was stepped over. True where words were given back.
  bool release();

  // The ring holds what no writer of ours writes. Nothing more is read from it.
  bool broken() const { return broken_; }
  // Nothing is left to read at this moment.
  bool drained();

  wire::RingHeader& header() { return header_; }

 private:
  std::uint64_t word(std::uint64_t position) const { return words_[position & mask_]; }
  bool refill();
  bool decode();

  wire::RingHeader& header_;
  const std::uint64_t* words_;
  std::uint64_t mask_;
  std::uint64_t released_;
  std::uint64_t position_;  // of the next record
  std::uint64_t after_;     // where the shown record ends
  std::uint64_t head_;      // as last read
  std::uint64_t epoch_;     // high half of the clock
  bool shown_ = false;
  bool broken_ = false;
  RingRecord record_;
  std::vector<std::uint64_t> payload_;
};

}  // namespace glimpse::collector
