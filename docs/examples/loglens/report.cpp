#include "report.h"

#include <cstdio>

namespace loglens::report {

void print(const stats::Summary& summary) {
  std::printf("%-10s %8s %7s %10s %10s\n", "service", "entries", "errors", "median ms", "99 % ms");
  for (const auto& [name, service] : summary.services) {
    std::printf("%-10s %8zu %7zu %10.1f %10.1f\n", name.c_str(), service.entries, service.errors,
                stats::percentile(service.durations_ms, 0.5), stats::percentile(service.durations_ms, 0.99));
  }
  std::printf("%zu lines could not be read\n", summary.skipped);
}

}  // namespace loglens::report
