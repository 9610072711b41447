// Any file as that of a traced process: it is refused, or read to its end without a crash, whatever its process wrote.
//
// Input: a byte that chooses. Even: the rest is the file. Odd: the rest are changes of a sound file with three rings,
// each a byte for the place, two for the offset there, one for the length, and the bytes; a place of 15 lets the
// collector work.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include "collector/process_trace.h"
#include "test/support/fake_process.h"
#include "test/support/memory_writer.h"
#include "test/support/temporary_folder.h"

namespace {

using namespace glimpse;
using namespace glimpse::collector;

constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

const std::string& path() {
  static const TemporaryFolder folder;
  static const std::string file = folder.file("process-1");
  return file;
}

void work(ProcessTrace& trace, writers::MemoryWriter& writer) {
  trace.decide_functions();
  trace.find_lanes();
  trace.consume(kEver, 4096, 1 << 20);
  std::int64_t time_ns = 0;
  trace.next_time(time_ns);
  if (!writer.flush()) std::abort();
  trace.release();
}

class Changes {
 public:
  Changes(const std::uint8_t* data, std::size_t size, std::uint8_t* base) : data_(data), left_(size), base_(base) {}

  // Makes changes until the collector is to work, or there are none left. False in the latter case.
  bool make() {
    while (left_ >= 4) {
      const std::uint8_t place = data_[0] & 15;
      const std::uint64_t offset = (data_[1] | std::uint64_t{data_[2]} << 8) % wire::kPageBytes;
      const std::size_t length = std::min<std::size_t>({data_[3], left_ - 4, wire::kPageBytes - offset});
      if (place == 15) {
        step(4);
        return true;
      }
      std::memcpy(base_ + start_of(place) + offset, data_ + 4, length);
      step(4 + length);
    }
    return false;
  }

 private:
  static std::uint64_t start_of(std::uint8_t place) {
    const std::uint64_t tables[] = {0, wire::kIdentityOffset, wire::kModulesOffset, wire::kFunctionsOffset,
                                    wire::kDecisionsOffset};
    if (place < 5) return tables[place];
    const std::uint64_t ring = wire::ring_offset(wire::kMinRingBytes, place % 3);
    return place < 8 ? ring : ring + wire::kPageBytes;
  }
  void step(std::size_t bytes) {
    data_ += bytes;
    left_ -= bytes;
  }

  const std::uint8_t* data_;
  std::size_t left_;
  std::uint8_t* base_;
};

// Fuzzed paths must not lead to devices and other files of this machine.
void lead_nowhere(std::uint8_t* base) {
  for (std::uint64_t i = 0; i < 2; ++i) {
    auto* module = reinterpret_cast<wire::ModuleEntry*>(base + wire::kModulesOffset) + i;
    std::memcpy(module->path, "/nowhere/", 9);
    module->path_bytes = std::max(module->path_bytes, 9u);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ::unlink(path().c_str());
  static const TscRate rate;  // takes its time to measure
  static Settings settings{.policy = policy::built_in_policy()};
  if (data[0] % 2 == 0) {
    std::ofstream(path(), std::ios::binary).write(reinterpret_cast<const char*>(data + 1), static_cast<long>(size - 1));
    const auto view = ProcessView::open(path());
    if (!view.ok() && view.error().message.empty()) std::abort();
    return 0;
  }
  wire::FakeProcess process(path(), {.max_rings = 3});
  auto* base = reinterpret_cast<std::uint8_t*>(&process.header());
  process.add_module("/nowhere/libshop.so", 0x1000);
  for (std::uint64_t i = 0; i < 6; ++i) process.add_function(0x1000 + 16 * i, i % 2 == 0 ? 1 : wire::kNoModule);
  for (std::uint32_t i = 0; i < 3; ++i) {
    process.claim_ring(7 + i / 2, "fuzzed", i % 2).start(1 + i, 5 + i).start(2 + i, 9).end(2 + i, 12);
  }
  Changes changes(data + 1, size - 1, base);
  bool more = changes.make();
  lead_nowhere(base);
  auto view = ProcessView::open(path());
  if (!view.ok()) return 0;
  writers::MemoryWriter writer;
  SessionContext context{settings, rate, Binaries(settings.policy)};
  ProcessTrace trace(context, std::move(*view), writer);
  work(trace, writer);
  for (int turns = 0; more && turns < 8; ++turns) {
    more = changes.make();
    lead_nowhere(base);
    work(trace, writer);
  }
  trace.finish({});
  if (std::get_if<writers::Summary>(&writer.records().back()) == nullptr) std::abort();
  return 0;
}
