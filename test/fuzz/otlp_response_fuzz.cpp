// What a server of OTLP may answer, from whatever bytes: each answer is read, and what reaches people is one bounded
// line of UTF-8.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "writers/otlp/response.h"
#include "writers/otlp/retry_after.h"
#include "writers/otlp/verdict.h"
#include "writers/valid_text.h"

using namespace glimpse::writers::otlp;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

// Replacements take three bytes where one stood.
void must_be_a_sentence(const std::string& text) {
  std::string room;
  must(text.size() <= 3 * kMaxSentenceBytes);
  must(glimpse::writers::valid_text(text, room).data() == text.data());
  must(std::ranges::none_of(text, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr std::array<const char*, 5> kTypes{"application/x-protobuf", "application/json", "text/plain", "text/html",
                                              ""};
  constexpr std::array<int, 8> kStatuses{0, 200, 202, 307, 400, 404, 429, 503};
  HttpResponse response;
  response.content_type = kTypes[data[0] % kTypes.size()];
  response.status = kStatuses[data[1] % kStatuses.size()];
  response.body.assign(reinterpret_cast<const char*>(data + 2), std::min(size - 2, kMaxResponseBytes));
  response.retry_after = response.body.substr(0, response.body.find('\n'));

  must_be_a_sentence(read_accepted(response.content_type, response.body).message);
  must_be_a_sentence(read_refused(response.content_type, response.body));
  const Verdict verdict = judge(response, {"http://host/v1/traces", {}}, std::chrono::system_clock::from_time_t(0));
  if (verdict.retry_after) must(verdict.retry_after->count() >= 0 && *verdict.retry_after <= kLongestRetryAfter);
  if (verdict.rejected > 0) must(verdict.kind == Verdict::Kind::kArrived);
  return 0;
}
