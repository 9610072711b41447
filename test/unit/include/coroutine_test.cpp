// Contexts over suspensions, on a pool of threads. Also for ThreadSanitizer: scripts/test tsan.
#include "glimpse/coroutine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "glimpse/span.h"
#include "test/unit/include/fake_api.h"

namespace glimpse {
namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void submit(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }
  // To be awaited: goes on on one of the threads.
  auto elsewhere() {
    struct Awaiter {
      Pool* pool;
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> handle) const { pool->submit(handle); }
      std::thread::id await_resume() const { return std::this_thread::get_id(); }
    };
    return Awaiter{this};
  }
  // Jobs after which a thread was left with a context.
  int stained() const { return stained_; }

 private:
  void run() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
      if (Context::current().valid()) ++stained_;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool over_ = false;
  std::atomic<int> stained_{0};
  std::vector<std::thread> threads_;
};

// Begins at once, and tells by a future when it is over.
struct Task {
  struct promise_type {
    std::promise<void> over;
    Task get_return_object() { return Task{over.get_future()}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() { over.set_value(); }
    void unhandled_exception() { over.set_exception(std::current_exception()); }
  };
  std::future<void> over;
};

Task hop(Pool& pool, int hops) {
  CoroutineContext context;
  Span span("request");
  const Context mine = span.context();
  for (int i = 0; i < hops; ++i) {
    co_await context.keep(pool.elsewhere());
    if (Context::current() != mine) throw std::logic_error("another context after a suspension");
    Span child("step");
  }
}

TEST(CoroutineContext, GoesOnWhereTheCoroutineDoes) {
  test::restart();
  Pool pool(4);
  {
    Span outer("outer");
    std::vector<Task> tasks;
    for (int i = 0; i < 50; ++i) {
      tasks.push_back(hop(pool, 20));
      EXPECT_EQ(Context::current(), outer.context());  // not the coroutine's
    }
    for (Task& task : tasks) EXPECT_NO_THROW(task.over.get());
  }
  EXPECT_FALSE(Context::current().valid());
  EXPECT_EQ(pool.stained(), 0);

  // Each step's parent is a request, each request's the outer span.
  std::map<std::string, std::string> names{{"0", "none"}};
  std::map<std::string, int> parents;
  std::vector<std::pair<std::string, std::string>> starts;
  for (const std::string& line : test::told()) {
    char id[32], name[32], parent[32];
    if (std::sscanf(line.c_str(), "start %31s %31s kind=1 trace=%*s parent=%31s", id, name, parent) != 3) continue;
    names[id] = name;
    starts.emplace_back(name, std::to_string(std::stoul(parent, nullptr, 16)));
  }
  for (const auto& [name, parent] : starts) ++parents[name + " in " + names[parent]];
  EXPECT_EQ(parents,
            (std::map<std::string, int>{{"outer in none", 1}, {"request in outer", 50}, {"step in request", 1000}}));
}

struct Failing {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) const { throw std::runtime_error("no suspension"); }
  int await_resume() const { return 1; }
};
struct Ready {
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  int await_resume() const { return 3; }
};
struct Wrapped {
  Ready operator co_await() const { return {}; }
};
struct NotAfterAll {
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<>) const { return false; }
  int await_resume() const { return 4; }
};

Task unusual(std::vector<int>& seen) {
  CoroutineContext context;
  Span span("a");
  const Context mine = span.context();
  try {
    co_await context.keep(Failing());
  } catch (const std::runtime_error&) {
    seen.push_back(Context::current() == mine);
  }
  seen.push_back(co_await context.keep(Ready()));
  seen.push_back(co_await context.keep(Wrapped()));
  seen.push_back(co_await context.keep(NotAfterAll()));
  seen.push_back(Context::current() == mine);
}

TEST(CoroutineContext, KeepsToItsCoroutineWhateverTheAwaitableDoes) {
  test::restart();
  std::vector<int> seen;
  unusual(seen).over.get();
  EXPECT_EQ(seen, (std::vector<int>{1, 3, 3, 4, 1}));
  EXPECT_FALSE(Context::current().valid());
}

TEST(ThreadPool, JobsThatAreBoundBelongToWhoSubmittedThem) {
  test::restart();
  Pool pool(3);
  std::atomic<int> right{0}, left{0};
  {
    for (int i = 0; i < 100; ++i) {
      Span span("request");
      const Context mine = span.context();
      ++left;
      pool.submit(bind([&, mine] {
        if (Context::current() == mine) ++right;
        Span child("job");
        child.end();
        --left;
      }));
    }
  }
  while (left != 0) std::this_thread::yield();
  EXPECT_EQ(right, 100);
}

}  // namespace
}  // namespace glimpse
