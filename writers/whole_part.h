// Where what a Writer hands on may be cut: between two lines of text, or between two blocks of a recording.
//
// Threads: none of this keeps anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glimpse::writers {

// Lines or blocks: told by the first byte, since lines of records begin with a brace.
bool is_recording(std::string_view text);

// How many of the first `bytes` bytes of `text` are whole lines or blocks. `text` begins where one begins.
std::size_t whole_part(std::string_view text, std::size_t bytes);

// How many bytes the first line or block of `text` has; all of it where that does not end.
std::size_t first_part(std::string_view text);

// Records in whole lines or blocks.
std::uint64_t records_in(std::string_view text);

}  // namespace glimpse::writers
