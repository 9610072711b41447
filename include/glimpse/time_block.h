// Blocks: a part of a function that is recorded like a call. For builds without instrumentation, functions too.
//
//   glimpse::TimeBlock block{"data_crunching"};
//   glimpse::TimeBlock labelled{"data_crunching", "checkout"};    // data_crunching[checkout]
//   void app::load(int n) { GLIMPSE_TRACE_FUNCTION(); … }         // app::load(int)
//   void app::save(int n) { GLIMPSE_TRACE_FUNCTION("nightly"); … }
//
// A block that an exception leaves gets EXCEPTION in place of END.
//
// Threads: a block begins and ends on one thread, and nests there.
// Failure: none. Without the library, or while nothing is recorded, a block is two comparisons.
#pragma once

#include <cstddef>
#include <exception>
#include <string_view>

#include "glimpse/field.h"
#include "glimpse/program.h"

namespace glimpse {

class [[nodiscard]] TimeBlock {
 public:
  GLIMPSE_CHECKED explicit TimeBlock(std::string_view name, std::string_view label = {},
                                     const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    if (glimpse_api* const api = glimpse_recording_api()) {
      open_ = true;
      exceptions_ = std::uncaught_exceptions();
      block_ = glimpse_block{};
      api->block_begin(&block_, detail::text_of(name), detail::text_of(label), detail::text_of(file), line);
    }
  }
  GLIMPSE_CHECKED ~TimeBlock() {
    if (open_) glimpse_program_api->block_end(&block_, std::uncaught_exceptions() > exceptions_ ? 1 : 0);
  }
  TimeBlock(const TimeBlock&) = delete;
  TimeBlock& operator=(const TimeBlock&) = delete;

 private:
  bool open_ = false;
  int exceptions_;
  glimpse_block block_;
};

namespace detail {

// What __PRETTY_FUNCTION__ says without return type, specifiers and the list of template arguments: "app::load(int)".
// Functions that return pointers to functions keep a part of that.
GLIMPSE_UNTRACED constexpr std::string_view function_name(std::string_view pretty) {
  if (!pretty.empty() && pretty.back() == ']') {
    const std::size_t list = pretty.rfind(" [");
    if (list != std::string_view::npos) pretty = pretty.substr(0, list);
  }
  // The parenthesis that opens the parameters.
  std::size_t at = pretty.rfind(')');
  if (at == std::string_view::npos) return pretty;
  int depth = 0;
  do {
    if (pretty[at] == ')') ++depth;
    if (pretty[at] == '(') --depth;
  } while (depth != 0 && at-- > 0);
  if (depth != 0) return pretty;
  // Operators have angles, blanks and parentheses in their names.
  const std::size_t op = pretty.substr(0, at).rfind("operator");
  const bool is_operator = op != std::string_view::npos &&
                           (op == 0 || pretty[op - 1] == ':' || pretty[op - 1] == ' ') &&
                           pretty.substr(op, at - op).find("::") == std::string_view::npos;
  std::size_t start = is_operator ? op : at;
  for (depth = 0; start > 0; --start) {
    const char c = pretty[start - 1];
    if (c == '>' || c == ')' || c == ']' || c == '}') ++depth;
    if (c == '<' || c == '(' || c == '[' || c == '{') --depth;
    if (depth == 0 && (c == ' ' || c == '*' || c == '&')) break;
  }
  return pretty.substr(start);
}

}  // namespace detail
}  // namespace glimpse

#define GLIMPSE_JOIN_NOW(a, b) a##b
#define GLIMPSE_JOIN(a, b) GLIMPSE_JOIN_NOW(a, b)

// The rest of the scope is recorded as a call of the function around it. An argument is its label.
#define GLIMPSE_TRACE_FUNCTION(...)                                                                            \
  const ::glimpse::TimeBlock GLIMPSE_JOIN(glimpse_function_, __LINE__) {                                       \
    ::glimpse::detail::function_name(__PRETTY_FUNCTION__), ::std::string_view{__VA_ARGS__}, __FILE__, __LINE__ \
  }
