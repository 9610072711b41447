// Keeps the program's errno over calls into libraries, which may change it. What glimpse does by system calls of its
// own never touches it.
#pragma once

#include <errno.h>

namespace glimpse::runtime {

class ErrnoKeeper {
 public:
  ErrnoKeeper() : kept_(errno) {}
  ~ErrnoKeeper() { errno = kept_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  int kept_;
};

}  // namespace glimpse::runtime
