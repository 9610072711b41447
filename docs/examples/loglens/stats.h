// Entries become numbers.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "parse.h"

namespace loglens::stats {

struct Service {
  std::size_t entries = 0;
  std::size_t errors = 0;
  std::vector<double> durations_ms;
};

struct Summary {
  std::map<std::string, Service> services;
  std::size_t skipped = 0;
};

Summary of(const parse::Parsed& parsed);
void merge(Summary& into, const Summary& other);

// The value below which `share` of the durations lie; 0 for none.
double percentile(std::vector<double> durations_ms, double share);

}  // namespace loglens::stats
