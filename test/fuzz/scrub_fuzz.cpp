// Any text is scrubbed once and for all: scrubbing it again changes nothing, it grows by a bounded factor, and what was
// UTF-8 is UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "writers/json_text.h"
#include "writers/scrub/scrubber.h"

namespace {

bool is_utf8(std::string_view text) {
  std::string escaped;
  glimpse::writers::append_escaped(escaped, text);
  return escaped.find("\xef\xbf\xbd") == std::string::npos;  // U+FFFD stands for what is none
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using glimpse::writers::scrub::Scrubber;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Scrubber scrubber;
  const std::string once(scrubber.scrub(text));
  if (scrubber.scrub(once) != once) std::abort();
  if (once.size() > Scrubber::kMostGrowth * size + 32) std::abort();
  if (is_utf8(text) && !is_utf8(once)) std::abort();
  return 0;
}
