// The policy changes again and again while a library in native mode, of which it leaves functions out, comes and goes on
// another thread: whoever asks about its functions again never looks at what is gone.
//
// REQUIRES: plugin
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"functions": ["step_a", "in_library"]}' > wide.json && echo '{"functions": ["step_a"]}' > narrow.json
// RUN: for v in %plugin-versions; do \
// RUN:   clang-$v -O1 -fPIC -shared -DLIBRARY -finstrument-functions -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native %s -o lib.so && clang-$v -O1 -pthread -finstrument-functions -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native %s -o app && rm -f glimpse.jsonl && \
// RUN:   %python %S/inputs/control.py %glimpse 'a,:policy wide.json,until:a:in_library,:policy narrow.json,a,:policy wide.json,a,:policy narrow.json,a,:policy wide.json,a,:policy narrow.json,a,:policy wide.json,a' -- %glimpse run -q --policy narrow.json ./app | FileCheck %s && %{whole} glimpse.jsonl || exit 1; done
// CHECK-NOT: ended with
// CHECK-COUNT-7: is in force
// CHECK-NOT: ended with
#ifdef LIBRARY
volatile int sink;
void in_library(int n) { sink = n; }
#else
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_int over;

__attribute__((noinline)) static void step_a(void) { __asm__ volatile(""); }

static void* come_and_go(void* failed) {
  while (!over) {
    void* library = dlopen("./lib.so", RTLD_NOW);
    void (*function)(int) = library ? (void (*)(int))dlsym(library, "in_library") : 0;
    if (!function) return failed;
    for (int i = 0; i < 20; ++i) function(i);
    dlclose(library);
    usleep(2000);
  }
  return NULL;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, come_and_go, &thread) != 0) return 1;
  char line[64];
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    for (int i = 0; i < 10; ++i) step_a();
    printf("done\n");
    fflush(stdout);
  }
  over = 1;
  void* failed = NULL;
  pthread_join(thread, &failed);
  return failed == NULL ? 0 : 2;
}
#endif
