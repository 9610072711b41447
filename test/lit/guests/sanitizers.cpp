// Programs built with AddressSanitizer, ThreadSanitizer and UBSan are traced as others are, preloaded and linked: what the
// sanitizers find, they find, and nothing else; output and status are the same, the trace is whole.
//
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: sh %S/inputs/sanitized.sh %gxx '-finstrument-functions -finstrument-functions-exclude-file-list=/usr/include' address,undefined %s %python %S/../sameness/inputs/same.py %glimpse %libglimpse | FileCheck %s
// RUN: sh %S/inputs/sanitized.sh %clangxx19 -finstrument-functions-after-inlining thread %s %python %S/../sameness/inputs/same.py %glimpse %libglimpse | FileCheck %s
// REQUIRES: gcc, clang-19
// CHECK:      same
// CHECK-NEXT: whole: 2 processes, {{[0-9]+}} calls, {{[1-9][0-9]*}} exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 2 processes, {{[0-9]+}} calls, {{[1-9][0-9]*}} exceptions, 0 open, 0 dropped
// CHECK-NEXT: found preloaded
// CHECK-NEXT: found linked
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace lab {
volatile int sink;

[[gnu::noinline]] int throws(int n) {
  if (n % 3 == 0) throw std::runtime_error("three");
  return n;
}

[[gnu::noinline]] int work(int n) {
  const std::vector<int> numbers(16, n);
  try {
    return throws(n) + numbers[3];
  } catch (const std::exception&) {
    return 0;
  }
}

[[gnu::noinline]] int reads(const char* memory, int at) { return memory[at]; }
int raced;
[[gnu::noinline]] void races() { raced = raced + 1; }

// What AddressSanitizer or ThreadSanitizer ends the program for.
[[gnu::noinline]] int goes_wrong() {
  std::thread one([] { for (int i = 0; i < 1000; ++i) races(); });
  for (int i = 0; i < 1000; ++i) races();
  one.join();
  const std::unique_ptr<char[]> memory(new char[10]());
  return reads(memory.get(), 10);
}
}  // namespace lab

int main(int count, char**) {
  if (count > 1) return lab::goes_wrong() & 1;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([] {
      int sum = 0;
      for (int i = 0; i < 50; ++i) sum += lab::work(i);
      if (sum < 0) std::abort();
    });
  }
  for (auto& thread : threads) thread.join();
  std::printf("%d\n", lab::work(4));
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) std::exit(lab::work(5));
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
