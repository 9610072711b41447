// A connection to a database of ours, which it makes where there is none.
//
// Files: a new database is readable and writable by its owner alone (0600), and so are the files that SQLite puts
//        beside it. What is not ours, or of a later version, is told and left as it is; one of an earlier version
//        is upgraded in place, in one transaction.
// Sharing: any number of connections, in any number of processes, read and write at once (write-ahead log); who writes
//        waits at most kBusyWait for another writer.
// Durable: a commit survives the death of the process at once, and the death of the machine with the next checkpoint,
//        which SQLite makes itself (synchronous = NORMAL): a database is whole in either case.
// Threads: one thread uses a Connection. Failure: sentences that name the file.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>

#include "glimpse/result.h"

namespace glimpse::writers::sqlite {

inline constexpr std::chrono::milliseconds kBusyWait{1000};

class Connection {
 public:
  // `name` is what messages call it.
  static Result<Connection> open(const std::string& path, const std::string& name);

  sqlite3* get() const { return handle_.get(); }

  // What went wrong with the call that returned `code`: `glimpse.db: there is no room left on the disk`.
  Error error(int code) const;

  // Whether another connection was in the way, so that trying again is all there is to do.
  static bool is_busy(int code) { return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED; }

  // Runs statements that give no rows: SQLITE_OK or an error.
  int run(const char* sql) const { return sqlite3_exec(get(), sql, nullptr, nullptr, nullptr); }

  // Whether the file was removed, or another one put into its place.
  bool is_moved() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  Connection(sqlite3* handle, std::string name) : handle_(handle), name_(std::move(name)) {}

  Result<std::int64_t> version() const;
  Result<std::int64_t> number(const char* sql) const;
  Result<void> make_ready();

  std::unique_ptr<sqlite3, Close> handle_;
  std::string name_;
};

}  // namespace glimpse::writers::sqlite
