// Any bytes as a mangled name: bounded time, memory and stack, whatever they are.
#include <cstddef>
#include <cstdint>
#include <string>

#include "collector/names/mangled_reader.h"
#include "policy/demangle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string symbol = "_Z" + std::string(reinterpret_cast<const char*>(data), size);
  (void)glimpse::policy::demangle(symbol);
  glimpse::collector::ClassEvidence evidence;
  glimpse::collector::MangledReader(evidence).read(symbol);
  return 0;
}
