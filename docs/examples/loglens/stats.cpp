#include "stats.h"

#include <algorithm>

namespace loglens::stats {

Summary of(const parse::Parsed& parsed) {
  Summary summary;
  summary.skipped = parsed.skipped;
  for (const Entry& entry : parsed.entries) {
    Service& service = summary.services[entry.service];
    ++service.entries;
    if (entry.level == Level::kError) ++service.errors;
    service.durations_ms.push_back(entry.duration_ms);
  }
  return summary;
}

void merge(Summary& into, const Summary& other) {
  into.skipped += other.skipped;
  for (const auto& [name, service] : other.services) {
    Service& sum = into.services[name];
    sum.entries += service.entries;
    sum.errors += service.errors;
    sum.durations_ms.insert(sum.durations_ms.end(), service.durations_ms.begin(), service.durations_ms.end());
  }
}

double percentile(std::vector<double> durations_ms, double share) {
  if (durations_ms.empty()) return 0;
  std::sort(durations_ms.begin(), durations_ms.end());
  return durations_ms[static_cast<std::size_t>(share * static_cast<double>(durations_ms.size() - 1))];
}

}  // namespace loglens::stats
