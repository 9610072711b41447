#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <fcntl.h>
#include <sys/resource.h>

#include "runtime/identity.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kPathBytes = 4096;

std::uint32_t not_negative(long bytes) { return bytes > 0 ? static_cast<std::uint32_t>(bytes) : 0; }

std::uint32_t read_file(const char* path, char* to, std::uint64_t bytes) {
  const int fd = sys_open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::uint32_t length = 0;
  while (length < bytes) {
    const long count = sys_read(fd, to + length, bytes - length);
    if (count <= 0) break;
    length += static_cast<std::uint32_t>(count);
  }
  sys_close(fd);
  return length;
}

// From what /proc/self/ns/pid links to: `pid:[4026531836]`.
std::uint64_t pid_namespace() {
  char link[64];
  const long length = sys_readlink("/proc/self/ns/pid", link, sizeof(link));
  std::uint64_t number = 0;
  for (long i = 0; i < length; ++i) {
    if (link[i] >= '0' && link[i] <= '9') number = number * 10 + static_cast<std::uint64_t>(link[i] - '0');
  }
  return number;
}

// Through the link, which leads to the file itself, whatever happened to its name.
void write_executable_file(wire::ProcessHeader& header) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct stat status;
  if (sys_stat("/proc/self/exe", &status) < 0) return;
  header.executable_device = status.st_dev;
  header.executable_inode = status.st_ino;
  header.executable_modified_ns = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec;
}

}  // namespace

void write_identity(wire::ProcessHeader& header, char* to) {
  header.pid_namespace = pid_namespace();
  write_executable_file(header);
  header.executable_bytes = not_negative(sys_readlink("/proc/self/exe", to, kPathBytes));
  to += header.executable_bytes;
  header.cwd_bytes = not_negative(sys_getcwd(to, kPathBytes));  // counts the closing zero
  if (header.cwd_bytes > 0) --header.cwd_bytes;
  to += header.cwd_bytes;
  header.command_bytes = read_file("/proc/self/cmdline", to, wire::kIdentityBytes - 2 * kPathBytes);
}

bool within_file_limit(std::uint64_t bytes) {
  rlimit limit{};
  if (raw_syscall(__NR_prlimit64, 0, RLIMIT_FSIZE, 0, as_long(&limit)) < 0) return true;
  return limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
