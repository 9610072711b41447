#include "writers/otlp/verdict.h"

#include <gtest/gtest.h>

namespace glimpse::writers::otlp {
namespace {

using Kind = Verdict::Kind;
using namespace std::chrono_literals;

const Endpoint kEndpoint{"https://me:secret@host/v1/traces?key=secret", {{"authorization", "secret"}}};

Verdict verdict(const HttpResponse& response) {
  return judge(response, kEndpoint, std::chrono::system_clock::from_time_t(1'772'366'400));
}

TEST(Verdict, OnlyFourStatusesAndSilenceAreWorthAnotherAttempt) {
  for (int status = 200; status < 600; ++status) {
    const bool again = status == 429 || status == 502 || status == 503 || status == 504;
    const Kind expected = status < 300 ? Kind::kArrived : again ? Kind::kAgain : Kind::kRefused;
    EXPECT_EQ(verdict({.status = status}).kind, expected) << status;
  }
  EXPECT_EQ(verdict({.problem = "Connection refused"}).kind, Kind::kAgain);
  EXPECT_EQ(verdict({.problem = "no URL", .hopeless = true}).kind, Kind::kRefused);
}

TEST(Verdict, TheServerMaySayWhenToComeBack) {
  EXPECT_EQ(verdict({.status = 503, .retry_after = "17"}).retry_after, 17s);
  EXPECT_EQ(verdict({.status = 429, .retry_after = "Sun, 01 Mar 2026 12:00:05 GMT"}).retry_after, 5s);
  EXPECT_EQ(verdict({.status = 429, .retry_after = "later"}).retry_after, std::nullopt);
  EXPECT_EQ(verdict({.status = 400, .retry_after = "17"}).retry_after, std::nullopt);
}

TEST(Verdict, ItsSentenceNamesTheServerAndNoSecret) {
  EXPECT_EQ(
      verdict({.status = 401, .content_type = "application/json", .body = R"({"message":"who are you?"})"}).sentence,
      "https://host/v1/traces answered 401: who are you?");
  EXPECT_EQ(verdict({.status = 307}).sentence,
            "https://host/v1/traces answered 307, a redirection, which is not followed");
  EXPECT_EQ(verdict({.status = 200, .content_type = "text/html", .body = "<html>"}).sentence,
            "https://host/v1/traces answered 200, but not as a server of OTLP does: is it the right address?");
  EXPECT_EQ(verdict({.status = 200}).sentence, "");
}

TEST(Verdict, APartialSuccessHasArrived) {
  const Verdict partial = verdict({.status = 200,
                                   .content_type = "application/json",
                                   .body = R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})"});
  EXPECT_EQ(partial.kind, Kind::kArrived);
  EXPECT_EQ(partial.rejected, 3u);
  EXPECT_EQ(partial.sentence, "https://host/v1/traces did not take 3 of the records: too old");
  const Verdict warning = verdict({.status = 200,
                                   .content_type = "application/json",
                                   .body = R"({"partialSuccess":{"errorMessage":"slow down"}})"});
  EXPECT_EQ(warning.rejected, 0u);
  EXPECT_EQ(warning.sentence, "https://host/v1/traces remarks: slow down");
}

TEST(Verdict, SomeStatusesSayThatThereIsNoSuchService) {
  for (const int status : {404, 405, 501}) EXPECT_TRUE(verdict({.status = status}).not_served) << status;
  EXPECT_FALSE(verdict({.status = 400}).not_served);
}

}  // namespace
}  // namespace glimpse::writers::otlp
