// Native mode: what code that was instrumented by glimpse's own Clang plugin shares with the runtime in its process.
//
// Such code has no call of __cyg_profile_func_*. Each function has a FunctionDescriptor (compiled.h), and at its entry
// and exits the usual path of runtime/hot/hooks.h:
//
//   descriptor.state != 0?   nothing is recorded: go on
//   *descriptor.word         the function's word, 0 until it is known: registers it out of line
//   %fs:[object.lane]        the thread's lane: guard, shadow stack, ring
//   everything unusual       object.enter(descriptor, stack pointer, call site), or exit, or unwound
//
// One NativeObject for each executable and shared library; a constructor of it, of highest priority, calls
// glimpse_attach_object(), a weak reference: without glimpse all descriptors stay as they were linked, with state 1,
// and the program runs unrecorded. So it does where the runtime does not know the version.
//
// `enter`, `exit` and `unwound` keep every register but %r11. The stack pointer is %rsp in the function's body, the
// call site the low half of its return address.
//
// Threads: the runtime fills the object once, before any state becomes 0. States and words are single stores. The words
// lie in memory that is wiped in a forked child (MADV_WIPEONFORK), which so registers its functions anew; states, with
// what the policy excludes, survive.
#pragma once

#include <cstddef>
#include <cstdint>

#include "glimpse/wire/compiled.h"

namespace glimpse::wire {

// Of everything below, and of the fields of FunctionDescriptor that the process writes.
inline constexpr std::uint32_t kNativeVersion = 1;
inline constexpr const char* kNativeAttach = "glimpse_attach_object";

enum class NativeState : std::uint8_t { kRecorded = 0, kNotRecorded = 1 };

using NativeHook = void (*)(FunctionDescriptor* function, std::uintptr_t stack_pointer, std::uint32_t call_site);

struct NativeObject {
  std::uint32_t version;  // kNativeVersion, as compiled
  std::uint32_t reserved;
  // Written by the runtime.
  std::int64_t lane;  // distance of a thread's lane from its thread pointer
  NativeHook enter;
  NativeHook exit;
  NativeHook unwound;  // the function is left by an exception
};
static_assert(sizeof(NativeObject) == 40);

// The lane, in bytes from its beginning: runtime/hot/lane.h says what each is for.
namespace native_lane {
inline constexpr unsigned kGuard = 0;
inline constexpr unsigned kTop = 8;
inline constexpr unsigned kEnd = 16;
inline constexpr unsigned kRing = 24;  // whose first word is its head
inline constexpr unsigned kLap = 32;
inline constexpr unsigned kLimit = 40;
inline constexpr unsigned kEpoch = 48;
inline constexpr unsigned kMatched = 52;
inline constexpr unsigned kDepthLimit = 56;
}  // namespace native_lane

// A frame of the shadow stack: two words.
namespace native_frame {
inline constexpr unsigned kBytes = 16;
inline constexpr unsigned kStackPointer = 0;
inline constexpr unsigned kCallSite = 8;  // low half: call site; high half: the function's word
inline constexpr unsigned kNearBytes = 4096;
}  // namespace native_frame

// A function's word: its events are made of it by subtraction.
namespace native_word {
inline constexpr std::uint32_t kCounted = 1;        // the usual path is for these only
inline constexpr std::uint32_t kBeyondDepth = ~3u;  // mask of the word in the frame of a call that is not recorded
inline constexpr std::uint32_t kStartLess = 2;      // the START is the word less this ...
inline constexpr std::uint32_t kEndLess = 1;        // ... and the END
inline constexpr unsigned kPrefetchBytes = 128;     // ahead of the word that is written
}  // namespace native_word

}  // namespace glimpse::wire
