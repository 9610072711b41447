// The valid word nearest to a misspelt one, for "did you mean".
#pragma once

#include <span>
#include <string_view>

namespace glimpse::policy {

// The candidate that takes the fewest insertions, deletions, replacements and swaps of neighbours to become `word`;
// empty where even that one is not near: more than a third of the longer word's letters. Case counts nothing.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace glimpse::policy
