// A Writer that scrubs (writers/scrub/scrubbing_sink.h) what another one is given.
//
// Lines and blocks that it takes over were scrubbed when they were made.
#pragma once

#include <memory>
#include <utility>

#include "writers/forwarding_writer.h"
#include "writers/scrub/scrubbing_sink.h"

namespace glimpse::writers::scrub {

class ScrubbingWriter final : public ForwardingWriter {
 public:
  ScrubbingWriter(std::unique_ptr<Writer> next, const std::shared_ptr<const Patterns>& patterns)
      : ForwardingWriter(std::move(next)), sink_(ForwardingWriter::next(), patterns) {}

  void call(const Call& record) override { sink_.call(record); }
  void process(const Process& record) override { sink_.process(record); }
  void thread(const Thread& record) override { sink_.thread(record); }
  void span(const Span& record) override { sink_.span(record); }
  void log(const Log& record) override { sink_.log(record); }
  void notice(const Notice& record) override { sink_.notice(record); }
  void summary(const Summary& record) override { sink_.summary(record); }

 private:
  ScrubbingSink sink_;
};

}  // namespace glimpse::writers::scrub
