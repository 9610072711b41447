#include "writers/recording/block_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "writers/packed_file.h"
#include "writers/recording/checksum.h"

namespace glimpse::writers::recording {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

bool is_sound(const BlockHeader& header) {
  std::uint64_t packed = kFrameBytes;
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (header.raw_bytes[i] > kMaxColumnBytes || header.packed_bytes[i] > header.raw_bytes[i]) return false;
    packed += header.packed_bytes[i];
  }
  return packed == header.block_bytes;
}

// A file that nobody else sees; -1 with errno.
int memory_file(std::string_view bytes) {
  const int fd = memfd_create("glimpse", MFD_CLOEXEC);
  std::size_t written = 0;
  while (fd >= 0 && written < bytes.size()) {
    const ssize_t count = write(fd, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno != EINTR) {
      close(fd);
      return -1;
    }
    written += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  if (fd >= 0) lseek(fd, 0, SEEK_SET);
  return fd;
}

}  // namespace

bool is_header(std::string_view bytes, BlockHeader& header) {
  if (bytes.size() < sizeof header || !bytes.starts_with(kMagic)) return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header.version >= kOldestVersion && header.version <= kVersion && is_sound(header) &&
         header.header_crc == crc32c(bytes.substr(0, offsetof(BlockHeader, header_crc)));
}

Result<BlockFile> BlockFile::open(const std::string& path) {
  if (path == "-") return BlockFile(dup(STDIN_FILENO), "standard input");
  int fd = -1;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  struct stat status{};
  if (fd < 0 || fstat(fd, &status) != 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  if (S_ISREG(status.st_mode)) {
    if (const auto unpacked = unpack(path, 0, SIZE_MAX)) {
      close(fd);
      fd = memory_file(*unpacked);
      if (fd < 0) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
    }
  }
  BlockFile file(fd, path);
  if (S_ISDIR(status.st_mode)) return Error{fmt::format("{}: {}", path, std::strerror(EISDIR))};
  file.seekable_ = S_ISREG(status.st_mode);
  return file;
}

BlockFile BlockFile::of_memory(std::string_view bytes, std::string name) {
  BlockFile file(-1, std::move(name));
  file.bytes_ = bytes;
  return file;
}

BlockFile::BlockFile(BlockFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      seekable_(other.seekable_),
      offset_(other.offset_),
      block_offset_(other.block_offset_),
      room_(std::move(other.room_)),
      room_begin_(other.room_begin_),
      bytes_(other.bytes_),
      header_(other.header_),
      end_(other.end_) {}

BlockFile::~BlockFile() {
  if (fd_ >= 0) close(fd_);
}

// The next `bytes` bytes, or as many as there are.
std::string_view BlockFile::look(std::size_t bytes) {
  if (fd_ < 0) return bytes_.substr(0, bytes);
  while (room_.size() - room_begin_ < bytes) {
    room_.erase(0, std::exchange(room_begin_, 0));
    const std::size_t size = room_.size();
    room_.resize(std::max(bytes, kReadBytes));
    const std::size_t wanted = room_.size() - size;
    const ssize_t count = seekable_ ? pread(fd_, room_.data() + size, wanted, static_cast<off_t>(offset_ + size))
                                    : read(fd_, room_.data() + size, wanted);
    room_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
  }
  return std::string_view(room_).substr(room_begin_, bytes);
}

// The same once nobody is writing.
std::string_view BlockFile::look_again(std::size_t bytes) {
  if (seekable_ && flock(fd_, LOCK_SH) == 0) flock(fd_, LOCK_UN);
  return look(bytes);
}

// Whether so many bytes are there.
bool BlockFile::reaches(std::uint64_t bytes) {
  if (!seekable_) return look(bytes).size() == bytes;
  struct stat status{};
  return fstat(fd_, &status) == 0 && offset_ + bytes <= static_cast<std::uint64_t>(status.st_size);
}

void BlockFile::step(std::uint64_t bytes) {
  offset_ += bytes;
  if (fd_ < 0) {
    bytes_.remove_prefix(std::min<std::uint64_t>(bytes, bytes_.size()));
  } else if (bytes <= room_.size() - room_begin_) {
    room_begin_ += bytes;
  } else {
    room_.clear();
    room_begin_ = 0;
  }
}

Result<std::optional<BlockHeader>> BlockFile::next() {
  block_offset_ = offset_;
  std::string_view bytes = look(sizeof header_);
  if (!bytes.empty() && bytes.size() < sizeof header_) bytes = look_again(sizeof header_);
  if (bytes.empty()) {
    end_ = End::kWhole;
    return std::optional<BlockHeader>();
  }
  const bool begins = bytes.substr(0, kMagic.size()) == kMagic.substr(0, bytes.size());
  if (bytes.size() < sizeof header_ && begins) {
    end_ = End::kWithinBlock;
    return std::optional<BlockHeader>();
  }
  if (!is_header(bytes, header_)) return step_to_next_header();
  if (!reaches(header_.block_bytes) && look_again(header_.block_bytes).size() < header_.block_bytes) {
    end_ = End::kWithinBlock;
    return std::optional<BlockHeader>();
  }
  return std::optional<BlockHeader>(header_);
}

Error BlockFile::step_to_next_header() {
  const std::uint64_t from = offset_;
  const std::string_view begin = look(sizeof header_);
  const std::string first(begin);
  BlockHeader ignored{};
  step(1);
  while (true) {
    const std::string_view bytes = look(kReadBytes);
    const std::size_t found = bytes.find(kMagic);
    if (found == std::string_view::npos) {
      const bool all = bytes.size() < kReadBytes;
      step(all ? bytes.size() : bytes.size() - kMagic.size());
      if (all) break;
      continue;
    }
    step(found);
    const std::string_view header = look(sizeof header_);
    if (header.size() < sizeof header_ || is_header(header, ignored)) break;
    step(1);
  }
  if (from == 0 && first.starts_with('{')) return {fmt::format("{}: JSON lines, not a recording", name_)};
  if (from == 0 && !first.starts_with(kMagic)) return {fmt::format("{}: not a recording of glimpse", name_)};
  std::uint16_t version = kVersion;
  if (first.size() >= kMagic.size() + sizeof version) {
    std::memcpy(&version, first.data() + kMagic.size(), sizeof version);
  }
  if (first.starts_with(kMagic) && (version < kOldestVersion || version > kVersion)) {
    return {fmt::format("{}: byte {}: a recording of version {}; this glimpse reads versions {} to {}", name_, from,
                        version, kOldestVersion, kVersion)};
  }
  return {fmt::format("{}: damaged from byte {} to {}", name_, from, offset_)};
}

Result<std::string_view> BlockFile::columns() {
  const std::string_view block = look(header_.block_bytes);
  BlockEnd end{};
  bool sound = block.size() == header_.block_bytes;
  if (sound) {
    std::memcpy(&end, block.data() + block.size() - sizeof end, sizeof end);
    const std::string_view columns = block.substr(sizeof header_, block.size() - kFrameBytes);
    sound = end.mark == kEndMark && end.block_bytes == header_.block_bytes && crc32c(columns) == header_.columns_crc;
    if (sound) {
      step(header_.block_bytes);  // what was looked at stays where it is
      return columns;
    }
  }
  // What the header says of its length may be what is wrong: the next one may stand within.
  step(sizeof header_);
  const std::uint64_t rest = header_.block_bytes - sizeof header_;
  const std::string_view inside = look(rest + sizeof header_);
  BlockHeader ignored{};
  const bool goes_on = inside.size() == rest || (inside.size() > rest && is_header(inside.substr(rest), ignored));
  if (goes_on) step(rest);
  return error("damaged");
}

void BlockFile::skip() { step(header_.block_bytes); }

Error BlockFile::error(std::string_view what) const {
  const std::string lost = header_.kind == static_cast<std::uint16_t>(BlockKind::kRecords)
                               ? fmt::format("{} records from entry {} on", header_.records, header_.first_entry_id)
                               : fmt::format("{} names", header_.records);
  return {fmt::format("{}: the block at byte {} cannot be read ({}): {} are lost", name_, block_offset_, what, lost)};
}

}  // namespace glimpse::writers::recording
