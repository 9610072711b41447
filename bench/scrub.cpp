// What scrubbing costs: nanoseconds for each byte of messages, beside a plain copy of them and a search for one byte.
//
// Each round does all of it with the same texts, one after the other, so that a disturbance hits all. Texts:
//   usual     messages of exceptions and captured arguments in which nothing is found
//   found     messages with an address, a card, a token and a password each
//   numbers   lists of numbers, which the rules for cards and addresses look at most
//   patterns  the usual ones, with ten patterns of a user's own
// Printed are the fastest of the rounds, and their ratio to the copy.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "writers/scrub/patterns.h"
#include "writers/scrub/scrubber.h"

namespace glimpse::writers::scrub {
namespace {

using Texts = std::vector<std::string>;

const Texts kUsual = {
    "vector::_M_range_check: __n (which is 7) >= this->size() (which is 3)",
    "no such file or directory: /var/lib/app/cache/segment-000017.dat",
    "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while parsing value",
    "count=3, name=\"tea\", mode=kFast, price=2.5, cart=<shop::Cart>",
    "this=0x7ffd12ab34c0, bytes=4096, offset=1048576, flags=kRead|kWrite",
    "std::out_of_range in app::db::Table::row(unsigned long) const: row 12 of 11",
    "timeout after 2500 ms while waiting for worker 4 (state kDraining)",
    "true",
};
const Texts kFound = {
    "login of jane.doe@example.com failed from 192.168.178.21:51234",
    "card 4111 1111 1111 1111 was declined by gateway [2001:db8::7]:443",
    "GET /v1/orders?api_key=8f3a9c0d11e2b4&page=2 returned 401",
    "user=\"jane\", password=\"correct horse\", host=\"10.0.0.7\"",
};
const Texts kNumbers = {
    "17 4 1048576 33 2.5 1.25e-3 7 8 9 10 11 12 13 14 15 16 1700000000000000000 4096 8192 16384",
    "0.5, 0.25, 0.125, 12:34:56.789, 2026-03-01, 1.2.3, 255.255, 100-200, 300-400, 5000-6000",
};

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Nanoseconds for each byte of `texts`; `work` gives a number that depends on all it did.
template <typename Work>
double cost(const Texts& texts, std::size_t times, std::uint64_t& sink, Work work) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  const double begin = seconds();
  for (std::size_t i = 0; i < times; ++i) {
    for (const std::string& text : texts) sink += work(text);
  }
  return (seconds() - begin) * 1e9 / static_cast<double>(bytes * times);
}

int run(unsigned rounds, std::size_t times) {
  std::string list;
  for (int i = 0; i < 10; ++i) list += fmt::format("OWN_{} = {}-[0-9]{{8}}\n", i, static_cast<char>('P' + i));
  const auto patterns = Patterns::parse(list, "patterns");
  if (!patterns) return 1;
  Scrubber plain;
  Scrubber own(*patterns);
  std::string copy(4096, '\0');
  const auto scrub = [&](const std::string& text) { return plain.scrub(text).size(); };

  std::uint64_t sink = 0;
  std::vector<double> best(6, std::numeric_limits<double>::max());
  for (unsigned round = 0; round < rounds; ++round) {
    const double costs[] = {
        cost(kUsual, times, sink,
             [&](const std::string& text) {
               std::memcpy(copy.data(), text.data(), text.size());
               asm volatile("" ::: "memory");
               return copy[text.size() / 2];
             }),
        cost(kUsual, times, sink,
             [](const std::string& text) { return std::memchr(text.data(), '@', text.size()) != nullptr; }),
        cost(kUsual, times, sink, scrub),
        cost(kFound, times, sink, scrub),
        cost(kNumbers, times, sink, scrub),
        cost(kUsual, times / 10 + 1, sink, [&](const std::string& text) { return own.scrub(text).size(); }),
    };
    for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::min(best[i], costs[i]);
  }
  const char* const names[] = {"copy", "memchr", "usual", "found", "numbers", "patterns"};
  fmt::print("{:<10}{:>12}{:>16}\n", "", "ns/byte", "of the copy");
  for (std::size_t i = 0; i < best.size(); ++i) {
    fmt::print("{:<10}{:>12.3f}{:>16.1f}\n", names[i], best[i], best[i] / best[0]);
  }
  return sink == 0 ? 1 : 0;
}

}  // namespace
}  // namespace glimpse::writers::scrub

int main(int argc, char** argv) {
  CLI::App app{"What scrubbing costs"};
  unsigned rounds = 9;
  std::size_t times = 20'000;
  app.add_option("--rounds", rounds, "The fastest of so many is printed");
  app.add_option("--times", times, "How often the texts are scrubbed in a round");
  CLI11_PARSE(app, argc, argv);
  return glimpse::writers::scrub::run(rounds, times);
}
