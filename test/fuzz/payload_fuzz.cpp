// Any words as the payload of a record: what a program says of itself is read without a step beyond them, and never
// makes more than there was.
//
// Input: the number of fields and the length of a text that the payload claims to have, then its words.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "collector/payload_reader.h"

namespace {

using namespace glimpse;
using namespace glimpse::collector;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint32_t claims[2] = {0, 0};
  std::memcpy(claims, data, std::min(size, sizeof(claims)));
  const std::size_t rest = size - std::min(size, sizeof(claims));
  std::vector<std::uint64_t> words(rest / sizeof(std::uint64_t));
  if (!words.empty()) std::memcpy(words.data(), data + sizeof(claims), words.size() * sizeof(std::uint64_t));
  words.shrink_to_fit();  // a sanitizer sees every step beyond them
  const std::size_t bytes = words.size() * sizeof(std::uint64_t);

  PayloadReader log(words);
  const auto head = log.structure<wire::LogPayload>();
  std::size_t made = log.text(head.message_bytes).size() + log.text(head.title_bytes).size();
  for (const FieldState& field : log.fields(head.field_count)) made += field.key.size() + field.text.size();
  made += log.words(head.frame_count).size() * sizeof(std::uint64_t);
  require(made <= bytes);

  PayloadReader span(words);
  span.structure<wire::SpanStartPayload>();
  made = span.text(claims[1]).size();
  for (const FieldState& field : span.fields(claims[0])) made += field.key.size() + field.text.size();
  require(made <= bytes);
  while (!span.at_end()) span.word();
  require(span.word() == 0 && span.text(9).empty() && span.fields(3).empty() && span.words(2).empty());
  return 0;
}
