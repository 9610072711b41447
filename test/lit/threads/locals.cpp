// Calls out of the destructors of a thread's own storage belong to the thread: C++ thread_local objects, POSIX and C11
// keys, also such as ask to be called again for as long as the C library does, and in threads that call nothing else.
//
// RUN: %{trace} %s --flags=-std=c++20 --jq 'select(.stage == "START" and .depth == 0) | .function'
// RUN: %{trace} %s --flags=-std=c++20 --only gcc,clang-19 --levels=-O2 --ways so,a,static --jq 'select(.stage == "START" and .depth == 0) | .function'
// RUN: for build in %t.trace/*; do echo $(%{whole} $build/trace.jsonl), $(jq 'select(.record_type == "summary").threads' $build/trace.jsonl) threads; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-12: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped, 5 threads
#include <pthread.h>
#include <threads.h>

#include <thread>

#define NOINLINE __attribute__((noinline))
#define UNTRACED __attribute__((no_instrument_function))

namespace {

thread_local volatile int sink;

struct Local {
  UNTRACED Local() {}
  NOINLINE ~Local() { sink = sink + 1; }
  UNTRACED void touch() { sink = sink + 1; }
};
thread_local Local local;

pthread_key_t key;
pthread_key_t stubborn;
tss_t c11;

NOINLINE void of_key(void*) { sink = sink + 2; }
NOINLINE void of_c11(void*) { sink = sink + 3; }
NOINLINE void of_stubborn(void* value) {
  sink = sink + 4;
  pthread_setspecific(stubborn, value);
}

UNTRACED void use_all() {
  local.touch();
  pthread_setspecific(key, &key);
  tss_set(c11, &c11);
  pthread_setspecific(stubborn, &stubborn);
}

NOINLINE void of_cpp() { use_all(); }
NOINLINE int of_c(void*) {
  use_all();
  return 0;
}
UNTRACED void* without_calls(void*) {
  pthread_setspecific(key, &key);
  pthread_setspecific(stubborn, &stubborn);
  return nullptr;
}

}  // namespace

// CHECK: "main"
int main() {
  pthread_key_create(&key, of_key);
  tss_create(&c11, of_c11);
  pthread_key_create(&stubborn, of_stubborn);

  // CHECK:      of_cpp()"
  // CHECK:      ~Local()"
  // CHECK-NEXT: of_key(void*)"
  // CHECK-NEXT: of_c11(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  std::thread(of_cpp).join();

  // CHECK:      of_cpp()"
  // CHECK:      ~Local()"
  // CHECK-NEXT: of_key(void*)"
  // CHECK-NEXT: of_c11(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
#ifdef __cpp_lib_jthread
  { std::jthread thread(of_cpp); }
#else
  std::thread(of_cpp).join();  // with Clang 14 and the library of gcc 12
#endif

  // CHECK-NEXT: of_c(void*)"
  // CHECK:      ~Local()"
  // CHECK-NEXT: of_key(void*)"
  // CHECK-NEXT: of_c11(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  thrd_t thread;
  thrd_create(&thread, of_c, nullptr);
  thrd_join(thread, nullptr);

  // CHECK-NEXT: of_key(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  // CHECK-NEXT: of_stubborn(void*)"
  pthread_t plain;
  pthread_create(&plain, nullptr, without_calls, nullptr);
  pthread_join(plain, nullptr);

  local.touch();  // its destructor runs after main
  return 0;
}
// CHECK-NEXT: ~Local()"
// CHECK-NOT:  {{.}}
