// Which clock the process uses, and what instant it started at.
#pragma once

#include <cstdint>

#include "glimpse/wire/process_file.h"

namespace glimpse::runtime {

// Decides between the time stamp counter, where the processor promises that it is invariant, and CLOCK_MONOTONIC.
// GLIMPSE_CLOCK=monotonic asks for the latter.
void choose_clock();

// Writes the clock's kind and one instant on all clocks.
void start_clock(wire::ProcessHeader& header);

// Now, on the process's clock. For slow paths.
std::uint64_t read_ticks();

}  // namespace glimpse::runtime
