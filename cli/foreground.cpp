#include "cli/foreground.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace glimpse::cli {

namespace {

// Signals that say something about the process they hit, and stay there.
constexpr int kOwnSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

// Environment and arguments as exec wants them. Made before fork(): the child may not allocate.
struct ExecImage {
  explicit ExecImage(const Program& program) : texts(program.arguments) {
    const std::size_t argument_count = texts.size();
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text(*entry);
      if (!program.set_variables.contains(text.substr(0, text.find('=')))) texts.push_back(text);
    }
    for (const auto& [name, value] : program.set_variables) texts.push_back(name + "=" + value);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      (i < argument_count ? arguments : environment).push_back(texts[i].data());
    }
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
  }

  int exec() const {
    execvpe(arguments.front(), arguments.data(), environment.data());
    return errno;
  }

  std::vector<std::string> texts;
  std::vector<char*> arguments;
  std::vector<char*> environment;
};

int redirect_output(const Program& program) {
  if (!program.output_to_stderr) return 0;
  return dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ? errno : 0;
}

bool stopped_by_terminal(int wait_status) {
  if (!WIFSTOPPED(wait_status)) return false;
  const int signal = WSTOPSIG(wait_status);
  return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

Foreground::Foreground() : thread_(pthread_self()) {
  sigfillset(&all_);
  for (const int signal : kOwnSignals) sigdelset(&all_, signal);
  pthread_sigmask(SIG_BLOCK, &all_, &mask_before_);
  // SIGPIPE stays blocked and is never waited for: a write says EPIPE.
  sigdelset(&all_, SIGPIPE);
  // Where SIGCHLD was ignored, children would vanish without a status.
  struct sigaction plain{};
  plain.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &plain, &child_action_before_);
}

// Async-signal-safe: runs in the forked child.
void Foreground::restore() const {
  sigaction(SIGCHLD, &child_action_before_, nullptr);
  sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

Started Foreground::start(const Program& program) {
  const ExecImage image(program);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return {0, errno};
  const pid_t pid = fork();
  if (pid == 0) {
    restore();
    int problem = redirect_output(program);
    if (problem == 0) problem = image.exec();
    // Nothing can be done where even this fails: the parent then sees a child that exits with 127.
    [[maybe_unused]] const auto written = write(report[1], &problem, sizeof problem);
    _exit(127);
  }
  const int fork_problem = errno;
  close(report[1]);
  Started started{pid, pid < 0 ? fork_problem : 0};
  if (pid > 0) {
    int problem = 0;
    ssize_t size = 0;
    do {
      size = read(report[0], &problem, sizeof problem);
    } while (size < 0 && errno == EINTR);
    if (size == sizeof problem) {
      waitpid(pid, nullptr, 0);
      started = {0, problem};
    }
  }
  close(report[0]);
  return started;
}

int Foreground::wait(pid_t child) {
  for (;;) {
    int status = 0;
    const pid_t changed = waitpid(child, &status, WNOHANG | WUNTRACED);
    if (changed == child && !WIFSTOPPED(status)) return status;
    if (changed == child && stopped_by_terminal(status)) {
      // The shell that started glimpse waits for glimpse to stop; fg continues both.
      raise(SIGSTOP);
      kill(child, SIGCONT);
      continue;
    }
    if (changed == child) continue;
    siginfo_t signal{};
    if (sigwaitinfo(&all_, &signal) > 0 && signal.si_signo != SIGCHLD) pass_on(signal, child);
  }
}

void Foreground::pass_on(const siginfo_t& signal, pid_t child) const {
  // The kernel speaks for the terminal here, and has told the program too.
  if (signal.si_code == SI_KERNEL || signal.si_signo == SIGCONT) return;
  if (signal.si_code == SI_QUEUE) {
    sigqueue(child, signal.si_signo, signal.si_value);
  } else {
    kill(child, signal.si_signo);
  }
}

bool Foreground::wait_until(const std::atomic<bool>& done, const std::function<void()>& on_delay) {
  bool told = false;
  const timespec moment{2, 0};
  while (!done.load()) {
    siginfo_t signal{};
    const int number = told ? sigwaitinfo(&all_, &signal) : sigtimedwait(&all_, &signal, &moment);
    if (number == SIGINT || number == SIGQUIT || number == SIGTERM || number == SIGHUP) return false;
    if (number == SIGTSTP) raise(SIGSTOP);
    if (number < 0 && errno == EAGAIN && !told) {
      told = true;
      on_delay();
    }
  }
  return true;
}

void Foreground::wake() const { pthread_kill(thread_, SIGCHLD); }

int become(const Program& program) {
  const ExecImage image(program);
  if (const int problem = redirect_output(program); problem != 0) return problem;
  return image.exec();
}

int end_like(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return WEXITSTATUS(wait_status);
  const int signal = WTERMSIG(wait_status);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  struct sigaction plain{};
  plain.sa_handler = SIG_DFL;
  sigaction(signal, &plain, nullptr);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  // Process 1 of a container is not killed by its own signals: what a shell would say.
  return 128 + signal;
}

}  // namespace glimpse::cli
