// Any bytes as the file of a dead letter: either an Error, or a letter that makes the same file again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "writers/dead_letter_file.h"
#include "writers/recording/checksum.h"

namespace {

using namespace glimpse::writers;

void check(std::string_view file) {
  const auto letter = decode_dead_letter(file);
  if (!letter) return;
  const auto header = decode_dead_letter_header(file, file.size());
  if (!header) std::abort();
  const auto again = encode_dead_letter(*letter, header->time_ns);
  if (!again || *again != file) std::abort();
}

// Puts the right checksums where they belong, so that the texts behind them are reached.
void mend(std::string& file) {
  const auto put = [&](std::size_t at, std::uint32_t number) {
    file.replace(at, 4, reinterpret_cast<char*>(&number), 4);
  };
  if (file.size() < 48) return;
  std::uint32_t header_bytes = 0;
  file.copy(reinterpret_cast<char*>(&header_bytes), 4, 12);
  header_bytes = 48 + header_bytes % (static_cast<std::uint32_t>(file.size()) - 47);
  const std::uint64_t body_bytes = file.size() - header_bytes;
  file.replace(0, 12, std::string("GLMPDLTR\1\0\0\0", 12));
  put(12, header_bytes);
  file.replace(16, 8, reinterpret_cast<const char*>(&body_bytes), 8);
  put(40, recording::crc32c(std::string_view(file).substr(header_bytes)));
  put(header_bytes - 4, recording::crc32c(std::string_view(file).substr(0, header_bytes - 4)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string file(reinterpret_cast<const char*>(data), size);
  check(file);
  mend(file);
  check(file);
  return 0;
}
