// C++'s functions are named with their namespaces and parameters, as the source declares them.
//
// RUN: %{trace} %s --flags '-std=c++20 -g' --only gcc,clang-19 --policy '{"package_trees": ["app"], "trace_depth": 9}'
// RUN: %{trace} %s --flags=-std=c++20 --only gcc,clang-19 --policy '{"package_trees": ["app"], "trace_depth": 9}'
// RUN: %{trace} %s --flags '-std=c++17 -g' --policy '{"package_trees": ["app"], "trace_depth": 9}' --prefix CHECK,CXX17
//
// One name for each, of the complete object's (C1, D1), the base object's (C2, D2) and the deleting (D0) one:
// CHECK:      START app::Base::Base(int)
// CHECK-NEXT: END app::Base::Base(int)
// CHECK:      START app::Derived::Derived(int)
// CHECK:        START app::Base::Base(int)
// CHECK:      END app::Derived::Derived(int)
// CHECK:      START app::Derived::~Derived()
// CHECK:        START app::Base::~Base()
// CHECK:        END app::Base::~Base()
// CHECK:      END app::Derived::~Derived()
//
// ABI tags, operators, conversions, members of templates:
// CHECK:      START app::text[abi:cxx11]()
// CHECK-NEXT: END app::text[abi:cxx11]()
// CHECK-NEXT: START app::tagged[abi:one][abi:two]()
// CHECK-NEXT: END app::tagged[abi:one][abi:two]()
// CHECK-NEXT: START app::Number::operator+(app::Number const&) const
// CHECK-NEXT: END app::Number::operator+(app::Number const&) const
// CHECK-NEXT: START app::Number::operator()(int) &
// CHECK-NEXT: END app::Number::operator()(int) &
// CHECK-NEXT: START app::Number::operator->()
// CHECK-NEXT: END app::Number::operator->()
// CHECK-NEXT: START app::Number::operator int() const
// CHECK-NEXT: END app::Number::operator int() const
// CHECK-NEXT: START app::operator<<(app::Number&, app::Number const&)
// CHECK-NEXT: END app::operator<<(app::Number&, app::Number const&)
// CHECK-NEXT: START app::operator"" _km(unsigned long long)
// CHECK-NEXT: END app::operator"" _km(unsigned long long)
// CHECK-NEXT: START app::Box<char const*>::put(char const*)
// CHECK-NEXT: END app::Box<char const*>::put(char const*)
// CHECK-NEXT: START app::Box<char const*>::as<long>() const
// CHECK-NEXT: END app::Box<char const*>::as<long>() const
// CHECK-NEXT: START app::sum<int, long>(int, long)
// CHECK-NEXT: END app::sum<int, long>(int, long)
// CHECK-NEXT: START app::only<int>(int)
// CHECK-NEXT: END app::only<int>(int)
//
// What is local to a function or a file:
// CHECK-NEXT: START app::(anonymous namespace)::hidden(int)
// CHECK-NEXT: END app::(anonymous namespace)::hidden(int)
// CHECK-NEXT: START app::locals(int)
// CHECK-NEXT:   START app::locals(int)::Local::work(int) const
// CHECK-NEXT:   END app::locals(int)::Local::work(int) const
// GCC-NEXT:     START app::locals(int)::'lambda'(int)::operator()(int) const
// CLANG-NEXT:   START app::locals(int)::$_0::operator()(int) const
// CHECK-NEXT:   END app::locals(int)::
// CHECK-NEXT: END app::locals(int)
// CHECK:      START app::templated<int>(int)::'lambda'(int)::operator()(int) const
// CHECK-NEXT: END app::templated<int>(int)::'lambda'(int)::operator()(int) const
// CHECK-NEXT: START app::inner::v2::versioned()
// CHECK-NEXT: END app::inner::v2::versioned()
//
// Every one of them belongs to the namespace around its class or function:
// RUN: jq -r 'select(.stage == "START") | .module' %t.trace/*/trace.jsonl | sort | uniq | FileCheck %s --check-prefix=MODULES
// MODULES:      {{^}}app{{$}}
// MODULES-NEXT: {{^}}app::(anonymous namespace){{$}}
// MODULES-NEXT: {{^}}app::inner::v2{{$}}
// MODULES-NOT:  {{.}}
#include <string>
#if __cplusplus >= 202002L
#include <concepts>
#endif

#define KEEP __attribute__((noinline))

namespace app {
volatile int sink;

struct Base {
  explicit Base(int x);
  virtual ~Base();
};
KEEP Base::Base(int x) { sink = x; }
KEEP Base::~Base() { sink = 0; }
struct Derived : virtual Base {
  explicit Derived(int x);
  ~Derived() override;
};
KEEP Derived::Derived(int x) : Base(x) { sink = x; }
KEEP Derived::~Derived() { sink = 1; }

KEEP std::string text() { return sink != 0 ? "text" : "none"; }
[[gnu::abi_tag("one", "two")]] KEEP int tagged() { return sink; }

struct Number {
  int value;
  KEEP Number operator+(const Number& other) const { return {value + other.value + sink}; }
  KEEP int operator()(int x) & { return value + x + sink; }
  KEEP Number* operator->() { return sink != 7 ? this : nullptr; }
  KEEP operator int() const { return value + sink; }
};
KEEP Number& operator<<(Number& left, const Number& right) { return left.value += right.value + sink, left; }
KEEP int operator""_km(unsigned long long x) { return static_cast<int>(x) + sink; }

template <typename T>
struct Box {
  T value;
  KEEP void put(T other) { value = other, sink = 2; }
  template <typename U>
  KEEP U as() const {
    return static_cast<U>(sink);
  }
};

template <typename... T>
KEEP int sum(T... x) {
  return (sink + ... + static_cast<int>(x));
}

#if __cplusplus >= 202002L
template <typename T>
  requires std::integral<T>
#else
template <typename T>
#endif
KEEP T only(T x) {
  return x + sink;
}

namespace {
KEEP int hidden(int x) { return x + sink; }
}  // namespace

KEEP int locals(int x) {
  struct Local {
    KEEP int work(int y) const { return y + sink; }
  };
  const auto add = [x](int y) KEEP { return x + y + sink; };
  return Local{}.work(x) + add(2);
}

template <typename T>
[[gnu::always_inline]] inline auto templated(T x) {
  return [x](int y) KEEP { return x + y + sink; };
}

namespace inner {
inline namespace v2 {
KEEP int versioned() { return sink; }
}  // namespace v2
}  // namespace inner
}  // namespace app

int main() {
  using namespace app;
  { Base base(1); }
  delete new Derived(2);
  int all = static_cast<int>(text().size()) + tagged();
  Number number{1};
  Number two = number + number;
  all += number(1) + number->value + static_cast<int>(number);
  number << two;
  all += 5_km;
  Box<const char*> box{""};
  box.put("x");
  all += static_cast<int>(box.as<long>()) + sum(1, 2L) + only(3) + hidden(1) + locals(2);
  all += templated(1)(2) + inner::versioned();
  return all == 12345;
}
