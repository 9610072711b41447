// Reading a C++ exception object from outside: its dynamic type, and what() where it has one.
//
// Layout: Itanium C++ ABI, Exception Handling, 2.2.1 (__cxa_exception ends with its _Unwind_Exception; the thrown
// object follows), and 2.9.5 (type_info). The type stands 80 bytes before the unwind header in libstdc++ and libc++abi
// alike.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// The texts belong to the exception and its type. Null where not known.
struct ExceptionText {
  const char* type;  // mangled
  std::uint32_t type_bytes;
  const char* what;
  std::uint32_t what_bytes;
};

// `exception` is an _Unwind_Exception*. Foreign exceptions have neither type nor text. Calls what(), which may be
// traced: the lane's guard must be kInternal. Texts are cut at `max_bytes`.
ExceptionText describe_exception(const void* exception, std::uint64_t max_bytes);

}  // namespace glimpse::runtime
