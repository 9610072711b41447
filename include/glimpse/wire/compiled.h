// What the Clang plugin leaves in an object for those who come later: the runtime, the collector, `glimpse doctor`.
//
//   glimpse_functions   FunctionDescriptor[], one for each function that is described, in any order
//   glimpse_policy      for each policy that took part: CompiledPolicy, its path, its text, zeros up to a multiple of 8
//
// Both are sections that are loaded, so that `strip` keeps them; the linker joins those of all objects. Descriptors and
// policies that several objects have in common are linked once (COMDAT). Readers in other processes read the file;
// texts are found by distance, so that no relocation is left to the loader.
//
// Threads: constant, but for `state` and `word`, which native.h tells of.
#pragma once

#include <atomic>
#include <cstdint>

namespace glimpse::wire {

inline constexpr std::uint32_t kCompiledVersion = 1;
inline constexpr const char* kFunctionSection = "glimpse_functions";
inline constexpr const char* kPolicySection = "glimpse_policy";

// What a descriptor says about its function, added up.
enum DescriptorFlags : std::uint8_t {
  kNative = 1,  // carries glimpse's own instrumentation instead of calls of __cyg_profile_func_*
  kAsked = 2,   // the source asks for it by an attribute, whatever a policy says
};

// Distances count from the field itself; 0: absent.
struct FunctionDescriptor {
  std::atomic<std::uint8_t> state;  // native: 0 go on, 1 skip. Written by the process
  std::uint8_t flags;               // of DescriptorFlags
  std::uint8_t version;             // kCompiledVersion
  std::uint8_t reserved;
  std::int32_t function;  // its code; native: the descriptor itself, whose address the function is then known by
  std::int32_t name;      // zero-terminated: as `function` in records
  std::int32_t module;    // zero-terminated: the enclosing namespace; absent outside of any
  std::int32_t file;      // zero-terminated, absolute
  std::uint32_t line;     // of the declaration's name; 0 where not known
  std::uint64_t word;     // native: the address of the function's word. Written by the process
};
static_assert(sizeof(FunctionDescriptor) == 32);

struct CompiledPolicy {
  std::uint32_t version;     // kCompiledVersion
  std::uint32_t path_bytes;  // 0 for the built-in policy
  std::uint32_t text_bytes;
  std::uint32_t reserved;
};
static_assert(sizeof(CompiledPolicy) == 16);

}  // namespace glimpse::wire
