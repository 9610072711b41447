#include "runtime/patching/code_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace glimpse::runtime {
namespace {

std::uintptr_t map_code(int protection, int flags) {
  void* where = mmap(nullptr, 4096, protection, flags | MAP_ANONYMOUS, -1, 0);
  return where == MAP_FAILED ? 0 : reinterpret_cast<std::uintptr_t>(where);
}

TEST(CodeMemory, CodeIsPrivateAndReadAndExecutedButNotWritten) {
  Code mapping{};
  const std::uintptr_t code = map_code(PROT_READ | PROT_EXEC, MAP_PRIVATE);
  EXPECT_TRUE(find_code(code + 100, mapping));
  EXPECT_LE(mapping.low, code);
  EXPECT_GT(mapping.high, code + 100);
  EXPECT_FALSE(find_code(map_code(PROT_READ | PROT_EXEC, MAP_SHARED), mapping));
  EXPECT_FALSE(find_code(map_code(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE), mapping));
  EXPECT_FALSE(find_code(map_code(PROT_EXEC, MAP_PRIVATE), mapping));
  EXPECT_FALSE(find_code(8, mapping));
}

TEST(CodeMemory, IsWrittenWithoutBecomingWritable) {
  const std::uintptr_t code = map_code(PROT_READ | PROT_EXEC, MAP_PRIVATE);
  CodeMemory memory;
  ASSERT_TRUE(memory.write(code + 1, 0xc3));
  EXPECT_EQ(*reinterpret_cast<const std::uint8_t*>(code + 1), 0xc3);
  EXPECT_EQ(*reinterpret_cast<const std::uint8_t*>(code), 0);
  Code mapping{};
  EXPECT_TRUE(find_code(code, mapping));
}

TEST(CodeMemory, ASharedMappingIsNotWrittenEvenSo) {
  CodeMemory memory;
  EXPECT_FALSE(memory.write(map_code(PROT_READ | PROT_EXEC, MAP_SHARED), 0xc3));
  EXPECT_FALSE(memory.write(8, 0xc3));
}

}  // namespace
}  // namespace glimpse::runtime
