// The context between processes: W3C Trace Context in headers or in the environment.
//
//   glimpse::inject(request.headers);                      // what is active, as traceparent, tracestate, X-Trace-ID
//   glimpse::Span span{"GET /orders", glimpse::extract(request.headers), glimpse::SpanKind::kServer};
//
// Headers are any range of pairs of texts (std::map, std::multimap, std::vector, unordered too), or a function:
// inject calls set(name, value), extract calls get(name), which returns each value of that header.
//
// Names are compared without regard to case when reading, and written in lower case. X-Trace-ID is read where there is
// no valid traceparent: 32 hex digits, or a UUID.
//
// Threads: plain functions, but for the environment, which belongs to the whole process.
// Failure: what is not valid is left out, as the recommendation asks: an empty context begins a new trace.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "glimpse/context.h"
#include "glimpse/program.h"
#include "glimpse/traceparent.h"

namespace glimpse {

inline constexpr std::string_view kTraceparent = "traceparent";
inline constexpr std::string_view kTracestate = "tracestate";
inline constexpr std::string_view kTraceIdHeader = "X-Trace-ID";

namespace detail {

GLIMPSE_UNTRACED inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

GLIMPSE_UNTRACED inline bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Whether it can be gone through as pairs of texts.
template <typename Headers, typename = void>
inline constexpr bool kIsRangeOfPairs = false;
template <typename Headers>
inline constexpr bool
    kIsRangeOfPairs<Headers, std::void_t<decltype(std::string_view(std::declval<const Headers&>().begin()->second))>> =
        true;

template <typename Headers>
GLIMPSE_UNTRACED std::vector<std::string_view> values_of(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> found;
  for (auto i = headers.begin(); i != headers.end(); ++i) {
    if (same_name(std::string_view(i->first), name)) found.emplace_back(i->second);
  }
  return found;
}

// What several headers say together.
GLIMPSE_UNTRACED inline Context context_of(const std::vector<std::string_view>& parents,
                                           const std::vector<std::string_view>& states,
                                           const std::vector<std::string_view>& trace_ids) {
  // Two parents: none can be trusted.
  Context context = parents.size() == 1 ? parse_traceparent(parents.front()) : Context();
  if (context.valid()) {
    context.set_tracestate(parse_tracestate(states));
  } else if (trace_ids.size() == 1) {
    context = parse_trace_id(trace_ids.front());
  }
  return context;
}

// In the place of what a map-like type has of that name, however it is spelled.
template <typename Headers>
GLIMPSE_UNTRACED void put_header(Headers& headers, std::string_view name, std::string value) {
  for (auto i = headers.begin(); i != headers.end();) {
    if (same_name(std::string_view(i->first), name)) {
      i = headers.erase(i);
    } else {
      ++i;
    }
  }
  if (!value.empty()) headers.insert(headers.end(), typename Headers::value_type(std::string(name), std::move(value)));
}

}  // namespace detail

// Calls set(std::string_view name, std::string value) for each header; not at all where the context names no span.
template <typename Set, std::enable_if_t<std::is_invocable_v<Set&, std::string_view, std::string>, int> = 0>
GLIMPSE_UNTRACED void inject(Set&& set, const Context& context = Context::current()) {
  const std::string parent = format_traceparent(context);
  if (parent.empty()) return;
  set(kTraceparent, parent);
  if (const std::string state = context.tracestate(); !state.empty()) set(kTracestate, state);
  set(kTraceIdHeader, context.trace_id());
}

// Into a map, multimap or vector of pairs; what it had of these names goes.
template <typename Headers, std::enable_if_t<detail::kIsRangeOfPairs<Headers>, int> = 0>
GLIMPSE_UNTRACED void inject(Headers& headers, const Context& context = Context::current()) {
  const std::string parent = format_traceparent(context);
  if (parent.empty()) return;
  detail::put_header(headers, kTraceparent, parent);
  detail::put_header(headers, kTracestate, context.tracestate());
  detail::put_header(headers, kTraceIdHeader, context.trace_id());
}

template <typename Headers, std::enable_if_t<detail::kIsRangeOfPairs<Headers>, int> = 0>
GLIMPSE_UNTRACED Context extract(const Headers& headers) {
  return detail::context_of(detail::values_of(headers, kTraceparent), detail::values_of(headers, kTracestate),
                            detail::values_of(headers, kTraceIdHeader));
}

// get(std::string_view name) returns a std::vector<std::string> of all values of that header, in their order.
template <typename Get, std::enable_if_t<std::is_invocable_v<Get&, std::string_view>, int> = 0>
GLIMPSE_UNTRACED Context extract(Get&& get) {
  const std::vector<std::string> parents = get(kTraceparent);
  const std::vector<std::string> states = get(kTracestate);
  const std::vector<std::string> trace_ids = get(kTraceIdHeader);
  return detail::context_of({parents.begin(), parents.end()}, {states.begin(), states.end()},
                            {trace_ids.begin(), trace_ids.end()});
}

// ---- The environment: TRACEPARENT and TRACESTATE, for processes that this one starts, or by which it was started.

// What this process was started with.
GLIMPSE_UNTRACED inline Context extract_environment() {
  const char* const parent = std::getenv("TRACEPARENT");
  const char* const state = std::getenv("TRACESTATE");
  if (parent == nullptr) return {};
  Context context = parse_traceparent(parent);
  if (context.valid() && state != nullptr) context.set_tracestate(parse_tracestate(state));
  return context;
}

// "TRACEPARENT=…" and "TRACESTATE=…", for the environment of execve or posix_spawn; none where there is no context.
GLIMPSE_UNTRACED inline std::vector<std::string> environment_entries(const Context& context = Context::current()) {
  std::vector<std::string> entries;
  const std::string parent = format_traceparent(context);
  if (parent.empty()) return entries;
  entries.push_back("TRACEPARENT=" + parent);
  if (const std::string state = context.tracestate(); !state.empty()) entries.push_back("TRACESTATE=" + state);
  return entries;
}

// Into this process's own environment, for system() and popen(); without a context both variables go. Like setenv, not
// while other threads read the environment.
GLIMPSE_UNTRACED inline void inject_environment(const Context& context = Context::current()) {
  const std::string parent = format_traceparent(context);
  const std::string state = parent.empty() ? std::string() : context.tracestate();
  if (parent.empty()) {
    unsetenv("TRACEPARENT");
  } else {
    setenv("TRACEPARENT", parent.c_str(), 1);
  }
  if (state.empty()) {
    unsetenv("TRACESTATE");
  } else {
    setenv("TRACESTATE", state.c_str(), 1);
  }
}

}  // namespace glimpse
