// Dead letters in a folder of bounded size that many processes may share.
//
//   20260301T120000.000000123-4711.letter    waits; oldest() finds it
//                                 .refused   the server does not want it; only take() finds it
//                                 .damaged   is no whole letter any more; set aside, and never sent
//
// Whole:   who is killed, or finds the disk full, leaves nothing that looks like a letter (writers/private_folder.h).
// Once:    who sends a letter holds its file's lock, which ends with the process.
// Full:    the oldest letters are thrown away, whatever they are, and counted; not those that are being sent.
// Threads: one thread uses a DeadLetters. Failure: as DeadLetterBox says.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/result.h"
#include "writers/otlp/dead_letter_box.h"
#include "writers/owned_descriptor.h"
#include "writers/private_folder.h"

namespace glimpse::writers {

class DeadLetters final : public otlp::DeadLetterBox {
 public:
  enum class State : std::uint8_t { kWaiting, kRefused, kDamaged };

  // What can be said of a letter without its body. Of a damaged one that is id, state, bytes and problem.
  struct Entry {
    std::string id;
    State state = State::kWaiting;
    std::uint64_t bytes = 0;   // of its file
    std::int64_t time_ns = 0;  // when it came here, since 1970-01-01T00:00:00Z
    std::uint64_t records = 0;
    std::string path;
    std::string endpoint;
    std::string problem;
  };

  // Makes the folder where it is missing. With `most_bytes` 0, put() keeps nothing.
  static Result<DeadLetters> open(const std::string& folder, std::uint64_t most_bytes);

  Result<void> put(const otlp::Letter& letter) override;
  std::optional<otlp::Letter> oldest(std::span<const std::string> endpoints) override;
  void sent(const otlp::Letter& letter) override;
  void kept(const otlp::Letter& letter) override;
  void refused(const otlp::Letter& letter, std::string_view problem) override;
  std::uint64_t take_evicted() override { return std::exchange(evicted_, 0); }

  // All of them, the oldest first.
  std::vector<Entry> list() const;

  // Gives and locks one of them, waiting or refused, as oldest() does. An Error where it is gone, damaged, or another
  // process is sending it.
  Result<otlp::Letter> take(const std::string& id);

  // Throws one away, whatever it is. An Error where it is gone, or is being sent.
  Result<void> drop(const std::string& id);

 private:
  DeadLetters(PrivateFolder folder, std::uint64_t most_bytes) : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  std::string name_of(const std::string& id) const;
  Result<otlp::Letter> read_held();
  void make_room(std::uint64_t bytes);
  void release();

  PrivateFolder folder_;
  std::uint64_t most_bytes_;
  std::uint64_t evicted_ = 0;
  std::int64_t last_ns_ = 0;          // two letters of one process never have one name
  std::deque<std::string> upcoming_;  // names that oldest() has found and not looked at yet
  OwnedDescriptor held_;              // the letter that was given, locked
  std::string held_name_;
};

}  // namespace glimpse::writers
