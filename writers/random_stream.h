// A number that no other writer of the same recording has.
//
// Threads: nothing here keeps anything. Failure: where the system has no random bytes at once, the clock and the
// process id have to do.
#pragma once

#include <cstdint>

namespace glimpse::writers {

std::uint64_t random_stream();

}  // namespace glimpse::writers
