#include "writers/otlp/destination.h"

#include <fmt/format.h>

#include <utility>

#include "writers/otlp/curl_transport.h"

namespace glimpse::writers::otlp {

OtlpDestination::OtlpDestination(Settings settings, std::unique_ptr<Transport> transport,
                                 std::unique_ptr<DeadLetterBox> box, Clock* clock)
    : settings_(std::move(settings)),
      clock_(clock != nullptr ? *clock : system_clock_),
      transport_(std::move(transport)),
      box_(std::move(box)),
      encoder_(make_encoder(settings_.encoding)),
      source_(settings_, *encoder_),
      filter_(settings_),
      sender_(settings_, *transport_, box_.get(), clock_, messages_) {}

Result<std::uint64_t> OtlpDestination::open(const std::string&, std::uint64_t noted) { return noted; }

void OtlpDestination::call(const Call& record) {
  if (record.stage == Stage::kStart) return source_.started(record);
  const Span span = source_.finished(record);
  if (!filter_.is_sampled(span.trace_id)) return;
  if (!filter_.is_long_enough(record.duration_ns) && !span.failed) return;
  if (!filter_.is_under_cap(span.end_ns)) {
    ++over_cap_;
    ++sender_.counts().dropped;
    return;
  }
  item_.clear();
  encoder_->span(item_, span);
  add(Signal::kTraces, spans_, record.pid);
}

void OtlpDestination::span(const writers::Span& record) {
  const auto span = source_.program_span(record);
  if (!span) {
    ++sender_.counts().dropped;
    return;
  }
  if (!filter_.is_sampled(span->trace_id)) return;
  if (!filter_.is_under_cap(span->end_ns)) {
    ++over_cap_;
    ++sender_.counts().dropped;
    return;
  }
  item_.clear();
  encoder_->program_span(item_, *span);
  add(Signal::kTraces, spans_, record.pid, Scope::kProgram);
}

void OtlpDestination::log(const Log& record) {
  item_.clear();
  encoder_->log(item_, source_.log_of(record));
  add(Signal::kLogs, logs_, record.pid, Scope::kProgram);
}

void OtlpDestination::process(const Process& record) { source_.add(record); }

void OtlpDestination::thread(const Thread& record) { source_.add(record); }

void OtlpDestination::notice(const Notice& record) {
  item_.clear();
  encoder_->log(item_, source_.log_of(record));
  add(Signal::kLogs, logs_, record.pid);
}

void OtlpDestination::summary(const Summary& record) { source_.remove(record); }

void OtlpDestination::add(Signal signal, Batch& batch, std::uint32_t pid, Scope scope) {
  const auto& resource = source_.resource_of(pid);
  if (batch.records() >= settings_.max_spans || !batch.has_room(*resource, item_.size())) seal(signal, batch);
  if (batch.has_room(*resource, item_.size())) return batch.add(resource, item_, scope);
  ++sender_.counts().dropped;
  messages_.tell("too large", fmt::format("a record of {} bytes is larger than a server takes", item_.size()),
                 clock_.now());
}

// The batch becomes a request, and is empty.
void OtlpDestination::seal(Signal signal, Batch& batch) {
  if (batch.records() == 0) return;
  const Batch full = std::exchange(batch, {});
  Outgoing request;
  request.signal = signal;
  request.content_type = encoder_->content_type();
  request.records = full.records();
  request.body = encoder_->request(signal, full.groups());
  if (settings_.gzip) {
    if (auto smaller = gzip_.compressed(request.body)) {
      request.body = std::move(*smaller);
      request.content_encoding = "gzip";
    }
  }
  outgoing_.push_back(std::move(request));
}

bool OtlpDestination::is_full() const {
  // A little early: asked after each block, and the block that makes it overflow would make two requests of one.
  return !outgoing_.empty() || spans_.records() >= settings_.max_spans / 4 * 3 ||
         spans_.bytes() >= kFullRequestBytes / 4 * 3;
}

Commit OtlpDestination::commit(std::uint64_t) {
  seal(Signal::kTraces, spans_);
  seal(Signal::kLogs, logs_);
  Commit result;
  while (!outgoing_.empty()) {
    Commit sent = sender_.send(outgoing_.front());
    if (sent.outcome != Commit::Outcome::kDone) return sent;
    if (!sent.problem.empty()) result.problem = std::move(sent.problem);
    outgoing_.pop_front();
  }
  return result;
}

std::vector<std::string> OtlpDestination::take_messages() {
  const auto now = clock_.now();
  if (over_cap_ > told_over_cap_) {
    told_over_cap_ = over_cap_;
    messages_.tell_instead("cap",
                           fmt::format("{} spans were left out so far: more than GLIMPSE_SPANS_PER_SECOND={}",
                                       over_cap_, settings_.spans_per_second),
                           now);
  }
  return messages_.take(now, sender_.is_hurried());
}

std::unique_ptr<Destination> make_otlp_destination(Settings settings, std::unique_ptr<DeadLetterBox> box) {
  auto transport = std::make_unique<CurlTransport>(settings.tls);
  return std::make_unique<OtlpDestination>(std::move(settings), std::move(transport), std::move(box));
}

}  // namespace glimpse::writers::otlp
