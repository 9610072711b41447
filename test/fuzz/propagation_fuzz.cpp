// What other processes write into traceparent, tracestate and X-Trace-ID is read whole or not at all: what was taken is
// valid, and once written out it reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/propagation.h"

namespace {

// "name:value" on each line.
std::vector<std::pair<std::string, std::string>> headers_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  return headers;
}

void expect(bool holds) {
  if (!holds) std::abort();
}

void read_state(std::string_view text) {
  const std::string state = glimpse::parse_tracestate(text);
  expect(state.size() <= text.size());
  expect(glimpse::parse_tracestate(state) == state);
  std::size_t members = state.empty() ? 0 : 1;
  for (const char c : state) {
    members += c == ',' ? 1 : 0;
    expect(c >= 0x20 && c <= 0x7e);
  }
  expect(members <= 32);
}

void read_parent(std::string_view text) {
  const glimpse::Context context = glimpse::parse_traceparent(text);
  const std::string written = glimpse::format_traceparent(context);
  expect(context.valid() == !written.empty());
  if (!context.valid()) return;
  expect(context.remote() && written.size() == 55);
  const glimpse::Context again = glimpse::parse_traceparent(written);
  expect(again == context && again.sampled() == context.sampled());
  expect(text.find(context.trace_id()) != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_parent(text);
  read_state(text);
  const glimpse::Context named = glimpse::parse_trace_id(text);
  expect(!named.valid() || glimpse::parse_trace_id(named.trace_id()) == named);

  const glimpse::Context context = glimpse::extract(headers_of(text));
  std::map<std::string, std::string> written{{"TraceParent", "old"}, {"TRACESTATE", "old"}};
  glimpse::inject(written, context);
  if (context.valid() && context.ids().span_id != 0) {
    const glimpse::Context again = glimpse::extract(written);
    expect(again == context && again.tracestate() == context.tracestate());
  } else {
    expect(written.size() == 2 && written.begin()->second == "old");
  }
  return 0;
}
