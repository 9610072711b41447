// A small program's calls come out as they nest: each START has its END or EXCEPTION with the same call_id.
//
// RUN: %{trace} %s --policy '{"package_trees": ["shop"], "trace_depth": 10}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: jq -c 'select(.function == "shop::price(int)") | [.stage, .level, .module, .depth, .call_id, .parent_call_id]' %t.trace/gcc-O0/trace.jsonl | FileCheck %s --check-prefix=RECORD
// RUN: jq -c 'select(.record_type == "summary") | [.calls, .records, .threads, .open, .exit_status]' %t.trace/gcc-O0/trace.jsonl | FileCheck %s --check-prefix=SUMMARY
//
// CHECK:      START shop::order(int)
// CHECK-NEXT:   START shop::price(int)
// CHECK-NEXT:   END shop::price(int)
// CHECK-NEXT:   START shop::(anonymous namespace)::refuse()
// CHECK-NEXT:   EXCEPTION shop::(anonymous namespace)::refuse() std::invalid_argument "not today"
// CHECK-NEXT: END shop::order(int)
// CHECK-NEXT: START shop::Basket::size() const
// CHECK-NEXT: END shop::Basket::size() const
// CHECK-NOT:  {{.}}
//
// WHOLE-COUNT-6: whole: 1 process, 4 calls, 1 exception, 0 open, 0 dropped
// RECORD:      ["START","INFO","shop",1,2,1]
// RECORD-NEXT: ["END","INFO","shop",1,2,1]
// SUMMARY: [4,8,1,[],0]
//
// Keys come in the order of docs/records.md; this is how the line looks:
// RUN: grep '"call_id":2,' %t.trace/clang-19-O2/trace.jsonl | FileCheck %s --check-prefix=LINE
// LINE: {{^}}{"record_type":"log_entry","stage":"START","entry_id":4,"call_id":2,"parent_call_id":1,"level":"INFO","function":"shop::price(int)","module":"shop","timestamp":"{{[0-9-]+T[0-9:]+[.][0-9]+}}Z","pid":[[PID:[0-9]+]],"tid":[[PID]],"depth":1}{{$}}
// LINE: {{^}}{"record_type":"log_entry","stage":"END","entry_id":5,{{.*}},"depth":1,"duration_ms":{{[0-9]+[.][0-9][0-9][0-9][0-9][0-9][0-9]}}}
#include <stdexcept>

namespace shop {
volatile int sold;

[[gnu::noinline]] int price(int item) {
  sold = item;
  return item * 3;
}

namespace {
[[gnu::noinline]] void refuse() { throw std::invalid_argument("not today"); }
}  // namespace

[[gnu::noinline]] int order(int item) {
  const int sum = price(item);
  try {
    refuse();
  } catch (const std::exception&) {
  }
  return sum;
}

struct Basket {
  int count;
  [[gnu::noinline]] int size() const { return count; }
};
}  // namespace shop

int main() { return shop::order(1) - shop::Basket{3}.size(); }
