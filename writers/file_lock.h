// The lock (flock) that writers of one file take turns with.
//
// Threads: any; a lock belongs to the open file, so that two descriptors of one process exclude each other too.
// Failure: without locks on this file system the scope runs unlocked.
#pragma once

#include <sys/file.h>

#include <cerrno>

namespace glimpse::writers {

// Held for one scope. `fd` stays open meanwhile.
class FileLock {
 public:
  explicit FileLock(int fd) : fd_(fd) {
    while (flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~FileLock() { flock(fd_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace glimpse::writers
