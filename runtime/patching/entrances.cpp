#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/mman.h>

#include "runtime/patching/entrances.h"
#include "runtime/patching/instruction.h"
#include "runtime/patching/landing_pads.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

// Reading more would stop the program for too long: about 10 ms per MiB.
constexpr std::uint64_t kMostBytes = 64 << 20;

constinit Entrances* all_entrances = nullptr;

std::uint8_t byte_at(std::uintptr_t address) { return *reinterpret_cast<const std::uint8_t*>(address); }

}  // namespace

const Entrances* Entrances::of(const Code& code, const void* eh_frame_header) {
  for (Entrances* known = all_entrances; known != nullptr; known = known->next_) {
    if (known->code_.low == code.low && known->code_.high == code.high) return known->understood_ ? known : nullptr;
  }
  const std::uint64_t bytes = code.high - code.low;
  if (bytes > kMostBytes) return nullptr;
  const std::uint64_t mapped = sizeof(Entrances) + bytes / 8;
  void* where = sys_mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mmap_failed(where)) return nullptr;
  auto* entrances = static_cast<Entrances*>(where);
  entrances->code_ = code;
  entrances->mapped_bytes_ = mapped;
  entrances->understood_ = entrances->fill(eh_frame_header);
  entrances->next_ = all_entrances;
  all_entrances = entrances;
  return entrances->understood_ ? entrances : nullptr;
}

void Entrances::forget(const Code& module) {
  Entrances** link = &all_entrances;
  while (*link != nullptr) {
    Entrances* known = *link;
    if (known->code_.low < module.high && known->code_.high > module.low) {
      *link = known->next_;
      sys_munmap(known, known->mapped_bytes_);
    } else {
      link = &known->next_;
    }
  }
}

bool Entrances::at(std::uintptr_t address) const {
  const std::uintptr_t offset = address - code_.low;
  return (bits_[offset / 64] >> (offset % 64) & 1) != 0;
}

void Entrances::add(std::uintptr_t address) {
  const std::uintptr_t offset = address - code_.low;
  if (offset < code_.high - code_.low) bits_[offset / 64] |= std::uint64_t{1} << (offset % 64);
}

void Entrances::add_outside(std::uintptr_t target, const Code& own) {
  if (target < own.low || target >= own.high) add(target);
}

// Part by part in the order of addresses. What lies between parts has no unwind information: padding, and code of start
// files that begins where a part ends.
bool Entrances::fill(const void* eh_frame_header) {
  const EhFrameTable table(eh_frame_header);
  if (table.count() == 0) return false;
  std::uintptr_t done = code_.low;
  for (std::uint32_t i = 0; i < table.count(); ++i) {
    EhFrameEntry entry;
    if (!read_entry(table.entry(i), entry)) return false;
    if (entry.start < code_.low || entry.start >= code_.high) continue;
    if (entry.end > code_.high || entry.end < entry.start) return false;
    const Code own{entry.start, entry.end};
    LandingPads pads(entry);
    if (!pads.understood()) return false;
    Landing landing{};
    while (pads.next(landing)) add_outside(landing.at, own);
    if (entry.start > done) read(done, entry.start, {done, done});
    read(entry.start, entry.end, own);
    if (entry.end > done) done = entry.end;
  }
  if (done < code_.high) read(done, code_.high, {done, done});
  return true;
}

void Entrances::read(std::uintptr_t from, std::uintptr_t to, const Code& own) {
  if (!read_instructions(from, to, own)) read_bytes(from, to, own);
}

// False where it is not made of instructions, one after the other.
bool Entrances::read_instructions(std::uintptr_t from, std::uintptr_t to, const Code& own) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(from);
  const auto* behind = reinterpret_cast<const std::uint8_t*>(to);
  Instruction instruction;
  while (at < behind) {
    if (!read_instruction(at, behind, instruction)) return false;
    if (instruction.flow == Flow::kBranch || instruction.flow == Flow::kJump) add_outside(instruction.target, own);
    at += instruction.length;
  }
  return true;
}

// Every byte as if a jump began there: finds all jumps, and more.
void Entrances::read_bytes(std::uintptr_t from, std::uintptr_t to, const Code& own) {
  for (std::uintptr_t at = from; at + 2 <= to; ++at) {
    const std::uint8_t first = byte_at(at);
    const bool is_short = (first & 0xf0) == 0x70 || first == 0xeb || (first & 0xfc) == 0xe0;
    const bool is_branch = first == 0x0f && (byte_at(at + 1) & 0xf0) == 0x80;
    if (is_short)
      add_outside(at + 2 + static_cast<std::uintptr_t>(std::int64_t{static_cast<std::int8_t>(byte_at(at + 1))}), own);
    if (first != 0xe9 && !is_branch) continue;
    const std::uintptr_t offset = at + (is_branch ? 2 : 1);
    if (offset + 4 > to) continue;
    const auto distance = std::int64_t{EhFrameReader(offset).fixed<std::int32_t>()};
    add_outside(offset + 4 + static_cast<std::uintptr_t>(distance), own);
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
