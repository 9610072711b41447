// What a broken program wrote in the place of captured text: it is read to its end, and what it says of numbers is
// short.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/captured_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string out = glimpse::collector::captured_text(text);
  if (text.find('\1') == std::string_view::npos && out != text) std::abort();
  if (out.size() > 8 * size) std::abort();  // `f` and 8 digits become 16 bytes at most, `l` and 20 fewer than 32
  return 0;
}
