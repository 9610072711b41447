// The payload of what a program says of itself (spans, messages, blocks), as the runtime would write it.
//
//   ring.record(RecordType::kSpanFields, ToldPayload(SpanFieldsPayload{7, 1}).field("user", "ann"), ticks);
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "glimpse/wire/record.h"

namespace glimpse::wire {

class ToldPayload {
 public:
  template <typename Head>
  explicit ToldPayload(const Head& head) {
    add(&head, sizeof(head));
  }

  ToldPayload& text(std::string_view text) { return add(text.data(), text.size()); }
  ToldPayload& word(std::uint64_t word) { return add(&word, sizeof(word)); }

  ToldPayload& field(std::string_view key, std::string_view value) {
    return head_of_field(FieldType::kText, key, value.size()).text(value);
  }
  ToldPayload& field(std::string_view key, FieldType type, std::uint64_t value) {
    return head_of_field(type, key, 0).word(value);
  }

  operator const std::vector<std::uint64_t>&() const { return words_; }

 private:
  ToldPayload& head_of_field(FieldType type, std::string_view key, std::size_t text_bytes) {
    const FieldHeader header{type, 0, static_cast<std::uint16_t>(key.size()), static_cast<std::uint32_t>(text_bytes)};
    return add(&header, sizeof(header)).text(key);
  }

  ToldPayload& add(const void* bytes, std::size_t count) {
    const std::size_t at = words_.size();
    words_.resize(at + words_for(count));
    if (count > 0) std::memcpy(words_.data() + at, bytes, count);
    return *this;
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace glimpse::wire
