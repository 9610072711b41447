// What native mode makes of a function: a test of one byte, and a call that keeps all registers; where an exception
// leaves, a landing pad that says so. Nothing of it in functions that the policy excludes, and no call of a hook.
//
// REQUIRES: plugin
// RUN: rm -rf %t && mkdir %t && cp %s %t/code.cpp && echo '{"package_trees": ["app"]}' > %t/glimpse-policy.json
// RUN: for v in %plugin-versions; do for o in -O0 -O2; do \
// RUN:   clang++-$v $o -S -emit-llvm -finstrument-functions -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-mode=native -std=c++17 %t/code.cpp -o %t/code.ll && FileCheck --input-file=%t/code.ll %s || exit 1; done; done
//
// CHECK-DAG: @__glimpse_object.1 = linkonce_odr hidden global { i32, i32, {{.*}} } { i32 1, i32 0, {{.*}}@glimpse_enter_v1, {{.*}}@glimpse_exit_v1, {{.*}}@glimpse_unwound_v1 }, comdat
// CHECK-DAG: @__glimpse._ZN3app5plainEi = private global { i8, i8, i8, i8, {{.*}} } { i8 0, i8 1, i8 1, i8 0, i32 -4, {{.*}} }, section "glimpse_functions", align 8
// CHECK-DAG: @__glimpse._ZN3app6sharedIiEET_S1_ = linkonce_odr hidden global {{.*}}section "glimpse_functions", comdat
// CHECK-DAG: @llvm.global_ctors = {{.*}} i32 0, {{.*}}@__glimpse_attach.1
//
// CHECK-LABEL: define {{.*}}@_ZN3app5plainEi(
// CHECK:         load i8, {{.*}}@__glimpse._ZN3app5plainEi
// CHECK:         call preserve_allcc void
// CHECK:         call preserve_allcc void
// CHECK:         ret i32
//
// CHECK-LABEL: define {{.*}}@_ZN3app6throwsEPFvvE(
// CHECK:         invoke void
// CHECK:         landingpad
// CHECK-NEXT:      cleanup
// CHECK:         call preserve_allcc void
// CHECK:         resume
//
// CHECK-LABEL: define {{.*}}@_ZN5other8excludedEi(
// CHECK-NOT:     preserve_allcc
// CHECK:         ret i32
//
// CHECK-LABEL: define {{.*}}@_ZN3app5jumpsEi(
// CHECK:         call preserve_allcc void
// CHECK:         call preserve_allcc void
// CHECK:         musttail call {{.*}}@_ZN3app5plainEi
// CHECK-NEXT:    ret i32
//
// CHECK-NOT: @__glimpse_{{enter|exit|unwound}}(
// CHECK-NOT: call {{.*}}@__cyg_profile_func
// CHECK:     declare extern_weak {{.*}}void @glimpse_attach_object
namespace app {
__attribute__((noinline)) int plain(int value) { return value + 1; }
__attribute__((noinline)) void throws(void (*next)()) {
  next();
  next();
}
}  // namespace app
namespace other {
__attribute__((noinline)) int excluded(int value) { return app::plain(value) + 1; }
}  // namespace other
namespace app {
__attribute__((noinline)) int jumps(int value) { [[clang::musttail]] return plain(value); }
template <typename T> __attribute__((noinline)) T shared(T value) { return value * 3; }
int uses(int value) { return shared(value); }
}  // namespace app
