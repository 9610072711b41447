#include "writers/otlp/sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "writers/otlp/shown_url.h"

namespace glimpse::writers::otlp {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kFirstWait = 1s;
constexpr milliseconds kLongestWait = 30s;
constexpr milliseconds kLongestLetterWait = 60s;
constexpr unsigned kMostRefusals = 3;  // of log records

milliseconds until(Clock::Moment moment, Clock::Moment now) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(moment - now));
}

const char* word(Signal signal) { return signal == Signal::kTraces ? "spans" : "log records"; }

Commit done(std::string problem = {}) { return {Commit::Outcome::kDone, std::move(problem), 0ms}; }

}  // namespace

Sender::Sender(const Settings& settings, Transport& transport, DeadLetterBox* box, Clock& clock, Messages& messages)
    : settings_(settings),
      transport_(transport),
      box_(box),
      clock_(clock),
      messages_(messages),
      again_(kFirstWait, kLongestWait, std::random_device{}()),
      letter_again_(kFirstWait, kLongestLetterWait, std::random_device{}()) {}

void Sender::wait_for_interval() {
  if (const milliseconds rest = until(next_request_, clock_.now()); rest > 0ms) clock_.sleep(rest);
}

// One request over the wire, and what it says about the server.
Verdict Sender::attempt(Signal signal, const HttpRequest& request) {
  wait_for_interval();
  const auto begin = clock_.now();
  next_request_ = begin + settings_.interval;
  Verdict verdict = judge(transport_.post(request), request.endpoint, clock_.date());
  Server& known = server(signal);
  if (verdict.kind != Verdict::Kind::kAgain) {
    known.down = false;
    known.not_before = {};
    return verdict;
  }
  const auto end = clock_.now();
  known.not_before = end + (verdict.retry_after ? *verdict.retry_after : known.down ? end - begin : 0ms);
  return verdict;
}

// What is told becomes a notice, and a notice a log record: of these only the first trouble is told.
void Sender::tell(Signal signal, const char* kind, const std::string& sentence) {
  const std::string whose = fmt::format("{} {}", kind, word(signal));
  if (signal == Signal::kLogs) return messages_.tell_once(whose, sentence, clock_.now());
  messages_.tell(whose, sentence, clock_.now());
}

void Sender::note_arrival(Signal signal, const Verdict& verdict) {
  server(signal).refusals = 0;
  again_.reset();
  letter_again_.reset();
  counts_.dropped += verdict.rejected;
  if (!verdict.sentence.empty()) tell(signal, "remark on", verdict.sentence);
}

void Sender::lose(const Outgoing& request, const std::string& problem) {
  counts_.dropped += request.records;
  tell(request.signal, "lost", fmt::format("{} {} are lost: {}", request.records, word(request.signal), problem));
}

Commit Sender::give_up(const Outgoing& request, const std::string& problem, bool refused) {
  if (box_ == nullptr) {
    lose(request, problem);
    return done(problem);
  }
  Letter letter;
  letter.path = path_of(request.signal);
  letter.content_type = request.content_type;
  letter.content_encoding = request.content_encoding;
  letter.body = request.body;
  letter.records = request.records;
  letter.endpoint = shown_url(settings_.endpoint(request.signal).url);
  letter.problem = problem;
  letter.refused = refused;
  if (const auto put = box_->put(letter); !put) {
    lose(request, problem + "; and as a dead letter: " + put.error().message);
    return done(problem);
  }
  counts_.dead_letters += request.records;
  tell(request.signal, "dead",
       fmt::format("{} {} are kept as dead letters: {}", request.records, word(request.signal), problem));
  return done(problem);
}

Commit Sender::send(Outgoing& request) {
  Server& known = server(request.signal);
  const Endpoint& endpoint = settings_.endpoint(request.signal);
  if (known.not_served) {
    counts_.dropped += request.records;
    return done();
  }
  const auto now = clock_.now();
  if (const milliseconds rest = until(known.not_before, now); rest > 0ms) {
    const std::string problem = shown_url(endpoint.url) + " is not to be asked yet";
    const bool too_long = request.attempts > 0 && now + rest > request.first_attempt + kLongestTry;
    if (hurry_ || known.down || too_long) return give_up(request, problem, false);
    return {Commit::Outcome::kKept, problem, rest};
  }
  if (request.attempts++ == 0) request.first_attempt = now;
  const Verdict verdict = attempt(
      request.signal, {endpoint, request.content_type, request.content_encoding, request.body, settings_.timeout});
  switch (verdict.kind) {
    case Verdict::Kind::kArrived:
      note_arrival(request.signal, verdict);
      return done();
    case Verdict::Kind::kRefused:
      ++known.refusals;
      // A server that has no place for logs, such as Jaeger, gets no more of them.
      if (request.signal == Signal::kLogs && (verdict.not_served || known.refusals >= kMostRefusals)) {
        known.not_served = true;
        tell(request.signal, "no place for", verdict.sentence + ": notices are not sent there any more");
        counts_.dropped += request.records;
        return done();
      }
      return give_up(request, verdict.sentence, true);
    case Verdict::Kind::kAgain:
      break;
  }
  const milliseconds wait = verdict.retry_after ? *verdict.retry_after : again_.next();
  const bool last = hurry_ || known.down || request.attempts >= kMostAttempts ||
                    clock_.now() + wait > request.first_attempt + kLongestTry;
  if (!last) {
    ++counts_.retries;
    return {Commit::Outcome::kKept, verdict.sentence, wait};
  }
  known.down = true;
  again_.reset();
  next_letter_ = std::max(next_letter_, clock_.now() + letter_again_.next());
  return give_up(request, verdict.sentence, false);
}

milliseconds Sender::send_letter() {
  if (box_ == nullptr || hurry_) return 1h;
  const auto now = clock_.now();
  if (const milliseconds rest = until(std::max(next_letter_, next_request_), now); rest > 0ms) return rest;
  if (const std::uint64_t evicted = box_->take_evicted(); evicted > 0) {
    counts_.dropped += evicted;
    messages_.tell("evicted", fmt::format("the dead letters are full: {} records in old ones are lost", evicted), now);
  }
  std::vector<std::string> endpoints;
  for (const Signal signal : {Signal::kTraces, Signal::kLogs}) {
    const Server& known = server(signal);
    if (!known.not_served && known.not_before <= now) endpoints.push_back(shown_url(settings_.endpoint(signal).url));
  }
  const auto letter = endpoints.empty() ? std::nullopt : box_->oldest(endpoints);
  if (!letter) {
    next_letter_ = now + kLookAgain;
    return kLookAgain;
  }
  const Signal signal = letter->path == path_of(Signal::kLogs) ? Signal::kLogs : Signal::kTraces;
  const Verdict verdict = attempt(signal, {settings_.endpoint(signal), letter->content_type, letter->content_encoding,
                                           letter->body, settings_.timeout});
  switch (verdict.kind) {
    case Verdict::Kind::kArrived:
      note_arrival(signal, verdict);
      box_->sent(*letter);
      next_letter_ = clock_.now();
      break;
    case Verdict::Kind::kRefused:
      box_->refused(*letter, verdict.sentence);
      messages_.tell("refused letters", "a dead letter was refused: " + verdict.sentence, clock_.now());
      next_letter_ = clock_.now();
      break;
    case Verdict::Kind::kAgain:
      box_->kept(*letter);
      server(signal).down = true;
      next_letter_ = clock_.now() + std::max(verdict.retry_after.value_or(0ms), letter_again_.next());
      break;
  }
  return until(std::max(next_letter_, next_request_), clock_.now());
}

}  // namespace glimpse::writers::otlp
