#include "writers/otlp/field_attributes.h"

#include <cstdint>
#include <unordered_set>

#include "writers/valid_text.h"

namespace glimpse::writers::otlp {
namespace {

Attribute attribute_of(std::string key, const Field& field) {
  switch (field.type) {
    case Field::Type::kText:
      return {std::move(key), std::string(field.text)};
    case Field::Type::kSigned:
      return {std::move(key), field.signed_number};
    case Field::Type::kUnsigned:
      if (field.unsigned_number > INT64_MAX) return {std::move(key), std::to_string(field.unsigned_number)};
      return {std::move(key), static_cast<std::int64_t>(field.unsigned_number)};
    case Field::Type::kDouble:
      return {std::move(key), field.real};
    case Field::Type::kBool:
      return {std::move(key), field.unsigned_number != 0};
  }
  return {std::move(key), std::string()};
}

}  // namespace

// Keys that differ in bytes that are no text only are the same on the wire.
Attributes attributes_of(const std::vector<Field>& fields) {
  Attributes attributes;
  std::unordered_set<std::string> seen;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    std::string key = field->key.empty() ? "(empty)" : valid_copy(field->key);
    if (seen.insert(key).second) attributes.push_back(attribute_of(std::move(key), *field));
  }
  std::reverse(attributes.begin(), attributes.end());
  return attributes;
}

Severity severity_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return {5, "DEBUG"};
    case Level::kInfo:
      return {9, "INFO"};
    case Level::kWarning:
      return kWarn;
    case Level::kError:
      return {17, "ERROR"};
    case Level::kFatal:
      return {21, "FATAL"};
  }
  return kWarn;
}

}  // namespace glimpse::writers::otlp
