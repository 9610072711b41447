// The ways one function's name can be spelled.
//
// A trace shows `void app::(anonymous namespace)::Box<int>::put<long>(int) const [clone .cold]`; a person writes
// `app::Box::put`. Both are brought to one spelling before they are compared. Always gone are the return type, ABI
// tags, clone suffixes and spaces that separate nothing. What else stays is chosen by Spelling: a pattern is spelled
// with all it says, and the function with just the parts the pattern speaks of.
//
// Works on what gcc's and LLVM's demanglers print. Threads: pure functions. Failure: none; a name that is no C++ name
// comes back as it is. Cost: linear in the length of the name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glimpse::policy {

enum Spelling : std::uint8_t {
  kParameters = 1,  // `(int)`, of the function and of functions around it
  kQualifiers = 2,  // `const`, `volatile`, `&`, `&&`, `noexcept` behind parameters
  kTemplateArguments = 4,
  kAnonymousNamespaces = 8,
};
inline constexpr std::uint8_t kAllSpellings = 15;

// `name` with the parts in `keep` (a set of Spelling). `found`, where given, receives the parts that `name` has.
std::string spell(std::string_view name, std::uint8_t keep, std::uint8_t* found = nullptr);

// Where the bracket group that opens at `open` ends: one past its closing bracket, or npos. Knows `->` and operators.
std::size_t group_end(std::string_view text, std::size_t open);

inline constexpr std::string_view kAnonymousNamespace = "(anonymous namespace)";

// `module` without anonymous namespaces and ABI tags: `app::(anonymous namespace)::x` is `app::x`.
std::string transparent_module(std::string_view module);

}  // namespace glimpse::policy
