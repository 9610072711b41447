// Any bytes as a machine instruction: what is decoded lies within the bytes given, needs all of its own and none
// beyond.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "runtime/patching/instruction.h"

namespace {

using glimpse::runtime::Instruction;

constexpr std::size_t kLongest = 15;

bool read(const std::vector<std::uint8_t>& bytes, Instruction& instruction) {
  return glimpse::runtime::read_instruction(bytes.data(), bytes.data() + bytes.size(), instruction);
}

// Addresses are those of the copy that was read.
bool same(const Instruction& a, const Instruction& b) {
  return a.length == b.length && a.opcode == b.opcode && a.flow == b.flow && a.effect == b.effect &&
         a.result == b.result && a.pads == b.pads && a.changes == b.changes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> bytes(data, data + size);
  Instruction whole;
  if (!read(bytes, whole)) return 0;
  if (whole.length == 0 || whole.length > std::min(size, kLongest) || whole.opcode >= whole.length) std::abort();
  Instruction again;
  if (!read({data, data + whole.length}, again) || !same(whole, again)) std::abort();
  if (whole.length > 1 && read({data, data + whole.length - 1}, again)) std::abort();
  return 0;
}
