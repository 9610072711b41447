// A linked program starts its own collector: `glimpse collect --session FOLDER`.
//
// The collector must not show in the program: it is a grandchild in a session of its own, the child between them raises
// no SIGCHLD and is waited for with __WCLONE, which wait() and waitpid() never do.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/message.h"
#include "runtime/process.h"
#include "runtime/session.h"
#include "runtime/settings.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

#ifndef GLIMPSE_INSTALLED_TOOL
#define GLIMPSE_INSTALLED_TOOL "/usr/local/bin/glimpse"
#endif

namespace glimpse::runtime {

namespace {

constexpr char kToolBelow[] = "bin/glimpse";

bool is_executable(const char* path) { return raw_syscall(__NR_access, as_long(path), X_OK) == 0; }

// Adds the folder this library lies in, with the closing slash; nothing where it cannot be told.
void add_library_folder(PathText& path) {
  dl_find_object found{};
  if (_dl_find_object(reinterpret_cast<void*>(&start_collector), &found) != 0 || found.dlfo_link_map == nullptr) return;
  const char* name = found.dlfo_link_map->l_name;
  if (name == nullptr) return;
  std::size_t length = text_length(name);
  while (length > 0 && name[length - 1] != '/') --length;
  path.add(name, length);
}

bool is_there(const PathText& path) { return !path.cut() && is_executable(path.text()); }

// `glimpse` in a folder of PATH; the plain name, which will not start, where there is none.
void find_on_path(PathText& tool) {
  const char* path = environment_value("PATH");
  while (path != nullptr && *path != 0) {
    std::size_t length = 0;
    while (path[length] != 0 && path[length] != ':') ++length;
    tool.clear();
    tool.add(path, length).add("/glimpse");
    if (length > 0 && is_there(tool)) return;
    path += length + (path[length] == ':' ? 1 : 0);
  }
  tool.clear();
  tool.add("glimpse");
}

// Beside this library; where it was installed; on PATH.
// `lib/libglimpse.so` has `bin/glimpse` one folder up, `lib/x86_64-linux-gnu/libglimpse.so` two.
void find_tool(PathText& tool) {
  for (const char* up : {"../", "../../"}) {
    tool.clear();
    add_library_folder(tool);
    if (tool.length() == 0) break;
    tool.add(up).add(kToolBelow);
    if (is_there(tool)) return;
  }
  tool.clear();
  tool.add(GLIMPSE_INSTALLED_TOOL);
  if (!is_there(tool)) find_on_path(tool);
}

void redirect_to_null(int target, int flags) {
  const int fd = sys_open("/dev/null", flags);
  if (fd < 0) return;
  if (fd != target) {
    raw_syscall(__NR_dup2, fd, target);
    sys_close(fd);
  }
}

bool wants_stdout() {
  const char* path = environment_value("GLIMPSE_LOG_PATH");
  return path != nullptr && same_text(path, "-");
}

[[noreturn]] void leave(int status) {
  while (true) raw_syscall(__NR_exit_group, status);
}

// In the grandchild. Keeps standard error for problems, standard output only where records go there, and nothing else.
[[noreturn]] void become_collector(const char* tool) {
  redirect_to_null(0, O_RDONLY);
  if (!wants_stdout()) redirect_to_null(1, O_WRONLY);
  raw_syscall(__NR_close_range, 3, 0x7fffffff, 0);
  const std::uint64_t no_signals = 0;
  raw_syscall(__NR_rt_sigprocmask, SIG_SETMASK, as_long(&no_signals), 0, sizeof(no_signals));
  static char program[4096];  // a policy beside it counts
  const bool known = sys_readlink("/proc/self/exe", program, sizeof(program) - 1) > 0;
  const char* arguments[] = {"glimpse", "collect", "--session", process.session_path, known ? "--program" : nullptr,
                             program,   nullptr};
  const long error = raw_syscall(__NR_execve, as_long(tool), as_long(arguments), as_long(environment()));
  process.session->collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
  Text<2048> line;
  line.add("glimpse: cannot start ").add(tool).add(" (error ").add_number(static_cast<std::uint64_t>(-error));
  line.add("); events are kept in ").add(process.session_path).add(" for `glimpse recover`\n");
  sys_write(2, line.text(), line.length());
  leave(127);
}

}  // namespace

void start_collector() {
  PathText tool;
  find_tool(tool);
  std::uint64_t all_signals = ~std::uint64_t{0};
  std::uint64_t before = 0;
  raw_syscall(__NR_rt_sigprocmask, SIG_SETMASK, as_long(&all_signals), as_long(&before), sizeof(before));
  const long child = raw_syscall(__NR_clone, 0);  // no signal to us when it ends
  if (child == 0) {
    raw_syscall(__NR_setsid);
    const long grandchild = raw_syscall(__NR_clone, 0);
    if (grandchild == 0) become_collector(tool.text());
    leave(grandchild < 0 ? 1 : 0);
  }
  int status = 0;
  while (child > 0 && raw_syscall(__NR_wait4, child, as_long(&status), __WCLONE) == -4) {
  }
  raw_syscall(__NR_rt_sigprocmask, SIG_SETMASK, as_long(&before), 0, sizeof(before));
  if (child < 0 || status != 0) {
    process.session->collector_state.store(wire::CollectorState::kGone, std::memory_order_release);
    say("cannot start the collector", "", 0);
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
