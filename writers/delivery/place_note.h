// Where in which file lines are being written, in a file that outlives the process: see FileDestination.
//
// Threads: one thread uses a PlaceNote. Killed: a note that was half written is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "writers/outbox.h"

namespace glimpse::writers::delivery {

class PlaceNote {
 public:
  struct Begun {
    std::uint64_t position = 0;  // the lines are those of the records behind this place of the queue
    Place place;
    std::string path;
    std::uint64_t before = 0;  // so many bytes of them had gone out before, elsewhere: the file was rotated
  };

  // The `number`th of those in `folder`.
  PlaceNote(const std::string& folder, std::size_t number);
  ~PlaceNote();
  PlaceNote(const PlaceNote&) = delete;
  PlaceNote& operator=(const PlaceNote&) = delete;

  std::optional<Begun> read() const;
  void write(const Begun& begun);

 private:
  int fd_;
};

}  // namespace glimpse::writers::delivery
