// Blocks are calls among calls: what is called within is below them, an exception leaves them, and longjmp closes them.
//
// RUN: %{trace} %s --ways run,a --policy '{"version": "1.0", "package_trees": ["app"], "trace_depth": 10}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, {{[0-9]+}} calls, {{[0-9]+}} exceptions, 0 open, 0 dropped
//
// CHECK:      START main
// CHECK-NEXT: START app::work()
// CHECK-NEXT:   START app::step(int)
// CHECK-NEXT:   END app::step(int)
// CHECK-NEXT:   START outer[first]
// CHECK-NEXT:     START app::step(int)
// CHECK-NEXT:     END app::step(int)
// CHECK-NEXT:     START inner
// CHECK-NEXT:       START app::step(int)
// CHECK-NEXT:       END app::step(int)
// CHECK-NEXT:     END inner
// CHECK-NEXT:     START app::step(int)
// CHECK-NEXT:     END app::step(int)
// CHECK-NEXT:   END outer[first]
// CHECK-NEXT:   START app::step(int)
// CHECK-NEXT:   END app::step(int)
// CHECK-NEXT: END app::work()
// CHECK-NEXT: START app::catches()
// CHECK-NEXT:   START app::throws()
// CHECK-NEXT:     START left
// CHECK-NEXT:       START app::step(int)
// CHECK-NEXT:       EXCEPTION app::step(int) std::runtime_error "no more"
// CHECK-NEXT:     EXCEPTION left std::runtime_error "no more"
// CHECK-NEXT:   EXCEPTION app::throws() std::runtime_error "no more"
// CHECK-NEXT:   START app::step(int)
// CHECK-NEXT:   END app::step(int)
// CHECK-NEXT: END app::catches()
// CHECK-NEXT: START app::jumps()
// CHECK-NEXT:   START app::jumper()
// CHECK-NEXT:     START jumped
// CHECK-NEXT:     END jumped
// CHECK-NEXT:   END app::jumper()
// CHECK-NEXT:   START app::step(int)
// CHECK-NEXT:   END app::step(int)
// CHECK-NEXT: END app::jumps()
// CHECK-NEXT: END main
// CHECK-NOT: {{.}}
#include <glimpse/program.h>
#include <setjmp.h>

#include <cstring>
#include <exception>
#include <stdexcept>

#define CALL [[gnu::noinline]]
volatile int sink;

static GLIMPSE_UNTRACED glimpse_text text(const char* value) { return {value, std::strlen(value)}; }

struct Block {
  GLIMPSE_UNTRACED explicit Block(const char* name, const char* label = "") : exceptions(std::uncaught_exceptions()) {
    glimpse_program_api->block_begin(&block, text(name), text(label), text(__FILE__), __LINE__);
  }
  GLIMPSE_UNTRACED ~Block() { glimpse_program_api->block_end(&block, std::uncaught_exceptions() > exceptions); }
  glimpse_block block;
  int exceptions;
};

namespace app {
CALL void step(int n) {
  if (n < 0) throw std::runtime_error("no more");
  sink = n;
}
CALL void work() {
  step(1);
  {
    const Block outer("outer", "first");
    step(2);
    {
      const Block inner("inner");
      step(3);
    }
    step(4);
  }
  step(5);
}
CALL void throws() {
  const Block left("left");
  step(-1);
  ++sink;
}
CALL void catches() {
  try {
    throws();
  } catch (const std::exception&) {
    step(6);
  }
}
jmp_buf back;
CALL void jumper() {
  glimpse_block block;
  glimpse_program_api->block_begin(&block, text("jumped"), text(""), text(""), 0);
  longjmp(back, 1);
}
CALL void jumps() {
  if (setjmp(back) == 0) jumper();
  step(7);
}
}  // namespace app

int main() {
  app::work();
  app::catches();
  app::jumps();
}
