// What an exception says of itself: the name of its type and its text, for span.h and log.h.
//
// Failure: none. What cannot be found out is empty; -fno-exceptions and -fno-rtti leave it so.
#pragma once

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "glimpse/program.h"

namespace glimpse::detail {

struct ExceptionTexts {
  GLIMPSE_UNTRACED ExceptionTexts() {}
  GLIMPSE_UNTRACED ExceptionTexts(std::string given_type, std::string given_message)
      : type(std::move(given_type)), message(std::move(given_message)) {}
  GLIMPSE_UNTRACED ExceptionTexts(ExceptionTexts&& other) noexcept
      : type(std::move(other.type)), message(std::move(other.message)) {}
  GLIMPSE_UNTRACED ExceptionTexts& operator=(ExceptionTexts&& other) noexcept {
    type = std::move(other.type);
    message = std::move(other.message);
    return *this;
  }
  GLIMPSE_UNTRACED ~ExceptionTexts() {}

  std::string type;  // demangled
  std::string message;
};

GLIMPSE_UNTRACED inline std::string readable_type(const char* mangled) {
  int status = 0;
  char* const readable = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string name = readable != nullptr ? readable : mangled;
  std::free(readable);
  return name;
}

#if defined(__cpp_exceptions) && defined(__cpp_rtti)
GLIMPSE_UNTRACED inline ExceptionTexts texts_of(const std::exception& exception) {
  const char* const what = exception.what();
  return ExceptionTexts(readable_type(typeid(exception).name()), what != nullptr ? what : "");
}

// Of the exception that the innermost handler around the call has caught.
GLIMPSE_UNTRACED inline ExceptionTexts texts_of_current() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return {};
#if defined(__GLIBCXX__)
  // Looking at the object, since throwing it again would be a second throw in the trace.
  const std::exception_ptr current = std::current_exception();
  void* object = *reinterpret_cast<void* const*>(&current);
  if (object != nullptr && typeid(std::exception).__do_catch(type, &object, 1)) {
    return texts_of(*static_cast<const std::exception*>(object));
  }
  return ExceptionTexts(readable_type(type->name()), std::string());
#else
  try {
    throw;
  } catch (const std::exception& exception) {
    return texts_of(exception);
  } catch (...) {
    return ExceptionTexts(readable_type(type->name()), std::string());
  }
#endif
}

GLIMPSE_UNTRACED inline ExceptionTexts texts_of(const std::exception_ptr& exception) {
  if (exception == nullptr) return {};
#if defined(__GLIBCXX__)
  const std::type_info* const type = exception.__cxa_exception_type();
  void* object = *reinterpret_cast<void* const*>(&exception);
  if (type == nullptr) return {};
  if (typeid(std::exception).__do_catch(type, &object, 1)) {
    return texts_of(*static_cast<const std::exception*>(object));
  }
  return ExceptionTexts(readable_type(type->name()), std::string());
#else
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    return texts_of_current();
  }
#endif
}
#else
GLIMPSE_UNTRACED inline ExceptionTexts texts_of(const std::exception& exception) {
  return ExceptionTexts(std::string(), exception.what());
}
GLIMPSE_UNTRACED inline ExceptionTexts texts_of_current() { return {}; }
GLIMPSE_UNTRACED inline ExceptionTexts texts_of(const std::exception_ptr&) { return {}; }
#endif

}  // namespace glimpse::detail
