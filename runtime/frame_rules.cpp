#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>

#include "runtime/frame_rules.h"

namespace glimpse::runtime {

namespace {

constexpr unsigned kRbp = 6;
constexpr unsigned kRsp = 7;
constexpr unsigned kReturnAddress = 16;

// Reads the little-endian and LEB128 numbers of call-frame information.
class Reader {
 public:
  explicit Reader(std::uintptr_t at) : at_(at) {}

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
struct Common {
  Common() = default;  // declared, here and below, so that Clang leaves it untraced like the rest

  std::uint64_t code_step = 0;
  std::int64_t data_step = 0;
  std::uint8_t encoding = 0;  // of addresses
  bool augmented = false;
  bool signal_frame = false;
  std::uintptr_t program = 0;
  std::uintptr_t program_end = 0;
};

bool read_common(std::uintptr_t at, Common& common) {
  Reader reader(at);
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
  if (return_register != kReturnAddress) return false;
  if (*augmentation == 'z') {
    common.augmented = true;
    const std::uint64_t bytes = reader.unsigned_leb();
    const std::uintptr_t program = reader.at() + bytes;
    for (const char* letter = augmentation + 1; *letter != 0; ++letter) {
      std::uintptr_t personality = 0;
      if (*letter == 'R') {
        common.encoding = reader.fixed<std::uint8_t>();
      } else if (*letter == 'L') {
        reader.skip(1);
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

// The registers we follow, as a frame's program sets them step by step.
struct State {
  State() = default;

  bool known = false;  // the CFA is an expression that we do not understand, or a register that we do not follow
  bool cfa_from_rbp = false;
  bool cfa_is_there = false;
  std::int64_t cfa_offset = 0;
  FrameRule::Rbp rbp = FrameRule::Rbp::kSame;
  bool rbp_known = true;
  std::int64_t rbp_offset = 0;
  bool return_known = true;
  bool outermost = false;
};

constexpr unsigned kMostRemembered = 4;

class Program {
 public:
  Program(const Common& common, std::uintptr_t start, std::uintptr_t address)
      : common_(common), location_(start), address_(address) {}

  // False where it holds what we do not know how to follow.
  bool run(std::uintptr_t from, std::uintptr_t to) {
    Reader reader(from);
    while (reader.at() < to) {
      const auto instruction = reader.fixed<std::uint8_t>();
      const unsigned low = instruction & 0x3f;
      switch (instruction & 0xc0) {
        case 0x40:
          if (!advance(low)) return true;
          continue;
        case 0x80:
          saved_at(low, static_cast<std::int64_t>(reader.unsigned_leb()) * common_.data_step);
          continue;
        case 0xc0:
          restore(low);
          continue;
        default:
          break;
      }
      if (!run_one(low, reader)) return false;
      if (passed_) return true;
    }
    return true;
  }

  void keep_initial() { initial_ = state_; }
  const State& state() const { return state_; }

 private:
  // False where the next instructions are for addresses behind ours.
  bool advance(std::uint64_t steps) {
    location_ += steps * common_.code_step;
    passed_ = location_ > address_;
    return !passed_;
  }

  void saved_at(std::uint64_t which, std::int64_t offset) {
    if (which == kRbp) {
      state_.rbp = FrameRule::Rbp::kAtCfa;
      state_.rbp_offset = offset;
      state_.rbp_known = true;
    } else if (which == kReturnAddress) {
      state_.return_known = offset == -8;
      state_.outermost = false;
    }
  }

  void restore(std::uint64_t which) {
    if (which == kRbp) {
      state_.rbp = initial_.rbp;
      state_.rbp_offset = initial_.rbp_offset;
      state_.rbp_known = initial_.rbp_known;
    } else if (which == kReturnAddress) {
      state_.return_known = initial_.return_known;
      state_.outermost = initial_.outermost;
    }
  }

  void elsewhere(std::uint64_t which) {
    if (which == kRbp) state_.rbp_known = false;
    if (which == kReturnAddress) state_.return_known = false;
  }

  void define_cfa(std::uint64_t which, std::int64_t offset) {
    define_cfa_register(which);
    state_.cfa_offset = offset;
  }
  void define_cfa_register(std::uint64_t which) {
    state_.known = which == kRbp || which == kRsp;
    state_.cfa_from_rbp = which == kRbp;
    state_.cfa_is_there = false;
  }

  // rbp or rsp plus a number; with DW_OP_deref behind it `is_there`.
  struct Sum {
    Sum() = default;

    bool known = false;
    bool from_rbp = false;
    bool is_there = false;
    std::int64_t offset = 0;
  };
  static Sum read_sum(Reader& reader) {
    Sum sum;
    const std::uint64_t bytes = reader.unsigned_leb();
    const std::uintptr_t end = reader.at() + bytes;
    if (bytes > 0) {
      const auto operation = reader.fixed<std::uint8_t>();
      if (operation == 0x70 + kRbp || operation == 0x70 + kRsp) {  // DW_OP_breg6, 7
        sum.from_rbp = operation == 0x70 + kRbp;
        sum.offset = reader.signed_leb();
        sum.known = reader.at() == end;
        if (reader.at() + 1 == end && reader.fixed<std::uint8_t>() == 0x06) sum.known = sum.is_there = true;
      }
    }
    reader = Reader(end);
    return sum;
  }

  bool run_one(unsigned instruction, Reader& reader) {
    std::uint64_t which = 0;
    switch (instruction) {
      case 0x00:  // nop
        return true;
      case 0x02:
        advance(reader.fixed<std::uint8_t>());
        return true;
      case 0x03:
        advance(reader.fixed<std::uint16_t>());
        return true;
      case 0x04:
        advance(reader.fixed<std::uint32_t>());
        return true;
      case 0x05:  // offset_extended
        which = reader.unsigned_leb();
        saved_at(which, static_cast<std::int64_t>(reader.unsigned_leb()) * common_.data_step);
        return true;
      case 0x11:  // offset_extended_sf
        which = reader.unsigned_leb();
        saved_at(which, reader.signed_leb() * common_.data_step);
        return true;
      case 0x06:  // restore_extended
        restore(reader.unsigned_leb());
        return true;
      case 0x07:  // undefined
        which = reader.unsigned_leb();
        if (which == kReturnAddress) {
          state_.outermost = true;
        } else {
          elsewhere(which);
        }
        return true;
      case 0x08:  // same_value
        which = reader.unsigned_leb();
        if (which == kRbp) state_.rbp = FrameRule::Rbp::kSame, state_.rbp_known = true;
        return true;
      case 0x09:  // register
        elsewhere(reader.unsigned_leb());
        reader.unsigned_leb();
        return true;
      case 0x0a:  // remember_state
        if (remembered_count_ == kMostRemembered) return false;
        remembered_[remembered_count_++] = state_;
        return true;
      case 0x0b:  // restore_state
        if (remembered_count_ == 0) return false;
        state_ = remembered_[--remembered_count_];
        return true;
      case 0x0c:  // def_cfa
        which = reader.unsigned_leb();
        define_cfa(which, static_cast<std::int64_t>(reader.unsigned_leb()));
        return true;
      case 0x12:  // def_cfa_sf
        which = reader.unsigned_leb();
        define_cfa(which, reader.signed_leb() * common_.data_step);
        return true;
      case 0x0d:
        define_cfa_register(reader.unsigned_leb());
        return true;
      case 0x0e:
        state_.cfa_offset = static_cast<std::int64_t>(reader.unsigned_leb());
        return true;
      case 0x13:
        state_.cfa_offset = reader.signed_leb() * common_.data_step;
        return true;
      case 0x0f: {  // def_cfa_expression
        const Sum sum = read_sum(reader);
        state_.known = sum.known;
        state_.cfa_from_rbp = sum.from_rbp;
        state_.cfa_is_there = sum.is_there;
        state_.cfa_offset = sum.offset;
        return true;
      }
      case 0x10: {  // expression
        which = reader.unsigned_leb();
        const Sum sum = read_sum(reader);
        if (which != kRbp || !sum.known || !sum.from_rbp || sum.is_there) {
          elsewhere(which);
        } else {
          state_.rbp = FrameRule::Rbp::kAtRbp;
          state_.rbp_offset = sum.offset;
          state_.rbp_known = true;
        }
        return true;
      }
      case 0x16:  // val_expression
        elsewhere(reader.unsigned_leb());
        read_sum(reader);
        return true;
      case 0x14:  // val_offset
      case 0x15:  // val_offset_sf
        elsewhere(reader.unsigned_leb());
        reader.unsigned_leb();
        return true;
      case 0x2e:  // GNU_args_size
        reader.unsigned_leb();
        return true;
      default:
        return false;
    }
  }

  const Common& common_;
  std::uintptr_t location_;
  std::uintptr_t address_;
  bool passed_ = false;
  State state_;
  State initial_;
  State remembered_[kMostRemembered];
  unsigned remembered_count_ = 0;
};

// The entry (FDE) for `address` in the sorted table of an .eh_frame_hdr; 0 where there is none.
std::uintptr_t find_entry(const std::uint8_t* header, std::uintptr_t address) {
  constexpr std::uint8_t kRelative4 = 0x1b;  // to itself
  constexpr std::uint8_t kCount4 = 0x03;
  constexpr std::uint8_t kTable4 = 0x3b;  // to the header
  if (header[0] != 1 || header[1] != kRelative4 || header[2] != kCount4 || header[3] != kTable4) return 0;
  const auto base = reinterpret_cast<std::uintptr_t>(header);
  const auto count = Reader(base + 8).fixed<std::uint32_t>();
  const auto start_of = [base](std::uint64_t i) {
    return base + static_cast<std::uintptr_t>(std::int64_t{Reader(base + 12 + i * 8).fixed<std::int32_t>()});
  };
  std::uint64_t first = 0;
  std::uint64_t last = count;  // the entry wanted is the last one in [first, last) that starts at or before us
  if (count == 0 || start_of(0) > address) return 0;
  while (last - first > 1) {
    const std::uint64_t middle = first + (last - first) / 2;
    (start_of(middle) <= address ? first : last) = middle;
  }
  return base + static_cast<std::uintptr_t>(std::int64_t{Reader(base + 16 + first * 8).fixed<std::int32_t>()});
}

bool fits(std::int64_t offset) { return offset >= INT32_MIN && offset <= INT32_MAX; }

}  // namespace

FrameRule frame_rule_in(const std::uint8_t* eh_frame_header, std::uintptr_t address) {
  FrameRule rule;
  const std::uintptr_t entry = find_entry(eh_frame_header, address);
  if (entry == 0) return rule;
  Reader reader(entry);
  const auto length = reader.fixed<std::uint32_t>();
  if (length == 0 || length == 0xffffffff) return rule;
  const std::uintptr_t end = reader.at() + length;
  const std::uintptr_t common_pointer = reader.at();
  Common common;
  if (!read_common(common_pointer - reader.fixed<std::uint32_t>(), common)) return rule;
  std::uintptr_t start = 0;
  std::uintptr_t bytes = 0;
  if (!reader.encoded(common.encoding, start) || !reader.encoded(common.encoding & 0x0f, bytes)) return rule;
  if (address < start || address >= start + bytes) return rule;
  if (common.signal_frame) {
    rule.step = FrameRule::Step::kSignal;
    return rule;
  }
  if (common.augmented) {
    const std::uint64_t augmentation = reader.unsigned_leb();
    reader.skip(augmentation);
  }
  Program program(common, start, address);
  if (!program.run(common.program, common.program_end)) return rule;
  program.keep_initial();
  if (!program.run(reader.at(), end)) return rule;

  const State& state = program.state();
  if (state.outermost) {
    rule.step = FrameRule::Step::kOutermost;
    return rule;
  }
  if (!state.known || !state.return_known || !state.rbp_known || !fits(state.cfa_offset) || !fits(state.rbp_offset)) {
    return rule;
  }
  rule.step = FrameRule::Step::kCall;
  rule.cfa_from_rbp = state.cfa_from_rbp;
  rule.cfa_is_there = state.cfa_is_there;
  rule.cfa_offset = static_cast<std::int32_t>(state.cfa_offset);
  rule.rbp = state.rbp;
  rule.rbp_offset = static_cast<std::int32_t>(state.rbp_offset);
  return rule;
}

FrameRule frame_rule(std::uintptr_t address) {
  dl_find_object found{};
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0 || found.dlfo_eh_frame == nullptr) return {};
  return frame_rule_in(static_cast<const std::uint8_t*>(found.dlfo_eh_frame), address);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
