// The collector's journal: what it knew at its last flush, and how far that flush came, in memory that outlives it.
//
//   area 0, area 1 (files of the session)      sequence │ committed bytes │ note, note, note …
//
//   note(checkpoint)         the records made of these events are text now; what comes after is not yet consumed
//   note(begins) … (handed)  that text goes out; so many bytes of it have gone out
//
// The first note of an area is a whole checkpoint, later ones tell changes. When an area is full the other one begins
// with a whole checkpoint; it counts from the moment its sequence, stored last, is the higher one. A note counts from
// the moment it is covered by the committed bytes, stored behind it. So a collector may be killed between any two
// instructions, and nothing here asks the operating system for anything while areas are large enough.
//
// Threads: one thread. Failure: where memory cannot be had the journal is given up: it then says nothing at all, which
// is less than the truth and never wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/checkpoint.h"
#include "collector/spool_memory.h"
#include "writers/outbox.h"

namespace glimpse::collector {

// How far a text has come on its way out, as far as the journal knows.
struct TextProgress {
  TextState text;      // begin is behind what was handed over for sure
  bool began = false;  // something of the rest may be at `place`
  writers::Place place;
};

// What a journal says when it is read by another collector.
struct Remembered {
  SessionState state;
  std::vector<TextProgress> texts;  // those that are not known to be out
};

class Journal {
 public:
  // For the session in `folder`. What an earlier journal there says stays valid until the first note.
  explicit Journal(std::string folder) : folder_(std::move(folder)) {}

  // What the journal in `folder` says. Nothing where there is none, or it was given up.
  static std::optional<Remembered> read(const std::string& folder);

  // Whether the next note must be a whole checkpoint.
  bool wants_whole() const { return area_ == nullptr || full_; }

  void note_checkpoint(const SessionState& state);
  void note_begins(std::uint32_t block, const writers::Place& place);
  void note_handed(std::uint32_t block, std::uint64_t until);

  // Says nothing from now on, whatever was noted.
  void give_up();
  bool given_up() const { return given_up_; }

 private:
  bool begin_area(std::string_view first_note);
  bool append(std::string_view note);

  std::string folder_;
  std::unique_ptr<SpoolMemory> areas_[2];
  SpoolMemory* area_ = nullptr;  // the one notes go to
  std::uint64_t sequence_ = 0;
  bool full_ = false;
  bool given_up_ = false;
};

}  // namespace glimpse::collector
