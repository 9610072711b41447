#include "writers/file_packer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "writers/file_lock.h"
#include "writers/packed_file.h"

namespace glimpse::writers {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPacking = ".packing";
constexpr int kNice = 10;
// Between two steps of a rotation no file is at the path.
constexpr int kPathRounds = 50;
constexpr useconds_t kPathWait_us = 2000;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::optional<FileIdentity> identity_of(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return std::nullopt;
  return writers::identity_of(status);
}

std::string packing_path(const std::string& path, std::uint64_t inode) {
  const fs::path file(path);
  return (file.parent_path() / fmt::format(".{}.{}{}", file.filename().string(), inode, kPacking)).string();
}

// Another process may hold it, for as long as it packs.
bool lock_at_once(int fd) { return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

// Keeps permissions, owner and time of writing, as gzip and zstd do.
void be_like(int fd, const struct stat& status) {
  [[maybe_unused]] const int given = fchown(fd, status.st_uid, status.st_gid);
  fchmod(fd, status.st_mode & 0777);
  const timespec times[2] = {status.st_atim, status.st_mtim};
  futimens(fd, times);
}

}  // namespace

FilePacker::FilePacker(std::string path, Compression compression, std::function<void(const std::string&)> tell,
                       std::chrono::seconds farewell)
    : path_(std::move(path)), compression_(compression), tell_(std::move(tell)), farewell_(farewell) {}

FilePacker::~FilePacker() {
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    ends_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, farewell_, [this] { return done_; });
  }
  stop_.store(true, std::memory_order_relaxed);
  thread_.join();
}

void FilePacker::look() {
  const std::scoped_lock lock(mutex_);
  wanted_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_all();
}

void FilePacker::work() {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return wanted_ || ends_; });
    if (!wanted_) break;
    wanted_ = false;
    lock.unlock();
    pack_all();
    lock.lock();
  }
  done_ = true;
  changed_.notify_all();
}

// The oldest first: it may soon go.
void FilePacker::pack_all() {
  remove_leftovers();
  const auto files = rotated_files(path_);
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (file->compressed || stop_.load(std::memory_order_relaxed)) continue;
    const int reason = pack_one(file->path);
    if (reason == 0 || reason == ENOENT || reason == ECANCELED || std::exchange(told_, true)) continue;
    if (tell_) tell_(fmt::format("{}: cannot be compressed: {}; it stays as it is", file->path, std::strerror(reason)));
  }
}

// Of packers that were killed. Those that are at work hold their lock.
void FilePacker::remove_leftovers() const {
  const fs::path file(path_);
  const std::string prefix = "." + file.filename().string() + ".";
  std::error_code failure;
  fs::directory_iterator entry(file.has_parent_path() ? file.parent_path() : fs::path("."), failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(kPacking)) continue;
    const Descriptor leftover(open(entry->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (leftover.get() >= 0 && lock_at_once(leftover.get())) unlink(entry->path().c_str());
  }
}

// ENOENT where it is gone, or somebody else is at it.
int FilePacker::pack_one(const std::string& file) {
  const Descriptor plain(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
  struct stat status{};
  if (plain.get() < 0 || fstat(plain.get(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EINVAL;
  const std::string packing = packing_path(path_, status.st_ino);
  const Descriptor packed(open(packing.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (packed.get() < 0) return errno;
  // It may have been put in place, or removed, before we got the lock.
  if (!lock_at_once(packed.get()) || identity_at(packing) != identity_of(packed.get())) return ENOENT;
  {
    // A writer that had the lock when the file was renamed by another program than glimpse is done now.
    const FileLock last_writer(plain.get());
  }
  int reason = ftruncate(packed.get(), 0) == 0 ? 0 : errno;
  if (reason == 0) reason = pack(plain.get(), packed.get(), compression_, stop_);
  if (reason == 0) {
    be_like(packed.get(), status);
    reason = fsync(packed.get()) == 0 ? put_in_place(packing, writers::identity_of(status)) : errno;
  }
  if (reason != 0) unlink(packing.c_str());
  return reason;
}

// Under the lock of whatever file is at the path: numbers stay what they are.
int FilePacker::put_in_place(const std::string& packing, FileIdentity identity) const {
  for (int round = 0; round < kPathRounds; ++round) {
    const Descriptor current(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (current.get() < 0) {
      usleep(kPathWait_us);
      continue;
    }
    const FileLock lock(current.get());
    if (identity_at(path_) != identity_of(current.get())) continue;
    for (const RotatedFile& file : rotated_files(path_)) {
      if (file.compressed || identity_at(file.path) != identity) continue;
      const std::string packed = file.path + packed_suffix(compression_);
      const int reason = move_file(packing, packed);
      // A packer that was killed may have been here, and have put its own there.
      if (reason == EEXIST && packed_from(packed) == identity)
        unlink(packing.c_str());
      else if (reason != 0)
        return reason;
      return unlink(file.path.c_str()) == 0 ? 0 : errno;
    }
    return ENOENT;  // one of too many, and removed
  }
  return ENOENT;
}

}  // namespace glimpse::writers
