#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/errno_keeper.h"
#include "runtime/exception_object.h"
#include "runtime/next_symbol.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kGnuClass = 0x474e5543432b2b00;    // "GNUCC++\0"
constexpr std::uint64_t kClangClass = 0x434c4e47432b2b00;  // "CLNGC++\0"
constexpr std::uint64_t kDependent = 1;                    // made by std::rethrow_exception

constexpr std::uintptr_t kTypeBeforeHeader = 80;
constexpr std::uintptr_t kHeaderBytes = 32;

// As far as we look into them.
struct TypeInfo {
  void* const* vtable;
  const char* name;
};

// Slot of __do_catch (libstdc++) and can_catch (libc++abi): both ask the type of a handler whether it takes an object.
constexpr int kCatchSlot = 4;
using CatchFunction = bool (*)(const TypeInfo* handler, const TypeInfo* thrown, void** object, unsigned outer);

// Slot of std::exception::what().
constexpr int kWhatSlot = 2;
using WhatFunction = const char* (*)(const void* object);

std::uint32_t bounded_length(const char* text, std::uint64_t most) {
  std::uint32_t length = 0;
  while (length < most && text[length] != 0) ++length;
  return length;
}

// The std::exception inside `object`, or null.
void* as_std_exception(const TypeInfo* type, void* object) {
  const auto* handler = static_cast<const TypeInfo*>(cxx_symbol("_ZTISt9exception"));
  if (handler == nullptr) return nullptr;
  const auto catches = reinterpret_cast<CatchFunction>(handler->vtable[kCatchSlot]);
  return catches(handler, type, &object, 1) ? object : nullptr;
}

}  // namespace

ExceptionText describe_exception(const void* exception, std::uint64_t max_bytes) {
  ExceptionText text{nullptr, 0, nullptr, 0};
  const auto header = reinterpret_cast<std::uintptr_t>(exception);
  const std::uint64_t exception_class = *reinterpret_cast<const std::uint64_t*>(header);
  const std::uint64_t vendor = exception_class & ~std::uint64_t{0xff};
  if (vendor != kGnuClass && vendor != kClangClass) return text;

  std::uintptr_t object = header + kHeaderBytes;
  if ((exception_class & 0xff) == kDependent) {  // the first field is the primary exception's object
    object = *reinterpret_cast<const std::uintptr_t*>(header - kTypeBeforeHeader);
    if (object == 0) return text;
  }
  const auto* type = *reinterpret_cast<const TypeInfo* const*>(object - kHeaderBytes - kTypeBeforeHeader);
  if (type == nullptr || type->name == nullptr) return text;
  text.type = type->name[0] == '*' ? type->name + 1 : type->name;
  text.type_bytes = bounded_length(text.type, max_bytes);

  if (void* std_exception = as_std_exception(type, reinterpret_cast<void*>(object))) {
    const auto what = reinterpret_cast<WhatFunction>((*static_cast<void* const* const*>(std_exception))[kWhatSlot]);
    const ErrnoKeeper keeper;
    text.what = what(std_exception);
    if (text.what != nullptr) text.what_bytes = bounded_length(text.what, max_bytes);
  }
  return text;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
