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
  kArguments = 8,    // of the call whose START comes next on this stack, but for calls of handlers: CapturedPayload
  kResult = 9,       // of the innermost open call, which ends next, but for calls of handlers: CapturedPayload
  kContext = 10,     // the lane's active trace and span from here on: ContextPayload
  kSpanStart = 11,   // SpanStartPayload, then the name
  kSpanFields = 12,  // SpanFieldsPayload, then the fields
  kSpanEvent = 13,   // SpanEventPayload, then the name, then the fields
  kSpanLink = 14,    // SpanLinkPayload, then the fields
  kSpanStatus = 15,  // SpanStatusPayload, then the description
  kSpanName = 16,    // SpanNamePayload, then the new name
  kSpanEnd = 17,     // payload: the span's id
  kLog = 18,         // LogPayload, then its texts in their order, then the fields, then the stack
  kBlock = 19,       // the START of kBlockFunction that comes next on this stack is this block's: BlockPayload, texts
};

// Blocks (glimpse_api.block_begin) are calls of this one. Their END ends the innermost of them that is open.
inline constexpr FunctionId kBlockFunction = (1u << kFunctionBits) - 1;

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

// Trace id 0: none.
struct ContextPayload {
  std::uint64_t trace_high;
  std::uint64_t trace_low;
  std::uint64_t span_id;
};

// A span is told of by any lanes of its process, in the order of time. Texts are padded with zeros to whole words.
enum SpanFlags : std::uint32_t { kRemoteParent = 1 };
struct SpanStartPayload {
  std::uint64_t trace_high;
  std::uint64_t trace_low;
  std::uint64_t span_id;
  std::uint64_t parent_span_id;  // 0: none
  std::uint32_t kind;            // as OpenTelemetry numbers them
  std::uint32_t flags;           // of SpanFlags
  std::uint32_t name_bytes;
  std::uint32_t tracestate_bytes;  // behind the name
};

struct SpanFieldsPayload {
  std::uint64_t span_id;
  std::uint64_t count;
};

struct SpanEventPayload {
  std::uint64_t span_id;
  std::uint32_t name_bytes;
  std::uint32_t count;
};

struct SpanLinkPayload {
  std::uint64_t span_id;
  ContextPayload to;
  std::uint64_t count;
};

struct SpanStatusPayload {
  std::uint64_t span_id;
  std::uint32_t status;  // as OpenTelemetry numbers them
  std::uint32_t text_bytes;
};

struct SpanNamePayload {
  std::uint64_t span_id;
  std::uint64_t name_bytes;
};

// A key and a value. Followed by the key, then the value: the text, or one word.
enum class FieldType : std::uint8_t { kText = 0, kSigned = 1, kUnsigned = 2, kDouble = 3, kBool = 4 };
struct FieldHeader {
  FieldType type;
  std::uint8_t reserved;
  std::uint16_t key_bytes;
  std::uint32_t text_bytes;  // 0 but for kText
};

struct LogPayload {
  std::uint32_t level;
  std::uint32_t line;
  std::int64_t ttl_seconds;  // below 0: not said
  std::uint32_t message_bytes;
  std::uint32_t title_bytes;
  std::uint32_t tags_bytes;
  std::uint32_t file_bytes;
  std::uint32_t exception_type_bytes;
  std::uint32_t exception_message_bytes;
  std::uint32_t field_count;
  std::uint32_t frame_count;  // as in ThrowPayload
};

struct BlockPayload {
  std::uint32_t name_bytes;
  std::uint32_t label_bytes;
  std::uint32_t file_bytes;
  std::uint32_t line;
};

static_assert(sizeof(ContextPayload) == 24);
static_assert(sizeof(SpanStartPayload) == 48);
static_assert(sizeof(SpanLinkPayload) == 40);
static_assert(sizeof(FieldHeader) == 8);
static_assert(sizeof(LogPayload) == 48);
static_assert(sizeof(BlockPayload) == 16);
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
