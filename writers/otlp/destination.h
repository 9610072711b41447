// Records to a server of OpenTelemetry's protocol over HTTP: a collector, Jaeger, Tempo.
//
//   call ─▶ SpanSource ─▶ SpanFilter ─▶ Encoder ─▶ Batch ─▶ gzip ─▶ Sender ─▶ Transport
//
// A call becomes a span when it ends, a span of the program one more, a log and a notice a log record; docs/otlp.md
// says what becomes of each field. What is given stays in memory until commit() has sent it or has put it among the
// dead letters.
//
// Threads, failure: as writers/destination.h says. Killed: a request that was under way is sent again.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "writers/destination.h"
#include "writers/otlp/batch.h"
#include "writers/otlp/clock.h"
#include "writers/otlp/dead_letter_box.h"
#include "writers/otlp/encoder.h"
#include "writers/otlp/gzip.h"
#include "writers/otlp/messages.h"
#include "writers/otlp/sender.h"
#include "writers/otlp/settings.h"
#include "writers/otlp/span_filter.h"
#include "writers/otlp/span_source.h"
#include "writers/otlp/transport.h"

namespace glimpse::writers::otlp {

class OtlpDestination final : public Destination {
 public:
  // Without a box, what cannot be delivered is lost. The clock is the system's, or lives as long as this.
  OtlpDestination(Settings settings, std::unique_ptr<Transport> transport, std::unique_ptr<DeadLetterBox> box,
                  Clock* clock = nullptr);

  void call(const Call& record) override;
  void process(const Process& record) override;
  void thread(const Thread& record) override;
  void span(const writers::Span& record) override;
  void log(const Log& record) override;
  void notice(const Notice& record) override;
  void summary(const Summary& record) override;

  std::string_view name() const override { return "otlp"; }
  Result<std::uint64_t> open(const std::string& queue, std::uint64_t noted) override;
  bool forgets_processes() const override { return true; }
  bool is_full() const override;
  std::chrono::milliseconds patience() const override { return settings_.patience; }
  Commit commit(std::uint64_t position) override;
  void hurry() override { sender_.hurry(); }
  std::chrono::milliseconds idle() override { return sender_.send_letter(); }
  DestinationCounts counts() const override { return sender_.counts(); }
  std::vector<std::string> take_messages() override;

 private:
  void add(Signal signal, Batch& batch, std::uint32_t pid, Scope scope = Scope::kGlimpse);
  void seal(Signal signal, Batch& batch);

  const Settings settings_;
  Clock system_clock_;
  Clock& clock_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<DeadLetterBox> box_;
  std::unique_ptr<Encoder> encoder_;
  Gzip gzip_;
  Messages messages_;
  SpanSource source_;
  SpanFilter filter_;
  Sender sender_;
  std::string item_;  // the one that was encoded last
  Batch spans_;
  Batch logs_;
  std::deque<Outgoing> outgoing_;  // sealed, oldest first
  std::uint64_t over_cap_ = 0;     // spans
  std::uint64_t told_over_cap_ = 0;
};

// With libcurl, as `glimpse` uses it.
std::unique_ptr<Destination> make_otlp_destination(Settings settings, std::unique_ptr<DeadLetterBox> box);

}  // namespace glimpse::writers::otlp
