#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/patching/function_code.h"
#include "runtime/patching/landing_pads.h"

namespace glimpse::runtime {

bool FunctionCode::read(const EhFrameEntry& entry, const Entrances& entrances, const Code& module, const Hooks& hooks,
                        Refusal& reason) {
  entry_ = &entry;
  module_ = module;
  start_ = entry.start;
  entrances_ = &entrances;
  proof_ = 0;
  count_ = 0;
  jump_count_ = 0;
  reason = Refusal::kInstructions;
  const auto* at = reinterpret_cast<const std::uint8_t*>(entry.start);
  const auto* end = reinterpret_cast<const std::uint8_t*>(entry.end);
  while (at < end) {
    if (count_ == kMostInstructions) {
      reason = Refusal::kTooLarge;
      return false;
    }
    Place& place = instructions_[count_];
    if (!read_instruction(at, end, place.decoded)) return false;
    if (place.decoded.flow == Flow::kJumpAnywhere) {
      reason = Refusal::kJumpTable;
      return false;
    }
    if (place.decoded.flow == Flow::kEnd) {
      const std::uint8_t bytes = patched_jump_bytes(at + place.decoded.opcode, end, hooks, module);
      if (bytes != 0) place.decoded.length = static_cast<std::uint8_t>(place.decoded.opcode + bytes);
    }
    place.offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at) - start_);
    place.proof = 0;
    place.is_target = false;
    place.is_landing_pad = false;
    at += place.decoded.length;
    ++count_;
  }
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Instruction& instruction = instructions_[i].decoded;
    const bool jumps = instruction.flow == Flow::kBranch || instruction.flow == Flow::kJump;
    const bool calls = instruction.flow == Flow::kCall;
    if ((!jumps && !calls) || instruction.target < entry.start || instruction.target >= entry.end) continue;
    if (calls) {
      if (instruction.target != entry.start) return false;
      continue;
    }
    const std::uint32_t target = find(instruction.target);
    if (target == count_) return false;
    instructions_[target].is_target = true;
    jumps_[jump_count_] = i;
    jump_targets_[jump_count_++] = target;
  }
  LandingPads pads(entry);
  if (!pads.understood()) return false;
  Landing landing{};
  while (pads.next(landing)) {
    if (landing.at < entry.start || landing.at >= entry.end) continue;
    const std::uint32_t target = find(landing.at);
    if (target == count_) return false;
    instructions_[target].is_landing_pad = true;
  }
  return true;
}

std::uint32_t FunctionCode::first_from(std::uintptr_t address) const {
  std::uint32_t first = 0;
  std::uint32_t last = count_;
  while (first < last) {
    const std::uint32_t middle = first + (last - first) / 2;
    if (this->address(middle) < address) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

std::uint32_t FunctionCode::find(std::uintptr_t address) const {
  const std::uint32_t i = first_from(address);
  return i < count_ && this->address(i) == address ? i : count_;
}

bool FunctionCode::always_has(std::uint32_t i, unsigned reg, std::uint64_t value) {
  ++proof_;
  question_count_ = 0;
  if (!ask(i, reg)) return false;
  while (question_count_ > 0) {
    if (!ask_before(questions_[--question_count_], value)) return false;
  }
  return true;
}

// What was asked before need not be asked again: round a loop, the answer is that of the other ways into it.
bool FunctionCode::ask(std::uint32_t i, unsigned reg) {
  Place& place = instructions_[i];
  if (place.proof != proof_) {
    place.proof = proof_;
    place.asked = 0;
  }
  if ((place.asked >> reg & 1) != 0) return true;
  if (question_count_ == kMostQuestions) return false;
  place.asked = static_cast<std::uint16_t>(place.asked | 1u << reg);
  questions_[question_count_++] = {i, reg};
  return true;
}

// Asks the same of every way that leads to the place.
bool FunctionCode::ask_before(Question question, std::uint64_t value) {
  const Place& place = instructions_[question.place];
  if (question.place == 0 || entrances_->at(start_ + place.offset)) return false;
  bool reached = false;
  if (place.is_target) {
    for (std::uint32_t k = 0; k < jump_count_; ++k) {
      if (jump_targets_[k] != question.place) continue;
      reached = true;
      // A loop instruction counts in a register before it jumps.
      if ((instructions_[jumps_[k]].decoded.changes >> question.reg & 1) != 0) return false;
      if (!ask(jumps_[k], question.reg)) return false;
    }
  }
  if (place.is_landing_pad) {
    if (!ask_thrower(question)) return false;
    reached = true;
  }
  const Flow before = instructions_[question.place - 1].decoded.flow;
  // Padding behind a jump is reached by nobody; what else is not, by something unknown.
  if (before == Flow::kJump || before == Flow::kJumpThrough || before == Flow::kEnd) {
    return reached || place.decoded.pads;
  }
  return ask_across(question.place - 1, question.reg, value);
}

// An exception leaves an instruction with what is kept by calls as it was there.
bool FunctionCode::ask_thrower(Question question) {
  if ((kKeptByCalls >> question.reg & 1) == 0) return false;
  LandingPads pads(*entry_);
  Landing landing{};
  while (pads.next(landing)) {
    if (landing.at != address(question.place)) continue;
    if (landing.from < entry_->start || landing.to > entry_->end) return false;
    for (std::uint32_t k = first_from(landing.from); k < count_ && address(k) < landing.to; ++k) {
      if (!ask(k, question.reg)) return false;
    }
  }
  return true;
}

// Whether `reg` has the value after the `previous` instruction.
bool FunctionCode::ask_across(std::uint32_t previous, unsigned reg, std::uint64_t value) {
  const Instruction& instruction = instructions_[previous].decoded;
  const bool calls = instruction.flow == Flow::kCall || instruction.flow == Flow::kCallThrough ||
                     instruction.flow == Flow::kCallAnywhere;
  if (calls) return (kKeptByCalls >> reg & 1) != 0 && ask(previous, reg);
  if ((instruction.changes >> reg & 1) == 0) return ask(previous, reg);
  if (instruction.result != reg) return false;
  switch (instruction.effect) {
    case Effect::kSets:
      return instruction.value == value;
    case Effect::kLoads: {
      std::uint64_t loaded = 0;
      if (instruction.value < module_.low || instruction.value + sizeof(loaded) > module_.high) return false;
      __builtin_memcpy(&loaded, reinterpret_cast<const void*>(instruction.value), sizeof(loaded));
      return loaded == value;
    }
    case Effect::kCopies:
      return ask(previous, static_cast<unsigned>(instruction.value));
    default:
      return false;
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
