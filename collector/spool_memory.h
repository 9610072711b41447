// A file of the session as memory: it stays when the process is killed.
//
// Threads: one thread. Failure: memory that cannot be had is refused, and what was there before stays; it is asked for
// before it is touched, so that a full tmpfs is no SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace glimpse::collector {

class SpoolMemory {
 public:
  // The file at `path`, made or taken over, with at least `bytes` bytes. Null where that cannot be had.
  static std::unique_ptr<SpoolMemory> open(const std::string& path, std::size_t bytes);

  // A new file at `path`. Null where there is one already, or it cannot be had.
  static std::unique_ptr<SpoolMemory> create(const std::string& path, std::size_t bytes);

  ~SpoolMemory();
  SpoolMemory(const SpoolMemory&) = delete;
  SpoolMemory& operator=(const SpoolMemory&) = delete;

  char* data() { return data_; }
  std::size_t size() const { return bytes_; }

  // At least `bytes` bytes from now on. data() may move, what is in it stays.
  bool grow(std::size_t bytes);

 private:
  explicit SpoolMemory(int fd) : fd_(fd) {}
  static std::unique_ptr<SpoolMemory> open(const std::string& path, std::size_t bytes, int flags);

  int fd_;
  char* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace glimpse::collector
