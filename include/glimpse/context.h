// Context: the trace and the span that what happens next belongs to. Each thread has one that is active; spans make
// themselves so. What leaves the thread takes the context along:
//
//   pool.submit(glimpse::bind([=] { resize(image); }));        // thread pools, std::thread, std::async, callbacks
//
//   auto context = glimpse::Context::current();                // or by hand
//   … on another thread: glimpse::ContextScope scope{context};
//
// Threads: a Context is a value; copies are independent. A scope stays on its thread and nests there.
// Failure: none. Without the library, or without a span, the context is empty, and so is what is attached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "glimpse/program.h"

namespace glimpse {

namespace detail {

// Lower-case hex digits, most significant first.
GLIMPSE_UNTRACED inline void put_hex(std::uint64_t number, char* to, int digits) {
  for (int i = digits; i-- > 0; number >>= 4) to[i] = "0123456789abcdef"[number & 15];
}

}  // namespace detail

class Context {
 public:
  GLIMPSE_UNTRACED Context() noexcept : ids_() {}
  // As the library has it; the tracestate is copied.
  GLIMPSE_UNTRACED explicit Context(const glimpse_context& ids) : ids_(ids) {
    if (ids.tracestate != nullptr && *ids.tracestate != '\0') keep(ids.tracestate);
    ids_.tracestate = nullptr;
  }
  GLIMPSE_UNTRACED Context(const Context& other) : ids_(other.ids_), tracestate_(other.tracestate_) {}
  GLIMPSE_UNTRACED Context(Context&& other) noexcept : ids_(other.ids_), tracestate_(std::move(other.tracestate_)) {}
  GLIMPSE_UNTRACED Context& operator=(const Context& other) {
    ids_ = other.ids_;
    tracestate_ = other.tracestate_;
    return *this;
  }
  GLIMPSE_UNTRACED Context& operator=(Context&& other) noexcept {
    ids_ = other.ids_;
    tracestate_ = std::move(other.tracestate_);
    return *this;
  }
  GLIMPSE_UNTRACED ~Context() {}

  // The calling thread's active one.
  GLIMPSE_UNTRACED static Context current() {
    glimpse_context ids{};
    if (glimpse_program_api != nullptr) glimpse_program_api->current_context(&ids);
    return Context(ids);
  }

  // Whether it names a trace.
  GLIMPSE_UNTRACED bool valid() const noexcept { return (ids_.trace_id_high | ids_.trace_id_low) != 0; }
  GLIMPSE_UNTRACED explicit operator bool() const noexcept { return valid(); }

  // 32 and 16 hex digits; all zeros where there is none.
  GLIMPSE_UNTRACED std::string trace_id() const {
    char digits[32];
    detail::put_hex(ids_.trace_id_high, digits, 16);
    detail::put_hex(ids_.trace_id_low, digits + 16, 16);
    return std::string(digits, sizeof digits);
  }
  GLIMPSE_UNTRACED std::string span_id() const {
    char digits[16];
    detail::put_hex(ids_.span_id, digits, 16);
    return std::string(digits, sizeof digits);
  }
  GLIMPSE_UNTRACED bool sampled() const noexcept { return (ids_.flags & 1) != 0; }
  // It came from another process.
  GLIMPSE_UNTRACED bool remote() const noexcept { return ids_.remote != 0; }
  // As W3C Trace Context writes it; empty where there is none.
  GLIMPSE_UNTRACED std::string tracestate() const { return tracestate_ ? *tracestate_ : std::string(); }
  GLIMPSE_UNTRACED void set_tracestate(std::string text) {
    tracestate_.reset();
    if (!text.empty()) tracestate_ = std::make_shared<const std::string>(std::move(text));
  }

  // As the library takes it; its tracestate lives as long as this Context.
  GLIMPSE_UNTRACED glimpse_context ids() const noexcept {
    glimpse_context ids = ids_;
    ids.tracestate = tracestate_ ? tracestate_->c_str() : nullptr;
    return ids;
  }

  GLIMPSE_UNTRACED friend bool operator==(const Context& a, const Context& b) noexcept {
    return a.ids_.trace_id_high == b.ids_.trace_id_high && a.ids_.trace_id_low == b.ids_.trace_id_low &&
           a.ids_.span_id == b.ids_.span_id;
  }
  GLIMPSE_UNTRACED friend bool operator!=(const Context& a, const Context& b) noexcept { return !(a == b); }

 private:
  GLIMPSE_UNTRACED void keep(const char* tracestate) { tracestate_ = std::make_shared<const std::string>(tracestate); }

  glimpse_context ids_;  // without tracestate
  std::shared_ptr<const std::string> tracestate_;
};

// The calling thread works in `context` until the scope ends; then in what was before.
class [[nodiscard]] ContextScope {
 public:
  GLIMPSE_UNTRACED explicit ContextScope(Context context) : context_(std::move(context)) {
    glimpse_api* const api = glimpse_program_api;
    if (api == nullptr) return;
    const glimpse_context next = context_.ids();
    api->attach_context(&next, &previous_);
    attached_ = true;
  }
  GLIMPSE_UNTRACED ~ContextScope() {
    if (attached_) glimpse_program_api->attach_context(&previous_, nullptr);
  }
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  Context context_;
  glimpse_context previous_;
  bool attached_ = false;
};

namespace detail {

template <typename Function>
class Bound {
 public:
  template <typename Given>
  GLIMPSE_UNTRACED Bound(Context context, Given&& function)
      : context_(std::move(context)), function_(std::forward<Given>(function)) {}
  GLIMPSE_UNTRACED Bound(const Bound& other) : context_(other.context_), function_(other.function_) {}
  GLIMPSE_UNTRACED Bound(Bound&& other) noexcept(std::is_nothrow_move_constructible_v<Function>)
      : context_(std::move(other.context_)), function_(std::move(other.function_)) {}
  GLIMPSE_UNTRACED ~Bound() {}

  template <typename... Arguments>
  GLIMPSE_UNTRACED decltype(auto) operator()(Arguments&&... arguments) {
    ContextScope scope{context_};
    return function_(std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  GLIMPSE_UNTRACED decltype(auto) operator()(Arguments&&... arguments) const {
    ContextScope scope{context_};
    return function_(std::forward<Arguments>(arguments)...);
  }

 private:
  Context context_;
  Function function_;
};

}  // namespace detail

// The callable with the calling thread's context: whoever calls it, on whatever thread and how often, does so there.
template <typename Function>
GLIMPSE_UNTRACED auto bind(Function&& function) {
  return detail::Bound<std::decay_t<Function>>(Context::current(), std::forward<Function>(function));
}
template <typename Function>
GLIMPSE_UNTRACED auto bind(Context context, Function&& function) {
  return detail::Bound<std::decay_t<Function>>(std::move(context), std::forward<Function>(function));
}

}  // namespace glimpse
