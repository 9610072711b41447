// Records longer than one word: a header word (wire/event.h) and its payload, in whole words.
//
// The ring's head passes over header and payload in one store, so that a reader never sees half a record. A reader that
// meets a type it does not know skips `words` and counts it: later versions add types without breaking older readers.
#pragma once

#include <cstdint>

#include "glimpse/wire/event.h"

namespace glimpse::wire {

enum class RecordType : std::uint32_t {
  kEpoch = 1,   // payload: high half of the clock from here on, in the low 32 bits of one word
  kThrow = 2,   // an exception was thrown: ThrowPayload, then the texts, then the stack
  kCatch = 3,   // payload: the exception's address. It is handled: frames still open are left normally from here on
  kLeave = 4,   // frames were left without their exit hook: LeavePayload
  kLost = 5,    // events were lost here: LostPayload
  kRename = 6,  // payload: the thread's new name, two words, padded with zeros
  kSwitch = 7,  // payload: number of the stack that the lane runs on from here on; each has its own open calls. 0 first
  kArguments = 8,  // of the call whose START comes next on this stack, but for calls of handlers: CapturedPayload
  kResult = 9,     // of the innermost open call, which ends next, but for calls of handlers: CapturedPayload
};

// Why frames were left. The innermost `frames` open calls of the lane's stack end here.
enum class LeaveReason : std::uint32_t {
  kUnwound = 1,  // by the exception in flight: EXCEPTION
  kJumped = 2,   // by longjmp or the like, noticed afterwards: END
  kForced = 3,   // by forced unwinding or the end of the thread: EXCEPTION without a type
};

struct ThrowPayload {
  std::uint64_t exception;   // address that kCatch will name
  std::uint32_t type_bytes;  // mangled type name, 0 where not known
  std::uint32_t what_bytes;  // what(), kNoWhat where there is none
  // Followed by type and what, each padded with zeros to whole words; whatever comes then are the frames of the stack,
  // a word each, innermost first.
};
inline constexpr std::uint32_t kNoWhat = 0xffffffff;

// A frame: the address of the instruction that called (its last byte) or was interrupted, and the index + 1 of its
// module, 0 where none is known.
inline constexpr unsigned kStackAddressBits = 48;
constexpr std::uint64_t pack_stack_frame(std::uint32_t module, std::uint64_t address) {
  return std::uint64_t{module} << kStackAddressBits | (address & ((std::uint64_t{1} << kStackAddressBits) - 1));
}
constexpr std::uint32_t stack_frame_module(std::uint64_t frame) {
  return static_cast<std::uint32_t>(frame >> kStackAddressBits);
}
constexpr std::uint64_t stack_frame_address(std::uint64_t frame) {
  return frame & ((std::uint64_t{1} << kStackAddressBits) - 1);
}

struct LeavePayload {
  std::uint32_t frames;
  LeaveReason reason;
};

// `starts` calls were not recorded at all. `ends` recorded calls, the innermost open ones, ended somewhere in the gap.
struct LostPayload {
  std::uint64_t starts;
  std::uint64_t ends;
};

// Followed by the text, padded with zeros to whole words.
struct CapturedPayload {
  std::uint32_t function;  // a FunctionId
  std::uint32_t text_bytes;
};

static_assert(sizeof(CapturedPayload) == 8);
static_assert(sizeof(ThrowPayload) == 16);
static_assert(sizeof(LeavePayload) == 8);
static_assert(sizeof(LostPayload) == 16);

inline constexpr unsigned kTypeBits = 8;
inline constexpr std::uint32_t kMaxPayloadWords = (1u << 21) - 1;

constexpr std::uint64_t pack_record(RecordType type, std::uint32_t payload_words, std::uint32_t clock_low) {
  return (std::uint64_t{clock_low} << 32) | (payload_words << (kKindBits + kTypeBits)) |
         (static_cast<std::uint32_t>(type) << kKindBits) | static_cast<std::uint32_t>(EventKind::kRecord);
}

constexpr RecordType record_type(std::uint64_t header) {
  return static_cast<RecordType>((static_cast<std::uint32_t>(header) >> kKindBits) & ((1u << kTypeBits) - 1));
}

constexpr std::uint32_t record_words(std::uint64_t header) {
  return static_cast<std::uint32_t>(header) >> (kKindBits + kTypeBits);
}

constexpr std::uint32_t words_for(std::uint64_t bytes) { return static_cast<std::uint32_t>((bytes + 7) / 8); }

static_assert(record_words(pack_record(RecordType::kThrow, kMaxPayloadWords, 1)) == kMaxPayloadWords);
static_assert(record_type(pack_record(RecordType::kRename, 2, 1)) == RecordType::kRename);

}  // namespace glimpse::wire
