// The text of a number that mostly is the one before plus one: only the digits that change are made anew.
//
// Threads: one thread uses a CounterText.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "writers/number_text.h"

namespace glimpse::writers {

class CounterText {
 public:
  static constexpr std::size_t kRoom = 24;  // what write() may store

  // Writes `value` and returns the end of its text. `out` must have room for kRoom bytes.
  char* write(char* out, std::uint64_t value) {
    if (value != last_ + 1 || value == 0 || !increment()) [[unlikely]]
      start(value);
    last_ = value;
    std::memcpy(out, text_, kRoom);
    return out + size_;
  }

 private:
  // False where the number gets another digit.
  bool increment() {
    char* digit = text_ + size_ - 1;
    while (*digit == '9') {
      if (digit == text_) return false;
      *digit-- = '0';
    }
    ++*digit;
    return true;
  }

  void start(std::uint64_t value) { size_ = static_cast<std::size_t>(write_number(text_, value) - text_); }

  char text_[kRoom] = {'0'};
  std::size_t size_ = 1;
  std::uint64_t last_ = 0;
};

}  // namespace glimpse::writers
