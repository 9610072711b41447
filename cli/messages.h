// What glimpse says to people: lines on stderr that begin with `glimpse:`.
//
// Colours only on a terminal, and not where NO_COLOR is set. Each line is one write(2), so that lines of several
// processes stay whole. Threads: any. Failure: a line that cannot be written is lost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glimpse::cli {

enum class Color : std::uint8_t { kRed, kGreen, kYellow };

// `glimpse: sentence` on stderr.
void say(std::string_view sentence);

// Whether text on this file descriptor may be coloured.
bool colors_on(int fd);

// `text` in that colour where `on`.
std::string colored(std::string_view text, Color color, bool on);

// 12345 is `12 345`.
std::string with_spaces(std::uint64_t number);

// `1 process`, `2 processes`.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace glimpse::cli
