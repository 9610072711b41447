// Slow paths that only write down that they were taken, and what the test wants of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glimpse::runtime {

struct SlowPaths {
  std::vector<std::string> taken;
  bool push_succeeds = true;
};
extern SlowPaths slow_paths;

}  // namespace glimpse::runtime
