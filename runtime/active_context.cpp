#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/auxv.h>

#include <atomic>

#include "runtime/active_context.h"
#include "runtime/settings.h"
#include "runtime/text.h"
#include "runtime/trace_parent.h"

namespace glimpse::runtime {

namespace {

// Numbers of contexts: 0 none, 1 the process's, then those that were attached.
constexpr std::uint32_t kDefaultNumber = 1;

struct ThreadContext {
  glimpse_context value;
  std::uint32_t number;  // 0: the thread has none of its own
};
constinit thread_local ThreadContext own __attribute__((tls_model("initial-exec"))){};

enum class DefaultState : std::uint32_t { kUnread, kBeingRead, kNone, kThere };
constinit std::atomic<DefaultState> default_state{DefaultState::kUnread};
constinit glimpse_context default_context{};
constinit glimpse_context no_context{};
char default_trace_state[kMostTraceStateBytes + 1];

bool default_there() {
  const DefaultState state = default_state.load(std::memory_order_acquire);
  if (state == DefaultState::kUnread) {
    read_default_context();
    return default_state.load(std::memory_order_acquire) == DefaultState::kThere;
  }
  return state == DefaultState::kThere;
}

bool same_context(const glimpse_context& a, const glimpse_context& b) {
  return a.trace_id_high == b.trace_id_high && a.trace_id_low == b.trace_id_low && a.span_id == b.span_id;
}

}  // namespace

void read_default_context() {
  DefaultState unread = DefaultState::kUnread;
  if (!default_state.compare_exchange_strong(unread, DefaultState::kBeingRead)) return;
  const bool trusted = getauxval(AT_SECURE) == 0;
  const char* parent = trusted ? environment_value("TRACEPARENT") : nullptr;
  const bool there = parent != nullptr && parse_trace_parent(parent, default_context);
  const char* state = there ? environment_value("TRACESTATE") : nullptr;
  if (state != nullptr && is_trace_state(state)) {
    copy_bytes(default_trace_state, state, text_length(state) + 1);
    default_context.tracestate = default_trace_state;
  }
  default_state.store(there ? DefaultState::kThere : DefaultState::kNone, std::memory_order_release);
}

const glimpse_context& active_context() {
  if (own.number != 0) return own.value;
  return default_there() ? default_context : no_context;
}

std::uint32_t active_context_number() {
  if (own.number != 0) return own.number;
  return default_there() ? kDefaultNumber : 0;
}

wire::ContextPayload active_context_ids() {
  const glimpse_context& context = active_context();
  return {context.trace_id_high, context.trace_id_low, context.span_id};
}

void change_active_context(const glimpse_context* next) {
  const glimpse_context& to = next == nullptr || (next->trace_id_high | next->trace_id_low) == 0 ? no_context : *next;
  const bool same = same_context(active_context(), to);
  const std::uint32_t number = active_context_number();
  const std::uint32_t following = own.number < kDefaultNumber ? kDefaultNumber + 1 : own.number + 1;
  own.value = to;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  // The reader need not hear of what is the same to it; 0 and 1 stand for what the thread was born with.
  if (same && own.number == number) return;
  own.number = following <= kDefaultNumber ? kDefaultNumber + 1 : following;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
