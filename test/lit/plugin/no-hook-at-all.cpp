// A function that the policy excludes has no hook and no trace of one: in templates, lambdas, members that nobody wrote,
// classes in functions, namespaces without a name, coroutines; at -O0 and -O2, by either flag of Clang or by none.
//
// REQUIRES: plugin
// RUN: rm -rf %t && mkdir %t && echo '{"package_trees": ["app"], "exclude_modules": ["app::detail"], "exclude_functions": ["app::quiet*", "*::~Member"]}' > %t/glimpse-policy.json
// RUN: for v in %plugin-versions; do for o in -O0 -O2; do for flag in "" -finstrument-functions -finstrument-functions-after-inlining; do \
// RUN:   clang++-$v -std=c++20 $o $flag -fplugin=%plugin-stem$v.so -fplugin-arg-glimpse-policy=%t/glimpse-policy.json -fplugin-arg-glimpse-binary=test -fno-inline -S %s -o - | %python %S/inputs/hooked.py > %t/hooked || exit 1; \
// RUN:   echo "== $v $o $flag"; FileCheck %s --input-file=%t/hooked || exit 1; done; done; done
//
// CHECK-DAG: + app::wanted()
// CHECK-DAG: + app::Holder::Holder()
// CHECK-DAG: + app::Box<int>::get()
// CHECK-DAG: + {{.*}}app::with_lambda()::{{.*}}::operator()(){{.*}}
// CHECK-DAG: + app::(anonymous namespace)::inner()
// CHECK-DAG: + app::local()::Local::method()
// CHECK-DAG: + int app::twice<int>(int)
// CHECK-DAG: - app::detail::helper()
// CHECK-DAG: - int app::detail::generic<int>(int)
// CHECK-DAG: - app::detail::Klass::method()
// CHECK-DAG: - app::detail::Klass::Klass()
// CHECK-DAG: - {{.*}}app::detail::lambdas()::{{.*}}::operator()(){{.*}}
// CHECK-DAG: - app::quiet_one()
// CHECK-DAG: - app::Member::~Member()
// CHECK-DAG: - std::vector<int, std::allocator<int>{{ ?}}>::vector()
// CHECK-DAG: - other::outside()
// CHECK-DAG: - outside_all()
// CHECK-DAG: - main
#include <string>
#include <vector>

#define CALL __attribute__((noinline))

extern "C" void note(int);

void CALL outside_all() { note(1); }
namespace other {
void CALL outside() { note(1); }
}  // namespace other

namespace app {
namespace detail {
void CALL helper() { note(2); }
template <class T>
CALL T generic(T t) {
  note(3);
  return t;
}
struct Inner {
  CALL Inner() { note(4); }
};
struct Klass {
  Inner inner;
  CALL int method() {
    note(5);
    return 1;
  }
};
void CALL lambdas() {
  auto lambda = []() CALL { note(6); };
  lambda();
}
}  // namespace detail

struct Member {
  CALL Member() { note(7); }
  CALL ~Member() { note(8); }
};
struct Holder {  // constructed and destroyed by what nobody wrote
  Member member;
  std::string text;
};

template <class T>
struct Box {
  T value;
  CALL T get() {
    note(9);
    return value;
  }
};
template <class T>
CALL T twice(T t) {
  note(10);
  return t + t;
}
namespace {
CALL void inner() { note(11); }
}  // namespace
void CALL with_lambda() {
  auto lambda = []() CALL { note(12); };
  lambda();
}
void CALL local() {
  struct Local {
    CALL void method() { note(13); }
  };
  Local().method();
}
void CALL quiet_one() { note(14); }
void CALL wanted() {
  detail::helper();
  detail::generic(1);
  detail::Klass().method();
  detail::lambdas();
  Holder holder;
  std::vector<int> numbers;
  numbers.push_back(Box<int>{3}.get());
  note(twice(numbers[0]));
  inner();
  with_lambda();
  local();
  quiet_one();
}
}  // namespace app

int main() {
  app::wanted();
  other::outside();
  outside_all();
}
