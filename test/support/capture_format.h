// Formats as the compiler plugin leaves them, made at run time. For tests of whatever reads them.
//
//   CaptureFormatOf format;
//   format.add("count", wire::ValueKind::kSigned, 4).add("mode", wire::ValueKind::kSignedEnum, 4, 1, 0, "", {{"kFast",
//   1}}); write_captured(format.get(), …);
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/wire/capture.h"

namespace glimpse::wire {

class CaptureFormatOf {
 public:
  using Enumerators = std::vector<std::pair<std::string, std::int64_t>>;

  CaptureFormatOf& add(const std::string& name, ValueKind kind, std::uint8_t bytes = 0, std::uint8_t words = 1,
                       std::uint8_t flags = 0, const std::string& type = "", const Enumerators& enumerators = {}) {
    parts_.push_back({name, kind, bytes, words, flags, type, enumerators});
    return *this;
  }

  // Valid until the next add().
  const CaptureFormat& get() {
    std::size_t bytes = sizeof(CaptureFormat) + parts_.size() * sizeof(CaptureValue);
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const Part& part : parts_) {
      places.push_back({bytes, bytes + part.name.size() + 1});
      bytes += part.name.size() + 1 + part.type.size() + 1;
    }
    bytes = (bytes + 7) / 8 * 8;
    std::vector<std::size_t> lists;
    for (const Part& part : parts_) {
      lists.push_back(bytes);
      bytes += sizeof(CaptureEnum) + part.enumerators.size() * sizeof(CaptureEnumerator);
      for (const auto& [name, number] : part.enumerators) bytes += name.size() + 1;
      bytes = (bytes + 7) / 8 * 8;
    }
    memory_ = std::make_unique<std::uint64_t[]>(bytes / 8);
    put(0, CaptureFormat{kCaptureVersion, static_cast<std::uint32_t>(parts_.size())});
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      const std::size_t at = sizeof(CaptureFormat) + i * sizeof(CaptureValue);
      const std::size_t detail_field = at + offsetof(CaptureValue, detail);
      CaptureValue value{distance(places[i].first, at), 0, part.kind, part.bytes, part.flags, part.words, 0};
      if (part.name.empty()) value.name = 0;
      if (!part.type.empty()) value.detail = distance(places[i].second, detail_field);
      if (!part.enumerators.empty()) value.detail = distance(lists[i], detail_field);
      put(at, value);
      put_text(places[i].first, part.name);
      put_text(places[i].second, part.type);
      put(lists[i], CaptureEnum{part.enumerators.size()});
      std::size_t text = lists[i] + sizeof(CaptureEnum) + part.enumerators.size() * sizeof(CaptureEnumerator);
      for (std::size_t j = 0; j < part.enumerators.size(); ++j) {
        const std::size_t enumerator = lists[i] + sizeof(CaptureEnum) + j * sizeof(CaptureEnumerator);
        const auto& [name, number] = part.enumerators[j];
        put(enumerator, CaptureEnumerator{number, distance(text, enumerator + offsetof(CaptureEnumerator, name)), 0});
        put_text(text, name);
        text += name.size() + 1;
      }
    }
    return *reinterpret_cast<const CaptureFormat*>(memory_.get());
  }

 private:
  struct Part {
    std::string name;
    ValueKind kind;
    std::uint8_t bytes;
    std::uint8_t words;
    std::uint8_t flags;
    std::string type;
    Enumerators enumerators;
  };

  static std::int32_t distance(std::size_t to, std::size_t from) {
    return static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from);
  }
  template <typename Data>
  void put(std::size_t at, const Data& data) {
    std::memcpy(reinterpret_cast<char*>(memory_.get()) + at, &data, sizeof(data));
  }
  void put_text(std::size_t at, const std::string& text) {
    std::memcpy(reinterpret_cast<char*>(memory_.get()) + at, text.c_str(), text.size() + 1);
  }

  std::vector<Part> parts_;
  std::unique_ptr<std::uint64_t[]> memory_;
};

}  // namespace glimpse::wire
