#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <errno.h>

#include <cstdint>

#include "runtime/message.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

namespace glimpse::runtime {

namespace {

const char* reason(int error_number) {
  switch (error_number) {
    case EACCES:
      return "permission denied";
    case EPERM:
      return "not permitted";
    case ENOENT:
      return "no such file or folder";
    case ENOSPC:
      return "no space left";
    case EMFILE:
    case ENFILE:
      return "too many open files";
    case ENOMEM:
      return "out of memory";
    case EROFS:
      return "read-only file system";
    case EEXIST:
      return "it exists already";
    default:
      return nullptr;
  }
}

}  // namespace

void say(const char* what, const char* subject, int error_number) {
  Text<1200> line;
  line.add("glimpse: ").add(what).add(subject);
  if (error_number != 0) {
    line.add(": ");
    if (const char* words = reason(error_number)) {
      line.add(words);
    } else {
      line.add("error ").add_number(static_cast<std::uint64_t>(error_number));
    }
  }
  line.add("; this program is not recorded\n");
  sys_write(2, line.text(), line.length());
}

void tell(const char* what, const char* subject) {
  Text<4400> line;
  line.add("glimpse: ").add(what).add(subject).add("\n");
  sys_write(2, line.text(), line.length());
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
