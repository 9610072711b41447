// The text of records between formatting and writing out: whole lines, in one block of memory that is reused.
//
// The order of use is reserve(), write into the room, commit(); then text() and consume() when it goes out. The block
// grows when the lines do not go out, and never shrinks.
//
// In an Outbox: what stands in the text is never moved, so that a note of where it lies stays true.
//
// Threads: one thread uses a LineBuffer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "writers/outbox.h"

namespace glimpse::writers {

class LineBuffer {
 public:
  explicit LineBuffer(std::size_t capacity) : own_(new char[capacity]), data_(own_.get()), capacity_(capacity) {}

  // Moves to memory of `outbox`, where it has some. For a buffer that is empty.
  void keep_in(Outbox& outbox) {
    char* const block = outbox.memory(capacity_);
    own_.reset(block == nullptr ? new char[capacity_] : nullptr);
    outbox_ = block == nullptr ? nullptr : &outbox;
    data_ = block == nullptr ? own_.get() : block;
  }

  // Room for `bytes` bytes behind the text. Valid until the next call of any member.
  char* reserve(std::size_t bytes) {
    if (capacity_ - end_ < bytes) [[unlikely]]
      grow(bytes);
    return data_ + end_;
  }

  // The text now ends at `end`, which lies within the room that reserve() gave.
  void commit(const char* end) { end_ = static_cast<std::size_t>(end - data_); }

  void append(std::string_view text) { commit(std::copy(text.begin(), text.end(), reserve(text.size()))); }

  std::string_view text() const { return {data_ + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }

  // Forgets the first `bytes` bytes of the text.
  void consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

 private:
  void grow(std::size_t bytes) {
    const std::size_t capacity = std::max(capacity_ * 2, end_ + bytes);
    char* block = outbox_ == nullptr ? nullptr : outbox_->memory(capacity);
    if (block == nullptr) {
      std::unique_ptr<char[]> own(new char[capacity]);
      std::memcpy(own.get(), data_, end_);
      own_ = std::move(own);
      outbox_ = nullptr;
      block = own_.get();
    }
    data_ = block;
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> own_;  // null in an Outbox
  Outbox* outbox_ = nullptr;
  char* data_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace glimpse::writers
