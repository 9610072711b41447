// Bytes of a column, written and read: numbers as LEB128 (seven bits a byte, the lowest first), texts with their
// length.
//
// Threads: one thread uses one of them. Failure: a ByteReader at the end of its bytes, or before a number of more than
// 64 bits, gives zeroes and empty texts from then on, and failed() says so.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace glimpse::writers::recording {

inline constexpr std::size_t kMaxNumberBytes = 10;

// Small numbers of either sign as small numbers.
inline std::uint64_t zigzag(std::uint64_t difference) {
  return difference << 1 ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(difference) >> 63);
}
inline std::uint64_t unzigzag(std::uint64_t value) { return value >> 1 ^ (0 - (value & 1)); }

// Grows, and never shrinks.
class ByteWriter {
 public:
  explicit ByteWriter(std::size_t capacity = 64 * 1024)
      : data_(new char[capacity]), at_(data_.get()), end_(at_ + capacity) {}

  // Room for what put() writes next.
  void reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      grow(bytes);
  }
  // A number for which there is room.
  void put(std::uint64_t value) {
    while (value >= 0x80) {
      *at_++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *at_++ = static_cast<char>(value);
  }

  void number(std::uint64_t value) {
    reserve(kMaxNumberBytes);
    put(value);
  }
  void text(std::string_view text) {
    number(text.size());
    reserve(text.size());
    at_ = std::copy(text.begin(), text.end(), at_);
  }

  std::size_t size() const { return static_cast<std::size_t>(at_ - data_.get()); }
  std::string_view view() const { return {data_.get(), size()}; }
  void clear() { at_ = data_.get(); }

 private:
  void grow(std::size_t bytes) {
    const std::size_t used = size();
    const std::size_t capacity = std::max(2 * static_cast<std::size_t>(end_ - data_.get()), used + bytes);
    std::unique_ptr<char[]> larger(new char[capacity]);
    std::memcpy(larger.get(), data_.get(), used);
    data_ = std::move(larger);
    at_ = data_.get() + used;
    end_ = data_.get() + capacity;
  }

  std::unique_ptr<char[]> data_;
  char* at_;
  char* end_;
};

class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint64_t number() {
    if (end_ - at_ < 2) [[unlikely]]
      return long_number();
    const std::uint64_t low = static_cast<unsigned char>(at_[0]);
    if (low < 0x80) {
      ++at_;
      return low;
    }
    const std::uint64_t high = static_cast<unsigned char>(at_[1]);
    if (high >= 0x80) [[unlikely]]
      return long_number();
    at_ += 2;
    return (low & 0x7f) | high << 7;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > static_cast<std::size_t>(end_ - at_)) {
      fail();
      return {};
    }
    at_ += size;
    return {at_ - size, static_cast<std::size_t>(size)};
  }

  bool at_end() const { return at_ == end_; }
  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    at_ = end_;
  }

 private:
  std::uint64_t long_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; at_ < end_ && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool failed_ = false;
};

}  // namespace glimpse::writers::recording
