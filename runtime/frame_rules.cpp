#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>

#include "runtime/eh_frame.h"
#include "runtime/frame_rules.h"

namespace glimpse::runtime {

namespace {

using Reader = EhFrameReader;
using Common = EhFrameCommon;

constexpr unsigned kRbp = 6;
constexpr unsigned kRsp = 7;
constexpr unsigned kReturnAddress = kReturnAddressRegister;

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

bool fits(std::int64_t offset) { return offset >= INT32_MIN && offset <= INT32_MAX; }

}  // namespace

FrameRule frame_rule_in(const std::uint8_t* eh_frame_header, std::uintptr_t address) {
  FrameRule rule;
  EhFrameEntry entry;
  if (!read_entry(find_entry(eh_frame_header, address), entry)) return rule;
  const Common& common = entry.common;
  if (address < entry.start || address >= entry.end) return rule;
  if (common.signal_frame) {
    rule.step = FrameRule::Step::kSignal;
    return rule;
  }
  Program program(common, entry.start, address);
  if (!program.run(common.program, common.program_end)) return rule;
  program.keep_initial();
  if (!program.run(entry.program, entry.program_end)) return rule;

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
