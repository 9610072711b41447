// What else a span can be told: attributes at its start, links, a name found later, an exception that was handled.
#include <glimpse/context.h>
#include <glimpse/span.h>
#include <glimpse/time_block.h>
#include <glimpse/traceparent.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

namespace batch {

void import(int rows) {
  GLIMPSE_TRACE_FUNCTION("nightly");
  if (rows == 0) throw std::runtime_error("no rows");
}

}  // namespace batch

int main() {
  glimpse::Span order{"order", glimpse::SpanKind::kProducer, {{"id", 7}}};
  const glimpse::Context ordered = order.context();
  order.end();

  // A trace of its own, which has to do with the order and with something that another system named.
  glimpse::Span span{"batch", glimpse::Context(), glimpse::SpanKind::kConsumer};
  span.link(ordered, {{"why", "order"}});
  span.link(glimpse::parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  span.link(glimpse::parse_trace_id("0af76519-16cd-43dd-8448-eb211c80319c"));
  span.rename("nightly batch");
  try {
    batch::import(0);
  } catch (const std::exception& error) {
    span.exception(error).status(glimpse::SpanStatus::kError, "nothing imported");
  }

  // Another thread works for it.
  const glimpse::Context context = glimpse::Context::current();
  std::thread([context] {
    glimpse::ContextScope scope{context};
    glimpse::Span{"check", glimpse::SpanKind::kInternal}.set("ok", true);
  }).join();

  // For protocols of one's own: the texts, and a context made of them.
  const std::string text = glimpse::format_traceparent(context);
  glimpse::Context carried = glimpse::parse_traceparent(text);
  carried.set_tracestate(glimpse::parse_tracestate("rojo=1, congo=2"));
  if (span.recording()) {
    std::printf("%s, %s\n",
                carried.trace_id() == context.trace_id() && carried.span_id() == context.span_id() ? "same" : "other",
                carried.valid() && carried.sampled() && carried.remote() ? carried.tracestate().c_str() : "not remote");
  }
  std::printf("%zu characters\n", text.size());
}
