// Spans for handlers in the manner of Boost.Beast: a request goes in, a response comes out.
//
//   auto response = glimpse::http::handle(request, "/orders/:id", [&](const auto& request) { return answer(request);
//   });
//
//   glimpse::Span span{"GET", glimpse::SpanKind::kClient};
//   glimpse::http::inject_request(request);                  // before it is written
//
// Of a request: method_string(), target(), base() as a range of fields with name_string() and value(), set(name,
// value). Of a response: result_int(), set(name, value). Boost is not included here.
//
// The parent comes from the request's fields; the span is named by method and route, and its ids go into the response
// as traceparent and X-Trace-ID. 5xx and exceptions are errors; exceptions go on as they are.
//
// Threads: the handler runs on the calling thread. Failure: none of its own.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/http_span.h"
#include "glimpse/propagation.h"

namespace glimpse::http {

namespace detail {

// Boost's views are not the standard's everywhere.
template <typename Text>
GLIMPSE_UNTRACED std::string_view view(const Text& text) {
  return std::string_view(text.data(), text.size());
}

template <typename Message>
GLIMPSE_UNTRACED void set_fields(Message& message, const Context& context) {
  inject([&](std::string_view name, std::string value) { message.set(std::string(name), value); }, context);
}

}  // namespace detail

// The context that a request was sent in.
template <typename Request>
GLIMPSE_UNTRACED Context extract_request(const Request& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& field : request.base()) {
    const std::string_view name = detail::view(field.name_string());
    for (const std::string_view wanted : {kTraceparent, kTracestate, kTraceIdHeader}) {
      if (glimpse::detail::same_name(name, wanted)) headers.emplace_back(name, detail::view(field.value()));
    }
  }
  return extract(headers);
}

// The active context into a request that is to be sent.
template <typename Request>
GLIMPSE_UNTRACED void inject_request(Request& request, const Context& context = Context::current()) {
  detail::set_fields(request, context);
}

// Returns handler(request), in a span.
template <typename Request, typename Handler>
GLIMPSE_UNTRACED auto handle(const Request& request, std::string_view route, Handler&& handler) {
  if (glimpse_recording_api() == nullptr) return std::forward<Handler>(handler)(request);
  const std::string_view method = detail::view(request.method_string());
  const std::string name = detail::name_of(method, route);
  Span span(name, extract_request(request), SpanKind::kServer);
  const Endpoint endpoint(name);
  detail::describe_request(span, method, detail::view(request.target()), route);
#if defined(__cpp_exceptions)
  try {
#endif
    auto response = std::forward<Handler>(handler)(request);
    detail::set_fields(response, span.context());
    detail::describe_status(span, static_cast<int>(response.result_int()), 500);
    return response;
#if defined(__cpp_exceptions)
  } catch (...) {
    span.exception();
    span.end();
    throw;
  }
#endif
}

}  // namespace glimpse::http
