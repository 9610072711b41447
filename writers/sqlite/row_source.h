// Rows in our memory as a table that SQLite reads: `INSERT INTO … SELECT * FROM name` takes all of them in one
// statement.
//
// That saves what a statement for each row costs: parameters, cursors opened and closed, a third of the time.
// The interface behind it: https://www.sqlite.org/vtab.html, an eponymous virtual table, scanned from begin to end.
//
// Threads: that of its connection.
#pragma once

#include <sqlite3.h>

#include <cstddef>

namespace glimpse::writers::sqlite {

class RowSource {
 public:
  virtual ~RowSource() = default;

  // `CREATE TABLE rows (a, b, c)`: how many columns there are, and what they are called.
  virtual const char* declaration() const = 0;

  virtual std::size_t rows() const = 0;

  // Gives a value with sqlite3_result_…(), or leaves it NULL. Text must live as long as the statement runs.
  virtual void column(std::size_t row, int column, sqlite3_context* context) const = 0;
};

// `source`, which lives as long as the connection, is the table `name` from now on: SQLITE_OK or an error.
int add_row_source(sqlite3* connection, const char* name, const RowSource& source);

}  // namespace glimpse::writers::sqlite
