// Records to measure writers with: names as C++ programs have them, calls of a few threads.
#pragma once

#include <cstddef>
#include <vector>

#include "writers/record.h"

namespace glimpse::bench {

// Names which make lines of about 327 bytes.
std::vector<writers::Function> realistic_functions();

// START and END of nested calls in random order of functions, on a few threads, some microseconds apart.
std::vector<writers::Call> realistic_calls(const std::vector<writers::Function>& functions, std::size_t count);

// The same calls, each as one record (Stage::kCall), in the order of their ends.
std::vector<writers::Call> as_whole_calls(const std::vector<writers::Call>& entries);

}  // namespace glimpse::bench
