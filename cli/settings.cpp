#include "cli/settings.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "cli/setting_values.h"

namespace glimpse::cli {

namespace {

struct FieldLimits {
  std::string_view field;
  Limits limits;
};

constexpr FieldLimits kLimits[] = {
#define LIMITS(field, least, most, rule) {#field, {least, most, NumberRule::k##rule}},
#include "glimpse/options.def"
};

constexpr Limits limits_of(std::string_view field) {
  for (const auto& row : kLimits) {
    if (row.field == field) return row.limits;
  }
  return {};
}

template <typename Type, typename Value>
Result<void> assign_to(Type type, Value& field, std::string_view text, const Limits& limits) {
  auto value = parse_value(type, text, limits);
  if (!value) return value.error();
  field = std::move(*value);
  return {};
}

constexpr Setting kSettings[] = {
#define OPTION(field, type, fallback, variable, flag, meaning)                       \
  {#type,                                                                            \
   fallback,                                                                         \
   variable,                                                                         \
   flag,                                                                             \
   meaning,                                                                          \
   [](Options& options, std::string_view text) {                                     \
     return assign_to(option_types::type{}, options.field, text, limits_of(#field)); \
   },                                                                                \
   [](const Options& options) { return show_value(options.field); }},
#include "glimpse/options.def"
};

std::string default_of(const Setting& setting) {
  return setting.fallback.empty() ? "" : fmt::format("{}", setting.fallback);
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  for (auto at = result.find(from); at != std::string::npos; at = result.find(from, at + to.size())) {
    result.replace(at, from.size(), to);
  }
  return result;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting* setting_of_variable(std::string_view variable) {
  for (const auto& setting : kSettings) {
    if (setting.variable == variable) return &setting;
  }
  return nullptr;
}

const Setting* setting_of_flag(std::string_view flag) {
  if (flag.empty()) return nullptr;
  for (const auto& setting : kSettings) {
    if (setting.flag == flag) return &setting;
  }
  return nullptr;
}

const std::vector<std::string>& known_variables() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& setting : kSettings) all.emplace_back(setting.variable);
    // Set by `glimpse run` for the programs it traces; no setting, and no mistake either.
    all.emplace_back("GLIMPSE_SESSION");
    return all;
  }();
  return names;
}

std::string settings_as_markdown() {
  std::string text = "| variable | option of `glimpse run` | default | meaning |\n|---|---|---|---|\n";
  for (const auto& setting : kSettings) {
    fmt::format_to(std::back_inserter(text), "| `{}` | {} | {} | {} |\n", setting.variable,
                   setting.flag.empty() ? "" : fmt::format("`--{}`", setting.flag),
                   setting.fallback.empty() ? "" : fmt::format("`{}`", setting.fallback), setting.meaning);
  }
  return text;
}

std::string settings_as_roff() {
  std::string text;
  for (const auto& setting : kSettings) {
    fmt::format_to(std::back_inserter(text), ".TP\n.B {}\n{}.", setting.variable,
                   replaced(setting.meaning, "-", "\\-"));
    if (!setting.fallback.empty()) fmt::format_to(std::back_inserter(text), " Default: {}.", setting.fallback);
    if (!setting.flag.empty()) fmt::format_to(std::back_inserter(text), " Option: \\-\\-{}.", setting.flag);
    text += '\n';
  }
  return text;
}

std::string settings_as_text() {
  std::string text;
  for (const auto& setting : kSettings) {
    const std::string fallback = default_of(setting);
    fmt::format_to(std::back_inserter(text), "  {:<26} {}{}\n", setting.variable, setting.meaning,
                   fallback.empty() ? "" : fmt::format(" [{}]", fallback));
  }
  return text;
}

}  // namespace glimpse::cli
