// Traces of one call and of many, on two threads, with an exception, and on both sides of a fork.
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace app {

[[gnu::noinline]] int leaf(int n) {
  if (n % 10 == 9) throw std::runtime_error("nine");
  return n;
}

[[gnu::noinline]] int branch(int n) {
  try {
    return leaf(n) + leaf(n + 1);
  } catch (const std::exception&) {
    return 0;
  }
}

[[gnu::noinline]] void work() {
  for (int n = 0; n < 100; ++n) branch(n);
}

}  // namespace app

[[gnu::no_instrument_function]] int main() {
  std::thread other([] { app::work(); });
  app::work();
  for (int n = 0; n < 100; ++n) app::branch(n);
  other.join();
  usleep(2000);
  app::work();
  const pid_t child = fork();
  if (child == 0) {
    app::work();
    _exit(0);
  }
  return waitpid(child, nullptr, 0) == child ? 0 : 1;
}
