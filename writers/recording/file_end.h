// The end of a recording that is about to grow.
//
// Threads: the caller holds the file's lock.
#pragma once

#include <cstdint>

namespace glimpse::writers::recording {

// Whether blocks may be appended to the file: it is empty, or begins as a recording does.
bool may_continue(int fd);

// Cuts off half a block that a killed writer has left at the end of the file of `bytes` bytes. Returns errno of what
// failed, 0 for success. What was not written by us stays: readers step over it.
int mend_end(int fd, std::uint64_t bytes);

}  // namespace glimpse::writers::recording
