#include "writers/sqlite/row_source.h"

namespace glimpse::writers::sqlite {
namespace {

struct Table : sqlite3_vtab {
  const RowSource* source;
};

struct Cursor : sqlite3_vtab_cursor {
  const RowSource* source;
  std::size_t row;
  std::size_t rows;
};

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

int connect(sqlite3* connection, void* source, int, const char* const*, sqlite3_vtab** table, char**) {
  const auto* const rows = static_cast<const RowSource*>(source);
  const int code = sqlite3_declare_vtab(connection, rows->declaration());
  if (code == SQLITE_OK) *table = new Table{{}, rows};
  return code;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
  plan->estimatedCost = 1000;
  return SQLITE_OK;
}

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  *cursor = new Cursor{{}, static_cast<Table*>(table)->source, 0, 0};
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  cursor_of(cursor).row = 0;
  cursor_of(cursor).rows = cursor_of(cursor).source->rows();
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  ++cursor_of(cursor).row;
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* cursor) { return cursor_of(cursor).row >= cursor_of(cursor).rows ? 1 : 0; }

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  cursor_of(cursor).source->column(cursor_of(cursor).row, number, context);
  return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(cursor_of(cursor).row);
  return SQLITE_OK;
}

// No xCreate: the table is there by its name alone.
constexpr sqlite3_module kModule = [] {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = eof;
  module.xColumn = column;
  module.xRowid = rowid;
  return module;
}();

}  // namespace

int add_row_source(sqlite3* connection, const char* name, const RowSource& source) {
  // The module only hands the pointer back.
  return sqlite3_create_module_v2(connection, name, &kModule, const_cast<RowSource*>(&source), nullptr);
}

}  // namespace glimpse::writers::sqlite
