// The program that runs in the foreground under glimpse, and its signals.
//
// The program is a plain child in glimpse's own process group: it keeps terminal, streams, signal mask and
// dispositions exactly as glimpse was given them. What a terminal sends (Ctrl-C, Ctrl-\, Ctrl-Z, hang-up) reaches both,
// and glimpse leaves it to the program; what is sent to glimpse alone is passed on.
//
//   Foreground signals;                 every signal is blocked from here on, in threads made later too
//   signals.start(program)              fork and exec
//   signals.wait(pid)                   until it ended; stops and continues along with it
//   end_like(status)                    leaves as the program left
//
// Threads: one thread, the one that constructed it before any other was made.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace glimpse::cli {

struct Program {
  std::vector<std::string> arguments;                // the first is the program; at least one
  std::map<std::string, std::string> set_variables;  // on top of this process's environment
  bool output_to_stderr = false;                     // its standard output goes where its standard error goes
};

struct Started {
  pid_t pid = 0;
  int problem = 0;  // errno of what failed; then there is no child any more
};

class Foreground {
 public:
  Foreground();
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;

  // A child in which `program` runs. Searches PATH as a shell does.
  Started start(const Program& program);

  // Waits until the child ended. Returns what waitpid() said.
  int wait(pid_t child);

  // After wait(): until `done` is set and wake() called. False where somebody asked glimpse to end meanwhile.
  // `on_delay` is called once when this takes longer than a moment.
  bool wait_until(const std::atomic<bool>& done, const std::function<void()>& on_delay);

  // Called by another thread after it set `done`.
  void wake() const;

 private:
  void restore() const;
  void pass_on(const siginfo_t& signal, pid_t child) const;

  sigset_t all_{};
  sigset_t mask_before_{};
  struct sigaction child_action_before_{};
  pthread_t thread_{};
};

// Replaces this process by `program`. Returns errno where that failed.
int become(const Program& program);

// The exit status that stands for a waitpid() status. Where a signal killed the program, this process is killed by the
// same one, without a core file of its own, and the call does not return.
int end_like(int wait_status);

}  // namespace glimpse::cli
