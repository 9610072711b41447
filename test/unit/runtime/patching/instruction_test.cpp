#include "runtime/patching/instruction.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace glimpse::runtime {
namespace {

constexpr std::uint16_t kNothing = 0;
constexpr std::uint16_t kRax = 1u << 0;
constexpr std::uint16_t kRbxBit = 1u << 3;
constexpr std::uint16_t kRspBit = 1u << 4;
constexpr std::uint16_t kRsiBit = 1u << 6;
constexpr std::uint16_t kRdiBit = 1u << 7;

struct Row {
  const char* text;
  std::vector<std::uint8_t> bytes;
  Flow flow;
  std::uint16_t changes;
};

class Instructions : public testing::TestWithParam<Row> {};

TEST_P(Instructions, HaveTheirLengthTheirWayOnAndTheRegistersTheyChange) {
  std::vector<std::uint8_t> bytes = GetParam().bytes;
  const std::size_t length = bytes.size();
  bytes.resize(length + 15, 0x90);
  Instruction instruction;
  ASSERT_TRUE(read_instruction(bytes.data(), bytes.data() + bytes.size(), instruction)) << GetParam().text;
  EXPECT_EQ(instruction.length, length) << GetParam().text;
  EXPECT_EQ(instruction.flow, GetParam().flow) << GetParam().text;
  EXPECT_EQ(instruction.changes, GetParam().changes) << GetParam().text;
  for (std::size_t cut = 0; cut < length; ++cut) {
    EXPECT_FALSE(read_instruction(bytes.data(), bytes.data() + cut, instruction))
        << GetParam().text << " cut at " << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Instructions,
    testing::Values(
        Row{"endbr64", {0xf3, 0x0f, 0x1e, 0xfa}, Flow::kNext, kNothing},
        Row{"nopw cs:0(rax,rax)", {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, Flow::kNext, kNothing},
        Row{"push rbp", {0x55}, Flow::kNext, kRspBit}, Row{"pop rbx", {0x5b}, Flow::kNext, kRbxBit | kRspBit},
        Row{"pop r12", {0x41, 0x5c}, Flow::kNext, 1u << 12 | kRspBit},
        Row{"mov rsi, [rsp + 0x18]", {0x48, 0x8b, 0x74, 0x24, 0x18}, Flow::kNext, kRsiBit},
        Row{"mov [rsp + 8], rdi", {0x48, 0x89, 0x7c, 0x24, 0x08}, Flow::kNext, kNothing},
        Row{"mov edi, 0x401060", {0xbf, 0x60, 0x10, 0x40, 0}, Flow::kNext, kRdiBit},
        Row{"movabs rdi, 1", {0x48, 0xbf, 1, 0, 0, 0, 0, 0, 0, 0}, Flow::kNext, kRdiBit},
        Row{"lea rdi, [rip + 1]", {0x48, 0x8d, 0x3d, 1, 0, 0, 0}, Flow::kNext, kRdiBit},
        Row{"cmove rdi, rax", {0x48, 0x0f, 0x44, 0xf8}, Flow::kNext, kRdiBit},
        Row{"xchg rdi, rbx", {0x48, 0x87, 0xdf}, Flow::kNext, kRdiBit | kRbxBit},
        Row{"mov bh, al (numbered as dil)", {0x88, 0xc7}, Flow::kNext, kRdiBit | kRbxBit},
        Row{"cmp edi, 5", {0x83, 0xff, 0x05}, Flow::kNext, kNothing},
        Row{"test edi, edi", {0x85, 0xff}, Flow::kNext, kNothing},
        Row{"test byte [rdi], 1", {0xf6, 0x07, 0x01}, Flow::kNext, kNothing},
        Row{"idiv edi", {0xf7, 0xff}, Flow::kNext, kRax | 1u << 2 | kRdiBit},
        Row{"rep movsq", {0xf3, 0x48, 0xa5}, Flow::kNext, kRax | 1u << 1 | kRsiBit | kRdiBit},
        Row{"cpuid", {0x0f, 0xa2}, Flow::kNext, kRax | 1u << 1 | 1u << 2 | kRbxBit},
        Row{"movaps [rsp], xmm7", {0x0f, 0x29, 0x3c, 0x24}, Flow::kNext, kNothing},
        Row{"movd edi, xmm0", {0x66, 0x0f, 0x7e, 0xc7}, Flow::kNext, kRdiBit},
        Row{"pextrd edi, xmm0, 1", {0x66, 0x0f, 0x3a, 0x16, 0xc7, 1}, Flow::kNext, kRdiBit | 1u << 1},
        Row{"vpaddd ymm7, ymm1, [rip + 4]", {0xc5, 0xf5, 0xfe, 0x3d, 4, 0, 0, 0}, Flow::kNext, kNothing},
        Row{"andn edi, eax, ebx", {0xc4, 0xe2, 0x78, 0xf2, 0xfb}, Flow::kNext, kRdiBit | kRbxBit | kRax | 1u << 2},
        Row{"vaddps zmm1, zmm2, [rax]", {0x62, 0xf1, 0x6c, 0x48, 0x58, 0x08}, Flow::kNext, kNothing},
        Row{"fld qword [rsp + 8]", {0xdd, 0x44, 0x24, 0x08}, Flow::kNext, kRax},
        Row{"mov rax, fs:[0x28]", {0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}, Flow::kNext, kRax},
        Row{"call", {0xe8, 0, 0, 0, 0}, Flow::kCall, kNothing},
        Row{"addr32 call", {0x67, 0xe8, 0, 0, 0, 0}, Flow::kCall, kNothing},
        Row{"data16 rex.w call", {0x66, 0x66, 0x48, 0xe8, 0, 0, 0, 0}, Flow::kCall, kNothing},
        Row{"call [rip + 8]", {0xff, 0x15, 8, 0, 0, 0}, Flow::kCallThrough, kNothing},
        Row{"call rax", {0xff, 0xd0}, Flow::kCallAnywhere, kNothing},
        Row{"call [rip + 8] of another segment", {0x64, 0xff, 0x15, 8, 0, 0, 0}, Flow::kCallAnywhere, kNothing},
        Row{"jmp", {0xe9, 0, 0, 0, 0}, Flow::kJump, kNothing}, Row{"jmp short", {0xeb, 0x10}, Flow::kJump, kNothing},
        Row{"bnd jmp", {0xf2, 0xe9, 0, 0, 0, 0}, Flow::kJump, kNothing},
        Row{"jmp [rip + 8]", {0xff, 0x25, 8, 0, 0, 0}, Flow::kJumpThrough, kNothing},
        Row{"notrack jmp rax", {0x3e, 0xff, 0xe0}, Flow::kJumpAnywhere, kNothing},
        Row{"jmp [rax * 8 + table]", {0xff, 0x24, 0xc5, 0, 0, 0x40, 0}, Flow::kJumpAnywhere, kNothing},
        Row{"je", {0x0f, 0x84, 0, 0, 0, 0}, Flow::kBranch, kNothing},
        Row{"jne short", {0x75, 0xfe}, Flow::kBranch, kNothing}, Row{"loop", {0xe2, 0xfe}, Flow::kBranch, 1u << 1},
        Row{"ret", {0xc3}, Flow::kEnd, kNothing}, Row{"ret 8", {0xc2, 8, 0}, Flow::kEnd, kNothing},
        Row{"ud2", {0x0f, 0x0b}, Flow::kEnd, kNothing}, Row{"hlt", {0xf4}, Flow::kEnd, kNothing}));

Instruction read(const std::vector<std::uint8_t>& bytes) {
  Instruction instruction;
  EXPECT_TRUE(read_instruction(bytes.data(), bytes.data() + bytes.size(), instruction));
  return instruction;
}

std::uint64_t behind(const std::vector<std::uint8_t>& bytes) {
  return reinterpret_cast<std::uint64_t>(bytes.data() + bytes.size());
}

TEST(Instruction, TargetsAndAddressesCountFromTheNextInstruction) {
  const std::vector<std::uint8_t> call{0xe8, 0xfb, 0xff, 0xff, 0xff};
  EXPECT_EQ(read(call).target, behind(call) - 5);
  const std::vector<std::uint8_t> through{0xff, 0x15, 0x10, 0, 0, 0};
  EXPECT_EQ(read(through).target, behind(through) + 16);
  const std::vector<std::uint8_t> lea{0x48, 0x8d, 0x3d, 0xf0, 0xff, 0xff, 0xff};
  EXPECT_EQ(read(lea).effect, Effect::kSets);
  EXPECT_EQ(read(lea).value, behind(lea) - 16);
  const std::vector<std::uint8_t> load{0x48, 0x8b, 0x2d, 8, 0, 0, 0};
  EXPECT_EQ(read(load).effect, Effect::kLoads);
  EXPECT_EQ(read(load).result, 5);
  EXPECT_EQ(read(load).value, behind(load) + 8);
}

TEST(Instruction, ConstantsAndCopiesAreKnown) {
  EXPECT_EQ(read({0xbf, 0x60, 0x10, 0x40, 0x80}).value, 0x80401060u) << "zeros above";
  EXPECT_EQ(read({0x48, 0xc7, 0xc7, 0xff, 0xff, 0xff, 0xff}).value, ~std::uint64_t{0}) << "its sign above";
  EXPECT_EQ(read({0xc7, 0xc7, 1, 0, 0, 0}).effect, Effect::kOther) << "half a register";
  const Instruction copy = read({0x4c, 0x89, 0xef});  // mov rdi, r13
  EXPECT_EQ(copy.effect, Effect::kCopies);
  EXPECT_EQ(copy.result, kRdi);
  EXPECT_EQ(copy.value, 13u);
  EXPECT_EQ(read({0x89, 0xef}).effect, Effect::kOther) << "mov edi, ebp";
  EXPECT_EQ(read({0x64, 0x48, 0x8b, 0x3d, 0, 0, 0, 0}).effect, Effect::kOther) << "from another segment";
}

TEST(Instruction, WhatIsNotKnownForCertainIsRefused) {
  const std::vector<std::vector<std::uint8_t>> strange = {
      {0xcc, 0x90, 0x90},                    // int3: a breakpoint, perhaps
      {0x06, 0x90},                          // not in 64-bit mode
      {0x66, 0xe9, 0, 0, 0, 0},              // processors differ in its length
      {0xc7, 0xf8, 0, 0, 0, 0},              // xbegin
      {0xff, 0x18, 0, 0},                    // a far call
      {0xd5, 0x08, 0x89, 0xc7},              // APX
      {0x8f, 0xe8, 0x78, 0, 0, 0, 0},        // XOP
      {0x62, 0xf4, 0x7c, 0x08, 0x88, 0xc7},  // APX
      std::vector<std::uint8_t>(20, 0x66),
  };
  for (const auto& bytes : strange) {
    Instruction instruction;
    EXPECT_FALSE(read_instruction(bytes.data(), bytes.data() + bytes.size(), instruction)) << int{bytes[0]};
  }
}

}  // namespace
}  // namespace glimpse::runtime
