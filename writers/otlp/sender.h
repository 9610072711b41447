// Brings requests to a server: one attempt at a time, again where that is worth it, to the dead letters where it is
// not.
//
//   send() ─▶ arrived ─────────────────────────────────────────────────▶ done
//         ├─▶ refused ─▶ dead letters, where only the user takes them out ─▶ done
//         └─▶ again ─▶ kMostAttempts, kLongestTry or hurry()? ─▶ dead letters ─▶ done
//                   └─▶ wait, send() once more
//
// A server that a whole request was given up for counts as down until something arrives: requests then have one attempt
// each, and none while as much time has not passed as the last attempt took. Whoever asked for patience (Retry-After)
// is asked nothing before.
//
// Threads: one thread uses a Sender. Failure: what is lost is counted and told.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "writers/destination.h"
#include "writers/otlp/backoff.h"
#include "writers/otlp/clock.h"
#include "writers/otlp/dead_letter_box.h"
#include "writers/otlp/messages.h"
#include "writers/otlp/settings.h"
#include "writers/otlp/transport.h"
#include "writers/otlp/verdict.h"

namespace glimpse::writers::otlp {

// A request, ready to go.
struct Outgoing {
  Signal signal = Signal::kTraces;
  std::string content_type;
  std::string content_encoding;
  std::string body;
  std::uint64_t records = 0;
  unsigned attempts = 0;  // so far
  Clock::Moment first_attempt{};
};

class Sender {
 public:
  static constexpr unsigned kMostAttempts = 5;
  static constexpr std::chrono::seconds kLongestTry{60};  // from the first attempt to the begin of the last one
  // Between looks at the dead letters when there are none.
  static constexpr std::chrono::seconds kLookAgain{30};

  // All live as long as the Sender. Without a box what cannot be delivered is lost.
  Sender(const Settings& settings, Transport& transport, DeadLetterBox* box, Clock& clock, Messages& messages);

  // At most one attempt. kKept: not yet. kDone: done with it, and `problem` says where it did not arrive.
  Commit send(Outgoing& request);

  // Sends one dead letter if it is time for one. Returns how long nothing is to be done.
  std::chrono::milliseconds send_letter();

  void hurry() { hurry_ = true; }
  bool is_hurried() const { return hurry_; }

  DestinationCounts& counts() { return counts_; }
  const DestinationCounts& counts() const { return counts_; }

 private:
  // What is known of the server of one signal.
  struct Server {
    bool down = false;
    bool not_served = false;     // it does not know this signal, or refused it each time
    unsigned refusals = 0;       // since the last arrival
    Clock::Moment not_before{};  // asked for, or the breaker
  };

  Server& server(Signal signal) { return servers_[static_cast<std::size_t>(signal)]; }
  Verdict attempt(Signal signal, const HttpRequest& request);
  void wait_for_interval();
  void note_arrival(Signal signal, const Verdict& verdict);
  void tell(Signal signal, const char* kind, const std::string& sentence);
  Commit give_up(const Outgoing& request, const std::string& problem, bool refused);
  void lose(const Outgoing& request, const std::string& problem);

  const Settings& settings_;
  Transport& transport_;
  DeadLetterBox* box_;
  Clock& clock_;
  Messages& messages_;
  std::array<Server, 2> servers_;
  Backoff again_;                 // between attempts of a request
  Backoff letter_again_;          // between attempts of dead letters
  Clock::Moment next_request_{};  // by the least interval
  Clock::Moment next_letter_{};
  bool hurry_ = false;
  DestinationCounts counts_;
};

}  // namespace glimpse::writers::otlp
