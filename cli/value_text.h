// The text of a value taken apart: words, lists, escapes, and the sentence that refuses it.
//
// Threads: nothing here keeps anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"

namespace glimpse::cli {

std::string lower(std::string_view text);
std::string_view trim(std::string_view text);

// The parts between commas, trimmed; empty parts are dropped.
std::vector<std::string_view> split_list(std::string_view text);

// `%20` is a blank, as in W3C Baggage; nothing where a `%` is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text);

// ` must be block, drop, overwrite or flight, got "blok" (did you mean block?)`; `words` are those that may be meant.
Error must_be(std::string_view allowed, std::string_view text, const std::vector<std::string>& words = {});

}  // namespace glimpse::cli
