#include "writers/rotated_files.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

namespace glimpse::writers {

namespace fs = std::filesystem;

namespace {

// The paths beside `path` whose names begin with its own.
std::vector<fs::path> longer_names(const fs::path& path) {
  std::vector<fs::path> found;
  const std::string name = path.filename().string();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string other = entry->path().filename().string();
    if (other.size() > name.size() && other.starts_with(name)) found.push_back(path.parent_path() / other);
  }
  return found;
}

// What stands behind the name of `path`: `.12`, `.12.gz`, `.12.zst`. Anything else is none of ours.
std::optional<RotatedFile> read_name(const fs::path& file, std::size_t name_bytes) {
  const std::string name = file.filename().string();
  std::string_view rest = std::string_view(name).substr(name_bytes);
  if (!rest.starts_with('.') || rest.size() < 2 || rest[1] == '0') return std::nullopt;
  RotatedFile rotated;
  const auto [end, failure] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), rotated.number);
  if (failure != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty() && rest != kGzipSuffix && rest != kZstdSuffix) return std::nullopt;
  rotated.compressed = !rest.empty();
  rotated.path = file.string();
  return rotated;
}

bool remove_file(const RotatedFile& file) { return std::remove(file.path.c_str()) == 0; }

std::string with_number(const std::string& path, const RotatedFile& file, std::uint32_t number) {
  const std::string before = fmt::format("{}.{}", path, file.number);
  return fmt::format("{}.{}{}", path, number, file.path.substr(before.size()));
}

}  // namespace

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::optional<FileIdentity> identity_at(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_of(status);
}

std::vector<RotatedFile> rotated_files(const std::string& path) {
  std::vector<RotatedFile> files;
  const std::size_t name_bytes = fs::path(path).filename().string().size();
  for (const fs::path& file : longer_names(path)) {
    if (auto rotated = read_name(file, name_bytes)) files.push_back(std::move(*rotated));
  }
  std::ranges::sort(files, [](const RotatedFile& one, const RotatedFile& other) {
    return one.number != other.number ? one.number < other.number : one.compressed > other.compressed;
  });
  return files;
}

int move_file(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int rotate(const std::string& path, std::uint32_t most) {
  std::vector<RotatedFile> files = rotated_files(path);
  std::set<std::uint32_t> compressed;
  std::erase_if(files, [&](const RotatedFile& file) {
    if (file.compressed) compressed.insert(file.number);
    return !file.compressed && compressed.contains(file.number) && remove_file(file);
  });
  // Up to the first free number each moves on by one, the oldest first; none beyond the last number there may be.
  std::size_t moving = 0;
  std::uint32_t last = 0;
  for (; moving < files.size() && files[moving].number <= last + 1; ++moving) last = files[moving].number;
  const bool full = most != 0 && last >= most;
  if (full) std::erase_if(files, [&](const RotatedFile& file) { return file.number == most && remove_file(file); });
  if (most != 0) std::erase_if(files, [&](const RotatedFile& file) { return file.number > most && remove_file(file); });
  moving = std::min(moving, files.size());
  for (std::size_t i = moving; i-- > 0;) {
    const std::string target = with_number(path, files[i], files[i].number + 1);
    if (const int reason = move_file(files[i].path, target); reason != 0) return reason;
  }
  return move_file(path, path + ".1");
}

std::vector<std::string> files_beside(const std::string& path) {
  std::vector<std::string> files;
  const std::size_t name_bytes = fs::path(path).filename().string().size();
  for (const fs::path& file : longer_names(path)) {
    const char next = file.filename().string()[name_bytes];
    if (next == '.' || next == '-') files.push_back(file.string());
  }
  return files;
}

}  // namespace glimpse::writers
