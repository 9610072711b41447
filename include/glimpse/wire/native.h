// Native mode: what code that was instrumented by glimpse's own Clang plugin shares with the runtime in its process.
//
// Such code has no call of __cyg_profile_func_*. Each function has a FunctionDescriptor (compiled.h), and does
//
//   if (descriptor.state == 0) object.enter(&descriptor, call site)
//
// where it is entered; `exit` where it returns, or jumps to another function; `unwound` where an exception leaves it.
//
// One NativeObject for each executable and shared library; a constructor of it, of highest priority, calls
// glimpse_attach_object(), a weak reference: without glimpse all descriptors stay as they were linked, with state 1,
// and the program runs unrecorded. So it does where the runtime does not know the version.
//
// The three functions keep every register. The call site is the low half of the function's return address; %rsp at the
// call tells frames apart, and is the same at a function's entry and exits unless it has arrays of variable length.
//
// Threads: the runtime fills the object once, before any state becomes 0. A state is a single store. It survives a
// fork, with what the policy excludes.
#pragma once

#include <cstdint>

#include "glimpse/wire/compiled.h"

namespace glimpse::wire {

// Of the object, and of the fields of FunctionDescriptor that the process writes.
inline constexpr std::uint32_t kNativeVersion = 1;
inline constexpr const char* kNativeAttach = "glimpse_attach_object";

enum class NativeState : std::uint8_t { kRecorded = 0, kNotRecorded = 1 };

using NativeHook = void (*)(FunctionDescriptor* function, std::uint32_t call_site);

struct NativeObject {
  std::uint32_t version;  // kNativeVersion, as compiled
  std::uint32_t reserved;
  // Written by the runtime.
  NativeHook enter;
  NativeHook exit;
  NativeHook unwound;
};
static_assert(sizeof(NativeObject) == 32);

}  // namespace glimpse::wire
