// Whatever is thrown: a type is named, and there is a text where there can be one.
//
// RUN: %{trace} %s --policy '{"package_trees": ["odd"], "exclude_functions": ["odd::*::what", "odd::Traced::text"], "trace_depth": 20}' --jq 'select(.stage=="EXCEPTION")|[.function[5:-2],.exception_type,.exception]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, {{[0-9]+}} calls, 15 exceptions, 0 open, 0 dropped
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

#define CALL [[gnu::noinline]]

namespace odd {
volatile int sink;

// CHECK:      ["number","int",null]
CALL void number() { throw 42; }
// CHECK-NEXT: ["pointer","std::runtime_error*",null]
CALL void pointer() {
  static std::runtime_error error("behind a pointer");
  throw &error;
}
// CHECK-NEXT: ["null_pointer","std::nullptr_t",null]
CALL void null_pointer() { throw nullptr; }
enum class Colour { kRed };
// CHECK-NEXT: ["enumerator","odd::Colour",null]
CALL void enumerator() { throw Colour::kRed; }
struct Plain {
  char bytes[300];
};
// CHECK-NEXT: ["plain","odd::Plain",null]
CALL void plain() { throw Plain(); }

// what() of somebody else's class is not ours to call.
struct Stranger {
  virtual ~Stranger() = default;
  virtual const char* what() const { return "not a std::exception"; }
};
// CHECK-NEXT: ["stranger","odd::Stranger",null]
CALL void stranger() { throw Stranger(); }

// std::exception as a virtual base, twice.
struct Left : virtual std::exception {};
struct Right : virtual std::exception {};
struct Diamond : Left, Right {
  const char* what() const noexcept override { return "one base by two ways"; }
};
// CHECK-NEXT: ["diamond","odd::Diamond","one base by two ways"]
CALL void diamond() { throw Diamond(); }

// std::exception twice as a base of its own: which one is meant nobody can say, as no handler could.
struct Twice : std::runtime_error, std::logic_error {
  Twice() : std::runtime_error("one"), std::logic_error("two") {}
};
// CHECK-NEXT: ["twice","odd::Twice",null]
CALL void twice() { throw Twice(); }

struct Secret : private std::exception {};
// CHECK-NEXT: ["secret","odd::Secret",null]
CALL void secret() { throw Secret(); }

struct Null : std::exception {
  const char* what() const noexcept override { return nullptr; }
};
// CHECK-NEXT: ["null","odd::Null",null]
CALL void null() { throw Null(); }

// A what() that is traced, and throws and catches on its own.
struct Traced : std::exception {
  CALL static int text(int n) {
    if (n > 0) throw n;
    return n;
  }
  CALL const char* what() const noexcept override {
    try {
      sink = text(3);
    } catch (int n) {
      errno = 0;
      return n == 3 ? "worked out" : "?";
    }
    return "?";
  }
};
// CHECK-NEXT: ["traced","odd::Traced","worked out"]
CALL void traced() {
  errno = 7;
  throw Traced();
}

// CHECK-NEXT: ["latin","std::runtime_error","caf� �� \u0001 \"quoted\""]
CALL void latin() { throw std::runtime_error("caf\xe9 \xff\xfe \x01 \"quoted\""); }
// CHECK-NEXT: ["empty","std::runtime_error",""]
CALL void empty() { throw std::runtime_error(""); }
// CHECK-NEXT: ["code","std::system_error","opening: No such file or directory"]
CALL void code() { throw std::system_error(ENOENT, std::generic_category(), "opening"); }

template <typename T>
struct Holder : std::exception {
  const char* what() const noexcept override { return "of a template"; }
};
// CHECK-NEXT: ["local","odd::Holder<odd::local()::Local>","of a template"]
CALL void local() {
  struct Local {};
  throw Holder<Local>();
}
// CHECK-NOT:  {{.}}

template <typename Caught>
CALL void catches(void (*thrower)()) {
  try {
    thrower();
  } catch (Caught) {  // NOLINT: by value, by reference and by pointer
    ++sink;
  } catch (...) {
    std::puts("caught by the wrong handler");
  }
}
}  // namespace odd

int main() {
  using namespace odd;
  catches<int>(number);
  catches<const std::exception*>(pointer);
  catches<const char*>(null_pointer);
  catches<Colour>(enumerator);
  catches<const Plain&>(plain);
  catches<Stranger>(stranger);
  catches<const std::exception&>(diamond);
  catches<std::logic_error&>(twice);
  catches<Secret>(secret);
  catches<std::exception&>(null);
  catches<std::exception&>(traced);
  if (errno != 7) std::puts("errno was changed");
  catches<std::runtime_error>(latin);
  catches<std::runtime_error>(empty);
  catches<std::system_error>(code);
  catches<std::exception&>(local);
}
