// The memory behind the function table (hot/function_table.h), private to the process and wiped in a forked child.
#pragma once

#include <atomic>
#include <cstdint>

namespace glimpse::runtime {

// Maps an empty table, as large as the address space limit allows, or empties the one there is. False where there is no
// memory.
bool map_function_table();

// So many slots of the table are claimed; for claim_slot().
extern constinit std::atomic<std::intptr_t> claimed_slots __attribute__((visibility("hidden")));

// From here on hooks find the table.
void use_function_table();

// In a forked child, whose table is wiped: a hook that was interrupted by the fork, and goes on, finds no function in
// it and no null.
void keep_function_table_readable();

// From here on hooks find nothing, and record nothing.
void stop_using_function_table();

// Whether the table was filled by this process, not by the parent it was forked from.
bool function_table_is_ours();

// Gives memory to the first function entries and decisions. False where there is none.
bool back_first_functions();

// The same up to the `id`th, if it has none yet.
bool back_function(std::uint32_t id);

}  // namespace glimpse::runtime
