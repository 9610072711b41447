#include "writers/sqlite/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "writers/sqlite/schema.h"
#include "writers/sqlite/statement.h"

namespace glimpse::writers::sqlite {
namespace {

// Checkpoints cost two fsyncs each, so they are rare; a log of this size is written into the database within a second.
// Pages that a transaction changes stay in memory until it ends.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA wal_autocheckpoint = 16384;"     // pages: 64 MiB
    "PRAGMA journal_size_limit = 67108864;"  // bytes that the log keeps when it begins anew
    "PRAGMA cache_size = -65536;"            // KiB
    "PRAGMA temp_store = MEMORY;";

// A file for the database with the right permissions from its first instant, whatever the umask. Closing a descriptor
// takes away the locks that SQLite has on that file anywhere in this process, so the file is opened only where it is
// new, and nobody looks at it meanwhile.
Result<void> make_file(const std::string& path, const std::string& name) {
  static std::mutex making;
  const std::lock_guard guard(making);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd >= 0) {
    fchmod(fd, 0600);
    ::close(fd);
    return {};
  }
  struct stat status{};
  if (errno == EEXIST && stat(path.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return {};
    return Error{fmt::format("{}: a database must be a regular file", name)};
  }
  return Error{fmt::format("{}: cannot be made: {}", name, strerror(errno))};
}

// errno of what failed last with the database or its log; 0 where none is known.
int system_reason(sqlite3* handle) {
  int reason = sqlite3_system_errno(handle);
  for (const int file_of : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    if (reason != 0) break;
    if (sqlite3_file_control(handle, "main", file_of, static_cast<void*>(&file)) != SQLITE_OK) continue;
    if (file != nullptr && file->pMethods != nullptr) {
      file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &reason);
    }
  }
  return reason;
}

// `path` as SQLite's URI, read as it lies there: no locks are taken and no files made beside it.
std::string untouching_uri(std::string_view path) {
  std::string uri = "file:";
  while (path.starts_with("//")) path.remove_prefix(1);
  for (const char letter : path) {
    if (letter == '%' || letter == '?' || letter == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(letter));
    } else {
      uri += letter;
    }
  }
  return uri + "?mode=ro&immutable=1";
}

}  // namespace

Result<Connection> Connection::open(const std::string& path, const std::string& name) {
  if (auto made = make_file(path, name); !made) return made.error();
  sqlite3* handle = nullptr;
  {
    int code = sqlite3_open_v2(untouching_uri(path).c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    const Connection look(handle, name);
    if (code != SQLITE_OK) return look.error(code);
    if (auto ours = look.version(); !ours) return ours.error();
  }
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(handle, name);
  if (code != SQLITE_OK) return connection.error(code);
  if (auto ready = connection.make_ready(); !ready) return ready.error();
  return connection;
}

Result<void> Connection::make_ready() {
  if (sqlite3_db_readonly(get(), "main") == 1) return Error{name_ + ": the database may only be read"};
  sqlite3_busy_timeout(get(), static_cast<int>(kBusyWait.count()));
  auto found = version();
  if (!found) return found.error();
  if (*found < kSchemaVersion) {
    // Before the write-ahead log: then the database itself says what it is from now on, whatever becomes of the log.
    int code = run("BEGIN IMMEDIATE");
    if (code != SQLITE_OK) return error(code);
    found = version();  // another process may have been faster
    if (found && *found == 0) code = run(schema().c_str());
    if (found && *found == 1) code = run(upgrade_from_1().c_str());
    if (code == SQLITE_OK) code = run("COMMIT");
    if (code != SQLITE_OK) {
      const Error failed = error(code);
      run("ROLLBACK");
      return failed;
    }
    if (!found) return found.error();
  }
  const int code = run(kSettings);
  if (code != SQLITE_OK) return error(code);
  return {};
}

// Of its schema; 0 where there is nothing in it yet. An Error where it is not ours.
Result<std::int64_t> Connection::version() const {
  const auto id = number("PRAGMA application_id");
  if (!id) return id.error();
  const auto found = number("PRAGMA user_version");
  if (!found) return found.error();
  const auto things = number("SELECT count(*) FROM sqlite_schema");
  if (!things) return things.error();
  if (*id == 0 && *found == 0 && *things == 0) return std::int64_t{0};
  if (*id != kApplicationId) return Error{name_ + ": is a database of another program, and left as it is"};
  if (*found > kSchemaVersion) {
    return Error{
        fmt::format("{}: was made by a later version of glimpse (schema {}, this one knows {}), and is left as it is",
                    name_, *found, kSchemaVersion)};
  }
  return found;
}

Result<std::int64_t> Connection::number(const char* sql) const {
  Statement statement;
  int code = statement.prepare(get(), sql);
  if (code == SQLITE_OK) code = statement.step();
  if (code != SQLITE_ROW) return error(code);
  return statement.integer(0);
}

Error Connection::error(int code) const {
  const auto says = [this](std::string_view what) { return Error{fmt::format("{}: {}", name_, what)}; };
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return says("another program keeps the database locked");
    case SQLITE_FULL:
      return says("there is no room left on the disk");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return says("the database may only be read");
    case SQLITE_NOTADB:
      return says("is no SQLite database, and left as it is");
    case SQLITE_CORRUPT:
      return says("the database is damaged");
    default:
      break;
  }
  const int reason = get() != nullptr ? system_reason(get()) : 0;
  if (reason != 0 && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)) return says(strerror(reason));
  return says(get() != nullptr ? sqlite3_errmsg(get()) : sqlite3_errstr(code));
}

bool Connection::is_moved() const {
  int moved = 0;
  return sqlite3_file_control(get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

}  // namespace glimpse::writers::sqlite
