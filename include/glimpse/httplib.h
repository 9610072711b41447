// Spans for cpp-httplib: one for each request that a server handles, and for each that a client sends.
//
//   server.Get("/orders/(\\d+)", glimpse::http::traced("/orders/:id", [](const httplib::Request& request,
//                                                                        httplib::Response& response) { … }));
//   auto answer = glimpse::http::send("GET", "/stock", httplib::Headers(), [&](const httplib::Headers& headers) {
//     return client.Get("/stock", headers);  // headers: those given, and the context
//   });
//
// Servers: the parent comes from the headers of the request; the span is named by method and route, ends with the
//          handler, and its ids go into the response as traceparent and X-Trace-ID. 5xx and exceptions are errors;
//          exceptions go on to httplib as they are. Requests that no handler takes (404) have no span.
// Clients: the headers carry the context on; no answer, 4xx and 5xx are errors.
//
// Include it after <httplib.h>, of which it needs the types of its arguments only.
//
// Threads: as httplib's handlers and clients. Failure: none of its own.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "glimpse/http_span.h"
#include "glimpse/propagation.h"

namespace glimpse::http {

namespace detail {

template <typename Handler>
class Traced {
 public:
  template <typename Given>
  GLIMPSE_UNTRACED Traced(std::string route, Given&& handler)
      : route_(std::move(route)), handler_(std::forward<Given>(handler)) {}
  GLIMPSE_UNTRACED Traced(const Traced& other) : route_(other.route_), handler_(other.handler_) {}
  GLIMPSE_UNTRACED Traced(Traced&& other) noexcept
      : route_(std::move(other.route_)), handler_(std::move(other.handler_)) {}
  GLIMPSE_UNTRACED ~Traced() {}

  // Of all that httplib may call it with, what the handler takes: with a content reader or without.
  template <typename Request, typename Response, typename... More,
            typename = std::enable_if_t<std::is_invocable_v<const Handler&, const Request&, Response&, const More&...>>>
  GLIMPSE_UNTRACED auto operator()(const Request& request, Response& response, const More&... more) const {
    if (glimpse_recording_api() == nullptr) return handler_(request, response, more...);
    const std::string name = name_of(request.method, route_);
    Span span(name, extract(request.headers), SpanKind::kServer);
    const Endpoint endpoint(name);
    describe_request(span, request.method, request.path, route_);
    inject([&](std::string_view key, std::string value) { response.set_header(std::string(key).c_str(), value); },
           span.context());
#if defined(__cpp_exceptions)
    try {
      return finished(span, request, response, more...);
    } catch (...) {
      span.set("http.response.status_code", 500).exception();
      span.end();
      throw;
    }
#else
    return finished(span, request, response, more...);
#endif
  }

 private:
  template <typename Request, typename Response, typename... More>
  GLIMPSE_UNTRACED auto finished(Span& span, const Request& request, Response& response, const More&... more) const {
    using Given = decltype(handler_(request, response, more...));
    if constexpr (std::is_void_v<Given>) {
      handler_(request, response, more...);
      // httplib makes 200 of what no handler sets.
      describe_status(span, response.status > 0 ? response.status : 200, 500);
    } else {
      Given given = handler_(request, response, more...);
      describe_status(span, response.status > 0 ? response.status : 200, 500);
      return given;
    }
  }

  std::string route_;
  Handler handler_;
};

}  // namespace detail

// The handler with a span around it. `route` is what names it for people: "/orders/:id".
template <typename Handler>
GLIMPSE_UNTRACED auto traced(std::string route, Handler&& handler) {
  return detail::Traced<std::decay_t<Handler>>(std::move(route), std::forward<Handler>(handler));
}

// Calls send(headers), which returns an httplib::Result, in a span of kind client; `headers` carry the context.
template <typename Send, typename Headers>
GLIMPSE_UNTRACED auto send(std::string_view method, std::string_view path, Headers headers, Send&& send) {
  Span span(detail::name_of(method, {}), SpanKind::kClient);
  detail::describe_request(span, method, path, {});
  inject(headers, Context::current());
  auto result = std::forward<Send>(send)(static_cast<const Headers&>(headers));
  if (result) {
    detail::describe_status(span, result->status, 400);
  } else if (span.recording()) {
    span.status(SpanStatus::kError, to_string(result.error()));
  }
  return result;
}

}  // namespace glimpse::http
