// loglens: which service is slow, and which fails?
//
//   loglens generate LINES > app.log      a log to look at
//   loglens report app.log                numbers for each service; three threads read the log
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "generate.h"
#include "parse.h"
#include "report.h"
#include "stats.h"

namespace loglens {

constexpr std::size_t kThreads = 3;

int report_on(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "loglens: cannot read %s\n", path);
    return 1;
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);

  std::vector<stats::Summary> parts(kThreads);
  std::vector<std::thread> threads;
  const std::size_t share = lines.size() / kThreads + 1;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&lines, &part = parts[i], begin = std::min(i * share, lines.size()),
         end = std::min((i + 1) * share, lines.size())] { part = stats::of(parse::chunk(lines, begin, end)); });
  }
  for (std::thread& thread : threads) thread.join();

  stats::Summary all;
  for (const stats::Summary& part : parts) stats::merge(all, part);
  report::print(all);
  return 0;
}

}  // namespace loglens

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "generate") == 0) {
    loglens::generate::log(std::strtoul(argv[2], nullptr, 10));
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "report") == 0) return loglens::report_on(argv[2]);
  std::fprintf(stderr, "usage: loglens generate LINES | loglens report FILE\n");
  return 2;
}
