// A place in a queue: a segment's number, and an offset in its file where a block begins or ends.
//
// Threads: constant.
#pragma once

#include <compare>
#include <cstdint>

namespace glimpse::writers::delivery {

struct Position {
  std::uint64_t segment = 0;  // they count from 1
  std::uint64_t offset = 0;

  auto operator<=>(const Position&) const = default;

  // As one number that grows with the place: what a Destination is told. Segments are far smaller than 64 GiB.
  std::uint64_t number() const { return segment << kOffsetBits | offset; }
  static Position of(std::uint64_t number) {
    return {number >> kOffsetBits, number & ((std::uint64_t{1} << kOffsetBits) - 1)};
  }

 private:
  static constexpr unsigned kOffsetBits = 36;
};

}  // namespace glimpse::writers::delivery
