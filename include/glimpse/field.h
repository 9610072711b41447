// A key and a value, as attributes of spans, fields of events and fields of logs have them.
//
//   span.event("retry", {{"attempt", 2}, {"host", host}, {"fatal", false}});
//
// It points at the texts it was made of: they have to live as long as it does, which in an argument list they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "glimpse/program.h"

namespace glimpse {

namespace detail {

GLIMPSE_UNTRACED inline glimpse_text text_of(std::string_view text) { return glimpse_text{text.data(), text.size()}; }

}  // namespace detail

class Field : public glimpse_field {
 public:
  GLIMPSE_UNTRACED Field(std::string_view name, std::string_view text) : glimpse_field() {
    key = detail::text_of(name);
    type = GLIMPSE_VALUE_TEXT;
    value.text = detail::text_of(text);
  }
  GLIMPSE_UNTRACED Field(std::string_view name, const std::string& text) : Field(name, std::string_view(text)) {}
  GLIMPSE_UNTRACED Field(std::string_view name, const char* text)
      : Field(name, text == nullptr ? std::string_view() : std::string_view(text)) {}

  // Whole numbers, floating-point numbers and bool.
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  GLIMPSE_UNTRACED Field(std::string_view name, Number number) : glimpse_field() {
    key = detail::text_of(name);
    if constexpr (std::is_same_v<Number, bool>) {
      type = GLIMPSE_VALUE_BOOL;
      value.boolean = number ? 1 : 0;
    } else if constexpr (std::is_floating_point_v<Number>) {
      type = GLIMPSE_VALUE_DOUBLE;
      value.real = static_cast<double>(number);
    } else if constexpr (std::is_signed_v<Number>) {
      type = GLIMPSE_VALUE_INT;
      value.signed_number = static_cast<std::int64_t>(number);
    } else {
      type = GLIMPSE_VALUE_UINT;
      value.unsigned_number = static_cast<std::uint64_t>(number);
    }
  }
};

// Handed to the library as an array of what it knows.
static_assert(sizeof(Field) == sizeof(glimpse_field) && std::is_trivially_copyable_v<Field>);

using Fields = std::initializer_list<Field>;

}  // namespace glimpse
