#include "writers/rotating_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "writers/file_lock.h"
#include "writers/recording/name_blocks.h"
#include "writers/rotated_files.h"
#include "writers/whole_part.h"

namespace glimpse::writers {

namespace fs = std::filesystem;

namespace {

// How often a file that nothing is appended to is looked for at its path, and how long to wait after a failure.
constexpr std::chrono::seconds kLookInterval{1};
// Files may come and go at the path while we open one. Nobody does that so often but by mistake.
constexpr int kMostRounds = 100;

std::atomic<std::uint64_t> asked_to_reopen{0};

std::uint64_t size_of(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// What is below these is a way to a file that has another name.
bool has_name_of_its_own(const std::string& path) { return !path.starts_with("/dev/") && !path.starts_with("/proc/"); }

// Without symbolic links; empty for what has no name of its own, and where there is nothing.
std::string real_path_of(const std::string& path, std::error_code& failure) {
  failure.clear();
  return path.empty() || !has_name_of_its_own(path) ? std::string() : fs::canonical(path, failure).string();
}

}  // namespace

void reopen_files() { asked_to_reopen.fetch_add(1, std::memory_order_relaxed); }

RotatingFile::RotatingFile(OutputFile file, OutputFile::Unit unit, FileRules rules)
    : file_(std::move(file)), unit_(unit), rules_(std::move(rules)), asked_(asked_to_reopen.load()) {}

Result<RotatingFile> RotatingFile::open(const std::string& path, OutputFile::Mode mode, OutputFile::Unit unit,
                                        FileRules rules) {
  const bool aside = mode == OutputFile::Mode::kTruncate && rules.max_file_bytes != 0;
  const auto how = aside ? OutputFile::Mode::kAppend : mode;
  auto opened = OutputFile::open(path, how, unit);
  std::error_code failure;
  std::string real = opened ? real_path_of(opened->path(), failure) : std::string();
  for (int round = 0; opened && failure == std::errc::no_such_file_or_directory && round < kMostRounds; ++round) {
    opened = OutputFile::open(path, how, unit);  // somebody has renamed it since
    if (opened) real = real_path_of(opened->path(), failure);
  }
  if (!opened) return opened.error();
  RotatingFile file(std::move(*opened), unit, std::move(rules));
  if (real.empty()) return file;
  file.path_ = file.file_.path();
  file.real_path_ = real;
  if (!aside) {
    file.pack_rotated();  // what a killed process has left
    return file;
  }
  const bool moved = [&] {
    const FileLock lock(file.file_.descriptor());
    return size_of(file.file_.descriptor()) > 0 && file.at_path() && file.rotate_locked();
  }();
  if (moved) file.reopen();
  file.pack_rotated();
  return file;
}

std::string RotatingFile::path() const { return path_.empty() ? file_.path() : path_; }

Result<void> RotatingFile::append(std::string_view text, std::size_t& accepted, Outbox* outbox) {
  accepted = 0;
  if (path_.empty()) return file_.append(text, accepted, outbox);
  if (text.empty()) {
    look();
    return {};
  }
  looked_ = Clock::now();
  for (int round = 0; accepted < text.size();) {
    if (round == kMostRounds) stays_until_ = looked_ + kLookInterval;
    std::size_t written = 0;
    const auto step = [&] {
      const FileLock lock(file_.descriptor());
      return append_some(text.substr(accepted), written, outbox);
    }();
    accepted += written;
    if (!step) return step.error();
    if (*step == Step::kMoved) {
      ++round;
      reopen();
      pack_rotated();
    }
  }
  return {};
}

// Nothing to append: whether the file is still the one at its path, now and then.
void RotatingFile::look() {
  const std::uint64_t asked = asked_to_reopen.load(std::memory_order_relaxed);
  const auto now = Clock::now();
  if (asked == asked_ && now - looked_ < kLookInterval) return;
  asked_ = asked;
  looked_ = now;
  if (!at_path()) reopen();
}

bool RotatingFile::at_path() const {
  struct stat status{};
  return fstat(file_.descriptor(), &status) == 0 && identity_at(path_) == identity_of(status);
}

// What is at the path now, or a new file there. Where that cannot be, the one that is open stays so for a while.
bool RotatingFile::reopen() {
  std::error_code failure;
  auto opened = OutputFile::open(path_, OutputFile::Mode::kAppend, unit_);
  const bool was_at_path = opened.ok();
  if (!opened) opened = OutputFile::open(real_path_, OutputFile::Mode::kAppend, unit_);  // the link leads nowhere now
  const std::string real = opened ? fs::canonical(path_, failure).string() : std::string();
  if (was_at_path && failure == std::errc::no_such_file_or_directory) return false;  // renamed since: look again
  if (!opened || !opened->is_regular() || failure) {
    stays_until_ = Clock::now() + kLookInterval;
    return false;
  }
  struct stat before{};
  const bool known = fstat(file_.descriptor(), &before) == 0;
  file_ = std::move(*opened);
  if (known && size_of(file_.descriptor()) == 0) be_like(before);
  if (real_path_ != real) packer_.reset();
  real_path_ = real;
  names_missing_ = !names_.empty();
  empty_bytes_ = 0;
  return true;
}

// Whoever could read the file before can read this one.
void RotatingFile::be_like(const struct stat& before) {
  struct stat status{};
  if (fstat(file_.descriptor(), &status) != 0) return;
  [[maybe_unused]] const int given = status.st_uid != before.st_uid || status.st_gid != before.st_gid
                                         ? fchown(file_.descriptor(), before.st_uid, before.st_gid)
                                         : 0;
  if (status.st_mode != before.st_mode) fchmod(file_.descriptor(), before.st_mode & 0777);
}

// One part of `text`, into the file that is open; the caller holds its lock. kMoved: into another one, and nothing was
// written.
Result<RotatingFile::Step> RotatingFile::append_some(std::string_view text, std::size_t& accepted, Outbox* outbox) {
  const bool stays = looked_ < stays_until_;
  if (!stays && !at_path()) return Step::kMoved;
  std::size_t bytes = text.size();
  if (rules_.max_file_bytes != 0) {
    std::uint64_t size = size_of(file_.descriptor());
    if (auto begun = begin_with_names(size); !begun) return begun.error();
    bytes = part_that_fits(text, size);
    if (bytes == 0 && size > empty_bytes_ && !stays) {
      if (rotate_locked()) return Step::kMoved;
      bytes = text.size();
    }
    if (bytes == 0) bytes = first_part(text);
  } else if (names_missing_) {
    std::uint64_t size = size_of(file_.descriptor());
    if (auto begun = begin_with_names(size); !begun) return begun.error();
  }
  const auto done = file_.append_locked(text.substr(0, bytes), accepted, outbox);
  if (unit_ == OutputFile::Unit::kBlock) names_ += recording::name_blocks(text.substr(0, accepted));
  if (!done) return done.error();
  return Step::kWritten;
}

// How much of `text` a file of `bytes` bytes has room for.
std::size_t RotatingFile::part_that_fits(std::string_view text, std::uint64_t bytes) const {
  const std::uint64_t room = rules_.max_file_bytes > bytes ? rules_.max_file_bytes - bytes : 0;
  return room >= text.size() ? text.size() : whole_part(text, room);
}

// A copy of the names that the file lacks; `bytes` is its size.
Result<void> RotatingFile::begin_with_names(std::uint64_t& bytes) {
  if (!names_missing_) return {};
  std::size_t accepted = 0;
  if (auto done = file_.append_locked(names_, accepted); !done) return done;
  if (bytes == 0) empty_bytes_ = accepted;
  bytes += accepted;
  names_missing_ = false;
  return {};
}

// What is at the path is to be looked at again then. False where it stays, and grows on for a while.
bool RotatingFile::rotate_locked() {
  file_.mend_end();
  const int reason = rotate(real_path_, rules_.max_files);
  if (reason == 0 || reason == EEXIST || reason == ENOENT) return true;  // the latter: somebody else is at it too
  stays_until_ = Clock::now() + kLookInterval;
  if (std::exchange(told_, true)) return false;
  if (rules_.tell) {
    rules_.tell(fmt::format("{}: cannot be rotated: {}; it grows beyond GLIMPSE_MAX_FILE_BYTES", name(),
                            std::strerror(reason)));
  }
  return false;
}

void RotatingFile::recall_names(std::string_view blocks) {
  if (path_.empty() || unit_ != OutputFile::Unit::kBlock) return;
  auto wanted = recording::names_wanted(blocks);
  std::vector<std::string> files{real_path_};
  for (const RotatedFile& file : rotated_files(real_path_)) files.push_back(file.path);
  for (const std::string& file : files) {
    if (wanted.empty()) return;
    auto opened = recording::BlockFile::open(file);
    if (!opened) continue;
    const std::string names = recording::name_blocks_of(std::move(*opened), wanted);
    names_ += names;
    if (!names.empty() && file != real_path_) names_missing_ = true;
  }
}

void RotatingFile::pack_rotated() {
  if (rules_.max_file_bytes == 0 || rules_.compression == Compression::kNone) return;
  if (packer_ == nullptr) packer_ = std::make_unique<FilePacker>(real_path_, rules_.compression, rules_.tell);
  packer_->look();
}

}  // namespace glimpse::writers
