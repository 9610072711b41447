// What became of text that a killed collector was handing on.
//
//   file:  ……………│ text, whole          all of it is there
//          ……………│ te                   half a line at the end: cut off, its line is still to be written
//          ……………│ text, some lines │ lines of others     the rest is still to be written
//          ……………│                      none of it is there
//
// The file is known by its identity: rotated since then, it has another name beside the path, and may be packed.
//
// Threads: the file is locked meanwhile, as each of its writers does. Failure: a file that cannot be looked at has none
// of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "writers/outbox.h"

namespace glimpse::writers {

// How many bytes of `text` stand at `place` in the file that was at `path`, whole lines or blocks only; half of one
// behind them is cut off where it is the end of the file.
std::uint64_t settle(const std::string& path, const Place& place, std::string_view text);

}  // namespace glimpse::writers
