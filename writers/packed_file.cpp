#include "writers/packed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace glimpse::writers {

namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr int kGzipFormat = 15 + 16;  // the largest window, with gzip's header around it
constexpr int kZstdLevel = 3;
// Frames that start with one of sixteen such numbers are skipped by whoever unpacks (RFC 8878, 3.1.2).
constexpr std::uint32_t kSkippable = 0x184d2a5e;

struct Mark {
  std::uint32_t frame = kSkippable;
  std::uint32_t bytes = sizeof(Mark) - 2 * sizeof(std::uint32_t);
  char word[8] = {'G', 'L', 'I', 'M', 'P', 'S', 'E', 0};
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
};
static_assert(sizeof(Mark) == 32);

class File {
 public:
  explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

int write_whole(int fd, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = write(fd, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

// The next bytes of `fd` in `room`; -1 with errno.
ssize_t read_piece(int fd, std::vector<char>& room) {
  ssize_t count = 0;
  do {
    count = read(fd, room.data(), room.size());
  } while (count < 0 && errno == EINTR);
  return count;
}

// Calls `take(bytes, last)`, which returns an errno, with all that `fd` holds.
template <typename Take>
int for_each_piece(int fd, const std::atomic<bool>& stop, Take take) {
  std::vector<char> room(kPieceBytes);
  while (true) {
    if (stop.load(std::memory_order_relaxed)) return ECANCELED;
    const ssize_t count = read_piece(fd, room);
    if (count < 0) return errno;
    if (const int reason = take(std::string_view(room.data(), static_cast<std::size_t>(count)), count == 0);
        reason != 0)
      return reason;
    if (count == 0) return 0;
  }
}

int pack_gzip(int from, int to, const struct stat& status, const std::atomic<bool>& stop) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return ENOMEM;
  std::string comment = fmt::format("glimpse {} {}", status.st_dev, status.st_ino);
  gz_header header{};
  header.time = static_cast<uLong>(status.st_mtime);
  header.os = 3;  // Unix
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  deflateSetHeader(&stream, &header);
  std::vector<char> out(kPieceBytes);
  const int reason = for_each_piece(from, stop, [&](std::string_view bytes, bool last) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(out.data());
      stream.avail_out = static_cast<uInt>(out.size());
      deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      if (const int failed = write_whole(to, out.data(), out.size() - stream.avail_out); failed != 0) return failed;
    } while (stream.avail_out == 0);
    return 0;
  });
  deflateEnd(&stream);
  return reason;
}

int pack_zstd(int from, int to, const struct stat& status, const std::atomic<bool>& stop) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (context == nullptr) return ENOMEM;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> out(kPieceBytes);
  const int reason = for_each_piece(from, stop, [&](std::string_view bytes, bool last) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer piece{out.data(), out.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context.get(), &piece, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) return EIO;
      if (const int failed = write_whole(to, out.data(), piece.pos); failed != 0) return failed;
      if (last ? left == 0 : in.pos == in.size) return 0;
    }
  });
  if (reason != 0) return reason;
  Mark mark;
  mark.device = status.st_dev;
  mark.inode = status.st_ino;
  return write_whole(to, &mark, sizeof mark);
}

// What is unpacked passes by here: the part that is wanted stays.
class Wanted {
 public:
  Wanted(std::uint64_t offset, std::uint64_t most) : offset_(offset), most_(most) {}
  // False when it has all.
  bool take(std::string_view bytes) {
    const std::uint64_t skipped = std::min<std::uint64_t>(offset_ - passed_, bytes.size());
    passed_ += skipped;
    text_ += bytes.substr(skipped, most_ - text_.size());
    return text_.size() < most_;
  }
  bool reached() const { return passed_ == offset_; }
  std::string text() && { return std::move(text_); }

 private:
  std::uint64_t offset_;
  std::uint64_t most_;
  std::uint64_t passed_ = 0;
  std::string text_;
};

bool unpack_gzip(int fd, Wanted& wanted) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipFormat) != Z_OK) return false;
  std::vector<char> in(kPieceBytes), out(kPieceBytes);
  bool more = true;
  for (ssize_t count = 0; more && (count = read_piece(fd, in)) > 0;) {
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(count);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(out.data());
      stream.avail_out = static_cast<uInt>(out.size());
      const int result = inflate(&stream, Z_NO_FLUSH);
      more = (result == Z_OK || result == Z_BUF_ERROR);
      more = wanted.take({out.data(), out.size() - stream.avail_out}) && more;
    } while (more && stream.avail_out == 0);
  }
  inflateEnd(&stream);
  return true;
}

bool unpack_zstd(int fd, Wanted& wanted) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (context == nullptr) return false;
  std::vector<char> in(kPieceBytes), out(kPieceBytes);
  for (ssize_t count = 0; (count = read_piece(fd, in)) > 0;) {
    ZSTD_inBuffer piece{in.data(), static_cast<std::size_t>(count), 0};
    bool full = true;
    while (piece.pos < piece.size || full) {
      ZSTD_outBuffer made{out.data(), out.size(), 0};
      if (ZSTD_isError(ZSTD_decompressStream(context.get(), &made, &piece)) != 0) return true;
      if (!wanted.take({out.data(), made.pos})) return true;
      full = made.pos == made.size;
    }
  }
  return true;
}

bool is_gzip(std::string_view begin) { return begin.starts_with("\x1f\x8b"); }
bool is_zstd(std::string_view begin) { return begin.starts_with("\x28\xb5\x2f\xfd"); }

std::string first_bytes(int fd) {
  std::string bytes(256, '\0');
  const ssize_t count = pread(fd, bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

}  // namespace

const char* packed_suffix(Compression compression) {
  if (compression == Compression::kNone) return "";
  return compression == Compression::kGzip ? kGzipSuffix : kZstdSuffix;
}

int pack(int from, int to, Compression compression, const std::atomic<bool>& stop) {
  struct stat status{};
  if (fstat(from, &status) != 0) return errno;
  return compression == Compression::kGzip ? pack_gzip(from, to, status, stop) : pack_zstd(from, to, status, stop);
}

std::optional<FileIdentity> packed_from(const std::string& path) {
  const File file(path);
  if (file.fd() < 0) return std::nullopt;
  const std::string begin = first_bytes(file.fd());
  if (is_gzip(begin)) {
    // Flags: a comment, and nothing else before it.
    constexpr std::size_t kHeaderBytes = 10;
    if (begin.size() <= kHeaderBytes || begin[3] != 0x10) return std::nullopt;
    unsigned long long device = 0, inode = 0;
    if (std::sscanf(begin.c_str() + kHeaderBytes, "glimpse %llu %llu", &device, &inode) != 2) return std::nullopt;
    return FileIdentity{device, inode};
  }
  struct stat status{};
  Mark mark;
  const Mark expected;
  if (!is_zstd(begin) || fstat(file.fd(), &status) != 0 ||
      pread(file.fd(), &mark, sizeof mark, status.st_size - static_cast<off_t>(sizeof mark)) != sizeof mark ||
      std::memcmp(&mark, &expected, offsetof(Mark, device)) != 0) {
    return std::nullopt;
  }
  return FileIdentity{mark.device, mark.inode};
}

std::optional<std::string> unpack(const std::string& path, std::uint64_t offset, std::uint64_t most) {
  const File file(path);
  if (file.fd() < 0) return std::nullopt;
  const std::string begin = first_bytes(file.fd());
  Wanted wanted(offset, most);
  const bool read = is_gzip(begin)   ? unpack_gzip(file.fd(), wanted)
                    : is_zstd(begin) ? unpack_zstd(file.fd(), wanted)
                                     : false;
  if (!read || !wanted.reached()) return std::nullopt;
  return std::move(wanted).text();
}

}  // namespace glimpse::writers
