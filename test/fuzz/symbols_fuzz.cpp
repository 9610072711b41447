// Any bytes as a binary: its names, and what the Clang plugin left, must come, or not come, without a crash. Debug
// information is left out; reading that is libdw's.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "collector/names/binary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("binary", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  auto binary = glimpse::collector::Binary::open(path, "", {.debug_root = "/nowhere", .debug_info = false});
  if (binary.ok()) {
    for (const std::uint64_t address : {0x0ULL, 0x1000ULL, 0x1001ULL, 0x401030ULL, ~0ULL}) {
      (void)(*binary)->function_at(address);
    }
    (void)(*binary)->functions();
    (void)(*binary)->instrumented();
    (void)(*binary)->compiled();
    (void)(*binary)->has_debug_info();
  }
  ::close(file);
  return 0;
}
