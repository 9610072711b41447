#include "cli/doctor_installation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cli/compiler_flags.h"
#include "cli/foreground.h"
#include "cli/messages.h"
#include "cli/paths.h"
#include "cli/policy_choice.h"
#include "collector/collector.h"
#include "policy/discovery.h"
#include "policy/parser.h"
#include "writers/output_path.h"

namespace glimpse::cli {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kLittleRoom = 64 * kMiB;

std::string variable_or_empty(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) != 0;) {
    if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
    if (size < 0 && errno != EINTR) break;
  }
  return text;
}

// What the dynamic loader says when this tool is started with `library` preloaded; empty where it is content.
std::string complaint_of_loader(const std::filesystem::path& library) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return std::strerror(errno);
  const std::string tool = own_executable().string();
  const Program program{{tool, "--version"}, {{"LD_PRELOAD", library.string()}, {"GLIMPSE_ENABLED", "0"}}, false};
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(report[1], STDERR_FILENO);
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDOUT_FILENO);
    become(program);
    _exit(127);
  }
  close(report[1]);
  std::string said = pid < 0 ? std::strerror(errno) : read_all(report[0]);
  close(report[0]);
  int status = 0;
  if (pid > 0) waitpid(pid, &status, 0);
  if (said.empty() && status != 0) said = "a program with the library preloaded did not end well";
  return said.substr(0, said.find('\n'));
}

// A linked program looks for its collector beside the library.
bool tool_is_beside(const std::filesystem::path& library) {
  for (const char* const up : {"..", "../.."}) {
    if (access((library.parent_path() / up / "bin/glimpse").c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string room_text(std::uint64_t bytes) { return fmt::format("{} MiB", with_spaces(bytes / kMiB)); }

void check_room(std::string_view what, const std::string& folder, std::string_view remedy, DoctorReport& report) {
  struct statfs system{};
  if (statfs(folder.c_str(), &system) != 0) {
    return report.problem(what, fmt::format("{}: {}: {}", folder, std::strerror(errno), remedy));
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return report.problem(what, fmt::format("{} cannot be written ({}): {}", folder, std::strerror(errno), remedy));
  }
  const std::uint64_t free_bytes = std::uint64_t{system.f_bavail} * static_cast<std::uint64_t>(system.f_bsize);
  const bool in_memory = system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
  const std::string finding =
      fmt::format("{} has {} free{}", folder, room_text(free_bytes), in_memory ? ", in memory" : "");
  if (free_bytes < kLittleRoom) return report.warning(what, fmt::format("{}: {}", finding, remedy));
  report.ok(what, finding);
}

// The place Collector::create() starts with.
std::string spool_of(const Options& options) {
  if (!options.spool_dir.empty()) return options.spool_dir;
  if (access("/dev/shm", W_OK | X_OK) == 0) return "/dev/shm";
  const std::string temporary = variable_or_empty("TMPDIR");
  return temporary.empty() ? "/tmp" : temporary;
}

std::string folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

// The plugin for this version of Clang; empty where there is none.
std::string plugin_for(unsigned version) {
  const auto library = library_of(own_executable());
  if (!library) return {};
  const auto plugin = library->parent_path() / "glimpse" / fmt::format("GlimpsePlugin-{}.so", version);
  return access(plugin.c_str(), R_OK) == 0 ? plugin.string() : std::string();
}

}  // namespace

void check_installation(DoctorReport& report) {
  report.ok("tool", fmt::format("glimpse {} at {}", GLIMPSE_VERSION, own_executable().string()));
  const auto library = library_of(own_executable());
  if (!library) return report.problem("library", library.error().message);
  const std::string complaint = complaint_of_loader(*library);
  if (!complaint.empty()) return report.problem("library", complaint);
  report.ok("library", library->string() + " loads");
  if (tool_is_beside(*library)) {
    report.ok("collector", "linked programs find it beside the library");
  } else {
    report.warning("collector",
                   "a linked program will not find bin/glimpse beside the library: install both under one prefix");
  }
}

void check_places(const Options& options, DoctorReport& report) {
  check_room("spool", spool_of(options), "set GLIMPSE_SPOOL_DIR to a folder with room", report);
  if (options.log_path != "-") {
    check_room("output", folder_of(writers::expand_path(options.log_path, 1)),
               "choose another place with -o or GLIMPSE_LOG_PATH", report);
  }
  const auto left = collector::abandoned_sessions(options.spool_dir);
  if (!left.empty()) {
    report.warning("left behind", fmt::format("{} of programs that were killed: run `glimpse recover`",
                                              counted(left.size(), "session", "sessions")));
  }
}

policy::Policy check_policy(const Options& options, const std::filesystem::path& program, DoctorReport& report) {
  const std::string path = policy::discover_path(options.policy, policy_start_folders(program));
  if (path.empty()) {
    report.ok("policy", "built-in: everything but the standard library, depth 5 (`glimpse policy init` writes a file)");
    return policy::built_in_policy();
  }
  const auto checked = policy::check_file(path);
  for (const auto& error : checked.errors) report.problem("policy", error.message);
  for (const auto& warning : checked.warnings) report.warning("policy", warning.message);
  if (!checked.errors.empty()) return policy::built_in_policy();
  report.ok("policy", fmt::format("{} ({}), depth {}", path, checked.policy.name, checked.policy.trace_depth));
  return checked.policy;
}

void check_compilers(DoctorReport& report) {
  const std::string search_path = variable_or_empty("PATH");
  unsigned found = 0;
  const auto look_for = [&](const std::string& name, std::string_view flags) {
    const auto compiler = find_program(name, search_path);
    if (compiler.problem != 0) return;
    ++found;
    report.ok(name, flags);
  };
  look_for("g++", kGccFlags);
  look_for("clang++", kClangFlags);
  for (unsigned version = 14; version <= 21; ++version) {
    const std::string plugin = plugin_for(version);
    look_for(fmt::format("clang++-{}", version),
             plugin.empty() ? std::string(kClangFlags) : fmt::format("{} -fplugin={}", kClangPluginFlags, plugin));
  }
  if (found == 0) report.warning("compilers", "neither g++ nor clang++ is on PATH");
  if (find_program("glimpse-c++", search_path).problem == 0) {
    report.ok("glimpse-c++", "CXX=glimpse-c++ CC=glimpse-cc choose these flags by themselves");
  }
}

}  // namespace glimpse::cli
