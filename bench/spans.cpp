// What a program pays for what it says: nanoseconds for a span, a span with two attributes, a message and a block, by
// the headers as programs use them, beside an empty loop and, where Debian's is installed, spdlog.
//
// Run by `glimpse run -o FILE -- spans` it measures the recorded case, by itself the one without the library, and with
// GLIMPSE_ENABLED=0 under `glimpse run` the one where the library is there and switched off. Bursts are short enough
// for a ring, and the pauses between them long enough to empty it: measured is the calling thread. Rounds go through
// all cases in turn; printed are medians, and ratios to what stands in the last column.
#include <glimpse/log.h>
#include <glimpse/span.h>
#include <glimpse/time_block.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#ifdef GLIMPSE_BENCH_SPDLOG
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#endif

namespace {

// Where nothing is recorded no ring fills, and a call takes less than the clock's own time.
int burst_calls() { return glimpse_recording_api() != nullptr ? 500 : 20'000; }

struct Case {
  std::string name;
  std::function<void()> burst;
  std::vector<double> ns;
};

template <typename Work>
Case make(std::string name, Work work) {
  return {std::move(name),
          [work, calls = burst_calls()] {
            for (int i = 0; i < calls; ++i) {
              work();
              asm volatile("" ::: "memory");
            }
          },
          {}};
}

double measure(const std::function<void()>& burst) {
  const auto start = std::chrono::steady_clock::now();
  burst();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / burst_calls();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 200;
  const int pause_ms = count > 2 ? std::atoi(arguments[2]) : 3;
  if (rounds <= 0 || pause_ms < 0) {
    std::fprintf(stderr, "usage: %s [ROUNDS] [PAUSE_MS]\n", arguments[0]);
    return 2;
  }
  std::vector<Case> cases;
  cases.push_back(make("empty loop", [] {}));
  cases.push_back(make("span, not active", [] {
    if (glimpse_api* const api = glimpse_recording_api()) {
      glimpse_context span;
      api->span_start(&span, {"checkout", 8}, GLIMPSE_SPAN_INTERNAL, nullptr);
      api->span_end(&span);
    }
  }));
  cases.push_back(make("span", [] { const glimpse::Span span{"checkout"}; }));
  cases.push_back(make("span, 2 attributes", [] {
    glimpse::Span span{"checkout"};
    span.set({{"user", "somebody"}, {"items", 12}});
  }));
  cases.push_back(make("message", [] { glimpse::info("an order of 12 items went through"); }));
  cases.push_back(make("message, 1 value", [] { glimpse::info("an order of {} items went through", 12); }));
  cases.push_back(make("block", [] { const glimpse::TimeBlock block{"data_crunching"}; }));
#ifdef GLIMPSE_BENCH_SPDLOG
  const auto nowhere = spdlog::create<spdlog::sinks::null_sink_st>("nowhere");
  const std::string path = std::string(arguments[0]) + ".log";
  const auto file = spdlog::create<spdlog::sinks::basic_file_sink_st>("file", path, true);
  const auto off = spdlog::create<spdlog::sinks::null_sink_st>("off");
  off->set_level(spdlog::level::off);
  cases.push_back(make("spdlog, switched off", [&] { off->info("an order of {} items went through", 12); }));
  cases.push_back(make("spdlog, null sink", [&] { nowhere->info("an order of {} items went through", 12); }));
  cases.push_back(make("spdlog, file", [&] { file->info("an order of {} items went through", 12); }));
#endif
  for (int round = 0; round < rounds; ++round) {
    for (Case& one : cases) {
      const double ns = measure(one.burst);
      if (round >= rounds / 10) one.ns.push_back(ns);
      if (pause_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    }
  }
  const bool recorded = glimpse_recording_api() != nullptr;
  const double loop = median(cases[0].ns);
  std::printf("%s, nanoseconds over an empty loop of %.2f ns; medians of %d bursts of %d\n",
              recorded ? "recorded" : "nothing is recorded", loop, rounds - rounds / 10, burst_calls());
  const double last = median(cases.back().ns) - loop;
  for (std::size_t i = 1; i < cases.size(); ++i) {
    const double ns = median(cases[i].ns) - loop;
    std::printf("  %-22s %8.2f", cases[i].name.c_str(), ns);
#ifdef GLIMPSE_BENCH_SPDLOG
    std::printf("   %5.2f x %s", ns / last, cases.back().name.c_str());
#else
    std::printf("   %5.2f x %s", ns / last, "block");
#endif
    std::printf("\n");
  }
#ifdef GLIMPSE_BENCH_SPDLOG
  spdlog::shutdown();
  std::remove(path.c_str());
#endif
}
