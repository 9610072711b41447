// Records in a database of SQLite: docs/sqlite.md.
//
// commit() is one transaction, with the position in it: whatever dies at whatever instant, each record is there once.
// Records wait in memory until then, and the database is locked only while they go in.
//
// Failure: where the database is locked, commit() waits for it at most kBusyWait and keeps the records; at any other
// failure (no room, read-only, damaged) nothing of them is in the database, they are forgotten, and the next commit()
// begins with opening it again.
// Signals: beyond a file size limit the system sends SIGXFSZ: the program ignores it, and so gets the failure.
// Threads: see Destination.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "writers/destination.h"
#include "writers/sqlite/batch.h"
#include "writers/sqlite/connection.h"
#include "writers/sqlite/rows.h"

namespace glimpse::writers {

class SqliteDestination final : public Destination {
 public:
  // `path` of the database; made where there is none, not before open().
  explicit SqliteDestination(const std::string& path);

  std::string_view name() const override { return "sqlite"; }

  Result<std::uint64_t> open(const std::string& queue, std::uint64_t noted) override;

  void call(const Call& record) override { batch_.add(record); }
  void process(const Process& record) override { batch_.add(record); }
  void thread(const Thread& record) override { batch_.add(record); }
  void span(const Span& record) override { batch_.add(record); }
  void log(const Log& record) override { batch_.add(record); }
  void notice(const Notice& record) override { batch_.add(record); }
  void summary(const Summary& record) override { batch_.add(record); }

  bool is_full() const override;
  std::chrono::milliseconds patience() const override { return std::chrono::milliseconds(500); }
  Commit commit(std::uint64_t position) override;

  DestinationCounts counts() const override { return counts_; }
  std::vector<std::string> take_messages() override { return std::exchange(messages_, {}); }

 private:
  Result<void> connect();
  Result<std::uint64_t> find_session(std::uint64_t noted);
  int put(std::uint64_t position);
  int prune_queues(std::int64_t now);
  Commit forget(std::string problem);

  std::string path_;
  std::string shown_path_;
  std::string queue_;
  std::optional<sqlite::Connection> connection_;
  sqlite::Rows rows_;
  sqlite::Statement begin_session_, note_position_;
  std::int64_t session_ = 0;  // its row; 0 while it has none
  sqlite::Batch batch_;
  DestinationCounts counts_;
  std::vector<std::string> messages_;
};

}  // namespace glimpse::writers
