#include "generate.h"

#include <cstdint>
#include <cstdio>

namespace loglens::generate {

void log(std::size_t lines) {
  const char* const levels[] = {"debug", "info", "info", "info", "warning", "error"};
  const char* const services[] = {"checkout", "search", "billing", "mail"};
  std::uint64_t state = 1;
  const auto below = [&state](std::uint64_t limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<unsigned>((state >> 33) % limit);
  };
  for (std::size_t i = 0; i < lines; ++i) {
    const char* level = levels[below(6)];
    const unsigned service = below(4);
    const unsigned hour = below(24), minute = below(60), second = below(60);
    const double ms = 2 + below(80) + (below(50) == 0 ? 400 : 0);
    switch (below(100)) {
      case 0:  // cut off in the middle
        std::printf("{\"time\": \"%02u:%02u:%02u\", \"level\": \"%s\n", hour, minute, second, level);
        break;
      case 1:
      case 2:  // a clock that counts to 24
        std::printf("{\"time\": \"24:%02u:%02u\", \"level\": \"%s\", \"service\": \"%s\", \"ms\": %.1f}\n", minute,
                    second, level, services[service], ms);
        break;
      case 3:  // a level of somebody else's
        std::printf("{\"time\": \"%02u:%02u:%02u\", \"level\": \"trace\", \"service\": \"%s\", \"ms\": %.1f}\n", hour,
                    minute, second, services[service], ms);
        break;
      case 4:  // a key that is missing
        std::printf("{\"time\": \"%02u:%02u:%02u\", \"level\": \"%s\", \"service\": \"%s\"}\n", hour, minute, second,
                    level, services[service]);
        break;
      default:
        std::printf("{\"time\": \"%02u:%02u:%02u\", \"level\": \"%s\", \"service\": \"%s\", \"ms\": %.1f}\n", hour,
                    minute, second, level, services[service], ms);
    }
  }
}

}  // namespace loglens::generate
