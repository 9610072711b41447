// Where records go, as the user writes it: `GLIMPSE_LOG_PATH`, `-o`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glimpse::writers {

// The path with `%p` replaced by the process id and `%%` by a percent sign. Any other `%` stands for itself, so that a
// file name such as `100%.jsonl` or `a%20b.jsonl` means what it says.
std::string expand_path(std::string_view path, std::uint32_t pid);

}  // namespace glimpse::writers
