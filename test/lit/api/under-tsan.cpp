// Spans that go with their work, to a pool's threads, std::async, and coroutines that go on on another thread each time
// they were suspended: each has the parent it was given, and ThreadSanitizer, which sees the headers as a part of the
// program, has nothing to say. Hooks are on as well.
//
// REQUIRES: gcc, clang-19
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %clangxx19 -std=c++20 -g -O1 -fsanitize=thread -finstrument-functions-after-inlining -I%include %s -pthread -o clang
// RUN: %gxx -std=c++20 -g -O1 -fsanitize=thread -finstrument-functions -I%include %s -pthread -o gcc
// RUN: for p in clang gcc; do TSAN_OPTIONS=halt_on_error=0:exitcode=66 setarch -R %glimpse run -q -o $p.jsonl -- ./$p 2>$p.err || { cat $p.err; exit 1; }; done
// RUN: FileCheck --check-prefix=QUIET --allow-empty --implicit-check-not=ThreadSanitizer %s < clang.err
// RUN: FileCheck --check-prefix=QUIET --allow-empty --implicit-check-not=ThreadSanitizer %s < gcc.err
// RUN: for p in clang gcc; do %{whole} $p.jsonl && jq -rs 'map(select(.record_type == "span")) as $all | ($all | map({(.span_id): .name}) | add) as $name | [$all[] | "\(.name | sub(" .*"; "")) in \($name[.parent_span_id // ""] // "nothing" | sub(" .*"; "")) \(if .parent_span_id == null then "" elif (.name | sub(".* "; "")) == ($name[.parent_span_id] | sub(".* "; "")) then "of the same number" else "OF ANOTHER" end)"] | group_by(.)[] | "\(length) \(.[0])"' $p.jsonl | FileCheck %s || exit 1; done
//
// QUIET-NOT: WARNING
// CHECK:      50 async in request of the same number
// CHECK-NEXT: 50 coroutine in request of the same number
// CHECK-NEXT: 50 queued in request of the same number
// CHECK-NEXT: 50 request in nothing
// CHECK-NEXT: 200 step in coroutine of the same number
// CHECK-NOT:  {{.}}
#include <glimpse/context.h>
#include <glimpse/coroutine.h>
#include <glimpse/span.h>

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    more_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void submit(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    more_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      more_.wait(lock, [this] { return over_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> tasks_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

struct OnPool {
  Pool& pool;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    pool.submit([handle] { handle.resume(); });
  }
  void await_resume() const {}
};

Task steps(Pool& pool, std::string number, std::latch& done) {
  {
    glimpse::CoroutineContext context;
    const glimpse::Span span{"coroutine " + number};
    for (int step = 0; step < 4; ++step) {
      co_await context.keep(OnPool{pool});
      const glimpse::Span inner{"step " + number};
    }
  }
  done.count_down();
}

}  // namespace

int main() {
  constexpr int kRequests = 50;
  std::latch done(2 * kRequests);
  std::vector<std::future<void>> futures;
  Pool pool(3);
  for (int i = 0; i < kRequests; ++i) {
    const std::string number = std::to_string(i);
    const glimpse::Span request{"request " + number};
    pool.submit(glimpse::bind([number, &done] {
      { const glimpse::Span span{"queued " + number}; }
      done.count_down();
    }));
    futures.push_back(std::async(std::launch::async, glimpse::bind([number] {
                                   const glimpse::Span span{"async " + number};
                                 })));
    steps(pool, number, done);
  }
  for (std::future<void>& future : futures) future.get();
  done.wait();
}
