#include "writers/recording/file_end.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "writers/recording/block_file.h"
#include "writers/recording/format.h"

namespace glimpse::writers::recording {
namespace {

std::string read_at(int fd, std::uint64_t offset, std::size_t bytes) {
  std::string found(bytes, '\0');
  const ssize_t count = pread(fd, found.data(), bytes, static_cast<off_t>(offset));
  found.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return found;
}

bool ends_whole(int fd, std::uint64_t bytes) {
  BlockEnd end{};
  if (bytes < kFrameBytes || pread(fd, &end, sizeof end, static_cast<off_t>(bytes - sizeof end)) != sizeof end ||
      end.mark != kEndMark || end.block_bytes > bytes) {
    return false;
  }
  BlockHeader header{};
  return is_header(read_at(fd, bytes - end.block_bytes, sizeof header), header) &&
         header.block_bytes == end.block_bytes;
}

}  // namespace

bool may_continue(int fd) {
  const std::string begin = read_at(fd, 0, kMagic.size());
  return kMagic.starts_with(begin);  // a killed writer may have left less than that
}

int mend_end(int fd, std::uint64_t bytes) {
  if (ends_whole(fd, bytes)) return 0;
  // Rare, so that every header may be looked at.
  std::uint64_t whole = 0;
  BlockHeader header{};
  while (is_header(read_at(fd, whole, sizeof header), header) && whole + header.block_bytes <= bytes) {
    whole += header.block_bytes;
  }
  const std::string begin = read_at(fd, whole, sizeof header);
  const std::string_view magic = std::string_view(begin).substr(0, kMagic.size());
  const bool half = is_header(begin, header) || (begin.size() < sizeof header && kMagic.starts_with(magic));
  if (!half || whole >= bytes) return 0;
  return ftruncate(fd, static_cast<off_t>(whole)) == 0 ? 0 : errno;
}

}  // namespace glimpse::writers::recording
