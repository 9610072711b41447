// A coroutine that is suspended on one thread and goes on on another, with its span.
#include <glimpse/coroutine.h>
#include <glimpse/log.h>
#include <glimpse/span.h>

#include <coroutine>
#include <cstdio>
#include <exception>
#include <thread>

namespace {

// Begins at once; nobody waits for its value.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

// Goes on on a thread of its own.
struct Elsewhere {
  std::thread& thread;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    thread = std::thread([handle] { handle.resume(); });
  }
  std::thread::id await_resume() const { return std::this_thread::get_id(); }
};

Task load(std::thread& thread) {
  glimpse::CoroutineContext context;  // first in the coroutine
  glimpse::Span span{"load"};
  const std::thread::id before = std::this_thread::get_id();
  const std::thread::id after = co_await context.keep(Elsewhere{thread});
  glimpse::info("{}", before != after ? "on another thread" : "on the same thread");
}

}  // namespace

int main() {
  std::thread thread;
  glimpse::Span span{"main"};
  load(thread);
  glimpse::info("the coroutine waits");  // in main's span, not in that of the coroutine
  thread.join();
  std::puts("loaded");
}
