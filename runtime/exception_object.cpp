#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/errno_keeper.h"
#include "runtime/exception_object.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kGnuClass = 0x474e5543432b2b00;    // "GNUCC++\0"
constexpr std::uint64_t kClangClass = 0x434c4e47432b2b00;  // "CLNGC++\0"
constexpr std::uint64_t kDependent = 1;                    // made by std::rethrow_exception

constexpr std::uintptr_t kTypeBeforeHeader = 80;
constexpr std::uintptr_t kHeaderBytes = 32;

// As far as we look into them.
struct TypeInfo {
  const void* const* vtable;
  const char* name;
};
struct SingleBase {  // __si_class_type_info
  TypeInfo type;
  const TypeInfo* base;
};
struct SeveralBases {  // __vmi_class_type_info
  TypeInfo type;
  unsigned flags;
  unsigned count;
  struct {
    const TypeInfo* type;
    long place;
  } bases[1];
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

// What its own type says a type is.
bool is_kind(const TypeInfo* type, const char* kind) {
  return same_text(static_cast<const TypeInfo*>(type->vtable[-1])->name, kind);
}

constexpr unsigned kMostLevels = 64;
constexpr unsigned kMostBases = 256;

// The type_info of std::exception among the bases of `type`: found from the object itself, as a program that carries
// the C++ library has no symbol for it. Null where there is none.
const TypeInfo* std_exception_of(const TypeInfo* type, unsigned levels = kMostLevels) {
  if (levels == 0 || type == nullptr) return nullptr;
  if (same_text(type->name, "St9exception")) return type;
  if (is_kind(type, "N10__cxxabiv120__si_class_type_infoE")) {
    return std_exception_of(reinterpret_cast<const SingleBase*>(type)->base, levels - 1);
  }
  if (!is_kind(type, "N10__cxxabiv121__vmi_class_type_infoE")) return nullptr;
  const auto* several = reinterpret_cast<const SeveralBases*>(type);
  for (unsigned i = 0; i < several->count && i < kMostBases; ++i) {
    if (const TypeInfo* found = std_exception_of(several->bases[i].type, levels - 1)) return found;
  }
  return nullptr;
}

// The std::exception inside `object`, or null: as a handler for it would take the object.
void* as_std_exception(const TypeInfo* type, void* object) {
  const TypeInfo* handler = std_exception_of(type);
  if (handler == nullptr) return nullptr;
  const auto catches = reinterpret_cast<CatchFunction>(const_cast<void*>(handler->vtable[kCatchSlot]));
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
