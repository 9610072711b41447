// A library in native mode comes, goes and comes again at the same or another address; what it records goes on under
// the same names. One that nothing is recorded of, too.
//
// REQUIRES: plugin
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"exact_modules": ["lib"], "trace_depth": 20}' > policy.json
// RUN: for v in %plugin-versions; do \
// RUN:   clang-$v -O1 -fPIC -shared -DLIBRARY -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native %s -o lib.so && clang-$v -O1 -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native %s -o prog && ./prog && \
// RUN:   %glimpse run -q --policy policy.json -o t.jsonl -- ./prog && jq -r 'select(.stage) | "\(.stage) \(.function) \(.module)"' t.jsonl | sort | uniq -c | FileCheck %s || exit 1; done
//
// CHECK:      200 END deeper lib
// CHECK-NEXT: 200 END in_library lib
// CHECK-NEXT: 200 START deeper lib
// CHECK-NEXT: 200 START in_library lib
#ifdef LIBRARY
volatile int sink;
__attribute__((noinline)) static void deeper(int n) { sink = n; }
void in_library(int n) { deeper(n), sink = n; }
#else
#include <dlfcn.h>
int main(void) {
  for (int i = 0; i < 200; ++i) {
    void* library = dlopen("./lib.so", RTLD_NOW);
    void (*function)(int) = library ? (void (*)(int))dlsym(library, "in_library") : 0;
    if (!function) return 1;
    function(i);
    dlclose(library);
  }
  return 0;
}
#endif
