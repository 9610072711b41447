// The memory behind the function table (hot/function_table.h), private to the process and wiped in a forked child.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// Maps an empty table, as large as the address space limit allows, or empties the one there is. False where there is no
// memory.
bool map_function_table();

// From here on hooks find the table.
void use_function_table();

// In a forked child, whose table is wiped: a hook that was interrupted by the fork, and goes on, finds no function in
// it and no null.
void keep_function_table_readable();

// From here on hooks find nothing, and record nothing.
void stop_using_function_table();

// Whether the table was filled by this process, not by the parent it was forked from.
bool function_table_is_ours();

// Gives memory to the function entries and decisions from id `first` on, for kFunctionsPerBlock ids.
inline constexpr std::uint32_t kFunctionsPerBlock = 4096;
bool populate_functions(std::uint32_t first);

}  // namespace glimpse::runtime
