// How a session's destinations fare, in a small file that `glimpse status` reads while the session runs.
//
//   queue<TAB>bytes<TAB>limit
//   destination<TAB>name<TAB>state<TAB>delivered<TAB>waiting<TAB>dropped<TAB>dead letters<TAB>retries<TAB>problem
//
// Threads: none of this keeps anything. Killed: a reader sees the file as it was, or as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "writers/record.h"

namespace glimpse::writers::delivery {

struct Status {
  std::uint64_t queue_bytes = 0;
  std::uint64_t queue_limit_bytes = 0;
  std::vector<DestinationHealth> destinations;
};

// Where it cannot be written there is none, and nothing else happens.
void write_status_file(const std::string& folder, const std::vector<DestinationHealth>& destinations,
                       std::uint64_t queue_bytes, std::uint64_t queue_limit_bytes);

// Empty where there is none.
std::optional<Status> read_status_file(const std::string& folder);

}  // namespace glimpse::writers::delivery
