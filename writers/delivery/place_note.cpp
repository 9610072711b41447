#include "writers/delivery/place_note.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <string_view>

#include "writers/delivery/files.h"
#include "writers/recording/checksum.h"

namespace glimpse::writers::delivery {
namespace {

struct Note {
  std::uint64_t check;  // of what follows
  std::uint64_t position;
  std::uint64_t before;
  Place place;
  char path[PATH_MAX];
};

std::uint64_t check_of(const Note& note) {
  const char* const begin = reinterpret_cast<const char*>(&note);
  return recording::crc32c({begin + sizeof note.check, sizeof note - sizeof note.check});
}

}  // namespace

// With the name of a cursor, so that it goes with them.
PlaceNote::PlaceNote(const std::string& folder, std::size_t number)
    : fd_(open(fmt::format("{}/{}jsonl-{}", folder, kCursorFilePrefix, number).c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
               0600)) {}

PlaceNote::~PlaceNote() {
  if (fd_ >= 0) close(fd_);
}

std::optional<PlaceNote::Begun> PlaceNote::read() const {
  Note note{};
  if (pread(fd_, &note, sizeof note, 0) != sizeof note || note.check != check_of(note)) return std::nullopt;
  return Begun{note.position, note.place, std::string(note.path, strnlen(note.path, sizeof note.path)), note.before};
}

void PlaceNote::write(const Begun& begun) {
  Note note{};
  note.position = begun.position;
  note.before = begun.before;
  note.place = begun.place;
  if (begun.path.size() < sizeof note.path) std::copy(begun.path.begin(), begun.path.end(), note.path);
  note.check = check_of(note);
  [[maybe_unused]] const auto written = pwrite(fd_, &note, sizeof note, 0);
}

}  // namespace glimpse::writers::delivery
