// Calls on their way to an OTLP server, as the glimpse process brings them there: a queue, a Courier, the destination
// `otlp` and dead letters, with the settings of the environment.
//
//   glimpse_deliver FOLDER CALLS [FIRST]
//
// Goes on with the queue in FOLDER where one was left, then makes CALLS calls with the ids from FIRST [1], in rounds of
// 500. For each round that is safe in the queue a line `flushed N` says so. What has not arrived 20 seconds after the
// last call becomes dead letters. Prints how the destination fared, as JSON. Status 1 where something failed.
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "cli/config.h"
#include "cli/dead_letter_folder.h"
#include "writers/dead_letters.h"
#include "writers/delivery/delivery.h"
#include "writers/otlp/destination.h"

namespace {

using namespace glimpse;
using namespace std::chrono_literals;

constexpr std::uint64_t kCallsOfRound = 500;
constexpr std::int64_t kBegin_ns = 1'700'000'000'000'000'000;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "glimpse_deliver: %s\n", why.c_str());
  std::exit(1);
}

writers::Process process() {
  writers::Process process;
  process.entry_id = 1;
  process.timestamp_ns = kBegin_ns;
  process.pid = 4711;
  process.command = {"app"};
  process.executable = "/usr/bin/app";
  process.host = "host";
  process.trace_seed = 42;
  return process;
}

void make_call(writers::Writer& writer, const writers::Function& function, std::uint64_t id) {
  writers::Call call;
  call.entry_id = 2 * id;
  call.call_id = id;
  call.root_call_id = id;
  call.function = &function;
  call.timestamp_ns = kBegin_ns + static_cast<std::int64_t>(1000 * id);
  call.pid = call.tid = 4711;
  writer.call(call);
  call.stage = id % 7 == 0 ? writers::Stage::kException : writers::Stage::kEnd;
  const writers::Exception exception{"std::runtime_error", "no digit", true, "", ""};
  call.exception = call.stage == writers::Stage::kException ? &exception : nullptr;
  call.level = call.exception != nullptr ? writers::Level::kError : writers::Level::kInfo;
  call.entry_id = 2 * id + 1;
  call.timestamp_ns += 500;
  call.duration_ns = 500;
  writer.call(call);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) fail("which folder, and how many calls?");
  const std::string folder = words[1];
  const std::uint64_t calls = std::strtoull(words[2], nullptr, 10);
  const std::uint64_t first = count > 3 ? std::strtoull(words[3], nullptr, 10) : 1;
  const Options options = cli::load_options(cli::process_environment(), "/dev/null").options;
  auto letters = writers::DeadLetters::open(cli::dead_letter_folder(options), options.dlq_bytes);
  if (!letters) fail(letters.error().message);
  std::filesystem::create_directories(folder);
  auto delivery = writers::delivery::Delivery::open(folder, 64 << 20);
  if (!delivery) fail(delivery.error().message);
  writers::delivery::Delivery& queue = **delivery;
  queue.add(writers::otlp::make_otlp_destination(writers::otlp::settings_of(options),
                                                 std::make_unique<writers::DeadLetters>(std::move(*letters))),
            true, 5s);

  const writers::Function function{0, "app::load(int)", "app", "load.cpp", 7};
  if (calls > 0) queue.process(process());
  for (std::uint64_t done = 0; done < calls; ++done) {
    make_call(queue, function, first + done);
    if ((done + 1) % kCallsOfRound != 0 && done + 1 != calls) continue;
    if (const auto flushed = queue.flush(); !flushed) fail(flushed.error().message);
    std::printf("flushed %llu\n", static_cast<unsigned long long>(first + done));
    std::fflush(stdout);
    std::this_thread::sleep_for(5ms);  // so that batches go out meanwhile
  }
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (queue.health().front().waiting > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(10ms);
  }
  const auto finished = queue.finish();
  if (!finished) std::fprintf(stderr, "glimpse_deliver: %s\n", finished.error().message.c_str());
  const auto health = queue.health().front();
  std::printf(R"({"delivered":%llu,"dropped":%llu,"dead_letters":%llu,"retries":%llu})"
              "\n",
              static_cast<unsigned long long>(health.delivered), static_cast<unsigned long long>(health.dropped),
              static_cast<unsigned long long>(health.dead_letters), static_cast<unsigned long long>(health.retries));
  return finished ? 0 : 1;
}
