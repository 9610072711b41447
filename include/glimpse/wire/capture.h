// What the Clang plugin tells the runtime of a function whose arguments or result are captured.
//
//   CaptureFormat │ CaptureValue[count]      constant data, one for the arguments, one for the result
//   values: the words of each, one after the other, on the stack of the function
//
// The function calls glimpse_capture_args(function, format, values) before its enter hook, and glimpse_capture_result()
// before its exit hook. Both are weak: where libglimpse is not there, nothing is called. `function` is what the hook is
// given.
//
// What must not leave the process is not in `values`. Distances count from the field itself; 0: absent.
#pragma once

#include <cstdint>

namespace glimpse::wire {

inline constexpr std::uint32_t kCaptureVersion = 1;
inline constexpr const char* kCaptureArgumentsCall = "glimpse_capture_args";
inline constexpr const char* kCaptureResultCall = "glimpse_capture_result";

enum class ValueKind : std::uint8_t {
  kOther = 0,       // shown as `<detail>`; no word
  kRedacted = 1,    // shown as `[REDACTED]`; no word
  kSigned = 2,      // of 1, 2, 4 or 8 bytes; higher bits of the word mean nothing
  kUnsigned = 3,    // likewise
  kBool = 4,        // 1 byte
  kChar = 5,        // 1 byte
  kFloat = 6,       // 4 or 8 bytes, and 16 for x87's 80 bits, in two words
  kPointer = 7,     // 8 bytes, never followed
  kCString = 8,     // a pointer to characters that a zero ends
  kSignedEnum = 9,  // as kSigned; detail: CaptureEnum
  kUnsignedEnum = 10,
  kString = 11,      // std::string of libstdc++
  kOldString = 12,   // the same before C++11, _GLIBCXX_USE_CXX11_ABI=0
  kLlvmString = 13,  // of libc++
  kView = 14,        // std::string_view of libstdc++: length, characters; two words
  kLlvmView = 15,    // of libc++: characters, length
};

enum CaptureFlags : std::uint8_t {
  kByAddress = 1,  // the value's only word is its address, which may lead anywhere
};

struct CaptureValue {
  std::int32_t name;    // zero-terminated; of an argument
  std::int32_t detail;  // zero-terminated name of a type, or a CaptureEnum
  ValueKind kind;
  std::uint8_t bytes;  // that the value has in memory
  std::uint8_t flags;  // of CaptureFlags
  std::uint8_t words;  // that it takes of `values`
  std::uint32_t reserved;
};
static_assert(sizeof(CaptureValue) == 16);

struct CaptureFormat {
  std::uint32_t version;  // kCaptureVersion
  std::uint32_t count;
  // Followed by `count` of CaptureValue.
};
static_assert(sizeof(CaptureFormat) == 8);

struct CaptureEnumerator {
  std::int64_t value;
  std::int32_t name;  // zero-terminated
  std::uint32_t reserved;
};
static_assert(sizeof(CaptureEnumerator) == 16);

struct CaptureEnum {
  std::uint64_t count;
  // Followed by `count` of CaptureEnumerator, in the order of the source.
};
static_assert(sizeof(CaptureEnum) == 8);

// In texts of RecordType::kArguments and kResult a floating-point number is this byte, `f`, `d` or `l`, and its bits in
// 8, 16 or 20 hexadecimal digits: the collector has what it takes to write it.
inline constexpr char kFloatMark = '\1';

}  // namespace glimpse::wire
