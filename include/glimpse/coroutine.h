// Context over the suspensions of a C++20 coroutine.
//
//   Task<Order> load(int id) {
//     glimpse::CoroutineContext context;                        // first in the coroutine
//     glimpse::Span span{"load"};
//     Row row = co_await context.keep(database.query(id));      // whichever thread goes on, the span is active there
//     …
//
//   thread 1   caller's │ span ──▶ suspend │ caller's
//   thread 2                       its own │ resume ──▶ span ──▶ end │ its own
//
// While the coroutine is suspended its context is active nowhere; a thread that it ran on has again what it had before.
// Each co_await that may suspend wants its keep(); what it waits for is not copied.
//
// Threads: as the awaitable has them. Failure: none of its own; exceptions of the awaitable go on.
#pragma once

#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)

#include <coroutine>
#include <utility>

#include "glimpse/context.h"

namespace glimpse {

namespace detail {

template <typename Awaitable>
GLIMPSE_UNTRACED decltype(auto) awaiter_of(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

}  // namespace detail

class CoroutineContext {
 public:
  // The coroutine begins with the context of whoever starts it.
  GLIMPSE_UNTRACED CoroutineContext() : inside_(Context::current()), outside_(inside_) { attach(inside_); }
  GLIMPSE_UNTRACED ~CoroutineContext() { attach(outside_); }
  CoroutineContext(const CoroutineContext&) = delete;
  CoroutineContext& operator=(const CoroutineContext&) = delete;

  // What to co_await in place of `awaitable`.
  template <typename Awaitable>
  GLIMPSE_UNTRACED auto keep(Awaitable&& awaitable) {
    return Awaiter<Awaitable>(*this, std::forward<Awaitable>(awaitable));
  }

 private:
  template <typename Awaitable>
  class Awaiter {
   public:
    GLIMPSE_UNTRACED Awaiter(CoroutineContext& context, Awaitable&& awaitable)
        : context_(context), awaiter_(detail::awaiter_of(std::forward<Awaitable>(awaitable))) {}

    GLIMPSE_UNTRACED decltype(auto) await_ready() { return awaiter_.await_ready(); }

    template <typename Promise>
    GLIMPSE_UNTRACED auto await_suspend(std::coroutine_handle<Promise> handle) {
      // All of it before the awaiter hears of the handle: from then on another thread may run the coroutine to its end.
      suspended_ = true;
      context_.leave();
      try {
        return awaiter_.await_suspend(handle);
      } catch (...) {
        context_.enter();  // it was not suspended
        throw;
      }
    }

    GLIMPSE_UNTRACED decltype(auto) await_resume() {
      if (suspended_) context_.enter();
      return awaiter_.await_resume();
    }

   private:
    CoroutineContext& context_;
    bool suspended_ = false;
    decltype(detail::awaiter_of(std::declval<Awaitable>())) awaiter_;
  };

  GLIMPSE_UNTRACED static void attach(const Context& context) {
    const glimpse_context ids = context.ids();
    if (glimpse_program_api != nullptr) glimpse_program_api->attach_context(&ids, nullptr);
  }
  GLIMPSE_UNTRACED void leave() {
    inside_ = Context::current();
    attach(outside_);
  }
  GLIMPSE_UNTRACED void enter() {
    outside_ = Context::current();
    attach(inside_);
  }

  Context inside_;   // the coroutine's, while it is suspended
  Context outside_;  // of the thread that it runs on
};

}  // namespace glimpse

#endif
