// Which throws are the same mistake? The fingerprint leaves numbers, times and UUIDs of the message aside, and keeps type, text
// and place. Anybody can compute it.
//
// RUN: %{trace} %s --policy '{"package_trees": ["shop"], "trace_depth": 20}' --jq 'select(.fingerprint)|[.function,.fingerprint[:8]]'
// RUN: printf 'std::runtime_error\norder #, <uuid>, <time>: # bytes at #\nshop::buy(char const*)\nshop::today()\nmain' | sha256sum | cut -c-8 > %t.expected
// RUN: printf 'std::runtime_error\nno order\nshop::buy(char const*)\nshop::today()\nmain' | sha256sum | cut -c-8 >> %t.expected
// RUN: for trace in %t.trace/*/trace.jsonl; do jq -r 'select(.fingerprint)|.fingerprint[:8]' $trace | uniq | diff %t.expected -; done
// CHECK-COUNT-3: ["shop::buy(char const*)","{{[0-9a-f]+}}"]
// CHECK-NOT: {{.}}
#include <stdexcept>

namespace shop {
volatile int sink;

[[gnu::noinline]] void buy(const char* what) { throw std::runtime_error(what); }

[[gnu::noinline]] void today() {
  for (const char* what : {"order 17, 6fa459ea-ee8a-3ca4-894e-db77e160355e, 2026-03-01T12:00:00Z: 2.5 bytes at 0x7ffd",
                           "order 4, 00000000-0000-0000-0000-000000000000, 12:00:01: -10 bytes at 0x0", "no order"}) {
    try {
      buy(what);
    } catch (const std::exception&) {
      ++sink;
    }
  }
}
}  // namespace shop

int main() { shop::today(); }
