#include "writers/settle.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "writers/packed_file.h"
#include "writers/rotated_files.h"
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

std::size_t same_bytes(std::string_view one, std::string_view other) {
  return static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first -
                                  one.begin());
}

// Of `text` in the file at `path`, where that is the file that `place` names.
std::uint64_t settle_in(const std::string& path, const Place& place, std::string_view text) {
  const LockedFile file(path);
  struct stat status{};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  if (status.st_dev != place.device || status.st_ino != place.inode) return 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size <= place.offset) return 0;
  const std::string found = read_at(file.fd(), place.offset, text.size());
  const std::size_t same = same_bytes(found, text);
  const std::uint64_t whole = whole_part(text, same);
  // Where this fails, the next writer's OutputFile cuts the half line or block.
  if (place.offset + same == size && same > whole) {
    [[maybe_unused]] const int cut = ftruncate(file.fd(), static_cast<off_t>(place.offset + whole));
  }
  return whole;
}

// The same in a file that was rotated and packed since.
std::uint64_t settle_in_packed(const std::string& path, const Place& place, std::string_view text) {
  if (packed_from(path) != FileIdentity{place.device, place.inode}) return 0;
  const auto found = unpack(path, place.offset, text.size());
  return found ? whole_part(text, same_bytes(*found, text)) : 0;
}

}  // namespace

std::uint64_t settle(const std::string& path, const Place& place, std::string_view text) {
  if (place.inode == 0) return 0;
  std::error_code failure;
  const auto real = std::filesystem::canonical(path, failure);
  // Twice: a packer may take one of them away while we look.
  for (int round = 0; round < 2; ++round) {
    if (const std::uint64_t there = settle_in(path, place, text); there > 0) return there;
    for (const std::string& file : files_beside(failure ? path : real.string())) {
      if (identity_at(file) == FileIdentity{place.device, place.inode}) {
        if (const std::uint64_t there = settle_in(file, place, text); there > 0) return there;
      } else if (const std::uint64_t there = settle_in_packed(file, place, text); there > 0) {
        return there;
      }
    }
  }
  return 0;
}

}  // namespace glimpse::writers
