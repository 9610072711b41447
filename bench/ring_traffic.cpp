// Bytes that a traced process has put into its rings, for bench/peers. Preloaded beside glimpse, it looks for the
// process file among its own mappings when the process ends, and writes the sum over all rings to the file that
// BENCH_RING_BYTES names.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "glimpse/wire/process_file.h"

namespace {

using namespace glimpse;

const wire::ProcessHeader* find_process_file() {
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return nullptr;
  char line[4096];
  const wire::ProcessHeader* found = nullptr;
  while (found == nullptr && std::fgets(line, sizeof(line), maps) != nullptr) {
    std::uint64_t start = 0, end = 0, offset = 0;
    char rights[5] = {};
    if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64, &start, &end, rights, &offset) != 4) continue;
    if (rights[0] != 'r' || rights[3] != 's' || offset != 0 || end - start < sizeof(wire::ProcessHeader)) continue;
    const auto* header = reinterpret_cast<const wire::ProcessHeader*>(start);
    if (header->magic == wire::kProcessMagic) found = header;
  }
  std::fclose(maps);
  return found;
}

__attribute__((destructor)) void tell() {
  const char* path = std::getenv("BENCH_RING_BYTES");
  const wire::ProcessHeader* header = path != nullptr ? find_process_file() : nullptr;
  if (header == nullptr) return;
  const auto* base = reinterpret_cast<const std::uint8_t*>(header);
  std::uint64_t words = 0;
  for (std::uint32_t i = 0; i < header->ring_count.load(); ++i) {
    words += reinterpret_cast<const wire::RingHeader*>(base + wire::ring_offset(header->ring_bytes, i))->head.load();
  }
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return;
  std::fprintf(file, "%" PRIu64 "\n", words * sizeof(std::uint64_t));
  std::fclose(file);
}

}  // namespace
