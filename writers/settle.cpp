#include "writers/settle.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "writers/whole_part.h"

namespace glimpse::writers {

namespace {

// Open for one scope, and locked.
class LockedFile {
 public:
  explicit LockedFile(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {
    while (fd_ >= 0 && flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~LockedFile() {
    if (fd_ >= 0) close(fd_);
  }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string read_at(int fd, std::uint64_t offset, std::uint64_t bytes) {
  std::string found(bytes, '\0');
  std::size_t size = 0;
  while (size < bytes) {
    const ssize_t count = pread(fd, found.data() + size, bytes - size, static_cast<off_t>(offset + size));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  found.resize(size);
  return found;
}

}  // namespace

std::uint64_t settle(const std::string& path, const Place& place, std::string_view text) {
  const LockedFile file(path);
  struct stat status{};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  if (status.st_dev != place.device || status.st_ino != place.inode) return 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size <= place.offset) return 0;
  const std::string found = read_at(file.fd(), place.offset, text.size());
  const auto same =
      static_cast<std::size_t>(std::mismatch(found.begin(), found.end(), text.begin()).first - found.begin());
  const std::uint64_t whole = whole_part(text, same);
  // Where this fails, the next writer's OutputFile cuts the half line or block.
  if (place.offset + same == size && same > whole) {
    [[maybe_unused]] const int cut = ftruncate(file.fd(), static_cast<off_t>(place.offset + whole));
  }
  return whole;
}

}  // namespace glimpse::writers
