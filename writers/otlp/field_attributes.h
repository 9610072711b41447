// What a program has set on spans and logs, as attributes.
//
// Keys are unique and not empty, as OpenTelemetry asks: of a key the last value holds, and an empty one becomes
// `(empty)`. Integers above those with a sign become texts.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "writers/otlp/span.h"

namespace glimpse::writers::otlp {

Attributes attributes_of(const std::vector<Field>& fields);

inline bool has(const Attributes& attributes, std::string_view key) {
  return std::ranges::any_of(attributes, [key](const Attribute& attribute) { return attribute.key == key; });
}

template <typename Value>
void add_if_new(Attributes& attributes, std::string_view key, Value value) {
  if (!has(attributes, key)) attributes.push_back({std::string(key), std::move(value)});
}

}  // namespace glimpse::writers::otlp
