// The records that destinations have yet to take: recording blocks in files, and how far each reader has come.
//
//   queue-1-0          queue-2-80113       queue-3-161007          the number of the segment, and of its first record
//   │ block block … │  │ block block … │   │ block …   ◀── appended to by the collector
//          ▲ reader 0 (otlp)                     ▲ reader 1 (sqlite)
//
// A segment is whole by itself: the names its records speak of stand in it. It is deleted when every reader has
// committed it, or when room is needed (drop_oldest): a reader that stood there goes on at the next one, and knows by
// the numbers of the records how many it has lost.
//
// Threads: every member may be called from any thread; one thread appends.
// Killed:  the files outlive every process. What is in them and where readers stood is found again by open().
// Failure: a queue that cannot be opened is an Error. Deleting a file that is gone already is none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "glimpse/result.h"
#include "writers/delivery/position.h"

namespace glimpse::writers::delivery {

class Queue {
 public:
  // The queue in `folder`, with what an earlier process left there. Segments are begun anew at `segment_bytes`.
  static Result<std::unique_ptr<Queue>> open(const std::string& folder, std::uint64_t limit_bytes);

  // One more reader, which has committed everything before `committed`. Returns its number. Before anything is
  // appended.
  std::size_t add_reader(Position committed);

  // --- The one that appends. ---

  std::string path_to_append() const;
  // That of the segment begin_segment() would begin.
  std::string next_path() const;
  // The file was grown by whole blocks.
  void appended(std::uint64_t bytes, std::uint64_t records);
  // Whether the file is long enough, and the next block should stand in a new one.
  bool segment_is_full() const;
  void begin_segment();
  // Nothing more will come.
  void close();

  // Bytes that `reader` has not committed.
  std::uint64_t waiting_bytes(std::size_t reader) const;
  std::uint64_t limit_bytes() const { return limit_bytes_; }
  // Bytes of all files.
  std::uint64_t bytes() const;
  // Deletes the oldest segment. False where it is the one that is appended to.
  bool drop_oldest();

  // Waits until a reader has committed something, or is woken.
  void wait_for_reader(std::chrono::milliseconds timeout);

  // --- Readers. ---

  // Waits until there is something behind `position`, or the queue is closed, or wake() was called. True: there is.
  bool wait_for_records(Position position, std::chrono::milliseconds timeout);
  // Where `position` really is: in the first segment that is left, where its own is gone; behind a segment that was
  // read to its end and is not the last: in the next.
  Position corrected(Position position) const;
  std::string path(std::uint64_t segment) const;
  // The number of the segment's first record, counting from 0.
  std::uint64_t first_record(std::uint64_t segment) const;
  void committed(std::size_t reader, Position position);
  bool closed() const;
  Position end() const;

  // Every thread that waits here looks again.
  void wake();

 private:
  struct Segment {
    std::uint64_t number;
    std::uint64_t first_record;
    std::uint64_t bytes;
    std::uint64_t records;
  };

  Queue(std::string folder, std::uint64_t limit_bytes);

  std::string path_of(const Segment& segment) const;
  Segment next() const;
  void trim();

  const std::string folder_;
  const std::uint64_t limit_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Segment> segments_;  // never empty; the last is appended to
  std::vector<Position> readers_;
  std::uint64_t wakes_ = 0;
  std::uint64_t commits_ = 0;
  bool closed_ = false;
};

}  // namespace glimpse::writers::delivery
