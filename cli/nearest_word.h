// The valid word that somebody probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glimpse::cli {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment);
// upper and lower case count as the same.
std::size_t word_distance(std::string_view a, std::string_view b);

// The candidate closest to `word`, or empty where none is close: a third of the word's letters may differ.
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

// ` (did you mean WORD?)`, or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace glimpse::cli
