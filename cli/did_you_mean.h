// The valid word that somebody probably meant, as messages write it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/nearest.h"

namespace glimpse::cli {

// The candidate nearest to `word`, or empty where none is near.
inline std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return std::string(policy::nearest(word, views));
}

// ` (did you mean WORD?)`, or empty.
inline std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string found = nearest_word(word, candidates);
  return found.empty() ? "" : " (did you mean " + found + "?)";
}

}  // namespace glimpse::cli
