// A signal may come at every single instruction of a hook, and its handler be traced: nothing is lost, nothing doubled,
// and what was interrupted reads as if nothing had happened. The processor's trap flag steps through plain calls, a
// function's first call, full and growing buffers, an exception, and the first calls of a thread.
//
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"version": "1.0", "package_trees": ["steps"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: %gxx -O2 -finstrument-functions -finstrument-functions-exclude-file-list=/usr/include %s -o app && %python %S/inputs/stepped.py %glimpse ./app | FileCheck %s
// RUN: %clangxx19 -O0 -std=c++17 -finstrument-functions-after-inlining %s -o app && %python %S/inputs/stepped.py %glimpse ./app | FileCheck %s
// REQUIRES: gcc, clang-19
// CHECK: as if nothing had happened
// CHECK-NEXT: thrown: as if nothing had happened
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <stdexcept>

#include "inputs/stepping.h"

#define KEPT [[gnu::noinline]]

static volatile long handled;
static bool steps_calls, steps_throws;

namespace steps {
volatile int sink;

KEPT void inner() { sink = sink + 1; }
KEPT void handler_calls() {
  inner();
  sink = sink + 1;
}

KEPT void leaf(int n) { sink = sink + n; }
KEPT void calls(int n) {
  leaf(n);
  leaf(n + 1);
}
KEPT void first_call() { sink = sink + 2; }
KEPT void many() {
  for (int i = 0; i < 120; ++i) leaf(i);
}
void deep(int n);
KEPT void thrower(int n) {
  if (n != 0) throw std::runtime_error("stepped");
  sink = n;
}
KEPT void through(int n) {
  thrower(n);
  sink = n;
}
KEPT void catcher() {
  try {
    through(1);
  } catch (const std::exception&) {
    sink = 3;
  }
}
}  // namespace steps

UNTRACED static void step(bool on) {
  if (!steps_calls) return;
  if (on) stepping::begin();
  else stepping::end();
}

namespace steps {
// Stepped through where the shadow stack grows: 4096 calls deep.
KEPT void deep(int n) {
  if (n == 10) step(true);
  if (n > 0) deep(n - 1);
  if (n == 0) step(false);
  sink = n;
}
}  // namespace steps

UNTRACED static void on_trap(int, siginfo_t*, void* context) {
  if (!stepping::in_library(context)) return;
  handled = handled + 1;
  steps::handler_calls();
}

UNTRACED static void* in_thread(void*) {
  step(true);
  steps::calls(1);
  steps::calls(2);
  step(false);
  return nullptr;
}

UNTRACED int main(int count, char** words) {
  steps_calls = count > 1 && strcmp(words[1], "stepped") == 0;
  steps_throws = count > 1 && strcmp(words[1], "thrown") == 0;
  stepping::prepare(on_trap);
  steps::inner();
  steps::calls(5);
  const auto stepped = [](auto body) UNTRACED {
    step(true);
    body();
    step(false);
  };
  stepped([]() UNTRACED { steps::calls(1); });
  stepped([]() UNTRACED { steps::first_call(); });
  for (int i = 0; i < 3; ++i) steps::many();
  stepped([]() UNTRACED { steps::many(); });
  steps::deep(4098);
  const bool others_stepped = steps_calls;
  steps_calls = steps_throws;
  stepped([]() UNTRACED { steps::catcher(); });
  steps_calls = others_stepped;
  stepped([]() UNTRACED { steps::calls(1); });
  pthread_t thread;
  if (pthread_create(&thread, nullptr, in_thread, nullptr) != 0) return 1;
  pthread_join(thread, nullptr);
  printf("%ld\n", handled);
  return 0;
}
