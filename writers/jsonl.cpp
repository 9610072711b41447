#include "writers/jsonl.h"

#include <algorithm>
#include <utility>

#include "writers/record_text.h"

namespace glimpse::writers {

JsonlWriter::JsonlWriter(RotatingFile output, const FieldSet& fields, bool trace_ids)
    : output_(std::move(output)), fields_(fields), call_text_(fields, trace_ids), buffer_(kFirstBytes) {}

void JsonlWriter::call(const Call& record) { call_text_.append(buffer_, record); }
void JsonlWriter::process(const Process& record) { append_line(buffer_, fields_, record); }
void JsonlWriter::thread(const Thread& record) { append_line(buffer_, fields_, record); }
void JsonlWriter::notice(const Notice& record) { append_line(buffer_, fields_, record); }
void JsonlWriter::summary(const Summary& record) { append_line(buffer_, fields_, record); }

void JsonlWriter::keep_in(Outbox& outbox) {
  if (!output_.path().empty()) outbox.goes_to(output_.path());
  buffer_.keep_in(outbox);
  outbox_ = &outbox;
}

Result<void> JsonlWriter::flush() {
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
