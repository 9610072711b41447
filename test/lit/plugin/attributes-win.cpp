// GLIMPSE_TRACE and GLIMPSE_NO_TRACE in the source win over the policy, when compiling and when recording: on functions,
// methods, constructors, templates, on declarations as on definitions.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "trace_depth": 20}'
//
// CHECK:      START shop::run()
// CHECK-NEXT:   START other::wanted(int)
// CHECK-NEXT:   END other::wanted(int)
// CHECK-NEXT:   START other::Thing::Thing()
// CHECK-NEXT:   END other::Thing::Thing()
// CHECK-NEXT:   START other::Thing::method()
// CHECK-NEXT:   END other::Thing::method()
// CHECK-NEXT:   START other::generic<int>(int)
// CHECK-NEXT:   END other::generic<int>(int)
// CHECK-NEXT:   START shop::after()
// CHECK-NEXT:   END shop::after()
// CHECK-NEXT: END shop::run()
// CHECK-NOT:  {{.}}
#include <glimpse/attributes.h>

#define CALL __attribute__((noinline))
volatile int sink;

namespace other {
GLIMPSE_TRACE CALL int wanted(int n) { return sink = n; }
CALL int unwanted(int n) { return sink = n; }
struct Thing {
  GLIMPSE_TRACE CALL Thing() { sink = 1; }
  CALL ~Thing() { sink = 2; }
  GLIMPSE_TRACE CALL int method();
};
int Thing::method() { return sink = 3; }
template <class T>
GLIMPSE_TRACE CALL T generic(T t) {
  sink = t;
  return t;
}
}  // namespace other

namespace shop {
CALL void after() { sink = 5; }
GLIMPSE_NO_TRACE CALL void quiet() { after(); }
CALL void run() {
  other::wanted(1);
  other::unwanted(2);
  {
    other::Thing thing;
    thing.method();
  }
  other::generic(4);
  quiet();
}
}  // namespace shop

int main() { shop::run(); }
