// Control of the recording from within the program, and the flight recorder's trigger.
//
//   glimpse::stop(); … glimpse::start();
//   if (const glimpse::Outcome done = glimpse::flush(std::chrono::seconds(2)); !done) complain(done.error());
//   glimpse::SnapshotIfSlow limit{std::chrono::milliseconds(200)};   // with GLIMPSE_OVERFLOW=flight
//
// Threads: any; from signal handlers only enabled() and snapshot().
// Failure: in the Outcome; nothing is thrown.
#pragma once

#include <chrono>
#include <cstdint>

#include "glimpse/glimpse.h"

namespace glimpse {

enum class ControlError : std::uint32_t {
  kNone = GLIMPSE_OK,
  kNotLoaded = GLIMPSE_NOT_LOADED,
  kNotTraced = GLIMPSE_NOT_TRACED,
  kTimedOut = GLIMPSE_TIMED_OUT,
  kNotPossible = GLIMPSE_NOT_POSSIBLE
};

// What became of it; and this process's counts up to now.
class [[nodiscard]] Outcome {
 public:
  GLIMPSE_UNTRACED explicit Outcome(const glimpse_result& result) : result_(result) {}

  GLIMPSE_UNTRACED bool ok() const { return result_.ok != 0; }
  GLIMPSE_UNTRACED explicit operator bool() const { return ok(); }
  // Calls, spans and logs that were taken.
  GLIMPSE_UNTRACED std::uint64_t accepted() const { return result_.accepted; }
  // Words of 8 bytes that wait for the collector.
  GLIMPSE_UNTRACED std::uint64_t queued() const { return result_.queued; }
  // Calls that were lost.
  GLIMPSE_UNTRACED std::uint64_t dropped() const { return result_.dropped; }
  GLIMPSE_UNTRACED ControlError error() const { return static_cast<ControlError>(result_.error); }
  GLIMPSE_UNTRACED const char* message() const {
    switch (error()) {
      case ControlError::kNone:
        return "";
      case ControlError::kNotLoaded:
        return "libglimpse is not in this process";
      case ControlError::kNotTraced:
        return "nothing is recorded in this process";
      case ControlError::kTimedOut:
        return "time is over; it goes on";
      case ControlError::kNotPossible:
        return "not in this mode";
    }
    return "unknown";
  }

 private:
  glimpse_result result_;
};

namespace detail {

GLIMPSE_UNTRACED inline std::uint32_t whole_ms(std::chrono::milliseconds time) {
  const std::int64_t ms = time.count();
  return ms <= 0 ? 0 : ms >= 0xffffffff ? 0xffffffff : static_cast<std::uint32_t>(ms);
}

}  // namespace detail

// Recording of this process begins, or ends until the next start().
inline GLIMPSE_UNTRACED Outcome start() { return Outcome(glimpse_start()); }
inline GLIMPSE_UNTRACED Outcome stop() { return Outcome(glimpse_stop()); }
inline GLIMPSE_UNTRACED bool enabled() { return glimpse_enabled() != 0; }
// Waits until everything up to now is in the output.
inline GLIMPSE_UNTRACED Outcome flush(std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  return Outcome(glimpse_flush(detail::whole_ms(timeout)));
}
// flush(), then stop() for good. A second one does nothing.
inline GLIMPSE_UNTRACED Outcome shutdown(std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  return Outcome(glimpse_shutdown(detail::whole_ms(timeout)));
}
// The collector lives, and nothing was lost since the last question.
inline GLIMPSE_UNTRACED bool is_healthy() { return glimpse_is_healthy() != 0; }
inline GLIMPSE_UNTRACED Outcome stats() { return Outcome(glimpse_stats()); }
// GLIMPSE_OVERFLOW=flight: what the rings hold goes to the output now.
inline GLIMPSE_UNTRACED Outcome snapshot() { return Outcome(glimpse_snapshot()); }

// Takes a snapshot when its scope took longer than `limit`: beside a root span, declared before it, the flight recorder
// keeps what led to the slow request.
class [[nodiscard]] SnapshotIfSlow {
 public:
  GLIMPSE_UNTRACED explicit SnapshotIfSlow(std::chrono::nanoseconds limit) : limit_(limit), wanted_(enabled()) {
    if (wanted_) began_ = std::chrono::steady_clock::now();
  }
  GLIMPSE_UNTRACED ~SnapshotIfSlow() {
    if (wanted_ && std::chrono::steady_clock::now() - began_ > limit_) static_cast<void>(snapshot());
  }
  SnapshotIfSlow(const SnapshotIfSlow&) = delete;
  SnapshotIfSlow& operator=(const SnapshotIfSlow&) = delete;

 private:
  std::chrono::nanoseconds limit_;
  bool wanted_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace glimpse
