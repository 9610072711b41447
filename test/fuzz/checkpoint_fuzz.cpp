// A checkpoint from whatever bytes a killed collector left: it is refused, or it is what it says, again and again; and
// a change of any kind may be applied to it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collector/checkpoint.h"

using namespace glimpse::collector;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto state = decode(bytes);
  if (!state) return 0;
  const std::string text = encode(*state);
  const auto again = decode(text);
  if (!again || encode(*again) != text) std::abort();
  SessionState sum = *state;
  apply(sum, *again);
  const auto whole = decode(encode(sum));
  if (!whole) std::abort();
  return 0;
}
