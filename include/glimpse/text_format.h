// Values into text, for log.h: "{}" in its turn, "{0}" by number, "{{" and "}}" for braces themselves.
//
//   {:x}  hexadecimal   {:.3f}  digits behind the point; whatever else stands behind a colon means nothing
//
// Values: texts, characters, numbers, bool, enumerations, pointers, std::exception, and what an unqualified
// to_string(value) makes a text of.
// Failure: none is thrown for a wrong format. A value that is not there reads "{?}", one too many is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

#include "glimpse/program.h"

namespace glimpse::detail {

template <typename Value>
inline constexpr bool kIsText = std::is_convertible_v<const Value&, std::string_view>;

GLIMPSE_UNTRACED inline void put_unsigned(std::string& out, std::uint64_t number, unsigned base) {
  char digits[64];
  std::size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  out.append(digits + at, sizeof digits - at);
}

GLIMPSE_UNTRACED inline void put_real(std::string& out, double number, std::string_view spec) {
  char text[400];
  int precision = -1;
  if (spec.size() >= 2 && spec[0] == '.' && spec[1] >= '0' && spec[1] <= '9') precision = spec[1] - '0';
  if (precision >= 0) {
    std::snprintf(text, sizeof text, "%.*f", precision, number);
  } else {
    // The shortest of the usual ones that reads back as the same number.
    std::snprintf(text, sizeof text, "%.6g", number);
    double back = 0;
    if (std::sscanf(text, "%lf", &back) != 1 || back < number || back > number) {
      std::snprintf(text, sizeof text, "%.17g", number);
    }
  }
  out += text;
}

template <typename Value>
GLIMPSE_UNTRACED void put_value(std::string& out, const Value& value, std::string_view spec) {
  using Plain = std::decay_t<Value>;
  if constexpr (std::is_same_v<Plain, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<Plain, char>) {
    out += value;
  } else if constexpr (std::is_integral_v<Plain>) {
    const bool hex = spec == "x";
    if constexpr (std::is_signed_v<Plain>) {
      if (value < 0 && !hex) {
        out += '-';
        put_unsigned(out, 0 - static_cast<std::uint64_t>(value), 10);
        return;
      }
    }
    put_unsigned(out, static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<Plain>>(value)), hex ? 16 : 10);
  } else if constexpr (std::is_floating_point_v<Plain>) {
    put_real(out, static_cast<double>(value), spec);
  } else if constexpr (std::is_same_v<Plain, const char*> || std::is_same_v<Plain, char*>) {
    // Through a pointer, since an array is never null, which compilers remark.
    const char* const text = value;
    out += text != nullptr ? text : "(null)";
  } else if constexpr (kIsText<Plain>) {
    const std::string_view text = value;
    out.append(text.data(), text.size());
  } else if constexpr (std::is_null_pointer_v<Plain>) {
    out += "(null)";
  } else if constexpr (std::is_pointer_v<Plain>) {
    out += "0x";
    put_unsigned(out, reinterpret_cast<std::uintptr_t>(value), 16);
  } else if constexpr (std::is_enum_v<Plain>) {
    put_value(out, static_cast<std::underlying_type_t<Plain>>(value), spec);
  } else if constexpr (std::is_base_of_v<std::exception, Plain>) {
    out += value.what();
  } else {
    out += to_string(value);
  }
}

// A value whose type is forgotten: what an array of arguments is made of.
struct FormatArgument {
  const void* value;
  void (*put)(std::string& out, const void* value, std::string_view spec);
};

template <typename Value>
GLIMPSE_UNTRACED void put_erased(std::string& out, const void* value, std::string_view spec) {
  put_value(out, *static_cast<const Value*>(value), spec);
}

template <typename Value>
GLIMPSE_UNTRACED FormatArgument format_argument(const Value& value) {
  return FormatArgument{&value, &put_erased<Value>};
}

GLIMPSE_UNTRACED inline void format_to(std::string& out, std::string_view format, const FormatArgument* arguments,
                                       std::size_t count) {
  std::size_t next = 0;
  while (!format.empty()) {
    const std::size_t brace = format.find_first_of("{}");
    out.append(format.data(), brace == std::string_view::npos ? format.size() : brace);
    if (brace == std::string_view::npos) return;
    const char which = format[brace];
    format.remove_prefix(brace + 1);
    if (which == '}' || (!format.empty() && format.front() == '{')) {
      out += which;
      if (!format.empty() && format.front() == which) format.remove_prefix(1);
      continue;
    }
    const std::size_t end = format.find('}');
    if (end == std::string_view::npos) {
      out += '{';
      continue;
    }
    std::string_view field = format.substr(0, end);
    format.remove_prefix(end + 1);
    std::string_view spec;
    if (const std::size_t colon = field.find(':'); colon != std::string_view::npos) {
      spec = field.substr(colon + 1);
      field = field.substr(0, colon);
    }
    std::size_t index = next;
    if (field.empty()) {
      ++next;
    } else {
      index = 0;
      for (const char c : field)
        index = c >= '0' && c <= '9' && index < 100 ? index * 10 + static_cast<std::size_t>(c - '0') : 1000;
    }
    if (index < count) {
      arguments[index].put(out, arguments[index].value, spec);
    } else {
      out += "{?}";
    }
  }
}

}  // namespace glimpse::detail
