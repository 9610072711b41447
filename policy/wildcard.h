// Wildcards: `*` any run of characters, `?` one character, `[a-z]` one of a set, `[!a-z]` or `[^a-z]` one of the
// others.
//
// Characters are Unicode code points; bytes that are no UTF-8 count one each. Matching steps back to the last `*` only,
// so it costs at most pattern length times text length, whatever the pattern. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glimpse::policy {

// Whether the whole `text` matches.
bool wildcard_match(std::string_view pattern, std::string_view text);

// One past the set that opens at `open`; npos where it is not closed. A `]` right behind the opening `[`, `[!` or `[^`
// belongs to the set.
std::size_t set_end(std::string_view pattern, std::size_t open);

// What is wrong with the wildcards of `pattern`, as the end of a sentence; empty where nothing is.
std::string wildcard_error(std::string_view pattern);

bool has_wildcard(std::string_view pattern);

}  // namespace glimpse::policy
