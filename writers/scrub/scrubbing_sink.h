// A RecordSink in front of another one that scrubs what passes.
//
// Scrubbed: messages of exceptions and notices, captured arguments and results, the files in stack traces, command
// lines, the environment's name, problems of destinations; of spans and logs their names, messages, titles, tags and
// values of attributes, and those under a secret's name whole. Never: names of functions, modules, files, types,
// threads and attributes, ids, tracestate.
//
// Threads: one thread uses it; each destination has its own. Failure: none.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "writers/record_sink.h"
#include "writers/scrub/scrubber.h"

namespace glimpse::writers::scrub {

// Each argument for itself, and the one behind `--password` whole.
std::vector<std::string> scrubbed_command(Scrubber& scrubber, const std::vector<std::string>& command);

class ScrubbingSink final : public RecordSink {
 public:
  // `out` outlives it. `patterns`: the user's own; may be null.
  explicit ScrubbingSink(RecordSink& out, const std::shared_ptr<const Patterns>& patterns = nullptr)
      : out_(out), scrubber_(patterns) {}

  void call(const Call& record) override {
    const bool plain = record.exception == nullptr && record.captured.empty() && record.result.empty();
    if (plain) [[likely]] {
      out_.call(record);
    } else {
      scrub_call(record);
    }
  }
  void process(const Process& record) override;
  void thread(const Thread& record) override { out_.thread(record); }
  void span(const Span& record) override;
  void log(const Log& record) override;
  void notice(const Notice& record) override;
  void summary(const Summary& record) override;

 private:
  void scrub_call(Call record);
  std::string_view scrub_stack_trace(std::string_view trace);
  std::string_view kept(std::string_view scrubbed, std::string_view original);
  std::string_view scrub_text(std::string_view text);
  void scrub_fields(std::vector<Field>& fields);

  RecordSink& out_;
  Scrubber scrubber_;
  // Scrubbed texts of the record that is being passed on.
  std::string what_;
  std::string captured_;
  std::string result_;
  std::string trace_;
  std::deque<std::string> texts_;  // of a span or log
};

}  // namespace glimpse::writers::scrub
