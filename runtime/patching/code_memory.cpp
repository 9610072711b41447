#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <fcntl.h>

#include "runtime/patching/code_memory.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

// Reads /proc/self/maps: `low-high rwxp offset …` in each line, in lower-case hexadecimal.
class Maps {
 public:
  Maps() : fd_(sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}
  ~Maps() {
    if (fd_ >= 0) sys_close(fd_);
  }
  Maps(const Maps&) = delete;
  Maps& operator=(const Maps&) = delete;

  bool next(Code& mapping, char (&rights)[4]) {
    mapping = {0, 0};
    if (!number(mapping.low) || !number(mapping.high)) return false;
    for (char& right : rights) right = character();
    for (char c = 0; c != '\n';) {
      c = character();
      if (c == 0) return false;
    }
    return true;
  }

 private:
  // 0 at the end.
  char character() {
    if (at_ == length_) {
      length_ = fd_ < 0 ? 0 : sys_read(fd_, text_, sizeof(text_));
      at_ = 0;
      if (length_ <= 0) {
        length_ = 0;
        return 0;
      }
    }
    return text_[at_++];
  }

  // And the one character behind it.
  bool number(std::uintptr_t& value) {
    for (;;) {
      const char c = character();
      if (c >= '0' && c <= '9') {
        value = value << 4 | static_cast<std::uintptr_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        value = value << 4 | static_cast<std::uintptr_t>(c - 'a' + 10);
      } else {
        return c == '-' || c == ' ';
      }
    }
  }

  int fd_;
  long at_ = 0;
  long length_ = 0;
  char text_[1024];
};

}  // namespace

bool find_code(std::uintptr_t address, Code& mapping) {
  Maps maps;
  char rights[4];
  while (maps.next(mapping, rights)) {
    if (address < mapping.low || address >= mapping.high) continue;
    return rights[0] == 'r' && rights[1] == '-' && rights[2] == 'x' && rights[3] == 'p';
  }
  return false;
}

CodeMemory::CodeMemory() : fd_(sys_open("/proc/self/mem", O_RDWR | O_CLOEXEC)) {}

CodeMemory::~CodeMemory() {
  if (fd_ >= 0) sys_close(fd_);
}

bool CodeMemory::write(std::uintptr_t address, std::uint8_t byte) {
  return fd_ >= 0 && raw_syscall(__NR_pwrite64, fd_, as_long(&byte), 1, static_cast<long>(address)) == 1;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
