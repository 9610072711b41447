// Call-frame information (.eh_frame, .eh_frame_hdr), which every x86-64 binary carries: its numbers, and the entry of a
// function. What the entries' programs say is for runtime/frame_rules.h.
//
// Format: System V ABI for AMD64, 3.7; Linux Standard Base, 10.6.
// Threads and signals: safe anywhere; no lock, no allocation. Failure: false or 0, never a guess.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

inline constexpr unsigned kReturnAddressRegister = 16;

// Reads the little-endian and LEB128 numbers of call-frame information.
class EhFrameReader {
 public:
  explicit EhFrameReader(std::uintptr_t at) : at_(at) {}

  std::uintptr_t at() const { return at_; }
  void skip(std::uint64_t bytes) { at_ += bytes; }

  template <typename Number>
  Number fixed() {
    Number value;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(at_), sizeof(value));
    at_ += sizeof(value);
    return value;
  }

  std::uint64_t unsigned_leb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = fixed<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }

  std::int64_t signed_leb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;;) {
      const auto byte = fixed<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(value);
    }
  }

  // A pointer as DW_EH_PE_* says. False where it is coded in a way that x86-64 compilers do not use here.
  bool encoded(std::uint8_t encoding, std::uintptr_t& value) {
    const std::uintptr_t here = at_;
    switch (encoding & 0x0f) {
      case 0x00:
      case 0x04:
      case 0x0c:
        value = fixed<std::uint64_t>();
        break;
      case 0x03:
        value = fixed<std::uint32_t>();
        break;
      case 0x0b:
        value = static_cast<std::uintptr_t>(std::int64_t{fixed<std::int32_t>()});
        break;
      default:
        return false;
    }
    if ((encoding & 0x70) == 0x10) {
      value += here;
    } else if ((encoding & 0x70) != 0) {
      return false;
    }
    return true;
  }

 private:
  std::uintptr_t at_;
};

// What the frames of one compilation unit have in common (CIE).
struct EhFrameCommon {
  EhFrameCommon() = default;  // declared, here and below, so that Clang leaves it untraced like the rest

  std::uint64_t code_step = 0;
  std::int64_t data_step = 0;
  std::uint8_t encoding = 0;  // of addresses
  bool augmented = false;
  bool has_landing_pads = false;      // entries may point to a table of landing pads (LSDA)
  std::uint8_t landing_encoding = 0;  // of that pointer
  bool signal_frame = false;
  std::uintptr_t program = 0;
  std::uintptr_t program_end = 0;
};

// There is a table of landing pads, and where is not understood.
inline constexpr std::uintptr_t kStrangeLandingTable = 1;

// What describes one function, or one part of it (FDE).
struct EhFrameEntry {
  EhFrameEntry() = default;

  std::uintptr_t start = 0;  // of its code
  std::uintptr_t end = 0;
  std::uintptr_t landing_table = 0;  // LSDA; 0: none, or kStrangeLandingTable
  std::uintptr_t program = 0;
  std::uintptr_t program_end = 0;
  EhFrameCommon common;
};

// The table of an .eh_frame_hdr, sorted by address.
class EhFrameTable {
 public:
  explicit EhFrameTable(const void* header);

  // 0 where the table is coded in a way that x86-64 linkers do not use.
  std::uint32_t count() const { return count_; }
  std::uintptr_t start(std::uint64_t i) const;
  // Where the `i`th entry lies.
  std::uintptr_t entry(std::uint64_t i) const;

 private:
  std::uintptr_t base_;
  std::uint32_t count_ = 0;
};

// Where the last entry lies that starts at or before `address`; 0 where there is none.
std::uintptr_t find_entry(const void* header, std::uintptr_t address);

// Reads the entry at `at`.
bool read_entry(std::uintptr_t at, EhFrameEntry& entry);

}  // namespace glimpse::runtime
