// Why a recording is empty.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace glimpse::cli {

// Lines that say why `glimpse run` recorded nothing of `program`, and what to do about it. `processes` is how many
// processes had the library loaded. Never empty.
std::vector<std::string> why_silent(const std::filesystem::path& program, std::uint64_t processes);

}  // namespace glimpse::cli
