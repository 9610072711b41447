// The child of a fork, until it attaches as a process of its own: what it has of its parent.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// Once per program: from now on a forked child leaves its parent's rings at once.
void watch_fork();

// The parent's process file, `bytes` of it mapped at `base`, is needed no more.
void let_go_of_parent(std::uint8_t* base, std::uint64_t bytes);

}  // namespace glimpse::runtime
