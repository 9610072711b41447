// --patch-excluded takes the hook calls of excluded functions out of the running program, entry and exit: called by
// glimpse run or linked in each way, straight or through a PLT of any kind. The file on disk stays as it is.
//
// RUN: %{trace} %s --ways run,so,a --flags="-I%S/inputs" --env GLIMPSE_PATCH_EXCLUDED=1 --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'select(.record_type == "summary") | .patched'
// RUN: %{trace} %s --ways static --flags="-I%S/inputs -Wl,--eh-frame-hdr" --env GLIMPSE_PATCH_EXCLUDED=1 --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'select(.record_type == "summary") | .patched'
// RUN: %{trace} %s --levels=-O2 --flags="-I%S/inputs -fno-plt" --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'select(.record_type == "summary") | .patched'
// RUN: %{trace} %s --levels=-O2 --flags="-I%S/inputs -fcf-protection -Wl,-z,ibtplt" --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'select(.record_type == "summary") | .patched'
// RUN: %{trace} %s --flags="-I%S/inputs -no-pie -fno-pie -Wl,-z,now" --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'select(.record_type == "summary") | .patched'
// CHECK: {"calls":2}
//
// Not asked for, nothing changes:
// RUN: cd %t.trace/gcc-O2 && sha256sum app > sum && %glimpse run -q --patch-excluded ./app && sha256sum -c sum | FileCheck %s --check-prefix=SAME
// SAME: app: OK
// RUN: cd %t.trace/gcc-O2 && not %glimpse run -q ./app never | FileCheck %s --check-prefix=NEVER
// NEVER: never patched
// REQUIRES: gcc
#include "until_patched.h"

static volatile int sink;

__attribute__((noinline)) static int leaf(int n) { return sink += n; }

int main(int count, char** words) {
  (void)words;
  if (count == 1) {
    until_patched(leaf);
    return 0;
  }
  unsigned char before[64];
  memcpy(before, (const void*)leaf, sizeof before);
  for (int i = 0; i < 300; ++i) {
    leaf(1);
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  if (memcmp(before, (const void*)leaf, sizeof before) != 0) return 0;
  puts("never patched");
  return 1;
}
