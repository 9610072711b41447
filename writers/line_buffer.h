// The text of records between formatting and writing out: whole lines, in one block of memory that is reused.
//
// The order of use is reserve(), write into the room, commit(); then text() and consume() when it goes out. The block
// grows when the lines do not go out, and never shrinks.
//
// Threads: one thread uses a LineBuffer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace glimpse::writers {

class LineBuffer {
 public:
  explicit LineBuffer(std::size_t capacity) : data_(new char[capacity]), capacity_(capacity) {}

  // Room for `bytes` bytes behind the text. Valid until the next call of any member.
  char* reserve(std::size_t bytes) {
    if (capacity_ - size_ < bytes) [[unlikely]]
      grow(bytes);
    return data_.get() + size_;
  }

  // The text now ends at `end`, which lies within the room that reserve() gave.
  void commit(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }

  void append(std::string_view text) { commit(std::copy(text.begin(), text.end(), reserve(text.size()))); }

  std::string_view text() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }

  // Forgets the first `bytes` bytes of the text.
  void consume(std::size_t bytes) {
    size_ -= bytes;
    if (size_ != 0) std::memmove(data_.get(), data_.get() + bytes, size_);
  }

 private:
  void grow(std::size_t bytes) {
    const std::size_t capacity = std::max(capacity_ * 2, size_ + bytes);
    std::unique_ptr<char[]> data(new char[capacity]);
    std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace glimpse::writers
