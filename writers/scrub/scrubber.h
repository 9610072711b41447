// Text without personal data and secrets: docs/scrubbing.md says what is found.
//
//   jane@example.com paid with 4111 1111 1111 1111 from 10.0.0.7; token=abc
//   [EMAIL] paid with [CREDIT_CARD] from [IP_ADDRESS]; token=[REDACTED_SECRET]
//
// Cost: text in which nothing is found is looked at once and not copied. Time is linear in the text's size, whatever is
// in it. Memory: two texts, as long as the longest that something was found in. The result is scrubbed: scrubbing it
// again changes nothing. It is at most kMostGrowth times as long as the text, and 32 bytes, where there are no patterns
// of the user's own; text that is UTF-8 stays so.
//
// Threads: one thread uses a Scrubber. Failure: none.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace glimpse::writers::scrub {

class Patterns;

class Scrubber {
 public:
  static constexpr std::size_t kMostGrowth = 5;

  Scrubber() = default;
  // `patterns`: the user's own; may be null.
  explicit Scrubber(std::shared_ptr<const Patterns> patterns) : patterns_(std::move(patterns)) {}

  // `text` itself where there is nothing to hide; else valid until the next call.
  std::string_view scrub(std::string_view text);

 private:
  std::shared_ptr<const Patterns> patterns_;
  std::string rooms_[2];
};

}  // namespace glimpse::writers::scrub
