// How far a reader of a queue has committed, in a small file beside the queue that outlives the process.
//
// Threads: one thread uses a Cursor. Killed: the file holds the old number or the new one.
// Failure: a note that cannot be read says 0: everything is given again, which may double and loses nothing.
#pragma once

#include <string>
#include <string_view>

#include "writers/delivery/position.h"

namespace glimpse::writers::delivery {

class Cursor {
 public:
  // Of the destination `name` in `folder`.
  Cursor(const std::string& folder, std::string_view name);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  Position read() const;
  void note(Position position);

 private:
  int fd_;
};

}  // namespace glimpse::writers::delivery
