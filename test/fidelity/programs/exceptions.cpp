// Exceptions: caught at several levels, rethrown, nested, thrown by destructors' neighbours and constructors, carried
// by exception_ptr, through C code. What a right trace is stands in exceptions.expected.
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#define KEPT __attribute__((noinline))

namespace hard {
volatile int sink;

struct Plain {
  int code;
};
class Custom : public std::runtime_error {
 public:
  KEPT explicit Custom(const char* text) : std::runtime_error(text) {}
  KEPT ~Custom() override { sink = 0; }
};

KEPT void leaf(int n) { sink = n; }

struct Guard {
  KEPT explicit Guard(int n) : n_(n) { sink = n_; }
  KEPT ~Guard() { leaf(n_); }
  int n_;
};

KEPT void throw_error(int n) {
  leaf(n);
  throw std::runtime_error("number " + std::to_string(n));
}
KEPT void throw_custom() { throw Custom("of our own"); }
KEPT void throw_plain() { throw Plain{7}; }
KEPT void throw_int() { throw 42; }

// 1. Caught two levels up, with destructors on the way.
KEPT void with_guards(int n) {
  Guard outer(1);
  {
    Guard inner(2);
    throw_error(n);
  }
  leaf(99);
}
KEPT void caught_above() {
  try {
    with_guards(5);
  } catch (const std::exception&) {
    leaf(3);
  }
  leaf(4);
}

// 2. Caught, and thrown on by `throw;`.
KEPT void throws_on() {
  try {
    throw_custom();
  } catch (const Custom&) {
    leaf(1);
    throw;
  }
}
KEPT void rethrown() {
  try {
    throws_on();
  } catch (const std::runtime_error&) {
    leaf(2);
  }
}

// 3. Caught, and another one thrown in its place.
KEPT void replaces() {
  try {
    throw_error(6);
  } catch (const std::exception&) {
    throw std::logic_error("replaced");
  }
}
KEPT void replaced() {
  try {
    replaces();
  } catch (const std::logic_error&) {
    leaf(3);
  }
}

// 4. A whole exception inside a destructor that unwinding runs.
struct Careful {
  KEPT ~Careful() {
    try {
      throw_int();
    } catch (int) {
      leaf(5);
    }
  }
};
KEPT void unwinds_over_careful() {
  Careful careful;
  throw_plain();
}
KEPT void inside_destructor() {
  try {
    unwinds_over_careful();
  } catch (const Plain&) {
    leaf(6);
  }
}

// 5. A constructor that throws after a member was built.
struct Member {
  KEPT Member() { leaf(7); }
  KEPT ~Member() { leaf(8); }
};
struct Half {
  Member member;
  KEPT Half() { throw_custom(); }
};
KEPT void from_constructor() {
  try {
    Half half;
    leaf(99);
  } catch (const Custom&) {
    leaf(9);
  }
}

// 6. Carried away and thrown again elsewhere.
KEPT std::exception_ptr kept() {
  try {
    throw_error(10);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}
KEPT void throw_again(std::exception_ptr what) { std::rethrow_exception(what); }
KEPT void carried() {
  std::exception_ptr what = kept();
  try {
    throw_again(what);
  } catch (const std::exception&) {
    leaf(11);
  }
}

// 7. Through C code that does not know of exceptions but has unwind tables: qsort.
KEPT int compare_and_throw(const void*, const void*) {
  throw_error(12);
  return 0;
}
KEPT void through_c() {
  int numbers[3] = {3, 1, 2};
  try {
    std::qsort(numbers, 3, sizeof(int), compare_and_throw);
  } catch (const std::exception&) {
    leaf(12);
  }
}

// 8. In a loop and by recursion: each level's frame is left.
KEPT void recursive(int n) {
  Guard guard(n);
  if (n == 0) throw_int();
  recursive(n - 1);
  leaf(99);
}
KEPT void looped() {
  for (int i = 1; i < 3; ++i) {
    try {
      recursive(i);
    } catch (int) {
      leaf(13);
    }
  }
}

// 9. Thrown and caught by the same function; thrown by the library.
KEPT void own() {
  try {
    throw Custom("own");
  } catch (const Custom&) {
    leaf(14);
  }
}
KEPT void out_of_range(std::string& text) { text.at(100) = 'x'; }
KEPT void by_library() {
  std::string text = "short";
  try {
    out_of_range(text);
  } catch (const std::out_of_range&) {
    leaf(15);
  }
}

// 10. Nested handlers: the inner one is left by its own exception, the outer one goes on.
KEPT void nested() {
  try {
    throw_custom();
  } catch (const Custom&) {
    try {
      throw_int();
    } catch (int) {
      leaf(16);
    }
    leaf(17);
  }
}

KEPT void all() {
  caught_above();
  rethrown();
  replaced();
  inside_destructor();
  from_constructor();
  carried();
  through_c();
  looped();
  own();
  by_library();
  nested();
}
}  // namespace hard

int main() {
  hard::all();
  return 4;
}
