// Where records are brought to behind the program's back: a database, a server, or a file that others do not wait for.
//
//   collector ─▶ queue of blocks (writers/delivery) ─▶ Courier ─▶ call() … call() ─▶ commit(position)
//
// Each Destination has a Courier, a thread of its own that reads the queue, waits where waiting is due, and gives
// everything again that a commit() has forgotten. A position says how far the queue was read: it grows, 0 is its begin.
//
// Threads: one thread calls a Destination, that of its Courier; counts() and take_messages() are called there too.
// Failure: no member throws. What goes wrong is the Commit's, and ends up in health, notices and `glimpse status`.
// Killed:  records are given again from the last position that was known to be committed. A Destination that notes the
//          position together with the records (SQLite) has each once; others may get a batch twice, the one that was
//          under way.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"
#include "writers/record_sink.h"

namespace glimpse::writers {

// How a commit() went.
struct Commit {
  enum class Outcome : std::uint8_t {
    kDone,       // arrived, or kept safe (dead letters), or dropped and counted
    kKept,       // not yet; the records stay in the Destination: call commit() again after `retry_after`
    kForgotten,  // not at all; give the records again, from the last committed position, after `retry_after`
  };
  Outcome outcome = Outcome::kDone;
  // A sentence for people. With kDone mostly empty; else the records are done with, but have not arrived.
  std::string problem;
  std::chrono::milliseconds retry_after{0};  // with kKept and kForgotten
};

// What became of records, besides arriving.
struct DestinationCounts {
  std::uint64_t dropped = 0;  // records given up: sampled away, above a cap, refused with no place for dead letters
  std::uint64_t dead_letters = 0;  // records that lie in the folder of dead letters since
  std::uint64_t retries = 0;       // commits that had to be tried again
};

class Destination : public RecordSink {
 public:
  // The word in GLIMPSE_DEST: "sqlite".
  virtual std::string_view name() const = 0;

  // Called first. `queue` names the queue that records come from, unlike any other's (at most 64 letters, digits and
  // dashes); `noted` is the position up to which its Courier knows them to be committed. Returns the position to go on
  // from: `noted`, or a later one that the Destination itself has noted. An Error says that it cannot be opened now;
  // the Courier asks again later.
  virtual Result<std::uint64_t> open(const std::string& queue, std::uint64_t noted) = 0;

  // Whether it keeps what process and thread records say in memory alone: then those that lie before the position it
  // goes on from are given once more, ahead of the records, as far as they are still in the queue.
  virtual bool forgets_processes() const { return false; }

  // Whether what was given since the last commit is enough for one transaction or request. Asked after each block of
  // some thousand records at the latest.
  virtual bool is_full() const = 0;

  // How long records may wait for more of them before a commit.
  virtual std::chrono::milliseconds patience() const = 0;

  // Everything given so far goes out as one; with it, `position` becomes true. Returns soon: one attempt, with a
  // bounded time of its own; whoever wants another one says when.
  virtual Commit commit(std::uint64_t position) = 0;

  // The program has ended and somebody waits: from now on each commit() has one attempt, and what does not go out is
  // put where it is safe (dead letters), if there is such a place.
  virtual void hurry() {}

  // Called when there is nothing to deliver: time for what can wait, such as dead letters. Returns when it wants to be
  // called again at the latest.
  virtual std::chrono::milliseconds idle() { return std::chrono::hours(1); }

  virtual DestinationCounts counts() const { return {}; }

  // Sentences that users should read in a notice, since the last time: what a server said, what was dropped and why.
  virtual std::vector<std::string> take_messages() { return {}; }
};

}  // namespace glimpse::writers
