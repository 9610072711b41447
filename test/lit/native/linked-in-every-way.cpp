// However it is linked: the program runs without glimpse, is recorded with it, and names have their files and lines even
// where it is stripped and has no debug information.
//
// REQUIRES: plugin
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"package_trees": ["app"], "trace_depth": 20}' > glimpse-policy.json && cp %s app.cpp
// RUN: for v in %plugin-versions; do for way in "" -no-pie "-fno-pic -no-pie" -static "-ffunction-sections -Wl,--gc-sections" -fuse-ld=gold; do \
// RUN:   clang++-$v -O2 -s $way -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native app.cpp -o prog && ./prog || exit 1; \
// RUN:   case $way in -static) continue ;; esac; \
// RUN:   %glimpse run -q -o t.jsonl -- ./prog && jq -r 'select(.stage) | "\(.stage) \(.function) \(.file // "" | split("/") | last):\(.line)"' t.jsonl | FileCheck %s || exit 1; done; done
//
// Linked with libglimpse, and with all of it in one file.
// RUN: for v in %plugin-versions; do \
// RUN:   clang++-$v -O2 -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native app.cpp -o prog -L%build/lib -lglimpse -Wl,-rpath,%build/lib && rm -f t.jsonl && \
// RUN:   PATH=%build/bin:$PATH GLIMPSE_LOG_PATH=t.jsonl ./prog && jq -r 'select(.stage) | "\(.stage) \(.function) \(.file // "" | split("/") | last):\(.line)"' t.jsonl | FileCheck %s || exit 1; \
// RUN:   clang++-$v -O2 -static -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native app.cpp -o prog -L%build/lib $(sed -n 's/^set(GLIMPSE_STATIC_ASKS "\(.*\)")$/\1/p' %root/runtime/CMakeLists.txt) -lglimpse && rm -f t.jsonl && \
// RUN:   PATH=%build/bin:$PATH GLIMPSE_LOG_PATH=t.jsonl ./prog && jq -r 'select(.stage) | "\(.stage) \(.function) \(.file // "" | split("/") | last):\(.line)"' t.jsonl | FileCheck %s || exit 1; done
//
// Optimised when it is linked.
// RUN: for v in %plugin-versions; do test -e /usr/lib/llvm-$v/bin/ld.lld || continue; for lto in full thin; do \
// RUN:   clang++-$v -O2 -flto=$lto -fuse-ld=/usr/lib/llvm-$v/bin/ld.lld -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native app.cpp -o prog && ./prog && \
// RUN:   %glimpse run -q -o t.jsonl -- ./prog && jq -r 'select(.stage) | "\(.stage) \(.function) \(.file // "" | split("/") | last):\(.line)"' t.jsonl | FileCheck %s || exit 1; done; done
//
// CHECK:      START app::outer(int) app.cpp:[[@LINE+16]]
// CHECK-NEXT: START app::inlined(int) app.cpp:[[@LINE+13]]
// CHECK-NEXT: END app::inlined(int)
// CHECK-NEXT: START app::twice<int>(int) app.cpp:[[@LINE+10]]
// CHECK-NEXT: END app::twice<int>(int)
// CHECK-NEXT: END app::outer(int)
// CHECK-NOT:  START
#include <cstdio>
namespace app {
static void never_called() { std::puts("no"); }
void nobody_calls() { never_called(); }
volatile int sink;

template <typename T> T twice(T value) { return sink = value * 2; }
static int inlined(int value) { return sink = value + 1; }
// There must be no tail call here for the order to be this.
__attribute__((noinline)) int outer(int value) { return inlined(value) + twice(value); }
}  // namespace app
int main() { return app::outer(0) - 1; }
