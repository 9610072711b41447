// A library that is loaded again at the same place has its calls patched again, and what it records is right each time.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O2 -finstrument-functions -DPLUGIN -I%S/inputs %s -shared -fPIC -o plugin.so && %gcc -O2 %s -I%S/inputs -o app
// RUN: cd %t && echo '{"version": "1.0", "functions": ["shown"]}' > glimpse-policy.json && %glimpse run -q --patch-excluded ./app && %{whole} glimpse.jsonl | FileCheck %s
// RUN: jq -c 'select(.record_type == "summary").patched' %t/glimpse.jsonl | FileCheck %s --check-prefix=PATCHED
// CHECK: whole: 1 process, 30 calls, 0 exceptions, 0 open, 0 dropped
// PATCHED: {"calls":6}
// REQUIRES: gcc
#include "until_patched.h"

#ifdef PLUGIN
static volatile int sink;
__attribute__((noinline)) int hidden(int n) { return sink += n; }
int shown(int n) { return hidden(n) + 1; }
#else
#include <dlfcn.h>

int main(void) {
  for (int i = 0; i < 3; ++i) {
    void* plugin = dlopen("./plugin.so", RTLD_NOW);
    int (*hidden)(int) = (int (*)(int))dlsym(plugin, "hidden");
    int (*shown)(int) = (int (*)(int))dlsym(plugin, "shown");
    until_patched(hidden);
    for (int k = 0; k < 10; ++k) shown(k);
    dlclose(plugin);
  }
  return 0;
}
#endif
