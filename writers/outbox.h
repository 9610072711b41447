// Memory for text on its way out that outlives the process, and a note of how far that text has come.
//
//   memory() ── lines are written into it ── begins() ── write() ── handed()
//
// So that another process can finish what a killed one has begun: the collector's journal implements it. A Writer
// without an Outbox keeps its text in memory of its own.
//
// Threads: one thread uses an Outbox. Failure: nothing here fails in a way that a Writer must know; without memory()
// it goes on in its own, and whoever made the Outbox knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace glimpse::writers {

// Where the next byte will stand. All zero for what is no regular file, and cannot be looked at later.
struct Place {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // A block of at least `bytes` bytes that begins with what the block before it held. Null where there is none.
  virtual char* memory(std::size_t bytes) = 0;

  // The text goes to the file at `path`. Not called where it goes elsewhere.
  virtual void goes_to(const std::string& path) = 0;

  // All text goes out from here on, its first byte at `place`. On a regular file the caller holds the file's lock.
  virtual void begins(const Place& place) = 0;

  // The first `bytes` bytes of the text have gone out; the rest, where there is any, has not.
  virtual void handed(std::size_t bytes) = 0;
};

}  // namespace glimpse::writers
