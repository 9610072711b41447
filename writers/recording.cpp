#include "writers/recording.h"

#include <sys/random.h>
#include <unistd.h>

#include <ctime>
#include <utility>

#include "writers/whole_part.h"

namespace glimpse::writers {
namespace {

// No two writers of a file have the same.
std::uint64_t random_stream() {
  std::uint64_t stream = 0;
  if (getrandom(&stream, sizeof stream, GRND_NONBLOCK) == sizeof stream) return stream;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_nsec) << 34 ^ static_cast<std::uint64_t>(now.tv_sec) << 16 ^
         static_cast<std::uint64_t>(getpid());
}

}  // namespace

RecordingWriter::RecordingWriter(RotatingFile output)
    : output_(std::move(output)), encoder_(random_stream()), blocks_(kFirstBytes) {}

void RecordingWriter::keep_in(Outbox& outbox) {
  if (!output_.path().empty()) outbox.goes_to(output_.path());
  blocks_.keep_in(outbox);
  outbox_ = &outbox;
}

std::uint64_t RecordingWriter::waiting_records() const { return records_in(blocks_.text()) + encoder_.open_records(); }

Result<void> RecordingWriter::flush() {
  prepare();
  std::size_t accepted = 0;
  Result<void> result = output_.append(blocks_.text(), accepted, outbox_);
  blocks_.consume(accepted);
  return result;
}

}  // namespace glimpse::writers
