#include "writers/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "writers/file_lock.h"
#include "writers/recording/file_end.h"
#include "writers/whole_part.h"

namespace glimpse::writers {
namespace {

Error cannot_open(const std::string& path, int reason) {
  return {fmt::format("{}: cannot open for writing: {}; choose another file with -o or GLIMPSE_LOG_PATH", path,
                      std::strerror(reason))};
}

bool is_regular_file(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path, flags | O_APPEND | O_CLOEXEC | O_NOCTTY, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// Holds SIGPIPE back from this thread for one scope, and takes away the one that a write in that scope raised.
class PipeSignalHeld {
 public:
  PipeSignalHeld() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalHeld() {
    if (raised_ && !was_pending_) {
      const timespec at_once{};
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;

  void raised() { raised_ = true; }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
  bool raised_ = false;
};

void wait_until_writable(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  poll(&waiting, 1, -1);  // whatever it says, the next write() tells
}

// Writes all of `text`, or says in errno why only `written` bytes went out. 0 is success.
int write_all(int fd, std::string_view text, std::size_t& written) {
  written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(fd, text.data() + written, text.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count == 0) {
      return ENOSPC;  // a device that takes nothing and names no reason
    } else if (errno == EAGAIN) {
      wait_until_writable(fd);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// What follows the last newline of the first `bytes` bytes of the file. Empty where it is longer than any record of
// ours, or cannot be read.
std::string last_line(int fd, std::uint64_t bytes) {
  constexpr std::uint64_t kStep = 64 * 1024;
  constexpr std::uint64_t kMost = 4 * 1024 * 1024;
  std::string line;
  std::string part;
  while (line.size() < bytes && line.size() < kMost) {
    const std::uint64_t end = bytes - line.size();
    part.resize(std::min(kStep, end));
    if (pread(fd, part.data(), part.size(), static_cast<off_t>(end - part.size())) !=
        static_cast<ssize_t>(part.size())) {
      return {};
    }
    const std::size_t newline = part.rfind('\n');
    line.insert(0, newline == std::string::npos ? part : part.substr(newline + 1));
    if (newline != std::string::npos || line.size() == bytes) return line;
  }
  return {};
}

// An object that was begun and does not end.
bool is_half_record(std::string_view line) {
  if (line.empty() || line.front() != '{') return false;
  int open = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '}') {
      open += c == '{' ? 1 : -1;
    }
  }
  return in_text || open > 0;
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, Mode mode, Unit unit) {
  // Creating and opening are told apart, for only a file made here gets its permissions from here. A file that comes or
  // goes in between makes another round.
  for (int round = 0; round < 100; ++round) {
    int fd = open_retrying(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
      OutputFile file(fd, true, true, path);
      file.unit_ = unit;
      if (fchmod(fd, 0600) != 0) return cannot_open(path, errno);  // a umask may have taken even the owner's bits
      return file;
    }
    if (errno != EEXIST) return cannot_open(path, errno);

    // A regular file is also read, for its last byte. Anything else is not: its own reader would keep a FIFO open.
    struct stat status{};
    bool readable = stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    fd = open_retrying(path.c_str(), readable ? O_RDWR : O_WRONLY);
    if (fd < 0 && errno == EACCES && readable) {
      readable = false;
      fd = open_retrying(path.c_str(), O_WRONLY);
    }
    if (fd < 0 && errno == ENOENT && lstat(path.c_str(), &status) != 0) continue;
    if (fd < 0) return cannot_open(path, errno);
    OutputFile file(fd, true, readable, path);
    file.unit_ = unit;
    if (mode == Mode::kTruncate && file.regular_) {
      const FileLock lock(fd);
      if (ftruncate(fd, 0) != 0) return cannot_open(path, errno);
    }
    if (unit == Unit::kBlock && readable && !recording::may_continue(fd)) {
      return Error{
          fmt::format("{}: not a recording, so none can be appended; choose another file with -o or "
                      "GLIMPSE_LOG_PATH",
                      path)};
    }
    return file;
  }
  return cannot_open(path, EBUSY);
}

OutputFile OutputFile::borrow(int fd, std::string name) { return {fd, false, false, std::move(name)}; }

OutputFile::OutputFile(int fd, bool owned, bool readable, std::string name)
    : fd_(fd), owned_(owned), readable_(readable), regular_(is_regular_file(fd)), name_(std::move(name)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(other.fd_),
      owned_(std::exchange(other.owned_, false)),
      readable_(other.readable_),
      regular_(other.regular_),
      unit_(other.unit_),
      left_half_line_(other.left_half_line_),
      name_(std::move(other.name_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  std::swap(readable_, other.readable_);
  std::swap(regular_, other.regular_);
  std::swap(unit_, other.unit_);
  std::swap(left_half_line_, other.left_half_line_);
  std::swap(name_, other.name_);
  return *this;
}

OutputFile::~OutputFile() {
  if (owned_) close(fd_);
}

Result<void> OutputFile::append(std::string_view text, std::size_t& accepted, Outbox* outbox) {
  accepted = 0;
  if (text.empty()) return {};
  if (regular_) {
    const FileLock lock(fd_);
    return append_locked(text, accepted, outbox);
  }
  PipeSignalHeld held;
  if (outbox != nullptr) outbox->begins({});
  const int reason = write_all(fd_, text, accepted);
  if (outbox != nullptr) outbox->handed(accepted);
  if (reason == EPIPE) held.raised();
  if (reason != 0) return error(reason);
  return {};
}

Result<void> OutputFile::append_locked(std::string_view text, std::size_t& accepted, Outbox* outbox) {
  accepted = 0;
  if (const int reason = mend_end(); reason != 0) {
    if (outbox != nullptr) outbox->handed(0);
    return error(reason);
  }
  if (struct stat status{}; outbox != nullptr && fstat(fd_, &status) == 0) {
    outbox->begins({status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size)});
  }
  const int reason = write_all(fd_, text, accepted);
  if (reason != 0) {
    const std::size_t whole = whole_part(text, accepted);
    left_half_line_ = !cut(accepted - whole);
    accepted = whole;
  }
  if (outbox != nullptr) outbox->handed(accepted);
  if (reason != 0) return error(reason);
  return {};
}

// Sees to it that the file ends where a line or block ends. A file that cannot be read is taken to end well: it was not
// made here. Returns errno of what failed, 0 for success.
int OutputFile::mend_end() {
  std::size_t ignored = 0;
  if (!readable_) {
    const int reason = left_half_line_ && unit_ == Unit::kLine ? write_all(fd_, "\n", ignored) : 0;
    if (reason == 0) left_half_line_ = false;
    return reason;
  }
  struct stat status{};
  char last = '\n';
  if (fstat(fd_, &status) != 0 || status.st_size == 0) return 0;
  if (unit_ == Unit::kBlock) return recording::mend_end(fd_, static_cast<std::uint64_t>(status.st_size));
  if (pread(fd_, &last, 1, status.st_size - 1) != 1 || last == '\n') return 0;
  return mend_half_line(static_cast<std::uint64_t>(status.st_size));
}

// The file of `bytes` bytes ends in half a line: away with it where it is half a record.
int OutputFile::mend_half_line(std::uint64_t bytes) {
  const std::string half = last_line(fd_, bytes);
  if (is_half_record(half) && ftruncate(fd_, static_cast<off_t>(bytes - half.size())) == 0) return 0;
  std::size_t ignored = 0;
  return write_all(fd_, "\n", ignored);
}

// Takes away the last `bytes` that were written, where they are the file's last.
bool OutputFile::cut(std::size_t bytes) {
  if (bytes == 0) return true;
  struct stat status{};
  const off_t end = lseek(fd_, 0, SEEK_CUR);
  if (fstat(fd_, &status) != 0 || end != status.st_size) return false;
  const off_t wanted = end - static_cast<off_t>(bytes);
  return ftruncate(fd_, wanted) == 0 && lseek(fd_, wanted, SEEK_SET) == wanted;
}

std::string OutputFile::path() const {
  if (!regular_ || !owned_) return {};
  std::error_code failure;
  const auto path = std::filesystem::absolute(name_, failure);
  return failure ? std::string() : path.string();
}

Error OutputFile::error(int reason) const {
  return {fmt::format("{}: cannot write records: {}", name_, std::strerror(reason))};
}

}  // namespace glimpse::writers
