#include "writers/random_stream.h"

#include <sys/random.h>
#include <unistd.h>

#include <ctime>

namespace glimpse::writers {

std::uint64_t random_stream() {
  std::uint64_t stream = 0;
  if (getrandom(&stream, sizeof stream, GRND_NONBLOCK) == sizeof stream) return stream;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_nsec) << 34 ^ static_cast<std::uint64_t>(now.tv_sec) << 16 ^
         static_cast<std::uint64_t>(getpid());
}

}  // namespace glimpse::writers
