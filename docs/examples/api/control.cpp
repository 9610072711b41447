// A program that switches its own recording off and on, waits for its output, and asks how it went.
#include <glimpse/control.h>
#include <glimpse/log.h>
#include <glimpse/span.h>
#include <glimpse/time_block.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace {

void tell(const char* what, const glimpse::Outcome& outcome) {
  std::printf("%s: %s\n", what, outcome ? "done" : outcome.message());
}

}  // namespace

int main() {
  if (!glimpse::enabled()) std::puts("not traced");
  glimpse::info("first");
  tell("stop", glimpse::stop());
  glimpse::info("unheard");
  tell("start", glimpse::start());
  {
    // With GLIMPSE_OVERFLOW=flight what led to a slow request is kept. Declared before the span, it sees all of it.
    glimpse::SnapshotIfSlow limit{std::chrono::milliseconds(1)};
    glimpse::Span span{"slow"};
    glimpse::TimeBlock block{"wait"};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const glimpse::Outcome now = glimpse::snapshot();
  tell("snapshot", now);
  tell("flush", glimpse::flush(std::chrono::seconds(10)));
  const glimpse::Outcome stats = glimpse::stats();
  std::printf("%s, %s, %s\n", glimpse::is_healthy() ? "healthy" : "not healthy",
              stats.accepted() != 0 ? "something accepted" : "nothing accepted",
              stats.dropped() == 0 && stats.queued() == 0 ? "nothing lost or waiting" : "something lost or waiting");
  tell("shutdown", glimpse::shutdown(std::chrono::seconds(10)));
  tell("start", glimpse::start());
  return stats.ok() || stats.error() == glimpse::ControlError::kNotLoaded ? 0 : 1;
}
