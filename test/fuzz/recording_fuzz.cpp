// A recording from whatever bytes lie there: each block is read or refused, nothing else happens, and it comes to an
// end.
//
// Sums are made right first, as otherwise hardly any bytes would be looked at behind a header.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "test/support/memory_writer.h"
#include "writers/recording/block_file.h"
#include "writers/recording/checksum.h"
#include "writers/recording/decoder.h"

using namespace glimpse::writers;
using namespace glimpse::writers::recording;

namespace {

// Wherever a magic stands: a header that fits the bytes, with right sums.
void make_right(std::string& bytes) {
  for (std::size_t at = 0; (at = bytes.find(kMagic, at)) != std::string::npos; at += kMagic.size()) {
    const std::size_t next = std::min(bytes.find(kMagic, at + 1), bytes.size());
    if (next - at < kFrameBytes) continue;
    BlockHeader header{};
    std::memcpy(&header, bytes.data() + at, sizeof header);
    const std::size_t columns = next - at - kFrameBytes;
    header.version = static_cast<std::uint16_t>(kOldestVersion + header.version % (kVersion - kOldestVersion + 1));
    header.block_bytes = static_cast<std::uint32_t>(next - at);
    header.packed_bytes[kWhat] %= static_cast<std::uint32_t>(columns + 1);
    header.packed_bytes[kTime] %= static_cast<std::uint32_t>(columns - header.packed_bytes[kWhat] + 1);
    header.packed_bytes[kRest] =
        static_cast<std::uint32_t>(columns - header.packed_bytes[kWhat] - header.packed_bytes[kTime]);
    for (std::size_t i = 0; i < kColumns; ++i) {
      header.raw_bytes[i] = header.packed_bytes[i] + (header.raw_bytes[i] & 1) * (header.raw_bytes[i] >> 12);
    }
    header.names &= 0xffff;
    header.columns_crc = crc32c(std::string_view(bytes).substr(at + sizeof header, columns));
    header.header_crc = crc32c({reinterpret_cast<const char*>(&header), offsetof(BlockHeader, header_crc)});
    std::memcpy(bytes.data() + at, &header, sizeof header);
    const BlockEnd end{header.block_bytes, kEndMark};
    std::memcpy(bytes.data() + next - sizeof end, &end, sizeof end);
  }
}

void read_all(const std::string& bytes) {
  BlockFile file = BlockFile::of_memory(bytes, "fuzz");
  Decoder decoder;
  MemoryWriter records;
  while (true) {
    const auto header = file.next();
    if (!header) continue;
    if (!*header) break;
    const auto columns = file.columns();
    if (columns) (void)decoder.read(**header, *columns, records);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  make_right(bytes);
  read_all(bytes);
  return 0;
}
