#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/eh_frame.h"

namespace glimpse::runtime {

namespace {

std::uintptr_t offset_at(std::uintptr_t at) {
  return static_cast<std::uintptr_t>(std::int64_t{EhFrameReader(at).fixed<std::int32_t>()});
}

bool read_common(std::uintptr_t at, EhFrameCommon& common) {
  EhFrameReader reader(at);
  const auto length = reader.fixed<std::uint32_t>();
  if (length == 0 || length == 0xffffffff) return false;
  common.program_end = reader.at() + length;
  if (reader.fixed<std::uint32_t>() != 0) return false;
  const auto version = reader.fixed<std::uint8_t>();
  if (version != 1 && version != 3) return false;
  const auto* augmentation = reinterpret_cast<const char*>(reader.at());
  while (reader.fixed<char>() != 0) {
  }
  common.code_step = reader.unsigned_leb();
  common.data_step = reader.signed_leb();
  const std::uint64_t return_register = version == 1 ? reader.fixed<std::uint8_t>() : reader.unsigned_leb();
  if (return_register != kReturnAddressRegister) return false;
  if (*augmentation == 'z') {
    common.augmented = true;
    const std::uint64_t bytes = reader.unsigned_leb();
    const std::uintptr_t program = reader.at() + bytes;
    for (const char* letter = augmentation + 1; *letter != 0; ++letter) {
      std::uintptr_t personality = 0;
      if (*letter == 'R') {
        common.encoding = reader.fixed<std::uint8_t>();
      } else if (*letter == 'L') {
        common.has_landing_pads = true;
        common.landing_encoding = reader.fixed<std::uint8_t>();
      } else if (*letter == 'P') {
        const auto encoding = reader.fixed<std::uint8_t>();
        if (!reader.encoded(encoding, personality)) return false;
      } else if (*letter == 'S') {
        common.signal_frame = true;
      } else {
        return false;
      }
    }
    common.program = program;
  } else if (*augmentation == 0) {
    common.program = reader.at();
  } else {
    return false;
  }
  return true;
}

constexpr std::uint8_t kOmitted = 0xff;

std::uintptr_t landing_table_at(EhFrameReader& reader, std::uint8_t encoding) {
  constexpr std::uint8_t kRelative = 0x10;
  const std::uintptr_t here = reader.at();
  const std::uint8_t base = encoding & 0xf0;
  std::uintptr_t value = 0;
  if ((base != 0 && base != kRelative) || !reader.encoded(encoding & 0x0f, value)) return kStrangeLandingTable;
  return value != 0 && base == kRelative ? value + here : value;
}

}  // namespace

EhFrameTable::EhFrameTable(const void* header) : base_(reinterpret_cast<std::uintptr_t>(header)) {
  constexpr std::uint8_t kRelative4 = 0x1b;  // to itself
  constexpr std::uint8_t kCount4 = 0x03;
  constexpr std::uint8_t kTable4 = 0x3b;  // to the header
  const auto* bytes = static_cast<const std::uint8_t*>(header);
  if (bytes[0] == 1 && bytes[1] == kRelative4 && bytes[2] == kCount4 && bytes[3] == kTable4) {
    count_ = EhFrameReader(base_ + 8).fixed<std::uint32_t>();
  }
}

std::uintptr_t EhFrameTable::start(std::uint64_t i) const { return base_ + offset_at(base_ + 12 + i * 8); }

std::uintptr_t EhFrameTable::entry(std::uint64_t i) const { return base_ + offset_at(base_ + 16 + i * 8); }

std::uintptr_t find_entry(const void* header, std::uintptr_t address) {
  const EhFrameTable table(header);
  std::uint64_t first = 0;
  std::uint64_t last = table.count();  // the entry wanted is the last one in [first, last) that is not behind us
  if (last == 0 || table.start(0) > address) return 0;
  while (last - first > 1) {
    const std::uint64_t middle = first + (last - first) / 2;
    (table.start(middle) <= address ? first : last) = middle;
  }
  return table.entry(first);
}

bool read_entry(std::uintptr_t at, EhFrameEntry& entry) {
  if (at == 0) return false;
  EhFrameReader reader(at);
  const auto length = reader.fixed<std::uint32_t>();
  if (length == 0 || length == 0xffffffff) return false;
  entry.program_end = reader.at() + length;
  const std::uintptr_t common_pointer = reader.at();
  EhFrameCommon& common = entry.common;
  common = {};
  if (!read_common(common_pointer - reader.fixed<std::uint32_t>(), common)) return false;
  std::uintptr_t bytes = 0;
  if (!reader.encoded(common.encoding, entry.start) || !reader.encoded(common.encoding & 0x0f, bytes)) return false;
  entry.end = entry.start + bytes;
  entry.landing_table = 0;
  if (common.augmented) {
    const std::uint64_t augmentation = reader.unsigned_leb();
    const std::uintptr_t program = reader.at() + augmentation;
    if (common.has_landing_pads && common.landing_encoding != kOmitted && augmentation != 0) {
      entry.landing_table = landing_table_at(reader, common.landing_encoding);
    }
    reader.skip(program - reader.at());
  }
  entry.program = reader.at();
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
