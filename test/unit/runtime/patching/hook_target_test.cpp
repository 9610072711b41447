#include "runtime/patching/hook_target.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace glimpse::runtime {
namespace {

// A module of a stub at `code` and its pointer.
struct Module {
  alignas(64) std::uint8_t code[64] = {};
  std::uintptr_t pointer = 0;
};

class HookTargetTest : public testing::Test {
 protected:
  static std::uintptr_t as_number(const void* where) { return reinterpret_cast<std::uintptr_t>(where); }

  // `bytes` with, in place of the last four, the distance to the pointer.
  void stub(std::initializer_list<std::uint8_t> bytes) {
    std::memcpy(module_.code, bytes.begin(), bytes.size());
    const auto distance =
        static_cast<std::int32_t>(as_number(&module_.pointer) - as_number(module_.code + bytes.size()));
    std::memcpy(module_.code + bytes.size() - 4, &distance, sizeof(distance));
  }

  HookTarget call(std::uintptr_t target) {
    Instruction instruction;
    instruction.flow = Flow::kCall;
    instruction.target = target;
    return hook_target(instruction, hooks_, {as_number(&module_), as_number(&module_ + 1)});
  }

  Hooks hooks_{0x1000, 0x2000};
  Module module_;
};

TEST_F(HookTargetTest, AHookItself) {
  EXPECT_EQ(call(0x1000), HookTarget::kHook);
  EXPECT_EQ(call(0x2000), HookTarget::kHook);
  EXPECT_EQ(call(0x3000), HookTarget::kElsewhere);
}

TEST_F(HookTargetTest, StubsOfAllLinkers) {
  module_.pointer = hooks_.exit;
  stub({0xff, 0x25, 0, 0, 0, 0});
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kHook);
  stub({0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0, 0, 0, 0});  // -fcf-protection
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kHook);
  stub({0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0xbb, 1, 0, 0, 0, 0xff, 0x25, 0, 0, 0, 0});  // mold
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kHook);
}

TEST_F(HookTargetTest, AnotherTracersHooksAreLeftAlone) {
  module_.pointer = 0x5000;
  stub({0xff, 0x25, 0, 0, 0, 0});
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kElsewhere);
}

TEST_F(HookTargetTest, AStubThatWasNotYetUsedMayBecomeAHooks) {
  module_.pointer = as_number(module_.code + 6);
  stub({0xff, 0x25, 0, 0, 0, 0});
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kNotYet);
}

TEST_F(HookTargetTest, AStubThatDoesMoreIsNone) {
  module_.pointer = hooks_.exit;
  stub({0xbf, 1, 0, 0, 0, 0xff, 0x25, 0, 0, 0, 0});  // mov edi, 1
  EXPECT_EQ(call(as_number(module_.code)), HookTarget::kElsewhere);
}

TEST_F(HookTargetTest, WhatLiesOutsideTheModuleIsNotRead) {
  Instruction through;
  through.flow = Flow::kCallThrough;
  through.target = 8;
  EXPECT_EQ(hook_target(through, hooks_, {as_number(&module_), as_number(&module_ + 1)}), HookTarget::kElsewhere);
  EXPECT_EQ(call(8), HookTarget::kElsewhere);
}

}  // namespace
}  // namespace glimpse::runtime
