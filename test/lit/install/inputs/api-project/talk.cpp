#include <glimpse/context.h>
#include <glimpse/control.h>
#include <glimpse/log.h>
#include <glimpse/span.h>
#include <glimpse/time_block.h>

#include <cstdio>
#include <thread>

int main() {
  {
    glimpse::Span span{"talk"};
    span.set("items", 2);
    glimpse::TimeBlock block{"part", "one"};
    std::thread(glimpse::bind([] { glimpse::info("said {}", 1, {{"by", "thread"}}); })).join();
  }
  std::puts(glimpse::flush() ? "recorded" : "alone");
}
