#include "collector/spool_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace glimpse::collector {

std::unique_ptr<SpoolMemory> SpoolMemory::open(const std::string& path, std::size_t bytes, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return nullptr;
  std::unique_ptr<SpoolMemory> memory(new SpoolMemory(fd));
  struct stat status{};
  if (fstat(fd, &status) != 0 || !memory->grow(std::max(bytes, static_cast<std::size_t>(status.st_size))))
    return nullptr;
  return memory;
}

std::unique_ptr<SpoolMemory> SpoolMemory::open(const std::string& path, std::size_t bytes) {
  return open(path, bytes, 0);
}

std::unique_ptr<SpoolMemory> SpoolMemory::create(const std::string& path, std::size_t bytes) {
  return open(path, bytes, O_EXCL);
}

SpoolMemory::~SpoolMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
  close(fd_);
}

bool SpoolMemory::grow(std::size_t bytes) {
  if (bytes <= bytes_) return true;
  if (posix_fallocate(fd_, 0, static_cast<off_t>(bytes)) != 0) return false;
  void* const where = data_ == nullptr ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0)
                                       : mremap(data_, bytes_, bytes, MREMAP_MAYMOVE);
  if (where == MAP_FAILED) return false;
  data_ = static_cast<char*>(where);
  bytes_ = bytes;
  return true;
}

}  // namespace glimpse::collector
