// What users want scrubbed besides: regular expressions of their own, each with a name that stands in the place of what
// it matches.
//
//   # customers, as the shop numbers them
//   CUSTOMER = C-[0-9]{8}            C-12345678 becomes [CUSTOMER]
//
// Syntax: RE2's (https://github.com/google/re2/wiki/Syntax), where matching is linear. Finding all matches is linear
// too: they are looked for in pieces of 8 KiB that overlap by 1 KiB, and in pieces of 256 bytes where very many are
// found. Placeholders, ours and theirs, are never matched.
//
// Threads: any number may use one. Failure: an Error is `patterns.txt:3: what is wrong`.
#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"

namespace glimpse::writers::scrub {

class Patterns {
 public:
  static Result<std::shared_ptr<const Patterns>> read(const std::string& path);
  // `name`: what errors call the text.
  static Result<std::shared_ptr<const Patterns>> parse(std::string_view text, const std::string& name);

  Patterns();
  ~Patterns();

  // Whether anything matched; `out` is then the text with placeholders. `out` is not where `text` is.
  bool replace(std::string_view text, std::string& out) const;

 private:
  struct Pattern {
    std::string placeholder;  // `[CUSTOMER]`
    std::unique_ptr<RE2> expression;
  };

  Result<void> add(std::string_view line, const std::string& where);
  bool replace(const Pattern& pattern, std::string_view text, std::string& out) const;
  std::size_t placeholder_size(std::string_view text) const;

  std::vector<Pattern> patterns_;
  std::unique_ptr<RE2::Set> all_;
};

}  // namespace glimpse::writers::scrub
