// Through C functions, traced and not, and across libraries that were opened with RTLD_LOCAL: every frame is left by the
// same exception, and the caller's records go on.
//
// REQUIRES: gcc, clang-19
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gcc -finstrument-functions -O1 -c %S/inputs/c_frames.c -o without.o
// RUN: %gcc -finstrument-functions -O1 -fexceptions -c %S/inputs/c_frames.c -o with.o
// RUN: %clang19 -finstrument-functions -O1 -c %S/inputs/c_frames.c -o clang.o
// RUN: %gxx -finstrument-functions -finstrument-functions-exclude-file-list=/usr/include -shared -fPIC %S/inputs/throwing_plugin.cpp -o gcc.so
// RUN: %clangxx19 -finstrument-functions-after-inlining -shared -fPIC %S/inputs/throwing_plugin.cpp -o clang.so
// RUN: %{trace} %s --flags %t/without.o --arguments %t/gcc.so --policy '{"package_trees": ["*"], "exclude_functions": ["main", "*::catches", "plugin::Failure::*"], "exclude_modules": ["std"], "trace_depth": 20}'
// RUN: %{trace} %s --only gcc,clang-19 --flags %t/with.o --arguments %t/clang.so --policy '{"package_trees": ["*"], "exclude_functions": ["main", "*::catches", "plugin::Failure::*"], "exclude_modules": ["std"], "trace_depth": 20}'
// RUN: %{trace} %s --only gcc,clang-19 --flags %t/clang.o --arguments %t/clang.so --policy '{"package_trees": ["*"], "exclude_functions": ["main", "*::catches", "plugin::Failure::*"], "exclude_modules": ["std"], "trace_depth": 20}'
//
// CHECK:      START cross::by_c()
// CHECK-NEXT:   START c_calls
// CHECK-NEXT:     START c_between
// CHECK-NEXT:       START cross::fails()
// CHECK-NEXT:       EXCEPTION cross::fails() std::runtime_error "through C"
// CHECK-NEXT:     EXCEPTION c_between std::runtime_error "through C"
// CHECK-NEXT:   EXCEPTION c_calls std::runtime_error "through C"
// CHECK-NEXT: EXCEPTION cross::by_c() std::runtime_error "through C"
// CHECK-NEXT: START cross::by_qsort()
// CHECK-NEXT:   START cross::compare(void const*, void const*)
// CHECK-NEXT:   EXCEPTION cross::compare(void const*, void const*) int
// CHECK-NEXT: EXCEPTION cross::by_qsort() int
// CHECK-NEXT: START cross::by_plugin()
// CHECK-NEXT:   START plugin_entry
// CHECK-NEXT:     START plugin::deep()
// CHECK-NEXT:     EXCEPTION plugin::deep() plugin::Failure "of the plugin's own type"
// CHECK-NEXT:   EXCEPTION plugin_entry plugin::Failure "of the plugin's own type"
// CHECK-NEXT: EXCEPTION cross::by_plugin() plugin::Failure "of the plugin's own type"
// CHECK-NEXT: START cross::and_back()
// CHECK-NEXT:   START plugin_entry
// CHECK-NEXT:     START cross::fails()
// CHECK-NEXT:     EXCEPTION cross::fails() std::runtime_error "through C"
// CHECK-NEXT:   EXCEPTION plugin_entry std::runtime_error "through C"
// CHECK-NEXT: EXCEPTION cross::and_back() std::runtime_error "through C"
// CHECK-NOT: {{.}}
#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

#define CALL [[gnu::noinline]]

extern "C" void c_calls(void (*back)());

namespace cross {
volatile int sink;
void (*plugin_entry)(void (*back)());

CALL void fails() { throw std::runtime_error("through C"); }
CALL void by_c() {
  c_calls(fails);
  ++sink;
}

CALL int compare(const void*, const void*) { throw 1; }
CALL void by_qsort() {
  int numbers[] = {3, 1, 2};
  std::qsort(numbers, 3, sizeof(int), compare);
  ++sink;
}

CALL void by_plugin() {
  plugin_entry(nullptr);
  ++sink;
}
CALL void and_back() {
  plugin_entry(fails);
  ++sink;
}

CALL void catches(void (*thrower)()) {
  try {
    thrower();
  } catch (...) {
    ++sink;
  }
}
}  // namespace cross

int main(int, char** arguments) {
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) return 1;
  cross::plugin_entry = reinterpret_cast<void (*)(void (*)())>(dlsym(plugin, "plugin_entry"));
  for (auto* thrower : {cross::by_c, cross::by_qsort, cross::by_plugin, cross::and_back}) cross::catches(thrower);
}
