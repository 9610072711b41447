// An exception that is carried to another thread leaves frames there too, with the same type and text.
//
// RUN: %{trace} %s --policy '{"package_trees": ["carry"], "trace_depth": 20}' --jq 'select(.stage=="EXCEPTION")|[.function,.exception_type,.exception,.tid == .pid]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// CHECK:      ["carry::fail()","std::runtime_error","carried",false]
// CHECK-NEXT: ["carry::unpack(std::__exception_ptr::exception_ptr)","std::runtime_error","carried",true]
// CHECK-NEXT: ["carry::receive(std::__exception_ptr::exception_ptr)","std::runtime_error","carried",true]
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 5 calls, 3 exceptions, 0 open, 0 dropped
#include <exception>
#include <stdexcept>
#include <thread>

namespace carry {
volatile int sink;

[[gnu::noinline]] void fail() { throw std::runtime_error("carried"); }

[[gnu::noinline]] void work(std::exception_ptr& out) {
  try {
    fail();
  } catch (...) {
    out = std::current_exception();
  }
}

[[gnu::noinline]] void unpack(std::exception_ptr carried) {
  std::rethrow_exception(carried);
  ++sink;
}

[[gnu::noinline]] void receive(std::exception_ptr carried) {
  unpack(carried);
  ++sink;
}

[[gnu::noinline]] void catches(const std::exception_ptr& carried) {
  try {
    receive(carried);
  } catch (const std::runtime_error&) {
    ++sink;
  }
}
}  // namespace carry

int main() {
  std::exception_ptr carried;
  std::thread(carry::work, std::ref(carried)).join();
  carry::catches(carried);
}
