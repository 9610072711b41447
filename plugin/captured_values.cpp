#include "plugin/captured_values.h"

#include <cstddef>
#include <cstring>

namespace glimpse::plugin {
namespace {

using wire::CaptureEnum;
using wire::CaptureEnumerator;
using wire::CaptureFormat;
using wire::CaptureValue;
using wire::ValueKind;

// Bytes that grow; distances are put in once it is known what they lead to.
class Bytes {
 public:
  template <typename Data>
  std::size_t add(const Data& data) {
    bytes_.resize((bytes_.size() + alignof(Data) - 1) / alignof(Data) * alignof(Data));
    const std::size_t at = bytes_.size();
    bytes_.append(reinterpret_cast<const char*>(&data), sizeof(data));
    return at;
  }
  std::size_t add_text(const std::string& text) {
    const std::size_t at = bytes_.size();
    bytes_.append(text.c_str(), text.size() + 1);
    return at;
  }
  void set_distance(std::size_t field, std::size_t target) {
    const auto distance = static_cast<std::int32_t>(target - field);
    std::memcpy(bytes_.data() + field, &distance, sizeof(distance));
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace

unsigned words_of(const CapturedValue& value) {
  if (value.kind == ValueKind::kOther || value.kind == ValueKind::kRedacted) return 0;
  if (value.by_address) return 1;
  return value.bytes > 8 ? 2 : 1;
}

std::string capture_format(const std::vector<CapturedValue>& values) {
  Bytes bytes;
  bytes.add(CaptureFormat{wire::kCaptureVersion, static_cast<std::uint32_t>(values.size())});
  std::vector<std::size_t> places;
  for (const CapturedValue& value : values) {
    const std::uint8_t flags = value.by_address ? wire::kByAddress : 0;
    places.push_back(
        bytes.add(CaptureValue{0, 0, value.kind, value.bytes, flags, static_cast<std::uint8_t>(words_of(value)), 0}));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const CapturedValue& value = values[i];
    const std::size_t detail = places[i] + offsetof(CaptureValue, detail);
    if (!value.name.empty()) bytes.set_distance(places[i] + offsetof(CaptureValue, name), bytes.add_text(value.name));
    if (value.kind == ValueKind::kOther) bytes.set_distance(detail, bytes.add_text(value.type));
    if (value.enumerators.empty()) continue;
    bytes.set_distance(detail, bytes.add(CaptureEnum{value.enumerators.size()}));
    std::vector<std::size_t> names;
    for (const auto& [name, number] : value.enumerators) {
      names.push_back(bytes.add(CaptureEnumerator{number, 0, 0}) + offsetof(CaptureEnumerator, name));
    }
    for (std::size_t j = 0; j < names.size(); ++j) {
      bytes.set_distance(names[j], bytes.add_text(value.enumerators[j].first));
    }
  }
  return bytes.take();
}

}  // namespace glimpse::plugin
