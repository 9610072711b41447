#include "writers/field_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

namespace glimpse::writers {
namespace {

constexpr std::array kNames = {
#define GLIMPSE_KEY_NAME(name) std::string_view(#name),
    GLIMPSE_RECORD_KEYS(GLIMPSE_KEY_NAME)
#undef GLIMPSE_KEY_NAME
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// Levenshtein's distance: single-character edits between two words.
std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

Error unknown_key(std::string_view word) {
  constexpr std::size_t kLongestWordShown = 64;  // far longer than any key
  word = word.substr(0, kLongestWordShown);
  const std::string_view nearest = *std::min_element(kNames.begin(), kNames.end(), [word](auto left, auto right) {
    return edits_between(word, left) < edits_between(word, right);
  });
  return {fmt::format("unknown key '{}' in the list of fields; did you mean '{}'? Keys are: {}", word, nearest,
                      fmt::join(kNames, ", "))};
}

}  // namespace

std::string_view key_name(Key key) { return kNames[static_cast<std::size_t>(key)]; }

Result<FieldSet> FieldSet::parse(std::string_view list) {
  if (trimmed(list).empty()) return FieldSet();
  FieldSet fields;
  fields.keys_ = 0;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (word.empty()) continue;
    const auto found = std::find(kNames.begin(), kNames.end(), word);
    if (found == kNames.end()) return unknown_key(word);
    fields.keys_ |= std::uint64_t{1} << (found - kNames.begin());
  }
  if (fields.keys_ == 0) {
    return Error{fmt::format("the list of fields names no key; keys are: {}", fmt::join(kNames, ", "))};
  }
  return fields;
}

}  // namespace glimpse::writers
