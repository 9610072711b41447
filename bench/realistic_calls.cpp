#include "bench/realistic_calls.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>

namespace glimpse::bench {

using writers::Call;
using writers::Function;
using writers::Stage;

namespace {

constexpr std::uint32_t kFunctions = 1000;
constexpr std::uint32_t kThreads = 4;

}  // namespace

std::vector<Function> realistic_functions() {
  const std::vector<std::string> modules{
      "shop::orders", "shop::orders::detail", "net::http::server", "storage", "storage::engine", "util::text", "app"};
  const std::vector<std::string> verbs{"find", "insert_or_assign", "parse", "commit", "validate_checksum", "next",
                                       "flush"};
  const std::vector<std::string> types{"Index", "RequestHandler", "PriceList", "Page", "TransactionLog", "Cursor"};
  const std::vector<std::string> parameters{
      "int, unsigned long", "std::basic_string_view<char, std::char_traits<char> >", "storage::PageId const&, bool", "",
      "std::vector<shop::orders::Line, std::allocator<shop::orders::Line> > const&"};
  std::mt19937 random(1);
  const auto one_of = [&random](const std::vector<std::string>& words) { return words[random() % words.size()]; };
  std::vector<Function> functions;
  for (std::uint32_t index = 0; index < kFunctions; ++index) {
    const std::string module = one_of(modules);
    const std::string name =
        fmt::format("{}::{}::{}_{}({})", module, one_of(types), one_of(verbs), index, one_of(parameters));
    functions.push_back({index, name, module, fmt::format("src/{}/{}.cpp", module.substr(0, 4), index % 40), index});
  }
  return functions;
}

std::vector<Call> realistic_calls(const std::vector<Function>& functions, std::size_t count) {
  std::mt19937 random(2);
  struct Open {
    const Function* function;
    std::uint64_t call_id;
    std::uint64_t root_call_id;
    std::int64_t since_ns;
  };
  std::vector<Open> stacks[kThreads];
  std::vector<Call> calls;
  std::int64_t now_ns = 1'772'366'400'000'000'000;
  std::uint64_t call_id = 0;
  for (std::size_t entry = 1; entry <= count; ++entry) {
    const std::uint32_t thread = static_cast<std::uint32_t>(entry / 50 % kThreads);
    std::vector<Open>& stack = stacks[thread];
    now_ns += 100 + random() % 4000;
    Call call{.entry_id = entry, .timestamp_ns = now_ns, .pid = 48'211, .tid = 48'211 + thread};
    if (stack.empty() || (stack.size() < 5 && random() % 2 == 0)) {
      call.function = &functions[random() % functions.size()];
      call.call_id = ++call_id;
      call.parent_call_id = stack.empty() ? 0 : stack.back().call_id;
      call.depth = static_cast<std::uint32_t>(stack.size());
      call.root_call_id = stack.empty() ? call.call_id : stack.back().root_call_id;
      stack.push_back({call.function, call.call_id, call.root_call_id, now_ns});
    } else {
      const Open open = stack.back();
      stack.pop_back();
      call.stage = Stage::kEnd;
      call.function = open.function;
      call.call_id = open.call_id;
      call.parent_call_id = stack.empty() ? 0 : stack.back().call_id;
      call.root_call_id = open.root_call_id;
      call.depth = static_cast<std::uint32_t>(stack.size());
      call.duration_ns = static_cast<std::uint64_t>(now_ns - open.since_ns);
    }
    calls.push_back(call);
  }
  return calls;
}

}  // namespace glimpse::bench
