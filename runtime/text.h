// Text without libc: the few operations that paths and messages need, in buffers of fixed size.
//
// Written as plain loops so that they never become calls of memcpy or strlen, which a program may define itself.
// Threads and signals: safe anywhere.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace glimpse::runtime {

inline size_t text_length(const char* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

inline void copy_bytes(void* to, const void* from, size_t bytes) {
  auto* target = static_cast<volatile char*>(to);
  auto* source = static_cast<const char*>(from);
  for (size_t i = 0; i < bytes; ++i) target[i] = source[i];
}

inline bool same_text(const char* a, const char* b) {
  while (*a != 0 && *a == *b) ++a, ++b;
  return *a == *b;
}

// The rest of `text` behind `prefix`, or null where it does not start so.
inline const char* after_prefix(const char* text, const char* prefix) {
  while (*prefix != 0) {
    if (*text++ != *prefix++) return nullptr;
  }
  return text;
}

// A line or path under construction; what does not fit is cut, and `cut()` says so.
template <size_t kCapacity>
class Text {
 public:
  // Declared, so that Clang leaves it untraced like the rest: what it makes up by itself escapes the pragma.
  Text() = default;

  void clear() {
    length_ = 0;
    cut_ = false;
    text_[0] = 0;
  }
  Text& add(const char* text) {
    while (*text != 0) add_char(*text++);
    return *this;
  }
  Text& add(const char* text, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) add_char(text[i]);
    return *this;
  }
  Text& add_number(uint64_t number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) add_char(digits[--count]);
    return *this;
  }
  Text& add_hex(uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (number >> shift || shift == 0) add_char("0123456789abcdef"[(number >> shift) & 15]);
    }
    return *this;
  }

  const char* text() const { return text_; }
  size_t length() const { return length_; }
  bool cut() const { return cut_; }

 private:
  void add_char(char c) {
    if (length_ + 1 >= kCapacity) {
      cut_ = true;
      return;
    }
    text_[length_++] = c;
    text_[length_] = 0;
  }

  size_t length_ = 0;
  bool cut_ = false;
  char text_[kCapacity] = {0};
};

// Longer paths than this are not used: these live on the stacks of traced threads, which may be small.
using PathText = Text<1024>;

}  // namespace glimpse::runtime
