#include "cli/paths.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace glimpse::cli {

namespace {

// 0, or the errno value with which executing it would fail.
int execution_problem(const std::filesystem::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

std::vector<std::string_view> parts_of(std::string_view list, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = list.find(separator);
    parts.push_back(list.substr(0, end));
    if (end == std::string_view::npos) return parts;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

std::filesystem::path own_executable() {
  std::error_code failure;
  return std::filesystem::read_symlink("/proc/self/exe", failure);
}

Result<std::filesystem::path> library_of(const std::filesystem::path& tool) {
  const auto folder = (tool.parent_path() / GLIMPSE_LIBDIR_FROM_BINDIR).lexically_normal();
  const auto library = folder / "libglimpse.so";
  std::error_code failure;
  if (std::filesystem::is_regular_file(library, failure)) return library;
  return Error{
      fmt::format("{}: not found; the tool and its library must be installed together (is the installation of glimpse "
                  "complete?)",
                  library.string())};
}

std::string preload_list(std::string_view library, std::string_view before) {
  std::string list(library);
  while (!before.empty()) {
    const auto end = std::min(before.find_first_of(": "), before.size());
    const auto entry = before.substr(0, end);
    if (!entry.empty() && entry != library) list.append(":").append(entry);
    before.remove_prefix(std::min(end + 1, before.size()));
  }
  return list;
}

FoundProgram find_program(const std::string& name, std::string_view search_path) {
  if (name.empty()) return {name, ENOENT};
  if (name.find('/') != std::string::npos) return {name, execution_problem(name)};
  FoundProgram found{name, ENOENT};
  for (const auto folder : parts_of(search_path, ':')) {
    const auto path = folder.empty() ? std::filesystem::path(name) : std::filesystem::path(folder) / name;
    const int problem = execution_problem(path);
    if (problem == 0) return {path, 0};
    if (problem == EACCES && found.problem == ENOENT) found = {path, EACCES};
  }
  return found;
}

StartProblem start_problem(const std::string& name, int problem) {
  const bool searched = name.find('/') == std::string::npos;
  if (problem == ENOENT && searched) return {fmt::format("{}: command not found", name), 127};
  if (problem == ENOENT && access(name.c_str(), F_OK) == 0) {
    return {fmt::format("{}: its interpreter or dynamic loader is not there", name), 127};
  }
  const bool missing = problem == ENOENT || problem == ENOTDIR;
  return {fmt::format("{}: {}", name, std::strerror(problem)), missing ? 127 : 126};
}

}  // namespace glimpse::cli
