#include "writers/private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace glimpse::writers {

namespace {

constexpr std::string_view kUnfinished = ".new-";
constexpr const char* kLockOfAll = ".lock";
constexpr int kLockTries = 200;
constexpr useconds_t kBetweenTries_us = 5000;

// Each folder on the way, with access for this user alone, as XDG's folders are to be made.
int make_folders(const std::filesystem::path& path) {
  std::filesystem::path made;
  for (const auto& part : path) {
    made /= part;
    if (mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR) {
      struct stat there{};
      const int reason = errno;
      if (stat(made.c_str(), &there) != 0) return reason;  // a folder that is there may lie where nothing can be made
    }
  }
  return 0;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool is_ours(const struct stat& file) { return S_ISREG(file.st_mode) && file.st_uid == geteuid(); }

}  // namespace

Result<PrivateFolder> PrivateFolder::open(const std::string& path) {
  const auto refuse = [&](const std::string& why) { return Error{fmt::format("{}: {}", path, why)}; };
  if (const int reason = make_folders(path); reason != 0) return refuse(std::strerror(reason));
  OwnedDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return refuse(std::strerror(errno));
  struct stat status{};
  if (fstat(folder.get(), &status) != 0) return refuse(std::strerror(errno));
  if (status.st_uid != geteuid()) return refuse("belongs to another user");
  if ((status.st_mode & 0077) != 0) {
    return refuse("others may look into this folder; `chmod 700` it, or choose another one");
  }
  return PrivateFolder(std::move(folder), path);
}

std::vector<PrivateFolder::File> PrivateFolder::all_files() const {
  std::vector<File> files;
  const int fd = openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return files;
  const std::unique_ptr<DIR, decltype([](DIR* open) { closedir(open); })> entries(fdopendir(fd));
  if (!entries) {
    close(fd);
    return files;
  }
  while (const dirent* entry = readdir(entries.get())) {
    struct stat status{};
    if (fstatat(folder_.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_ours(status)) continue;
    files.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size)});
  }
  std::ranges::sort(files, {}, &File::name);
  return files;
}

std::vector<PrivateFolder::File> PrivateFolder::files() const {
  auto files = all_files();
  std::erase_if(files, [](const File& file) { return file.name.starts_with('.'); });
  return files;
}

Result<void> PrivateFolder::write(const std::string& name, std::string_view bytes) {
  const std::string unfinished = std::string(kUnfinished) + name;
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const OwnedDescriptor file(openat(folder_.get(), unfinished.c_str(), flags, 0600));
  if (!file) return error(name, errno);
  const auto give_up = [&](int reason) {
    remove(unfinished);
    return error(name, reason);
  };
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return give_up(errno);
  if (fchmod(file.get(), 0600) != 0) return give_up(errno);  // whatever the umask
  if (const int reason = write_all(file.get(), bytes); reason != 0) return give_up(reason);
  if (fsync(file.get()) != 0) return give_up(errno);
  if (renameat(folder_.get(), unfinished.c_str(), folder_.get(), name.c_str()) != 0) return give_up(errno);
  fsync(folder_.get());  // where this fails, the name may be lost with the power, and no sooner
  return {};
}

OwnedDescriptor PrivateFolder::open_file(const std::string& name) const {
  OwnedDescriptor file(openat(folder_.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0 || !is_ours(status)) return {};
  return file;
}

OwnedDescriptor PrivateFolder::lock(const std::string& name) const {
  OwnedDescriptor file = open_file(name);
  if (!file || flock(file.get(), LOCK_EX | LOCK_NB) != 0) return {};
  struct stat open{};
  struct stat named{};
  if (fstat(file.get(), &open) != 0 || fstatat(folder_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0)
    return {};
  if (named.st_ino != open.st_ino || named.st_dev != open.st_dev) return {};
  return file;
}

OwnedDescriptor PrivateFolder::lock_all() const {
  OwnedDescriptor file(openat(folder_.get(), kLockOfAll, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  for (int i = 0; file && i < kLockTries; ++i) {
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    usleep(kBetweenTries_us);
  }
  return {};
}

bool PrivateFolder::rename(const std::string& from, const std::string& to) const {
  return renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) == 0;
}

bool PrivateFolder::remove(const std::string& name) const { return unlinkat(folder_.get(), name.c_str(), 0) == 0; }

std::uint64_t PrivateFolder::remove_unfinished() const {
  std::uint64_t bytes = 0;
  for (const auto& file : all_files()) {
    if (!file.name.starts_with(kUnfinished)) continue;
    if (lock(file.name)) {
      remove(file.name);
    } else {
      bytes += file.bytes;
    }
  }
  return bytes;
}

Error PrivateFolder::error(std::string_view what, int reason) const {
  return {fmt::format("{}/{}: {}", path_, what, std::strerror(reason))};
}

std::uint64_t size_of(const OwnedDescriptor& file) {
  struct stat status{};
  return fstat(file.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::string read_file(const OwnedDescriptor& file, std::uint64_t most) {
  std::string bytes(std::min(size_of(file), most), '\0');
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t more = pread(file.get(), bytes.data() + read, bytes.size() - read, static_cast<off_t>(read));
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    read += static_cast<std::size_t>(more);
  }
  bytes.resize(read);
  return bytes;
}

}  // namespace glimpse::writers
