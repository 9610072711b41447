#include "writers/recording.h"

#include <utility>

#include "writers/random_stream.h"
#include "writers/whole_part.h"

namespace glimpse::writers {

RecordingWriter::RecordingWriter(RotatingFile output)
    : output_(std::move(output)),
      gate_(output_.rules(), output_.name()),
      encoder_(random_stream()),
      blocks_(kFirstBytes) {}

void RecordingWriter::keep_in(Outbox& outbox) {
  if (!output_.path().empty()) outbox.goes_to(output_.path());
  blocks_.keep_in(outbox);
  outbox_ = &outbox;
}

std::uint64_t RecordingWriter::waiting_records() const { return records_in(blocks_.text()) + encoder_.open_records(); }

Result<void> RecordingWriter::flush() {
  prepare();
  if (blocks_.size() > 0 || !gate_.is_open()) gate_.look(output_.descriptor(), blocks_.size());
  std::size_t accepted = 0;
  Result<void> result = output_.append(blocks_.text(), accepted, outbox_);
  blocks_.consume(accepted);
  return result;
}

}  // namespace glimpse::writers
