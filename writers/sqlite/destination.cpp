#include "writers/sqlite/destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <utility>

#include "writers/sqlite/schema.h"

namespace glimpse::writers {
namespace {

using sqlite::Connection;
using sqlite::Statement;

// Enough for a transaction: with more, a record costs no less, and others wait longer for the database.
constexpr std::size_t kFullRecords = 100'000;
constexpr std::size_t kFullTextBytes = std::size_t{16} << 20;

constexpr std::chrono::milliseconds kRetryLocked{50};
constexpr std::chrono::milliseconds kRetryFailed{1000};

// Nobody comes back for a queue after that long: its row keeps what its session was, and forgets the queue.
constexpr std::int64_t kQueueLifeNs = std::int64_t{30} * 86'400 * 1'000'000'000;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

SqliteDestination::SqliteDestination(const std::string& path) : shown_path_(path) {
  std::error_code failed;
  path_ = std::filesystem::absolute(path, failed).string();
  if (failed) path_ = path;
}

bool SqliteDestination::is_full() const {
  return batch_.records() >= kFullRecords || batch_.text_bytes() >= kFullTextBytes;
}

Result<std::uint64_t> SqliteDestination::open(const std::string& queue, std::uint64_t noted) {
  queue_ = queue;
  batch_.clear();
  if (auto connected = connect(); !connected) return connected.error();
  return find_session(noted);
}

Result<void> SqliteDestination::connect() {
  // Statements go before their connection.
  rows_.close();
  note_position_ = {};
  begin_session_ = {};
  connection_.reset();
  session_ = 0;
  auto opened = Connection::open(path_, shown_path_);
  if (!opened) return opened.error();
  connection_ = std::move(*opened);
  int code = rows_.prepare(*connection_);
  if (code == SQLITE_OK) {
    code = note_position_.prepare(connection_->get(),
                                  "UPDATE session_row SET position = ?2, written_ns = ?3 WHERE queue = ?1");
  }
  if (code == SQLITE_OK) {
    code = begin_session_.prepare(
        connection_->get(), "INSERT INTO session_row (queue, position, begun_ns, written_ns) VALUES (?1, ?2, ?3, ?3)");
  }
  if (code == SQLITE_OK) return {};
  const Error failed = connection_->error(code);
  connection_.reset();
  return failed;
}

// Our session, where it is in the database already, and how far.
Result<std::uint64_t> SqliteDestination::find_session(std::uint64_t noted) {
  Statement find;
  int code = find.prepare(connection_->get(), "SELECT id, position FROM session_row WHERE queue = ?");
  if (code == SQLITE_OK) {
    find.bind(1, std::string_view(queue_));
    code = find.step();
  }
  if (code == SQLITE_ROW) {
    session_ = find.integer(0);
    return std::max(noted, static_cast<std::uint64_t>(find.integer(1)));
  }
  if (code == SQLITE_DONE) return noted;
  return connection_->error(code);
}

Commit SqliteDestination::commit(std::uint64_t position) {
  const bool is_moved = connection_ && connection_->is_moved();
  if (is_moved) {
    messages_.push_back(shown_path_ + ": was removed or replaced; records go into the new one from here on");
    batch_.forget_rows();
  }
  if (is_moved || !connection_) {
    if (auto connected = connect(); !connected) return forget(connected.error().message);
    const auto found = find_session(0);
    if (!found) return forget(found.error().message);
    if (*found >= position) {  // a commit that seemed to fail had not
      batch_.clear();
      return {};
    }
  }
  int code = connection_->run("BEGIN IMMEDIATE");
  if (Connection::is_busy(code)) {
    ++counts_.retries;
    return {Commit::Outcome::kKept, connection_->error(code).message, kRetryLocked};
  }
  if (code == SQLITE_OK) code = put(position);
  if (code == SQLITE_OK) code = connection_->run("COMMIT");
  if (code != SQLITE_OK) {
    ++counts_.retries;
    return forget(connection_->error(code).message);
  }
  batch_.clear_records();
  if (const std::uint64_t refused = rows_.take_refused(); refused > 0) {
    counts_.dropped += refused;
    messages_.push_back(fmt::format("{}: {} calls were there already, or have ids beyond {}", shown_path_, refused,
                                    sqlite::kMaxCallId));
  }
  return {};
}

int SqliteDestination::put(std::uint64_t position) {
  const std::int64_t now = now_ns();
  Statement& note = session_ == 0 ? begin_session_ : note_position_;
  note.bind(1, std::string_view(queue_));
  note.bind(2, position);
  note.bind(3, now);
  if (const int code = note.run(); code != SQLITE_OK) return code;
  if (session_ == 0) {
    session_ = sqlite3_last_insert_rowid(connection_->get());
    if (const int code = prune_queues(now); code != SQLITE_OK) return code;
  } else if (sqlite3_changes64(connection_->get()) == 0) {
    return SQLITE_NOTFOUND;  // somebody deleted the session: it begins anew
  }
  return rows_.put(batch_, session_);
}

int SqliteDestination::prune_queues(std::int64_t now) {
  Statement prune;
  const int code = prune.prepare(connection_->get(), "UPDATE session_row SET queue = NULL WHERE written_ns < ?");
  if (code != SQLITE_OK) return code;
  prune.bind(1, now - kQueueLifeNs);
  return prune.run();
}

// Nothing of the transaction is there, and nothing of it is known any more; the next one begins with a new connection.
Commit SqliteDestination::forget(std::string problem) {
  rows_.close();
  note_position_ = {};
  begin_session_ = {};
  connection_.reset();
  session_ = 0;
  batch_.clear();
  return {Commit::Outcome::kForgotten, std::move(problem), kRetryFailed};
}

}  // namespace glimpse::writers
