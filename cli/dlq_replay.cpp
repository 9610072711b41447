#include "cli/dlq_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "cli/messages.h"
#include "writers/otlp/shown_url.h"
#include "writers/otlp/verdict.h"

namespace glimpse::cli {

namespace {

using writers::DeadLetters;
using writers::otlp::Letter;
using writers::otlp::Signal;
using writers::otlp::Verdict;

class Replay {
 public:
  Replay(DeadLetters& letters, const writers::otlp::Settings& settings, writers::otlp::Transport& transport)
      : letters_(letters), settings_(settings), transport_(transport) {}

  void send(const std::string& id) {
    ++result_.left;
    const auto letter = letters_.take(id);
    if (!letter) return tell(letter.error().message);
    const Signal signal = letter->path == path_of(Signal::kLogs) ? Signal::kLogs : Signal::kTraces;
    const auto& endpoint = settings_.endpoint(signal);
    const std::string shown = writers::otlp::shown_url(endpoint.url);
    if (letter->endpoint != shown) {
      letters_.kept(*letter);
      return tell(fmt::format("letters for {} are kept: the settings say {}", letter->endpoint, shown));
    }
    if (silent_.contains(shown)) return letters_.kept(*letter);
    post(*letter, endpoint, shown);
  }

  const Replayed& result() const { return result_; }

 private:
  void post(const Letter& letter, const writers::otlp::Endpoint& endpoint, const std::string& shown) {
    const auto response =
        transport_.post({endpoint, letter.content_type, letter.content_encoding, letter.body, settings_.timeout});
    const Verdict verdict = judge(response, endpoint, std::chrono::system_clock::now());
    if (!verdict.sentence.empty()) tell(verdict.sentence);
    switch (verdict.kind) {
      case Verdict::Kind::kArrived:
        letters_.sent(letter);
        ++result_.sent;
        result_.records += letter.records;
        --result_.left;
        break;
      case Verdict::Kind::kRefused:
        letters_.refused(letter, verdict.sentence);
        break;
      case Verdict::Kind::kAgain:
        letters_.kept(letter);
        silent_.insert(shown);
        break;
    }
  }

  void tell(const std::string& sentence) {
    if (told_.insert(sentence).second) say(sentence);
  }

  DeadLetters& letters_;
  const writers::otlp::Settings& settings_;
  writers::otlp::Transport& transport_;
  Replayed result_;
  std::set<std::string> silent_;  // endpoints
  std::set<std::string> told_;
};

}  // namespace

Replayed replay_dead_letters(DeadLetters& letters, const std::vector<std::string>& ids,
                             const writers::otlp::Settings& settings, writers::otlp::Transport& transport) {
  Replay replay(letters, settings, transport);
  if (!ids.empty()) {
    for (const auto& id : ids) replay.send(id);
  } else {
    for (const auto& entry : letters.list()) replay.send(entry.id);
  }
  return replay.result();
}

}  // namespace glimpse::cli
