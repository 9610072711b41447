#include "writers/otlp/verdict.h"

#include <fmt/format.h>

#include "writers/otlp/response.h"
#include "writers/otlp/retry_after.h"
#include "writers/otlp/shown_url.h"

namespace glimpse::writers::otlp {
namespace {

Verdict arrived(const HttpResponse& response, const Endpoint& endpoint) {
  Verdict result;
  PartialSuccess partial = read_accepted(response.content_type, response.body);
  if (!partial.understood) {
    result.sentence = fmt::format("{} answered {}, but not as a server of OTLP does: is it the right address?",
                                  shown_url(endpoint.url), response.status);
  } else if (partial.rejected > 0) {
    result.rejected = partial.rejected;
    result.sentence = fmt::format("{} did not take {} of the records: {}", shown_url(endpoint.url), partial.rejected,
                                  partial.message.empty() ? "it does not say why" : partial.message);
  } else if (!partial.message.empty()) {
    result.sentence = fmt::format("{} remarks: {}", shown_url(endpoint.url), partial.message);
  }
  return result;
}

bool is_worth_another(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

Verdict judge(const HttpResponse& response, const Endpoint& endpoint, std::chrono::system_clock::time_point now) {
  using Kind = Verdict::Kind;
  if (response.status == 0) {
    return {.kind = response.hopeless ? Kind::kRefused : Kind::kAgain, .sentence = response.problem};
  }
  if (response.status >= 200 && response.status < 300) return arrived(response, endpoint);
  const std::string remark = read_refused(response.content_type, response.body);
  Verdict result;
  result.sentence =
      fmt::format("{} answered {}{}{}", shown_url(endpoint.url), response.status, remark.empty() ? "" : ": ", remark);
  if (response.status >= 300 && response.status < 400) result.sentence += ", a redirection, which is not followed";
  result.kind = is_worth_another(response.status) ? Kind::kAgain : Kind::kRefused;
  if (result.kind == Kind::kAgain) result.retry_after = read_retry_after(response.retry_after, now);
  result.not_served = response.status == 404 || response.status == 405 || response.status == 501;
  return result;
}

}  // namespace glimpse::writers::otlp
