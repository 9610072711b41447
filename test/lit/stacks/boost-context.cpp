// Fibers of Boost.Context, whose switch is a few instructions in a library: each keeps its own open calls, exceptions stay
// within theirs, and a fiber that is destroyed while it pauses is left by unwinding.
//
// REQUIRES: boost-context
// RUN: %{trace} %s --flags="-std=c++17 -lboost_context" --policy '{"package_trees": ["web"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: %{trace} %s --flags="-std=c++17 -l:libboost_context.a" --policy '{"package_trees": ["web"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      START web::serve()
// CHECK-NEXT:   START web::resume(int)
// CHECK-NEXT: START web::request(int)
// CHECK-NEXT:   START web::wait(int)
// CHECK-NEXT:   END web::resume(int)
// CHECK-NEXT:   START web::resume(int)
// CHECK-NEXT: START web::request(int)
// CHECK-NEXT:   START web::wait(int)
// CHECK-NEXT:   END web::resume(int)
// CHECK-NEXT:   START web::resume(int)
// CHECK-NEXT:   END web::wait(int)
// CHECK-NEXT:   START web::parse(int)
// CHECK-NEXT:   EXCEPTION web::parse(int) std::runtime_error "odd"
// CHECK-NEXT: END web::request(int)
// CHECK-NEXT:   END web::resume(int)
// CHECK-NEXT:   START web::drop(int)
// CHECK-NEXT:   EXCEPTION web::wait(int) boost::context::detail::forced_unwind
// CHECK-NEXT: EXCEPTION web::request(int) boost::context::detail::forced_unwind
// CHECK-NEXT:   END web::drop(int)
// CHECK-NEXT: END web::serve()
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 10 calls, 3 exceptions, 0 open, 0 dropped
#include <boost/context/fiber.hpp>
#include <stdexcept>

namespace web {
using boost::context::fiber;

fiber fibers[2];
fiber* server[2];
volatile int sink;

[[gnu::noinline]] void wait(int number) {
  *server[number] = std::move(*server[number]).resume();
  sink = sink + 1;
}
[[gnu::noinline]] void parse(int number) {
  sink = sink + 1;
  if (number == 0) throw std::runtime_error("odd");
}
[[gnu::noinline]] void request(int number) {
  wait(number);
  try {
    parse(number);
  } catch (const std::exception&) {
    sink = sink + 1;
  }
}
[[gnu::no_instrument_function]] fiber run(fiber&& from, int number) {
  server[number] = &from;
  request(number);
  return std::move(from);
}
[[gnu::noinline]] void resume(int number) {
  fibers[number] = std::move(fibers[number]).resume();
  sink = sink + 1;
}
[[gnu::noinline]] void drop(int number) {
  fibers[number] = fiber{};
  sink = sink + 1;
}
[[gnu::noinline]] void serve() {
  resume(0);
  resume(1);
  resume(0);
  drop(1);
}
}  // namespace web

[[gnu::no_instrument_function]] int main() {
  for (int number = 0; number < 2; ++number) {
    struct Start {
      int number;
      [[gnu::no_instrument_function]] boost::context::fiber operator()(boost::context::fiber&& from) const {
        return web::run(std::move(from), number);
      }
    };
    web::fibers[number] = boost::context::fiber(Start{number});
  }
  web::serve();
}
