// Sentences for users, few of them: of each kind one at once, and then one in a while that counts the others.
//
// They become notices, which are records themselves: a server that refuses each notice with a sentence must not be
// answered with a notice each time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "writers/otlp/clock.h"

namespace glimpse::writers::otlp {

class Messages {
 public:
  static constexpr std::chrono::seconds kWhile{10};

  // `kind` is a word for what sentences have in common. The last sentence of a while is the one that is told.
  void tell(const std::string& kind, std::string sentence, Clock::Moment now) {
    Kind& known = kinds_[kind];
    ++known.waiting;
    known.sentence = std::move(sentence);
    collect(known, now);
  }

  // The sentence stands for all before it: they are not counted.
  void tell_instead(const std::string& kind, std::string sentence, Clock::Moment now) {
    Kind& known = kinds_[kind];
    known.waiting = 1;
    known.sentence = std::move(sentence);
    collect(known, now);
  }

  // The first sentence of its kind, and never another.
  void tell_once(const std::string& kind, std::string sentence, Clock::Moment now) {
    if (!kinds_.contains(kind)) tell(kind, std::move(sentence), now);
  }

  // `hurry`: also those whose while is not over.
  std::vector<std::string> take(Clock::Moment now, bool hurry) {
    for (auto& [word, kind] : kinds_) {
      if (hurry) kind.next = now;
      collect(kind, now);
    }
    return std::exchange(ready_, {});
  }

 private:
  struct Kind {
    std::string sentence;
    std::uint64_t waiting = 0;
    Clock::Moment next{};  // not before
  };

  void collect(Kind& kind, Clock::Moment now) {
    if (kind.waiting == 0 || now < kind.next) return;
    if (kind.waiting > 1) kind.sentence += " (and " + std::to_string(kind.waiting - 1) + " more like this)";
    ready_.push_back(std::move(kind.sentence));
    kind = {{}, 0, now + kWhile};
  }

  std::map<std::string, Kind> kinds_;
  std::vector<std::string> ready_;
};

}  // namespace glimpse::writers::otlp
