// What `-fplugin-arg-glimpse-…` can say.
//
//   policy=FILE     the policy; else $GLIMPSE_POLICY, else the nearest glimpse-policy.json from the source file upwards
//   mode=MODE       filter (default) or native
//   binary=NAME     what the program or library will be called, for entries that name it
//   report[=FILE]   which functions are traced, and why: on standard error, or added to FILE
//
// Failure: an unknown argument, or a wrong value, gives an Error that names what is allowed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "glimpse/result.h"

namespace glimpse::plugin {

enum class Mode { kFilter, kNative };

struct Arguments {
  std::string policy;
  Mode mode = Mode::kFilter;
  std::string binary;
  std::optional<std::string> report;  // empty: standard error
};

Result<Arguments> parse_arguments(const std::vector<std::string>& words);

}  // namespace glimpse::plugin
