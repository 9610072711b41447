// What the source says of a function's parameters and its result, where they are captured: names, kinds, and how the
// machine passes them.
//
// Threads: one, the compiler's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/wire/capture.h"
#include "policy/policy.h"

namespace glimpse::plugin {

// How Clang hands a value to a function of the System V ABI for x86-64, as arguments of LLVM's.
enum class Passing : std::uint8_t {
  kUnknown,   // in ways that are not known here: then nothing is known of what comes behind it either
  kNothing,   // an empty class: no argument
  kInteger,   // one, of `bits`, or i1 for a bool
  kFloating,  // one, of `bits`
  kPointer,   // one: pointers, references, and objects whose address is passed
  kAny,       // one of any type
  kOneOrTwo,  // a class of 9 to 16 bytes: two scalars, or one argument that holds all of it
};

struct CapturedValue {
  std::string name;  // empty: none
  wire::ValueKind kind = wire::ValueKind::kOther;
  std::uint8_t bytes = 0;
  bool by_address = false;  // a reference, or an object whose address is passed
  std::string type;         // shown where the value is not
  std::vector<std::pair<std::string, std::int64_t>> enumerators;
  Passing passing = Passing::kUnknown;
  unsigned bits = 0;
};

struct CapturedCall {
  policy::Capture wanted;
  bool has_this = false;
  bool may_have_vtt = false;  // a constructor or destructor of a class with virtual bases
  std::vector<CapturedValue> arguments;
  bool has_result = false;
  CapturedValue result;
};

// As bytes of a wire::CaptureFormat: nothing in it is left to the linker. Also the words that the values take.
std::string capture_format(const std::vector<CapturedValue>& values);
unsigned words_of(const CapturedValue& value);

}  // namespace glimpse::plugin
