#include "writers/jsonl.h"

#include <algorithm>
#include <utility>

namespace glimpse::writers {

JsonlWriter::JsonlWriter(RotatingFile output, const FieldSet& fields, bool trace_ids)
    : output_(std::move(output)),
      gate_(output_.rules(), output_.name()),
      fields_(fields),
      call_text_(fields, trace_ids),
      buffer_(kFirstBytes) {}

template <typename Record>
void JsonlWriter::add(const Record& record) {
  if (gate_.is_open()) [[likely]]
    return put(record);
  gate_.pass(record, [this](const auto& one) { this->put(one); });
}

void JsonlWriter::call(const Call& record) { add(record); }
void JsonlWriter::process(const Process& record) { add(record); }
void JsonlWriter::thread(const Thread& record) { add(record); }
void JsonlWriter::span(const Span& record) { add(record); }
void JsonlWriter::log(const Log& record) { add(record); }
void JsonlWriter::notice(const Notice& record) { add(record); }
void JsonlWriter::summary(const Summary& record) { add(record); }

void JsonlWriter::keep_in(Outbox& outbox) {
  if (!output_.path().empty()) outbox.goes_to(output_.path());
  buffer_.keep_in(outbox);
  outbox_ = &outbox;
}

Result<void> JsonlWriter::flush() {
  if (buffer_.size() > 0 || !gate_.is_open()) gate_.look(output_.descriptor(), buffer_.size());
  std::size_t accepted = 0;
  Result<void> result = output_.append(buffer_.text(), accepted, outbox_);
  buffer_.consume(accepted);
  return result;
}

std::uint64_t JsonlWriter::waiting_records() const {
  const std::string_view text = buffer_.text();
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace glimpse::writers
