// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A (opcode maps).
//
// `changes` errs on the side of more: an instruction of which only the length matters may be said to change registers
// that it leaves alone.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/patching/instruction.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint16_t bit(unsigned number) { return static_cast<std::uint16_t>(1u << (number & 15)); }

constexpr std::uint16_t kRax = bit(0);
constexpr std::uint16_t kRcx = bit(1);
constexpr std::uint16_t kRdx = bit(2);
constexpr std::uint16_t kRbx = bit(3);
constexpr std::uint16_t kRsp = bit(4);
constexpr std::uint16_t kRbp = bit(5);
constexpr std::uint16_t kRsi = bit(6);
constexpr std::uint16_t kRdiBit = bit(kRdi);
constexpr std::uint16_t kR11 = bit(11);

class Decoder {
 public:
  Decoder(const std::uint8_t* at, const std::uint8_t* end, Instruction& out)
      : start_(at), at_(at), end_(end), out_(out) {}

  bool run() {
    if (!read_prefixes() || !read_opcode() || bad_) return false;
    const auto length = at_ - start_;
    if (length > 15) return false;
    out_.length = static_cast<std::uint8_t>(length);
    if (memory_is_relative_) memory_ += as_number(at_);
    finish();
    return true;
  }

 private:
  // What the ModRM byte names as a register, on its one side or on the other.
  enum Changes : std::uint8_t { kNone, kReg, kRm, kBoth };

  static std::uint64_t as_number(const std::uint8_t* where) { return reinterpret_cast<std::uint64_t>(where); }

  std::uint8_t byte() {
    if (at_ == end_) {
      bad_ = true;
      return 0;
    }
    return *at_++;
  }

  std::uint64_t number(unsigned bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }

  std::int64_t signed_number(unsigned bytes) {
    const unsigned shift = 64 - 8 * bytes;
    return static_cast<std::int64_t>(number(bytes) << shift) >> shift;
  }

  unsigned immediate_bytes() const { return operand_16_ && !wide_ ? 2 : 4; }

  bool read_prefixes() {
    for (;; ++at_) {
      if (at_ == end_) return false;
      switch (*at_) {
        case 0x66:
          operand_16_ = true;
          break;
        case 0x67:
          address_32_ = true;
          break;
        case 0x64:
        case 0x65:
          segment_ = true;
          break;
        case 0xf2:
        case 0xf3:
          repeated_ = true;
          break;
        case 0xf0:
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
          break;
        default:
          if ((*at_ & 0xf0) == 0x40) {
            rex_ = *at_++;
            wide_ = (rex_ & 8) != 0;
          }
          out_.opcode = static_cast<std::uint8_t>(at_ - start_);
          return true;
      }
    }
  }

  void read_modrm() {
    const std::uint8_t modrm = byte();
    mod_ = modrm >> 6;
    reg_ = ((modrm >> 3) & 7) | ((rex_ & 4) << 1);
    rm_ = (modrm & 7) | ((rex_ & 1) << 3);
    if (mod_ == 3) return;
    std::uint8_t base = modrm & 7;
    if (base == 4) base = byte() & 7;
    if (mod_ == 0 && base == 5) {
      memory_ = static_cast<std::uint64_t>(signed_number(4));
      memory_is_relative_ = (modrm & 7) == 5;
    } else if (mod_ == 1) {
      byte();
    } else if (mod_ == 2) {
      number(4);
    }
  }

  // Of one byte, a register number below 8 may mean the second byte of one of the first four.
  void change(unsigned number, bool of_a_byte) {
    out_.changes |= bit(number);
    if (of_a_byte && rex_ == 0) out_.changes |= bit(number & 3);
  }

  void with_modrm(Changes changes, unsigned immediate = 0, bool of_a_byte = false) {
    read_modrm();
    number(immediate);
    if ((changes & kReg) != 0) change(reg_, of_a_byte);
    if ((changes & kRm) != 0 && mod_ == 3) change(rm_, of_a_byte);
  }

  bool goes(Flow flow, unsigned bytes) {
    if (operand_16_ && !wide_) return false;  // processors differ
    const std::int64_t distance = signed_number(bytes);
    out_.flow = flow;
    out_.target = as_number(at_) + static_cast<std::uint64_t>(distance);
    return true;
  }

  bool read_opcode() {
    const std::uint8_t opcode = byte();
    switch (opcode) {
      case 0x0f:
        return read_two_bytes();
      case 0xc4:
      case 0xc5:
        return rex_ == 0 && read_vex(opcode);
      case 0x62:
        return rex_ == 0 && read_evex();
      default:
        return read_one_byte(opcode);
    }
  }

  bool read_one_byte(std::uint8_t opcode) {
    const bool of_a_byte = (opcode & 1) == 0;
    if (opcode < 0x40) {  // add, or, adc, sbb, and, sub, xor, cmp
      const bool compares = opcode >= 0x38;
      switch (opcode & 7) {
        case 0:
        case 1:
          with_modrm(compares ? kNone : kRm, 0, of_a_byte);
          return true;
        case 2:
        case 3:
          with_modrm(compares ? kNone : kReg, 0, of_a_byte);
          return true;
        case 4:
          number(1);
          break;
        case 5:
          number(immediate_bytes());
          break;
        default:
          return false;
      }
      out_.changes |= kRax;
      return true;
    }
    if (opcode >= 0x50 && opcode < 0x60) {
      out_.changes |= kRsp;
      if (opcode >= 0x58) change(register_in(opcode), false);
      return true;
    }
    if (opcode >= 0x70 && opcode < 0x80) return goes(Flow::kBranch, 1);
    if (opcode >= 0x91 && opcode < 0x98) {
      out_.changes |= static_cast<std::uint16_t>(kRax | bit(register_in(opcode)));
      return true;
    }
    if (opcode >= 0xa4 && opcode < 0xb0 && opcode != 0xa8 && opcode != 0xa9) {
      out_.changes |= kRsi | kRdiBit | kRcx | kRax;
      return true;
    }
    if (opcode >= 0xb0 && opcode < 0xb8) {
      number(1);
      change(register_in(opcode), true);
      return true;
    }
    if (opcode >= 0xb8 && opcode < 0xc0) {
      out_.value = number(wide_ ? 8 : immediate_bytes());
      sets(register_in(opcode), Effect::kSets);
      if (operand_16_) out_.effect = Effect::kOther;
      return true;
    }
    if (opcode >= 0xd8 && opcode < 0xe0) {  // x87; fnstsw
      with_modrm(kNone);
      out_.changes |= kRax;
      return true;
    }
    switch (opcode) {
      case 0x63:
        with_modrm(kReg);
        return true;
      case 0x68:
        number(immediate_bytes());
        out_.changes |= kRsp;
        return true;
      case 0x69:
        with_modrm(kReg, immediate_bytes());
        return true;
      case 0x6a:
        number(1);
        out_.changes |= kRsp;
        return true;
      case 0x6b:
        with_modrm(kReg, 1);
        return true;
      case 0x80:
      case 0x81:
      case 0x83:
        with_modrm(kNone, opcode == 0x81 ? immediate_bytes() : 1);
        if ((reg_ & 7) != 7 && mod_ == 3) change(rm_, of_a_byte);
        return true;
      case 0x84:
      case 0x85:
        with_modrm(kNone);
        return true;
      case 0x86:
      case 0x87:
        with_modrm(kBoth, 0, of_a_byte);
        return true;
      case 0x88:
        with_modrm(kRm, 0, true);
        return true;
      case 0x89:
        with_modrm(kRm);
        if (wide_ && mod_ == 3) copies(rm_, reg_);
        return true;
      case 0x8a:
        with_modrm(kReg, 0, true);
        return true;
      case 0x8b:
        with_modrm(kReg);
        if (wide_ && mod_ == 3) copies(reg_, rm_);
        if (wide_ && names_memory()) sets(reg_, Effect::kLoads);
        return true;
      case 0x8c:
        with_modrm(kRm);
        return true;
      case 0x8d:
        with_modrm(kReg);
        if (wide_ && names_memory()) sets(reg_, Effect::kSets);
        return mod_ != 3;
      case 0x8f:
        with_modrm(kRm);
        out_.changes |= kRsp;
        return (reg_ & 7) == 0;
      case 0x90:
        if ((rex_ & 1) != 0) out_.changes |= static_cast<std::uint16_t>(kRax | bit(8));
        out_.pads = out_.changes == 0;
        return true;
      case 0x98:
      case 0x9f:
      case 0xd7:
        out_.changes |= kRax;
        return true;
      case 0x99:
        out_.changes |= kRdx;
        return true;
      case 0x9b:
      case 0x9e:
      case 0xf5:
      case 0xf8:
      case 0xf9:
      case 0xfc:
      case 0xfd:
        return true;
      case 0x9c:
      case 0x9d:
        out_.changes |= kRsp;
        return true;
      case 0xa0:
      case 0xa1:
      case 0xa2:
      case 0xa3:
        number(address_32_ ? 4 : 8);
        out_.changes |= kRax;
        return true;
      case 0xa8:
        number(1);
        return true;
      case 0xa9:
        number(immediate_bytes());
        return true;
      case 0xc0:
      case 0xc1:
        with_modrm(kRm, 1, of_a_byte);
        return true;
      case 0xc2:
        number(2);
        out_.flow = Flow::kEnd;
        return true;
      case 0xc3:
      case 0xf4:
        out_.flow = Flow::kEnd;
        return true;
      case 0xc6:
        with_modrm(kRm, 1, true);
        return (reg_ & 7) == 0;
      case 0xc7:
        read_modrm();
        out_.value = static_cast<std::uint64_t>(signed_number(immediate_bytes()));
        if (mod_ == 3) {
          change(rm_, false);
          if (wide_) sets(rm_, Effect::kSets);
        }
        return (reg_ & 7) == 0;
      case 0xc8:
        number(3);
        out_.changes |= kRsp | kRbp;
        return true;
      case 0xc9:
        out_.changes |= kRsp | kRbp;
        return true;
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        with_modrm(kRm, 0, of_a_byte);
        return true;
      case 0xe0:
      case 0xe1:
      case 0xe2:
      case 0xe3:
        out_.changes |= kRcx;
        return goes(Flow::kBranch, 1);
      case 0xe8:
        return goes(Flow::kCall, 4);
      case 0xe9:
        return goes(Flow::kJump, 4);
      case 0xeb:
        return goes(Flow::kJump, 1);
      case 0xf6:
      case 0xf7:
        read_modrm();
        if ((reg_ & 7) < 2) {
          number(opcode == 0xf6 ? 1 : immediate_bytes());
        } else {
          if (mod_ == 3) change(rm_, of_a_byte);
          out_.changes |= kRax | kRdx;
        }
        return true;
      case 0xfe:
        with_modrm(kRm, 0, true);
        return (reg_ & 7) < 2;
      case 0xff:
        return read_group_five();
      default:
        return false;
    }
  }

  bool read_group_five() {
    read_modrm();
    switch (reg_ & 7) {
      case 0:
      case 1:
        if (mod_ == 3) change(rm_, false);
        return true;
      case 2:
        out_.flow = names_memory() ? Flow::kCallThrough : Flow::kCallAnywhere;
        return true;
      case 4:
        out_.flow = names_memory() ? Flow::kJumpThrough : Flow::kJumpAnywhere;
        return true;
      case 6:
        out_.changes |= kRsp;
        return true;
      default:
        return false;
    }
  }

  // Whether an SSE instruction of map 0F has no general register as its result.
  static bool is_vector_only(std::uint8_t opcode) {
    return (opcode >= 0x10 && opcode <= 0x17) || (opcode >= 0x28 && opcode <= 0x2b) || opcode == 0x2e ||
           opcode == 0x2f || (opcode >= 0x51 && opcode <= 0x76) || opcode == 0x7c || opcode == 0x7d || opcode == 0x7f ||
           opcode == 0xc2 || opcode == 0xc4 || opcode == 0xc6 || (opcode >= 0xd0 && opcode != 0xd7 && opcode != 0xff);
  }

  static unsigned map_one_immediate(std::uint8_t opcode) {
    const bool has = (opcode >= 0x70 && opcode <= 0x73) || opcode == 0xc2 || (opcode >= 0xc4 && opcode <= 0xc6);
    return has ? 1 : 0;
  }

  bool read_two_bytes() {
    const std::uint8_t opcode = byte();
    if (opcode >= 0x80 && opcode < 0x90) return goes(Flow::kBranch, 4);
    if (opcode >= 0x40 && opcode < 0x50) {  // cmovcc
      with_modrm(kReg);
      return true;
    }
    if (opcode >= 0x90 && opcode < 0xa0) {  // setcc
      with_modrm(kRm, 0, true);
      return true;
    }
    if (opcode >= 0xc8 && opcode < 0xd0) {  // bswap
      change(register_in(opcode), false);
      return true;
    }
    if (is_vector_only(opcode) || opcode == 0xc5 || opcode == 0xd7) {
      with_modrm(opcode == 0xc5 || opcode == 0xd7 ? kReg : kNone, map_one_immediate(opcode));
      return true;
    }
    switch (opcode) {
      case 0x01:  // xgetbv, rdtscp, …
        with_modrm(kBoth);
        out_.changes |= kRax | kRcx | kRdx | kRbx;
        return true;
      case 0x05:
        out_.changes |= kRax | kRcx | kR11;
        return true;
      case 0x0b:
        out_.flow = Flow::kEnd;
        return true;
      case 0xb9:
        read_modrm();
        out_.flow = Flow::kEnd;
        return true;
      case 0x0d:
      case 0x18:
      case 0x19:
      case 0x1a:
      case 0x1b:
      case 0x1c:
      case 0x1d:
      case 0xa3:
        with_modrm(kNone);
        return true;
      case 0x1f:
        with_modrm(kNone);
        out_.pads = true;
        return true;
      case 0x1e:  // endbr64, and rdsspq, which changes a register
        with_modrm(kRm);
        if (repeated_ && mod_ == 3 && rm_ == 2 && (reg_ & 7) == 7) out_.changes = 0;
        return true;
      case 0x2c:
      case 0x2d:
      case 0x50:
      case 0xaf:
      case 0xb8:
      case 0xbc:
      case 0xbd:
        with_modrm(kReg);
        return true;
      case 0xb6:
      case 0xb7:
      case 0xbe:
      case 0xbf:
        with_modrm(kReg);
        return true;
      case 0x31:
        out_.changes |= kRax | kRdx;
        return true;
      case 0x38:
        return read_map_two(byte());
      case 0x3a: {
        const std::uint8_t third = byte();
        with_modrm(third >= 0x14 && third <= 0x17 ? kRm : kNone, 1);
        out_.changes |= kRcx;  // pcmpestri
        return true;
      }
      case 0x77:
        return true;
      case 0x7e:
      case 0xa5:
      case 0xab:
      case 0xad:
      case 0xae:
      case 0xb3:
      case 0xbb:
      case 0xc3:
        with_modrm(kRm);
        return true;
      case 0xa0:
      case 0xa1:
      case 0xa8:
      case 0xa9:
        out_.changes |= kRsp;
        return true;
      case 0xa2:
        out_.changes |= kRax | kRcx | kRdx | kRbx;
        return true;
      case 0xa4:
      case 0xac:
      case 0xba:
        with_modrm(kRm, 1);
        return true;
      case 0xb0:
      case 0xb1:
        with_modrm(kRm, 0, opcode == 0xb0);
        out_.changes |= kRax;
        return true;
      case 0xc0:
      case 0xc1:
        with_modrm(kBoth, 0, opcode == 0xc0);
        return true;
      case 0xc7:
        with_modrm(kRm);
        out_.changes |= kRax | kRdx;
        return true;
      default:
        return false;
    }
  }

  bool read_map_two(std::uint8_t opcode) {
    with_modrm(opcode >= 0xf0 ? kBoth : kNone);
    return true;
  }

  bool read_vex(std::uint8_t first) {
    if (operand_16_ || repeated_) return false;
    std::uint8_t map = 1;
    std::uint8_t last = 0;
    if (first == 0xc5) {
      last = byte();
      rex_ = (last & 0x80) != 0 ? 0x40 : 0x44;
    } else {
      const std::uint8_t second = byte();
      map = second & 0x1f;
      rex_ = static_cast<std::uint8_t>(0x40 | ((~second >> 5) & 7));
      last = byte();
    }
    return read_vector((~last >> 3) & 15, map);
  }

  bool read_evex() {
    if (operand_16_ || repeated_) return false;
    const std::uint8_t first = byte();
    const std::uint8_t second = byte();
    byte();
    rex_ = static_cast<std::uint8_t>(0x40 | ((~first >> 5) & 7));
    if ((first & 8) != 0 || (second & 4) == 0) return false;  // what AVX-512 does not have
    return read_vector((~second >> 3) & 15, first & 7);
  }

  bool read_vector(unsigned third_register, std::uint8_t map) {
    const std::uint8_t opcode = byte();
    switch (map) {
      case 1:
        if (opcode == 0x77) return true;
        with_modrm(is_vector_only(opcode) ? kNone : kBoth, map_one_immediate(opcode));
        return true;
      case 2:
        with_modrm(opcode >= 0xf0 ? kBoth : kNone);
        if (opcode >= 0xf0) out_.changes |= static_cast<std::uint16_t>(bit(third_register) | kRdx);
        return true;
      case 3:
        with_modrm(kBoth, 1);
        out_.changes |= kRcx;
        return true;
      case 5:
      case 6:
        with_modrm(kBoth);
        return true;
      default:
        return false;
    }
  }

  unsigned register_in(std::uint8_t opcode) const { return (opcode & 7u) | ((rex_ & 1u) << 3); }

  // An address that does not depend on registers.
  bool names_memory() const { return mod_ == 0 && memory_is_relative_ && !segment_ && !address_32_; }

  void sets(unsigned result, Effect effect) {
    out_.changes |= bit(result);
    out_.effect = effect;
    out_.result = static_cast<std::uint8_t>(result);
  }

  void copies(unsigned result, unsigned from) {
    sets(result, Effect::kCopies);
    out_.value = from;
  }

  // What lies relative to the next instruction is known once that is.
  void finish() {
    if (out_.flow == Flow::kCallThrough || out_.flow == Flow::kJumpThrough) out_.target = memory_;
    if (out_.effect != Effect::kOther && memory_is_relative_ && out_.effect != Effect::kCopies) out_.value = memory_;
  }

  const std::uint8_t* start_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Instruction& out_;
  bool bad_ = false;
  bool operand_16_ = false;
  bool address_32_ = false;
  bool segment_ = false;
  bool repeated_ = false;
  bool wide_ = false;
  std::uint8_t rex_ = 0;
  std::uint8_t mod_ = 3;
  unsigned reg_ = 0;
  unsigned rm_ = 0;
  bool memory_is_relative_ = false;
  std::uint64_t memory_ = 0;
};

}  // namespace

bool read_instruction(const std::uint8_t* at, const std::uint8_t* end, Instruction& instruction) {
  instruction = {};
  return Decoder(at, end, instruction).run();
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
