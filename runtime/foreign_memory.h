// Memory of the process that may not be there: what arguments point to.
#pragma once

#include <cstddef>

namespace glimpse::runtime {

// Copies up to `bytes` bytes, which lie within one page, to `to`. Returns how many there were; 0 where none can be
// read, or where nobody may ask.
//
// Threads and signals: safe anywhere. A copy by the kernel never faults. Where a filter on system calls was there
// before the program, that call could be its death: then the page is looked at first, and read by ourselves, which
// another thread that unmaps it in between makes a fault.
std::size_t read_foreign(void* to, const void* from, std::size_t bytes);

}  // namespace glimpse::runtime
