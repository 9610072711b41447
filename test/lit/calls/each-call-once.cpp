// GLIMPSE_RECORDS=calls: each call has one record, made when it ends, whether it returned or was left by an exception.
//
// RUN: %{trace} %s --env GLIMPSE_RECORDS=calls --ways run,so --policy '{"version": "1.0", "exact_modules": ["shop"], "trace_depth": 10}'
// RUN: %{whole} %t.trace/gcc-O0-run/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: %{whole} %t.trace/gcc-O2-so/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: %{trace} %s --env GLIMPSE_RECORDS=calls --recorded --policy '{"version": "1.0", "exact_modules": ["shop"], "trace_depth": 10}'
// RUN: %{whole} %t.trace/gcc-O0/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: grep '"shop::leaf' %t.trace/gcc-O0/trace.jsonl | head -1 | FileCheck %s --check-prefix=LINE
// RUN: grep 'status":"error' %t.trace/gcc-O0/trace.jsonl | FileCheck %s --check-prefix=ERROR
//
// WHOLE: whole: 1 process, 9 calls, 2 exceptions, 0 open, 0 dropped
//
// CHECK:          CALL shop::leaf(int){{$}}
// CHECK-NEXT:     CALL shop::leaf(int) std::out_of_range "minus"
// CHECK-NEXT:   CALL shop::sum(int) std::out_of_range "minus"
// CHECK-NEXT: CALL shop::careful(int){{$}}
// CHECK-NEXT:         CALL shop::countdown(int){{$}}
// CHECK-NEXT:       CALL shop::countdown(int){{$}}
// CHECK-NEXT:     CALL shop::countdown(int){{$}}
// CHECK-NEXT:   CALL shop::countdown(int){{$}}
// CHECK-NEXT: CALL shop::careful(int){{$}}
//
// LINE: {{^}}{"record_type":"call","entry_id":3,"call_id":3,"parent_call_id":2,"level":"INFO","function":"shop::leaf(int)","module":"shop","timestamp":"{{[0-9-]+T[0-9:]+[.][0-9]+}}Z","pid":[[PID:[0-9]+]],"tid":[[PID]],"depth":2,"duration_ms":{{[0-9]+[.][0-9]+}},"status":"success"}{{$}}
// ERROR: "level":"ERROR","function":"shop::leaf(int)",{{.*}}"status":"error","error_type":"std::out_of_range","exception":"minus","stack_trace":"{{[^"]*}}","fingerprint":"{{[0-9a-f]+}}"}
// ERROR-NEXT: "level":"ERROR","function":"shop::sum(int)",{{.*}}"status":"error","error_type":"std::out_of_range","exception":"minus"}
#include <stdexcept>

namespace shop {

[[gnu::noinline]] int leaf(int n) {
  if (n < 0) throw std::out_of_range("minus");
  return n;
}

[[gnu::noinline]] int sum(int n) { return leaf(n + 1) + leaf(-n); }

[[gnu::noinline]] int countdown(int n) {
  volatile int left = n;  // no loop is made of it
  return left == 0 ? 0 : countdown(left - 1) + 1;
}

[[gnu::noinline]] int careful(int n) {
  try {
    return n == 3 ? countdown(n) : sum(n);
  } catch (const std::exception&) {
    return -1;
  }
}

}  // namespace shop

int main() { return shop::careful(1) + shop::careful(3) == 2 ? 0 : 1; }
