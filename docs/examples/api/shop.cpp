// Spans, logs, blocks and contexts of a small shop: what docs/api.md tells, as a program.
#include <glimpse/control.h>
#include <glimpse/crash.h>
#include <glimpse/log.h>
#include <glimpse/observe.h>
#include <glimpse/propagation.h>
#include <glimpse/span.h>
#include <glimpse/time_block.h>

#include <cstdio>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace shop {

int price(const std::string& item) {
  glimpse::TimeBlock block{"look_up", "checkout"};
  if (item.empty()) throw std::invalid_argument("no item");
  return static_cast<int>(item.size());
}

int total(const std::string& item) {
  glimpse::Span span{"total"};
  span.set("item", item).set("express", true);
  // What another thread does belongs here too.
  const int sum = std::async(std::launch::async, glimpse::bind([&] { return price(item); })).get();
  span.event("priced", {{"amount", sum}}).status(glimpse::SpanStatus::kOk);
  glimpse::info("{} costs {}", item, sum, {{"currency", "EUR"}});
  return sum;
}

void serve(const std::map<std::string, std::string>& headers) {
  glimpse::Span span{"GET /total", glimpse::extract(headers), glimpse::SpanKind::kServer};
  std::printf("%d\n", total("book"));
  try {
    glimpse::with_span("refund", [] { return price(""); });
  } catch (const std::exception&) {
    glimpse::LogRecord(glimpse::Level::kError, "refund failed").title("Refunds").tags({"money"}).exception().stack();
  }
  // A span may end on another thread.
  glimpse::Span later{"mail"};
  later.detach();
  std::thread([later = std::move(later)]() mutable { later.set("sent", 1).end(); }).join();

  std::map<std::string, std::string> outgoing;
  glimpse::inject(outgoing);
  std::printf("%zu headers\n", outgoing.size());
}

}  // namespace shop

int main() {
  glimpse::install_hook();
  glimpse::observe([] {
    shop::serve({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, {"tracestate", "rojo=1"}});
  });
  glimpse::uninstall_hook();
}
