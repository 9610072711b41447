// The proof against a second opinion: functions made by chance out of few instructions, and every value that a register
// can have in them, found forwards.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "runtime/patching/function_code.h"

namespace glimpse::runtime {
namespace {

constexpr std::uint8_t kSubject = 1;  // the values there are, as bits of a set
constexpr std::uint8_t kOther = 2;
constexpr std::uint8_t kAnything = 4;
constexpr unsigned kRbp = 5;
constexpr unsigned kRbx = 3;

struct State {
  std::uint8_t of[16];
};

enum class Kind : std::uint8_t { kSubjectTo, kOtherTo, kCopy, kClobber, kCall, kBranch, kJump, kReturn };

struct Step {
  Kind kind;
  unsigned to;
  unsigned from;  // or the step that is jumped to
};

class RandomFunction {
 public:
  explicit RandomFunction(std::mt19937& chance) {
    const unsigned registers[] = {kRdi, kRbp, kRbx};
    const auto below = [&chance](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(chance); };
    const unsigned count = 4 + below(12);
    for (unsigned i = 0; i < count; ++i) {
      const auto kind = static_cast<Kind>(below(8));
      const bool goes = kind == Kind::kBranch || kind == Kind::kJump;
      steps_.push_back({kind, registers[below(3)], goes ? below(count) : registers[below(3)]});
    }
    for (const Step& step : steps_) {
      at_.push_back(bytes_.size());
      write(step);
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].kind != Kind::kBranch && steps_[i].kind != Kind::kJump) continue;
      const std::size_t next = i + 1 < at_.size() ? at_[i + 1] : bytes_.size();
      const auto distance = static_cast<std::int32_t>(at_[steps_[i].from]) - static_cast<std::int32_t>(next);
      std::memcpy(&bytes_[next - 4], &distance, sizeof(distance));
    }
  }

  // Before each step, all values of each register on every way from the beginning; nothing where none leads there.
  std::vector<State> forwards() const {
    std::vector<State> before(steps_.size(), State{});
    for (auto& value : before[0].of) value = kAnything;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (before[i].of[0] == 0) continue;
        const Step& step = steps_[i];
        const State after = behind(before[i], step);
        const bool ends = step.kind == Kind::kJump || step.kind == Kind::kReturn;
        if (!ends && i + 1 < steps_.size()) changed |= merge(before[i + 1], after);
        if (step.kind == Kind::kBranch || step.kind == Kind::kJump) changed |= merge(before[step.from], after);
      }
    }
    return before;
  }

  std::vector<std::uint8_t>& bytes() { return bytes_; }
  std::size_t size() const { return steps_.size(); }

 private:
  static State behind(State state, const Step& step) {
    if (step.kind == Kind::kSubjectTo) state.of[step.to] = kSubject;
    if (step.kind == Kind::kOtherTo) state.of[step.to] = kOther;
    if (step.kind == Kind::kCopy) state.of[step.to] = state.of[step.from];
    if (step.kind == Kind::kClobber) state.of[step.to] = kAnything;
    if (step.kind == Kind::kCall) state.of[kRdi] = kAnything;
    return state;
  }

  static bool merge(State& into, const State& more) {
    bool changed = false;
    for (unsigned i = 0; i < 16; ++i) {
      const auto sum = static_cast<std::uint8_t>(into.of[i] | more.of[i]);
      changed |= sum != into.of[i];
      into.of[i] = sum;
    }
    return changed;
  }

  void write(const Step& step) {
    const auto put = [this](std::initializer_list<unsigned> bytes) {
      for (const unsigned byte : bytes) bytes_.push_back(static_cast<std::uint8_t>(byte));
    };
    switch (step.kind) {
      case Kind::kSubjectTo:
      case Kind::kOtherTo:
        return put({0xb8 + step.to, step.kind == Kind::kSubjectTo ? kSubject : kOther, 0u, 0u, 0u});
      case Kind::kCopy:
        return put({0x48, 0x89, 0xc0 + step.from * 8 + step.to});
      case Kind::kClobber:
        return put({0x31, 0xc0 + step.to * 8 + step.to});
      case Kind::kCall:
        return put({0xff, 0xd0});
      case Kind::kBranch:
        return put({0x0f, 0x85, 0u, 0u, 0u, 0u});
      case Kind::kJump:
        return put({0xe9, 0u, 0u, 0u, 0u});
      case Kind::kReturn:
        return put({0xc3});
    }
  }

  std::vector<Step> steps_;
  std::vector<std::size_t> at_;
  std::vector<std::uint8_t> bytes_;
};

TEST(Proof, IsNeverGivenForWhatMayHaveAnotherValueAndOftenForWhatHasNot) {
  const auto code = std::make_unique<FunctionCode>();
  std::mt19937 chance(7);
  unsigned proven = 0;
  unsigned true_ones = 0;
  for (unsigned round = 0; round < 50'000; ++round) {
    RandomFunction function(chance);
    EhFrameEntry entry;
    entry.start = reinterpret_cast<std::uintptr_t>(function.bytes().data());
    entry.end = entry.start + function.bytes().size();
    const Code module{entry.start, entry.end};
    // Entered from nowhere: the code it is of, and no bit.
    alignas(Entrances) std::uint8_t nothing[sizeof(Entrances) + 64] = {};
    std::memcpy(nothing, &module, sizeof(module));
    Refusal reason{};
    ASSERT_TRUE(code->read(entry, *reinterpret_cast<const Entrances*>(nothing), module, {}, reason));
    ASSERT_EQ(code->count(), function.size());
    const std::vector<State> truth = function.forwards();
    for (std::uint32_t i = 0; i < code->count(); ++i) {
      if (truth[i].of[kRdi] == 0) continue;  // never reached
      const bool always = truth[i].of[kRdi] == kSubject;
      const bool said = code->always_has(i, kRdi, kSubject);
      ASSERT_TRUE(always || !said) << "round " << round << ", step " << i;
      true_ones += always ? 1 : 0;
      proven += said ? 1 : 0;
    }
  }
  EXPECT_GT(proven, true_ones / 2) << true_ones;
}

}  // namespace
}  // namespace glimpse::runtime
