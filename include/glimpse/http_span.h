// What the spans of HTTP have in common, for servers and clients: names, attributes and status as OpenTelemetry has
// them.
//
// Threads: plain functions. Failure: none.
#pragma once

#include <string>
#include <string_view>

#include "glimpse/context.h"
#include "glimpse/crash.h"
#include "glimpse/span.h"

namespace glimpse::http::detail {

// "GET /orders/:id", the path without what stands behind a question mark.
GLIMPSE_UNTRACED inline std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

GLIMPSE_UNTRACED inline std::string name_of(std::string_view method, std::string_view route) {
  std::string name(method);
  if (!route.empty()) name.append(" ").append(route);
  return name;
}

GLIMPSE_UNTRACED inline void describe_request(Span& span, std::string_view method, std::string_view target,
                                              std::string_view route) {
  span.set({{"http.request.method", method}, {"url.path", path_of(target)}});
  if (!route.empty()) span.set("http.route", route);
}

// Errors are 5xx of servers, and 4xx too for clients.
GLIMPSE_UNTRACED inline void describe_status(Span& span, int status, int first_error) {
  span.set("http.response.status_code", status);
  if (status >= first_error) span.status(SpanStatus::kError);
}

}  // namespace glimpse::http::detail
