// Reads the payload of a ring's record from its begin to its end: structures, texts, fields (glimpse/wire/record.h).
//
// The memory belongs to another process, which may have written anything: what lies beyond the end reads as zeros and
// empty texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "collector/checkpoint.h"
#include "glimpse/wire/record.h"

namespace glimpse::collector {

class PayloadReader {
 public:
  explicit PayloadReader(const std::vector<std::uint64_t>& payload) : payload_(payload) {}

  bool at_end() const { return at_ >= payload_.size(); }

  std::uint64_t word() { return at_end() ? 0 : payload_[at_++]; }

  template <typename T>
  T structure() {
    static_assert(sizeof(T) % sizeof(std::uint64_t) == 0);
    T value{};
    const std::size_t words = std::min(sizeof(T) / sizeof(std::uint64_t), payload_.size() - at_);
    std::memcpy(&value, payload_.data() + at_, words * sizeof(std::uint64_t));
    at_ += words;
    return value;
  }

  std::string text(std::size_t bytes) {
    const std::size_t most = (payload_.size() - at_) * sizeof(std::uint64_t);
    const std::size_t length = std::min(bytes, most);
    std::string value(reinterpret_cast<const char*>(payload_.data() + at_), length);
    at_ += wire::words_for(length);
    return value;
  }

  std::vector<FieldState> fields(std::uint64_t count) {
    std::vector<FieldState> all;
    for (; count > 0 && !at_end(); --count) {
      const auto header = structure<wire::FieldHeader>();
      FieldState& field = all.emplace_back();
      field.type = static_cast<std::uint8_t>(header.type);
      field.key = text(header.key_bytes);
      if (header.type == wire::FieldType::kText) {
        field.text = text(header.text_bytes);
      } else {
        field.word = word();
      }
    }
    return all;
  }

  std::vector<std::uint64_t> words(std::size_t count) {
    count = std::min(count, payload_.size() - at_);
    const auto begin = payload_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += count;
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  const std::vector<std::uint64_t>& payload_;
  std::size_t at_ = 0;
};

}  // namespace glimpse::collector
