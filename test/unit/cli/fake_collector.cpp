// A collector that records nothing: it lets tests of the command line run programs without rings and without a traced
// process. It writes one process record and one summary for the program that was started, into the Writer it is given.
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "collector/collector.h"
#include "collector/process_control.h"

namespace glimpse::collector {

namespace {

class FakeCollector final : public Collector {
 public:
  FakeCollector(std::string session, WriterOf writer_of)
      : session_(std::move(session)), writer_of_(std::move(writer_of)) {}

  const std::string& session() const override { return session_; }

  bool any_runs() const override { return false; }

  Result<Totals> run() override {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return done_; });
    if (pid_ == 0) return Totals{};
    auto writer = writer_of_(static_cast<std::uint32_t>(pid_));
    if (!writer) return writer.error();
    (*writer)->process({.entry_id = 1, .pid = static_cast<std::uint32_t>(pid_), .command = {"fake"}});
    (*writer)->summary({.entry_id = 2, .pid = static_cast<std::uint32_t>(pid_), .records = 12345});
    if (auto written = (*writer)->flush(); !written) return written.error();
    return Totals{.processes = 1, .records = 12345};
  }

  void finish(pid_t pid, int) override {
    const std::lock_guard lock(mutex_);
    pid_ = pid;
    done_ = true;
    finished_.notify_one();
  }

  void discard() override {}

 private:
  std::string session_;
  WriterOf writer_of_;
  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false;
  pid_t pid_ = 0;
};

}  // namespace

// NOLINTBEGIN(performance-unnecessary-value-param): as the collector declares them
Result<std::unique_ptr<Collector>> Collector::create(const std::string&, Settings, WriterOf writer_of) {
  return std::unique_ptr<Collector>(std::make_unique<FakeCollector>("/fake/session", std::move(writer_of)));
}

Result<std::unique_ptr<Collector>> Collector::adopt(const std::string& session, Settings, WriterOf) {
  return Error{session + ": the fake collector adopts nothing"};
}
// NOLINTEND(performance-unnecessary-value-param)

Result<std::unique_ptr<ProcessControl>> ProcessControl::find(pid_t, const std::string&) {
  return Error{"the fake collector has no processes"};
}

std::string memo(const std::string&) { return {}; }

std::vector<SessionGlance> sessions(const std::string&) { return {}; }

std::vector<std::string> abandoned_sessions(const std::string&) { return {}; }

}  // namespace glimpse::collector
