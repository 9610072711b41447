// The functions our interposers stand in front of.
#pragma once

namespace glimpse::runtime {

// The next definition of `name` behind this library; where the program has its unwinder or C++ library only in a
// plugin's private scope, the one in libgcc_s or libstdc++. Null where there is none. Calls the dynamic linker: not
// from signal handlers.
void* next_symbol(const char* name);

}  // namespace glimpse::runtime
