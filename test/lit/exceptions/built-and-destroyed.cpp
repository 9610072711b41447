// Exceptions out of constructors and destructors: what was built is torn down, and each frame that is left says so.
//
// RUN: %{trace} %s --policy '{"package_trees": ["house"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, {{[0-9]+}} calls, {{[0-9]+}} exceptions, 0 open, 0 dropped
#include <new>
#include <stdexcept>

#define CALL [[gnu::noinline]]

namespace house {
volatile int sink;

CALL void refuse(const char* why) { throw std::runtime_error(why); }

struct Part {
  CALL explicit Part(int n) : number(n) {
    if (n == 3) refuse("third part");
  }
  CALL ~Part() { sink = number; }
  int number;
};

// A base and a member are whole, the second member is not; a function-try-block sees it and cannot keep it.
struct Half : Part {
  CALL Half() try : Part(1), second(2), third(3) {
  } catch (const std::runtime_error&) {
    ++sink;  // thrown on at the end
  }
  Part second;
  Part third;
};
// CHECK:      START house::half()
// CHECK-NEXT:   START house::Half::Half()
// CHECK: {{ +}}START house::Part::Part(int)
// CHECK: {{ +}}START house::refuse(char const*)
// CHECK-NEXT: {{ +}}EXCEPTION house::refuse(char const*) std::runtime_error "third part"
// CHECK-NEXT: {{ +}}EXCEPTION house::Part::Part(int) std::runtime_error "third part"
// CHECK: {{ +}}START house::Part::~Part()
// CHECK: {{ +}}END house::Part::~Part()
// CHECK: {{ +}}START house::Part::~Part()
// CHECK: {{ +}}END house::Part::~Part()
// CHECK-NEXT: {{ +}}EXCEPTION house::Half::Half() std::runtime_error "third part"
// CHECK: END house::half()
CALL void half() {
  try {
    Half half;
    ++sink;
  } catch (const std::runtime_error&) {
    ++sink;
  }
}

// The third element of an array: the two before it are destroyed.
struct Element {
  CALL Element() {
    if (++count == 3) refuse("third element");
  }
  CALL ~Element() { sink = count; }
  static int count;
};
int Element::count = 0;
CALL void array() {
  try {
    Element* elements = new Element[4];
    delete[] elements;
  } catch (const std::exception&) {
    ++sink;
  }
}
// CHECK: START house::array()
// CHECK: EXCEPTION house::refuse(char const*) std::runtime_error "third element"
// CHECK-NEXT: {{ +}}EXCEPTION house::Element::Element() std::runtime_error "third element"
// CHECK-COUNT-2: {{ +}}END house::Element::~Element()
// CHECK: {{^}}END house::array()

// A destructor that may throw: its own frame is left, and the caller's goes on.
struct Leaves {
  CALL ~Leaves() noexcept(false) { refuse("from a destructor"); }
};
CALL void scope() {
  Leaves leaves;
  ++sink;
}
CALL void from_destructor() {
  try {
    scope();
  } catch (const std::exception&) {
    ++sink;
  }
}
// CHECK: START house::from_destructor()
// CHECK: EXCEPTION house::refuse(char const*) std::runtime_error "from a destructor"
// CHECK-NEXT: EXCEPTION house::Leaves::~Leaves() std::runtime_error "from a destructor"
// CHECK: EXCEPTION house::scope() std::runtime_error "from a destructor"
// CHECK-NEXT: {{^}}END house::from_destructor()

// A function-try-block that replaces the exception.
CALL int replaces(int n) try {
  refuse("first");
  return n;
} catch (const std::runtime_error&) {
  throw std::logic_error("second");
}
CALL void function_try() {
  try {
    sink = replaces(1);
  } catch (const std::logic_error&) {
    ++sink;
  }
}
// CHECK: START house::function_try()
// CHECK-NEXT: START house::replaces(int)
// CHECK-NEXT: START house::refuse(char const*)
// CHECK-NEXT: EXCEPTION house::refuse(char const*) std::runtime_error "first"
// CHECK-NEXT: EXCEPTION house::replaces(int) std::logic_error "second"
// CHECK-NEXT: {{^}}END house::function_try()
// CHECK-NOT: {{.}}
}  // namespace house

int main() {
  house::half();
  house::array();
  house::from_destructor();
  house::function_try();
}
