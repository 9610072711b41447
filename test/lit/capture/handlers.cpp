// Handlers that interrupt anything, a forked child and a thread that ends: no call ever has another's arguments or
// result, and no pointer does harm.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "trace_depth": 20, "rules": [{"capture": ["args", "result"]}]}' --jq 'select(.exit_status or .signal)|[.exit_status, .dropped]'
// RUN: for t in %t.trace/*/trace.jsonl; do jq -s -e 'map(select(.function // "" | startswith("shop::same"))) | group_by([.pid, .call_id]) | map(select(length == 2 and .[0].args and .[1].result)) | length > 5500 and all(.[]; ("n=" + .[1].result) == .[0].args)' $t > %t.answer || exit 1; done
//
// CHECK: [0,{}]
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace shop {
[[gnu::noinline]] int same(int n) {
  asm volatile("");
  return n;
}
[[gnu::noinline]] long wild(const char* text, const int& number, const std::string& string) {
  return (long)text + (long)&number + (long)&string;
}
[[gnu::noinline]] int deep(int n) { return n == 0 ? same(n) : deep(n - 1); }
}  // namespace shop

static volatile int handled;

static void handler(int) {
  handled = handled + 1;
  shop::deep(3);
  shop::same(-handled);
}

static void work(int from) {
  char* gone = static_cast<char*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  munmap(gone, 4096);
  for (int i = 0; i < 2000; ++i) {
    shop::same(from + i);
    char* const pointers[] = {nullptr, gone, gone - 1, reinterpret_cast<char*>(~0ul), reinterpret_cast<char*>(i * 4096l)};
    for (char* pointer : pointers) {
      if (i % 100 == 0) shop::wild(pointer, *reinterpret_cast<int*>(pointer), *reinterpret_cast<std::string*>(pointer));
    }
  }
}

int main() {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigaction(SIGALRM, &action, nullptr);
  itimerval every = {{0, 300}, {0, 300}};
  setitimer(ITIMER_REAL, &every, nullptr);
  work(1000000);
  const pid_t child = fork();
  if (child == 0) {
    setitimer(ITIMER_REAL, &every, nullptr);
    work(2000000);
    _exit(0);
  }
  work(3000000);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
  }
  itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  return status;
}
