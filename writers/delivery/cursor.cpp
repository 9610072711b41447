#include "writers/delivery/cursor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>

#include "writers/delivery/files.h"
#include "writers/recording/checksum.h"

namespace glimpse::writers::delivery {
namespace {

struct Note {
  std::uint64_t position;
  std::uint64_t check;
};
static_assert(sizeof(Note) == 16, "within one page, so that a write of it is whole or not at all");

std::uint64_t check_of(std::uint64_t position) {
  return recording::crc32c({reinterpret_cast<const char*>(&position), sizeof position});
}

}  // namespace

Cursor::Cursor(const std::string& folder, std::string_view name)
    : fd_(open((folder + "/" + std::string(kCursorFilePrefix) + std::string(name)).c_str(),
               O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}

Cursor::~Cursor() {
  if (fd_ >= 0) close(fd_);
}

Position Cursor::read() const {
  Note note{};
  if (pread(fd_, &note, sizeof note, 0) != sizeof note || note.check != check_of(note.position)) return {};
  return Position::of(note.position);
}

void Cursor::note(Position position) {
  const Note note{position.number(), check_of(position.number())};
  [[maybe_unused]] const auto written = pwrite(fd_, &note, sizeof note, 0);
}

}  // namespace glimpse::writers::delivery
