// With GLIMPSE_OVERFLOW=drop a tiny ring loses calls of a fast program, and says how many: what is in the file and what
// was dropped add up to what happened. What is left still nests.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app && echo '{ "trace_depth": "unlimited" }' > glimpse-policy.json
// RUN: env GLIMPSE_OVERFLOW=drop GLIMPSE_RING_BYTES=64k %glimpse run -q ./app
// RUN: %{whole} glimpse.jsonl | FileCheck %s
// CHECK: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, {{[1-9][0-9]*}} dropped
// RUN: tail -1 glimpse.jsonl | jq -c '[.records + .dropped.ring_full, .calls * 2 == .records]' | FileCheck %s --check-prefix=SUM
// SUM: [200002,true]
// RUN: jq -s 'map(select(.record_type == "notice").dropped) | add' glimpse.jsonl > noticed && tail -1 glimpse.jsonl | jq .dropped.ring_full | cmp - noticed
//
// With the default, block, the same program loses nothing:
// RUN: env GLIMPSE_RING_BYTES=64k %glimpse run -q ./app && %{whole} glimpse.jsonl | FileCheck %s --check-prefix=BLOCK
// BLOCK: whole: 1 process, 100001 calls, 0 exceptions, 0 open, 0 dropped
volatile int sink;

__attribute__((noinline)) static void leaf(int n) { sink = n; }

__attribute__((noinline)) static void branch(int n) {
  leaf(n);
  leaf(n + 1);
  leaf(n + 2);
  sink = 0;
}

int main(void) {
  for (int n = 0; n < 25000; ++n) branch(n);
  return 0;
}
