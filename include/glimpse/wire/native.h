// Native mode: what code that was instrumented by glimpse's own Clang plugin shares with the runtime in its process.
//
// Such code has no call of __cyg_profile_func_*. Each function has a FunctionDescriptor (compiled.h), and does
//
//   if (descriptor.state == 0 && object.enter != null) object.enter(&descriptor, call site)
//
// where it is entered; `exit` where it returns, or jumps to another function; `unwound` where an exception leaves it.
//
// One NativeObject for each executable and shared library. A constructor of it, of highest priority, calls
// glimpse_attach_object(); from then on its functions have words of their own, and are recorded without being looked
// up. What calls them earlier (other libraries' constructors) finds what the linker has put there. All these are weak
// references: without glimpse, or with one that does not know the version, the program runs unrecorded.
//
// The three functions keep every register. The call site is the low half of the function's return address; %rsp at the
// call tells frames apart, and is the same at a function's entry and exits unless it has arrays of variable length.
//
// Threads: the runtime writes the object in that constructor only. A state is a single store. It survives a fork, with
// what the policy excludes; another policy amid the run sets it back.
#pragma once

#include <cstdint>

#include "glimpse/wire/compiled.h"

namespace glimpse::wire {

// Of the object, and of the fields of FunctionDescriptor that the process writes.
inline constexpr std::uint32_t kNativeVersion = 1;
inline constexpr const char* kNativeAttach = "glimpse_attach_object";
inline constexpr const char* kNativeEnter = "glimpse_enter_v1";
inline constexpr const char* kNativeExit = "glimpse_exit_v1";
inline constexpr const char* kNativeUnwound = "glimpse_unwound_v1";

enum class NativeState : std::uint8_t { kRecorded = 0, kNotRecorded = 1 };

using NativeHook = void (*)(FunctionDescriptor* function, std::uint32_t call_site);

struct NativeObject {
  std::uint32_t version;  // kNativeVersion, as compiled
  std::uint32_t reserved;
  // As linked, the functions named below, or null. Overwritten by the runtime.
  NativeHook enter;
  NativeHook exit;
  NativeHook unwound;
};
static_assert(sizeof(NativeObject) == 32);

}  // namespace glimpse::wire
