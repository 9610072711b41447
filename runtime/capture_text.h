// Captured values as text: `count=3, name="otto", mode=kFast, buffer=0x7ffd0c21, options=<app::Options>`.
//
// Integers, bools, characters and enumerators as C++ writes them; strings in double quotes, with `"`, `\` and control
// characters escaped; a string that cannot be read as its address. Floating-point numbers as wire::kFloatMark says.
//
// Threads and signals: safe anywhere; no allocation, no lock, errno untouched. Failure: text that does not fit is cut.
#pragma once

#include <cstddef>
#include <cstdint>

#include "glimpse/wire/capture.h"

namespace glimpse::runtime {

// Bytes that the text of these values takes at most, but no more than `most`.
std::size_t captured_bytes(const wire::CaptureFormat& format, std::size_t most);

// Writes the text, at most `room` bytes, and returns its length. `named`: each value is preceded by `name=`.
std::size_t write_captured(const wire::CaptureFormat& format, const std::uint64_t* values, bool named, char* to,
                           std::size_t room);

}  // namespace glimpse::runtime
