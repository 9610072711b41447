// Which exceptions are the same mistake: a fingerprint of type, message and place.
//
// The message counts by its shape, without what differs from one time to the next. It is scrubbed before
// (writers/scrub), so that nobody can find out by trying whose address or which password makes a fingerprint.
//
//   user 4711 not found at 0x7ffd12                     user # not found at #
//   job 6fa459ea-ee8a-3ca4-894e-db77e160355e is late    job <uuid> is late
//   2026-03-01T12:00:00.5Z: 1.5e3 of -20 ms             <time>: # of # ms
//
// Threads: one thread uses an ErrorGroups. Memory: bounded, whatever is thrown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "writers/scrub/scrubber.h"

namespace glimpse::collector {

// So many functions of a stack count, from the throwing one outwards.
inline constexpr std::size_t kGroupFrames = 5;

// Appends the shape of `message`: one character or word for each UUID, time, hex number (`0x…`, or eight and more
// digits of which one is decimal) and number. Linear time.
void append_shape(std::string& out, std::string_view message);

class ErrorGroups {
 public:
  // 64 lower-case hex digits: the SHA-256 of type, shape and functions, each a line and the last without its end.
  // Valid until the next call. A group that was seen lately costs one look-up.
  std::string_view fingerprint(std::string_view type, std::string_view message, std::span<const std::string> functions);

 private:
  writers::scrub::Scrubber scrubber_;
  std::string lines_;
  std::unordered_map<std::string, std::string> fingerprints_;  // by what is hashed
};

}  // namespace glimpse::collector
