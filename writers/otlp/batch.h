// Items of one signal that go out in one request, by process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "writers/otlp/encoder.h"

namespace glimpse::writers::otlp {

// No receiver takes a request of more, before compression: the limit of OpenTelemetry's collector.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{20} << 20;
// What a request is filled to: larger ones are no cheaper for each span, and lose more when one is refused.
inline constexpr std::size_t kFullRequestBytes = std::size_t{4} << 20;

class Batch {
 public:
  // Whether one more item of `item_bytes` would make a request of more than `most_bytes`; of an empty batch, more than
  // a receiver takes.
  bool has_room(const std::string& resource, std::size_t item_bytes) const {
    const std::size_t bytes = bytes_ + item_bytes + resource.size() + 2 * kGroupOverheadBytes;
    return bytes <= (records_ == 0 ? kMaxRequestBytes : kFullRequestBytes);
  }

  // `item` as an Encoder has appended it to nothing.
  void add(const std::shared_ptr<const std::string>& resource, std::string_view item, Scope scope = Scope::kGlimpse) {
    const auto [at, is_new] = group_of_.try_emplace(resource.get(), groups_.size());
    if (is_new) {
      groups_.push_back({resource, {}, {}});
      bytes_ += resource->size() + kGroupOverheadBytes;
    }
    Group& group = groups_[at->second];
    (scope == Scope::kProgram ? group.program_items : group.items) += item;
    bytes_ += item.size();
    ++records_;
  }

  std::uint64_t records() const { return records_; }
  std::size_t bytes() const { return bytes_; }  // at least those of the request
  const std::vector<Group>& groups() const { return groups_; }

 private:
  std::vector<Group> groups_;
  std::unordered_map<const std::string*, std::size_t> group_of_;
  std::size_t bytes_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace glimpse::writers::otlp
