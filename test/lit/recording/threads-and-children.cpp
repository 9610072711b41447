// A recording holds exceptions, threads and children as JSON lines do, from programs under `glimpse run` and linked ones.
//
// RUN: %{trace} %s --recorded --ways run,so --only gcc,clang-19 --policy '{"version": "1.0", "exact_modules": ["app"], "trace_depth": 10}'
// RUN: %{whole} %t.trace/gcc-O0-run/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: %{whole} %t.trace/gcc-O2-so/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 2 processes, 11 calls, 2 exceptions, 0 open, 0 dropped
//
// CHECK-DAG: START app::work(int)
// CHECK-DAG: EXCEPTION app::parse(int) std::runtime_error "bad line 7"
// CHECK-DAG: START app::child()
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace app {

[[gnu::noinline]] int parse(int line) {
  if (line == 7) throw std::runtime_error("bad line " + std::to_string(line));
  return line;
}

[[gnu::noinline]] int load(int line) { return parse(line) + 1; }

[[gnu::noinline]] void work(int line) {
  try {
    load(line);
  } catch (const std::exception&) {
  }
}

[[gnu::noinline]] void child() { asm volatile(""); }

}  // namespace app

int main() {
  if (const int pid = fork(); pid == 0) {
    app::child();
    _exit(0);
  } else {
    waitpid(pid, nullptr, 0);
  }
  std::thread other(app::work, 1);
  other.join();
  app::work(7);
  app::work(2);
  return 0;
}
