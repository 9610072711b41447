// Spans: something with a meaning that begins and ends, such as a request or a query. It has a name, attributes,
// events, a status, and a parent: the span that was active when it began. Calls that begin while it is active carry its
// ids.
//
//   glimpse::Span span{"checkout"};                  // active on this thread until the end of the scope
//   span.set("items", cart.size()).set("user", user);
//   span.event("paid", {{"amount", 12.5}});
//
// Active: from construction until end(), detach(), or until the variable it was constructed in is gone, also where the
//         span itself was moved elsewhere. Spans of one thread nest.
// Moving: `std::thread([span = std::move(span)]() mutable { …; span.end(); })` ends it on another thread. What runs
// there
//         belongs to it where that thread says so: `glimpse::ContextScope scope{span.context()};`.
// Exceptions: a span that ends because one leaves its scope gets status error and an event "exception". Its type and
// text
//         are known where it is caught: exception(), with_span().
// Threads: one span may be told things by several threads at once, but not while it is moved or ended.
// Failure: none. Without the library, or while nothing is recorded, a span is two comparisons; fields in braces may be
//          made before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "glimpse/context.h"
#include "glimpse/exception.h"
#include "glimpse/field.h"
#include "glimpse/program.h"

namespace glimpse {

// As OpenTelemetry has them.
enum class SpanKind : std::uint32_t { kInternal = 1, kServer = 2, kClient = 3, kProducer = 4, kConsumer = 5 };
enum class SpanStatus : std::uint32_t { kUnset = 0, kOk = 1, kError = 2 };

class [[nodiscard]] Span {
 public:
  // `parent` empty: the first span of a new trace. Without one: a child of the active span.
  GLIMPSE_CHECKED explicit Span(std::string_view name, SpanKind kind = SpanKind::kInternal) {
    if (glimpse_api* const api = glimpse_recording_api()) start(api, name, kind, nullptr);
  }
  GLIMPSE_CHECKED Span(std::string_view name, SpanKind kind, Fields attributes) : Span(name, kind) { set(attributes); }
  GLIMPSE_CHECKED Span(std::string_view name, Fields attributes) : Span(name) { set(attributes); }
  GLIMPSE_CHECKED Span(std::string_view name, const Context& parent, SpanKind kind = SpanKind::kInternal) {
    if (glimpse_api* const api = glimpse_recording_api()) {
      const glimpse_context ids = parent.ids();
      start(api, name, kind, &ids);
    }
  }
  // The other has no span any more. Where it is active it stays so until the other variable is gone.
  GLIMPSE_UNTRACED Span(Span&& other) noexcept { take(other); }
  GLIMPSE_UNTRACED Span& operator=(Span&& other) noexcept {
    if (this != &other) {
      close();
      take(other);
    }
    return *this;
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  GLIMPSE_CHECKED ~Span() {
    if (state_ != 0) close();
  }

  // Whether there is anything to tell: it was started while recording, and has neither ended nor moved away.
  GLIMPSE_UNTRACED bool recording() const noexcept { return (state_ & kOpen) != 0; }
  GLIMPSE_UNTRACED explicit operator bool() const noexcept { return recording(); }
  // For its children, wherever they are. Empty where it is not recording.
  GLIMPSE_UNTRACED Context context() const { return recording() ? Context(context_) : Context(); }

  // Attributes. A later value of the same key wins.
  template <typename Value>
  GLIMPSE_UNTRACED Span& set(std::string_view key, const Value& value) {
    if (recording()) {
      const Field field(key, value);
      glimpse_program_api->span_set(&context_, &field, 1);
    }
    return *this;
  }
  GLIMPSE_UNTRACED Span& set(Fields fields) {
    if (recording() && fields.size() != 0) glimpse_program_api->span_set(&context_, fields.begin(), fields.size());
    return *this;
  }

  // Something that happens now.
  GLIMPSE_UNTRACED Span& event(std::string_view name, Fields fields = {}) {
    if (recording()) {
      glimpse_program_api->span_event(&context_, detail::text_of(name), fields.begin(), fields.size());
    }
    return *this;
  }

  // Another span that it has to do with, which is not its parent.
  GLIMPSE_UNTRACED Span& link(const Context& to, Fields fields = {}) {
    if (recording() && to.valid()) {
      const glimpse_context ids = to.ids();
      glimpse_program_api->span_link(&context_, &ids, fields.begin(), fields.size());
    }
    return *this;
  }

  GLIMPSE_UNTRACED Span& status(SpanStatus status, std::string_view description = {}) {
    if (recording()) {
      glimpse_program_api->span_status(&context_, static_cast<std::uint32_t>(status), detail::text_of(description));
    }
    return *this;
  }
  GLIMPSE_UNTRACED Span& rename(std::string_view name) {
    if (recording()) glimpse_program_api->span_rename(&context_, detail::text_of(name));
    return *this;
  }

  // An event "exception" with type and message, and status error. The last form, in a handler: what it caught.
  GLIMPSE_UNTRACED Span& exception(const std::exception& exception) {
    if (recording()) tell(detail::texts_of(exception));
    return *this;
  }
  GLIMPSE_UNTRACED Span& exception(const std::exception_ptr& exception) {
    if (recording() && exception != nullptr) tell(detail::texts_of(exception));
    return *this;
  }
  GLIMPSE_UNTRACED Span& exception() {
    if (recording()) tell(detail::texts_of_current());
    return *this;
  }

  // The calling thread's active context is again what it was before the span began; the span goes on.
  GLIMPSE_UNTRACED Span& detach() noexcept {
    if ((state_ & kActive) != 0) {
      state_ &= ~kActive;
      restore();
    }
    return *this;
  }

  // Ends now; what is told afterwards is nothing. The variable it was constructed in is then active no more.
  GLIMPSE_UNTRACED void end() noexcept {
    detach();
    if (recording()) {
      state_ &= ~kOpen;
      glimpse_program_api->span_end(&context_);
    }
    forget();
  }

 private:
  using SharedText = std::shared_ptr<const std::string>;

  enum State : unsigned {
    kOpen = 1,    // here is the span, which will be ended
    kActive = 2,  // this variable made it active, and will undo that
    kText = 4,    // tracestate_ is there
  };

  GLIMPSE_SAID void start(glimpse_api* api, std::string_view name, SpanKind kind, const glimpse_context* parent) {
    api->span_start(&context_, detail::text_of(name), static_cast<std::uint32_t>(kind), parent);
    state_ = kOpen | kActive;
    if (context_.tracestate != nullptr) {
      // Whoever holds the parent's may be gone before this span is.
      tracestate_ = new SharedText(std::make_shared<const std::string>(context_.tracestate));
      context_.tracestate = (*tracestate_)->c_str();
      state_ |= kText;
    }
    exceptions_ = std::uncaught_exceptions();
    api->attach_context(&context_, &previous_);
  }

  GLIMPSE_UNTRACED void restore() noexcept {
    glimpse_context active;
    glimpse_program_api->attach_context(&previous_, &active);
    // Not this one's turn: a span or scope that began later is still active, and stays so.
    if (active.span_id != context_.span_id) glimpse_program_api->attach_context(&active, nullptr);
  }

  GLIMPSE_SAID void close() noexcept {
    if (recording() && std::uncaught_exceptions() > exceptions_) {
      const Field escaped("exception.escaped", true);
      glimpse_program_api->span_event(&context_, detail::text_of("exception"), &escaped, 1);
      status(SpanStatus::kError);
    }
    end();
  }

  GLIMPSE_UNTRACED void take(Span& other) noexcept {
    state_ = other.state_ & (kOpen | kText);
    if (state_ == 0) return;
    context_ = other.context_;
    exceptions_ = std::uncaught_exceptions();
    if ((state_ & kText) != 0) tracestate_ = new SharedText(*other.tracestate_);
    other.state_ &= ~kOpen;
    if ((other.state_ & kActive) == 0) other.forget();
  }

  GLIMPSE_UNTRACED void forget() noexcept {
    if ((state_ & kText) != 0) delete tracestate_;
    state_ = 0;
  }

  GLIMPSE_UNTRACED void tell(const detail::ExceptionTexts& texts) {
    const Field fields[] = {Field("exception.type", texts.type), Field("exception.message", texts.message)};
    glimpse_program_api->span_event(&context_, detail::text_of("exception"), fields, 2);
    status(SpanStatus::kError, texts.message);
  }

  // Only state_ is set where nothing is recorded.
  unsigned state_ = 0;
  int exceptions_;  // in flight when it began or was moved here
  glimpse_context context_;
  glimpse_context previous_;  // of the thread that started it
  SharedText* tracestate_;
};

#if defined(__cpp_exceptions)
// Runs f(span) or f() in a span. An exception that leaves it is recorded with type and message, and goes on.
template <typename Function>
GLIMPSE_UNTRACED decltype(auto) with_span(std::string_view name, Function&& function) {
  Span span(name);
  try {
    if constexpr (std::is_invocable_v<Function, Span&>) {
      return std::forward<Function>(function)(span);
    } else {
      return std::forward<Function>(function)();
    }
  } catch (...) {
    span.exception();
    span.end();
    throw;
  }
}
#endif

}  // namespace glimpse
