// Marked functions of C++: wherever a mark may stand. Those that are called quiet bear GLIMPSE_NO_TRACE.
#include <glimpse/attributes.h>

namespace app {

struct Box {
  GLIMPSE_NO_TRACE Box(int quiet) : v(quiet) {}
  GLIMPSE_NO_TRACE Box(long quiet);
  GLIMPSE_NO_TRACE ~Box() {}
  GLIMPSE_TRACE explicit Box() : v(0) {}
  GLIMPSE_NO_TRACE virtual int quiet_get() const { return v; }
  GLIMPSE_NO_TRACE static int quiet_make();
  GLIMPSE_NO_TRACE friend int quiet_peek(const Box& b) { return b.v; }
  template <class T>
  GLIMPSE_NO_TRACE T quiet_as() const { return T(v); }
  GLIMPSE_NO_TRACE int operator+(int quiet) const noexcept { return v + quiet; }
  int v;
};
Box::Box(long quiet) : v(int(quiet)) {}
int Box::quiet_make() { return 1; }

template <class T>
GLIMPSE_NO_TRACE T quiet_twice(T v) { return v + v; }
template <class T>
GLIMPSE_TRACE T loud_thrice(T v) { return v + v + v; }
GLIMPSE_NO_TRACE constexpr int quiet_constant(int v) { return v; }
GLIMPSE_NO_TRACE auto quiet_trailing() -> int { return 1; }
GLIMPSE_TRACE int loud(int v) { return v; }
int plain(int v) { return v; }

}  // namespace app

extern "C" GLIMPSE_NO_TRACE int quiet_c() { return 0; }

int main() {
  app::Box quiet(1), quiet_long(2L), loud;
  auto quiet_lambda = [](int a) GLIMPSE_NO_TRACE { return a; };
  auto loud_lambda = [&](int a) GLIMPSE_TRACE { return a + loud.v; };
  const int sum = quiet_lambda(1) + loud_lambda(2) + quiet.quiet_get() + app::Box::quiet_make() + quiet_peek(quiet) +
                  quiet.quiet_as<int>() + (quiet + 1) + app::quiet_twice(1) + app::loud_thrice(1) +
                  app::quiet_constant(quiet.v) + app::quiet_trailing() + quiet_c() + quiet_long.v + app::loud(1) + app::plain(1);
  return sum > 1000;
}
