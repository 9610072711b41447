// A prepared statement of SQLite.
//
// Threads: that of its connection. Failure: codes of SQLite, as it gives them; the connection has the words.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace glimpse::writers::sqlite {

// SQLite's integers have a sign. Ids and times are below 2^63; what is not becomes the largest there is.
constexpr std::int64_t as_integer(std::uint64_t value) {
  return value <= INT64_MAX ? static_cast<std::int64_t>(value) : INT64_MAX;
}

class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    sqlite3_finalize(std::exchange(statement_, std::exchange(other.statement_, nullptr)));
    return *this;
  }
  ~Statement() { sqlite3_finalize(statement_); }

  int prepare(sqlite3* connection, std::string_view sql) {
    sqlite3_finalize(std::exchange(statement_, nullptr));
    return sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                              &statement_, nullptr);
  }

  // Parameters count from 1 and keep their value until they are bound again.
  void bind(int parameter, std::int64_t value) { sqlite3_bind_int64(statement_, parameter, value); }
  void bind(int parameter, std::uint64_t value) { bind(parameter, as_integer(value)); }
  void bind(int parameter, std::uint32_t value) { bind(parameter, std::int64_t{value}); }
  void bind(int parameter, int value) { bind(parameter, std::int64_t{value}); }
  void bind_null(int parameter) { sqlite3_bind_null(statement_, parameter); }
  // `text` must live until the statement has run.
  void bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(statement_, parameter, text.data() != nullptr ? text.data() : "", text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  void bind_if_any(int parameter, std::string_view text) {
    text.empty() ? bind_null(parameter) : bind(parameter, text);
  }

  // Runs a statement that gives no rows, or none that anybody wants: SQLITE_OK or an error.
  int run() {
    const int stepped = sqlite3_step(statement_);
    const int ended = sqlite3_reset(statement_);
    return stepped == SQLITE_DONE || stepped == SQLITE_ROW ? SQLITE_OK : ended != SQLITE_OK ? ended : stepped;
  }

  // One row after the other: SQLITE_ROW, SQLITE_DONE or an error; reset() after the last that is wanted.
  int step() { return sqlite3_step(statement_); }
  std::int64_t integer(int column) { return sqlite3_column_int64(statement_, column); }
  void reset() { sqlite3_reset(statement_); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace glimpse::writers::sqlite
