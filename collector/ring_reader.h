// Reads one ring: whole records, in order, with their full time.
//
// peek() shows the next record, advance() steps over it, release() gives everything stepped over back to the thread.
// A ring that overwrites is read in pieces instead: a piece is copied and then claimed by moving the tail, so that
// either the thread has taken words back or the reader has them. What was taken back shows as a gap.
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
  wire::EventKind kind = wire::EventKind::kNone;        // kNone: a gap
  wire::FunctionId function = 0;                        // kStart, kEnd
  wire::RecordType type = wire::RecordType::kEpoch;     // kRecord
  const std::vector<std::uint64_t>* payload = nullptr;  // kRecord; until the next peek()
  const wire::Gap* gap = nullptr;                       // kNone; until the next peek()
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

  // What release() would give back.
  std::uint64_t unreleased_words() const { return position_ - released_; }

  // Gives back what was stepped over. True where words were given back.
  bool release();

  // The ring holds what no writer of ours writes. Nothing more is read from it.
  bool broken() const { return broken_; }
  // Nothing is left to read at this moment.
  bool drained();

  // Calls lost because the thread took their START back: all of the ring's, by whichever reader it was told.
  std::uint64_t overwritten_starts() const;
  // Calls whose START a reader before this one took with it when it was killed.
  std::uint64_t buried_starts() const { return buried_starts_; }

  wire::RingHeader& header() { return header_; }

 private:
  // A piece of the ring that is the reader's own.
  struct Piece {
    std::uint64_t words = 0;   // whole records only
    std::uint64_t starts = 0;  // among them
    std::uint64_t epoch = 0;   // behind them
    bool sound = true;         // what follows can be a record
  };

  std::uint64_t word(std::uint64_t position) const { return read_from_[(position - read_base_) & read_mask_]; }
  bool refill();
  bool look();
  bool claim();
  Piece copy(std::uint64_t from, std::uint64_t to, std::uint64_t epoch);
  void show_gap();
  bool decode();

  wire::RingHeader& header_;
  const std::uint64_t* words_;
  std::uint64_t mask_;
  bool overwrites_;
  const std::uint64_t* read_from_;  // the ring's words, or the piece that was copied, which begins at read_base_
  std::uint64_t read_base_ = 0;
  std::uint64_t read_mask_;
  std::uint64_t released_;
  std::uint64_t position_;  // of the next record
  std::uint64_t after_;     // where the shown record ends
  std::uint64_t head_;      // as last read; the end of the piece
  std::uint64_t epoch_;     // high half of the clock
  bool claimed_ = false;    // the tail was moved by this reader last
  bool gap_ahead_ = false;
  bool shown_ = false;
  bool broken_ = false;
  std::uint64_t buried_starts_ = 0;
  RingRecord record_;
  wire::Gap gap_;
  std::vector<std::uint64_t> payload_;
  std::vector<std::uint64_t> piece_;
};

}  // namespace glimpse::collector
