#include "cli/record_printer.h"

#include <unistd.h>

namespace glimpse::cli {

RecordPrinter::RecordPrinter(const writers::FieldSet& fields, bool trace_ids)
    : lines_(writers::OutputFile::borrow(STDOUT_FILENO, "standard output"), fields, trace_ids) {}

void RecordPrinter::process(const writers::Process& record) {
  ++processes_;
  if (span_.has(record.timestamp_ns)) lines_.process(record);
  flush_if_full();
}

void RecordPrinter::thread(const writers::Thread& record) {
  if (span_.has(record.timestamp_ns)) lines_.thread(record);
  flush_if_full();
}

void RecordPrinter::span(const writers::Span& record) {
  if (span_.has(record.timestamp_ns)) lines_.span(record);
  flush_if_full();
}

void RecordPrinter::log(const writers::Log& record) {
  if (span_.has(record.timestamp_ns)) lines_.log(record);
  flush_if_full();
}

void RecordPrinter::notice(const writers::Notice& record) {
  if (span_.has(record.timestamp_ns)) lines_.notice(record);
  flush_if_full();
}

void RecordPrinter::summary(const writers::Summary& record) {
  ++summaries_;
  if (span_.has(record.timestamp_ns)) lines_.summary(record);
  flush_if_full();
}

Result<void> RecordPrinter::flush() {
  if (problem_) return *problem_;
  if (const auto done = lines_.flush(); !done) {
    problem_ = done.error();
    span_ = {1, 0};  // nothing more
    return done;
  }
  return {};
}

}  // namespace glimpse::cli
