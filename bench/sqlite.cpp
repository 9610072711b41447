// Records a second into a database, beside SQLite's own bulk insert and plain write()s.
//
// Each round does, with the same records, one after the other:
//   sqlite   SqliteDestination into a new database: indexes, totals, trace ids; a transaction whenever it is full
//   close    the end of that: what is left in the write-ahead log goes into the database
//   bulk     a table with the integers of each record, one prepared statement, one transaction, no index, no log
//   write    256 KiB write()s of as many bytes as the database has
// Printed are medians over the rounds, and ratios. Files are removed, also after an error.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/realistic_calls.h"
#include "writers/sqlite/destination.h"

namespace glimpse::writers {
namespace {

struct Choices {
  double millions = 1;
  unsigned rounds = 7;
  std::string folder = std::filesystem::temp_directory_path();
  std::string only;
};

// Travels up to main(), so that files are removed on the way.
[[noreturn]] void fail(const std::string& message) { throw std::runtime_error(message); }

struct ScratchFile {
  explicit ScratchFile(const std::string& folder) : path(folder + "/glimpse-bench-sqlite-" + std::to_string(getpid())) {
    remove();
  }
  ~ScratchFile() { remove(); }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) unlink((path + end).c_str());
  }
  std::string path;
};

template <typename Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Each call knows the outermost one of its stack, as the collector says it.
void set_roots(std::vector<Call>& calls) {
  std::map<std::uint32_t, std::uint64_t> root_of_thread;
  for (Call& call : calls) {
    if (call.parent_call_id == 0) root_of_thread[call.tid] = call.call_id;
    call.root_call_id = root_of_thread[call.tid];
  }
}

void write_destination(const std::vector<Call>& calls, SqliteDestination& database) {
  if (auto opened = database.open("bench", 0); !opened) fail(opened.error().message);
  Process process;
  process.entry_id = 1;
  process.pid = calls.front().pid;
  process.trace_seed = 4711;
  database.process(process);
  std::uint64_t position = 0;
  const auto commit = [&] {
    if (const Commit done = database.commit(++position); done.outcome != Commit::Outcome::kDone) fail(done.problem);
  };
  // As a Courier asks: after each block.
  constexpr std::size_t kBlock = 4096;
  std::size_t records = 0;
  for (const Call& call : calls) {
    database.call(call);
    if (++records % kBlock == 0 && database.is_full()) commit();
  }
  commit();
}

void write_bulk(const std::vector<Call>& calls, const std::string& path) {
  sqlite3* connection = nullptr;
  sqlite3_stmt* insert = nullptr;
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sqlite3_errmsg(connection));
  };
  if (sqlite3_open(path.c_str(), &connection) != SQLITE_OK) fail("cannot open " + path);
  run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE records (stage, entry_id, call_id, "
      "parent_call_id, root_call_id, level, function_id, timestamp_ns, pid, tid, depth, duration_ns); BEGIN");
  sqlite3_prepare_v2(connection, "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert,
                     nullptr);
  for (const Call& call : calls) {
    const std::int64_t values[] = {static_cast<std::int64_t>(call.stage),
                                   static_cast<std::int64_t>(call.entry_id),
                                   static_cast<std::int64_t>(call.call_id),
                                   static_cast<std::int64_t>(call.parent_call_id),
                                   static_cast<std::int64_t>(call.root_call_id),
                                   static_cast<std::int64_t>(call.level),
                                   call.function->index,
                                   call.timestamp_ns,
                                   call.pid,
                                   call.tid,
                                   call.depth,
                                   static_cast<std::int64_t>(call.duration_ns)};
    int parameter = 0;
    for (const std::int64_t value : values) sqlite3_bind_int64(insert, ++parameter, value);
    if (sqlite3_step(insert) != SQLITE_DONE) fail(sqlite3_errmsg(connection));
    sqlite3_reset(insert);
  }
  run("COMMIT");
  sqlite3_finalize(insert);
  sqlite3_close(connection);
}

void write_plain(std::uint64_t bytes, const std::string& path) {
  const std::string block(256 * 1024, 'x');
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail("cannot create " + path);
  while (bytes > 0) {
    const ssize_t count = write(fd, block.data(), std::min<std::uint64_t>(bytes, block.size()));
    if (count <= 0) fail("cannot write " + path);
    bytes -= static_cast<std::uint64_t>(count);
  }
  close(fd);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const Choices& choices) {
  const std::vector<Function> functions = bench::realistic_functions();
  std::vector<Call> calls = bench::realistic_calls(functions, static_cast<std::size_t>(choices.millions * 1e6));
  set_roots(calls);
  const auto wanted = [&](const char* what) { return choices.only.empty() || choices.only == what; };
  std::vector<double> sqlite, close, bulk, plain, to_bulk, to_plain;
  std::uint64_t bytes = 0;
  for (unsigned round = 0; round < choices.rounds; ++round) {
    if (wanted("sqlite")) {
      const ScratchFile file(choices.folder);
      auto database = std::make_unique<SqliteDestination>(file.path);
      sqlite.push_back(seconds([&] { write_destination(calls, *database); }));
      close.push_back(seconds([&] { database.reset(); }));
      bytes = std::filesystem::file_size(file.path);
    }
    if (wanted("bulk")) {
      const ScratchFile file(choices.folder);
      bulk.push_back(seconds([&] { write_bulk(calls, file.path); }));
    }
    if (wanted("write")) {
      const ScratchFile file(choices.folder);
      plain.push_back(seconds([&] { write_plain(bytes, file.path); }));
    }
    if (!choices.only.empty()) continue;
    to_bulk.push_back((sqlite.back() + close.back()) / bulk.back());
    to_plain.push_back((sqlite.back() + close.back()) / plain.back());
  }
  const auto count = static_cast<double>(calls.size());
  const auto row = [count](const char* name, const std::vector<double>& values) {
    if (values.empty()) return;
    const double least = *std::min_element(values.begin(), values.end());
    fmt::print("{:<7} {:8.0f} ns per record, {:6.0f} thousand a second; the fastest round {:6.0f}\n", name,
               median(values) / count * 1e9, count / median(values) / 1e3, count / least / 1e3);
  };
  fmt::print("{} records, {:.1f} bytes each in the database, medians of {} rounds\n", calls.size(),
             static_cast<double>(bytes) / count, choices.rounds);
  row("sqlite", sqlite);
  row("bulk", bulk);
  row("write", plain);
  if (!choices.only.empty()) return;
  fmt::print("closing the database takes {:.2f} s more\n", median(close));
  fmt::print("with closing, glimpse takes {:.2f} times a bulk insert without indexes, {:.1f} times plain write()s\n",
             median(to_bulk), median(to_plain));
}

}  // namespace
}  // namespace glimpse::writers

int main(int argc, char** argv) {
  glimpse::writers::Choices choices;
  CLI::App app("Records a second into a database, beside SQLite's own bulk insert and plain write()s.");
  app.add_option("-n,--millions", choices.millions, "Million records in each round")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("-r,--rounds", choices.rounds, "Rounds")->capture_default_str()->check(CLI::Range(1u, 1000u));
  app.add_option("-d,--folder", choices.folder, "Where files are made and removed")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  app.add_option("--only", choices.only, "One of sqlite, bulk, write, for a profiler");
  CLI11_PARSE(app, argc, argv);
  try {
    glimpse::writers::run(choices);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "sqlite: {}\n", failure.what());
    return 1;
  }
}
