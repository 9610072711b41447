#include "writers/sqlite/schema.h"

#include <fmt/format.h>

namespace glimpse::writers::sqlite {
namespace {

// Of version 1, as they are.
// stage of call_row: 0 open, 1 END, 2 EXCEPTION, 3 one record for the whole call.
constexpr const char* kTables = R"sql(
CREATE TABLE session_row (
  id INTEGER PRIMARY KEY,
  queue TEXT UNIQUE,             -- where its records come from, until nobody can come back for it
  position INTEGER NOT NULL,     -- how far that queue is in this database
  begun_ns INTEGER NOT NULL,
  written_ns INTEGER NOT NULL);

CREATE TABLE process_row (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  entry_id INTEGER,              -- NULL where the process record is missing
  timestamp_ns INTEGER,
  trace_seed INTEGER NOT NULL DEFAULT 0,
  ppid INTEGER, command TEXT, executable TEXT, cwd TEXT, host TEXT, glimpse_version TEXT, clock TEXT,
  policy TEXT, policy_name TEXT, policy_sha256 TEXT, service TEXT, environment TEXT);
CREATE INDEX process_by_session ON process_row (session_id, pid);

CREATE TABLE function_row (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, module TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,
  UNIQUE (name, module, file, line));

CREATE TABLE call_row (
  id INTEGER PRIMARY KEY,        -- process_row.id << 40 | call_id
  function_id INTEGER NOT NULL,
  tid INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  parent_call_id INTEGER,
  root_id INTEGER,               -- call_row.id of the outermost call
  span_id INTEGER,
  timestamp_ns INTEGER NOT NULL, -- of its begin
  entry_id INTEGER,              -- of START, or of the record for the whole call
  level INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  duration_ns INTEGER,           -- NULL while open, as the next three
  slowness INTEGER,              -- duration_ns in steps of a sixteenth
  end_entry_id INTEGER,
  end_level INTEGER,
  end_timestamp_ns INTEGER,      -- NULL where it is timestamp_ns + duration_ns
  args TEXT,
  result TEXT);
CREATE INDEX call_by_slowness ON call_row (slowness);
CREATE INDEX call_by_duration ON call_row (duration_ns / 1e6) WHERE duration_ns >= 1000000;
CREATE INDEX call_by_trace ON call_row (root_id) WHERE root_id IS NOT NULL;

CREATE TABLE exception_row (     -- of each call that failed
  id INTEGER PRIMARY KEY,        -- call_row.id
  function_id INTEGER NOT NULL,
  exception_type TEXT, exception TEXT, stack_trace TEXT, fingerprint TEXT);
CREATE INDEX exception_by_function ON exception_row (function_id, exception_type);

CREATE TABLE trace_row (
  root_id INTEGER PRIMARY KEY,   -- call_row.id of the outermost call
  trace_id TEXT NOT NULL);
CREATE INDEX trace_by_id ON trace_row (trace_id);

CREATE TABLE function_total (    -- of calls that have ended
  process_id INTEGER NOT NULL,
  function_id INTEGER NOT NULL,
  calls INTEGER NOT NULL, errors INTEGER NOT NULL, total_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL,
  PRIMARY KEY (process_id, function_id)) WITHOUT ROWID;

CREATE TABLE thread_row (
  process_id INTEGER NOT NULL, entry_id INTEGER NOT NULL,
  timestamp_ns INTEGER NOT NULL, tid INTEGER NOT NULL, thread TEXT NOT NULL,
  PRIMARY KEY (process_id, entry_id)) WITHOUT ROWID;

CREATE TABLE notice_row (
  process_id INTEGER NOT NULL, entry_id INTEGER NOT NULL,
  timestamp_ns INTEGER NOT NULL, tid INTEGER, reason TEXT NOT NULL, message TEXT NOT NULL, dropped INTEGER,
  PRIMARY KEY (process_id, entry_id)) WITHOUT ROWID;

CREATE TABLE summary_row (
  process_id INTEGER NOT NULL, entry_id INTEGER NOT NULL,
  timestamp_ns INTEGER NOT NULL, calls INTEGER NOT NULL, records INTEGER NOT NULL, threads INTEGER NOT NULL,
  open_calls INTEGER NOT NULL, exit_status INTEGER, signal INTEGER, signal_name TEXT,
  detail TEXT NOT NULL,          -- the record as JSON: for keys that hold objects and arrays
  PRIMARY KEY (process_id, entry_id)) WITHOUT ROWID;
)sql";

// Of version 2, which also lets calls in spans have the span's id, and as their root_id that of a trace_row below 0.
// Ids are digits here, so that views of spans can be joined by index.
constexpr const char* kSpanTables = R"sql(
CREATE TABLE span_row (
  id INTEGER PRIMARY KEY,        -- process_row.id << 40 | entry_id
  trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_span_id TEXT,
  remote_parent INTEGER NOT NULL, parent_call_id INTEGER,
  name TEXT NOT NULL, kind TEXT NOT NULL, status TEXT, status_message TEXT,
  timestamp_ns INTEGER NOT NULL, tid INTEGER NOT NULL, duration_ns INTEGER NOT NULL, open INTEGER NOT NULL,
  attributes TEXT, events TEXT, links TEXT, tracestate TEXT);
CREATE INDEX span_by_trace ON span_row (trace_id, span_id);

CREATE TABLE log_row (
  id INTEGER PRIMARY KEY,        -- process_row.id << 40 | entry_id
  level TEXT NOT NULL, trace_id TEXT, span_id TEXT, call_id INTEGER,
  timestamp_ns INTEGER NOT NULL, tid INTEGER NOT NULL,
  title TEXT, message TEXT NOT NULL, tags TEXT, ttl_seconds INTEGER, file TEXT, line INTEGER, attributes TEXT,
  exception_type TEXT, exception TEXT, stack_trace TEXT, fingerprint TEXT);
CREATE INDEX log_by_trace ON log_row (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX log_by_level ON log_row (level);
)sql";

// RFC 3339 with nine digits.
std::string time_text(const std::string& ns) {
  return fmt::format(
      "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000000000, 'unixepoch') || printf('.%09dZ', {0} % 1000000000)", ns);
}

std::string level_text(const std::string& level) {
  return "CASE " + level +
         " WHEN 0 THEN 'DEBUG' WHEN 1 THEN 'INFO' WHEN 2 THEN 'WARNING' WHEN 3 THEN 'ERROR' ELSE 'FATAL' END";
}

// What all views of calls have: joined from the left, so that a view costs only the tables whose columns are asked for.
constexpr const char* kCallTables = R"sql(
  FROM call_row AS c
  LEFT JOIN function_row AS f ON f.id = c.function_id
  LEFT JOIN process_row AS p ON p.id = c.id >> 40
  LEFT JOIN trace_row AS t ON t.root_id = c.root_id
  LEFT JOIN exception_row AS e ON e.id = c.id
)sql";

constexpr const char* kCallIds = R"sql(
  c.id & 1099511627775 AS call_id, c.parent_call_id AS parent_call_id,
  t.trace_id AS trace_id, iif(c.span_id IS NULL, NULL, printf('%016x', c.span_id)) AS span_id,
)sql";
static_assert(kCallBits == 40 && kMaxCallId == 1'099'511'627'775, "as the views have it");

// START and END or EXCEPTION of each call that came as two records, with the keys of the JSON lines.
std::string log_entry_view() {
  const std::string begin = fmt::format(
      R"sql(
  SELECT 'log_entry' AS record_type, 'START' AS stage, c.entry_id AS entry_id, {ids} {level} AS level,
  f.name AS function, f.module AS module, {time} AS timestamp, p.pid AS pid, c.tid AS tid, c.depth AS depth,
  nullif(f.file, '') AS file, nullif(f.line, 0) AS line, c.args AS args, NULL AS result, NULL AS duration_ms,
  NULL AS exception_type, NULL AS exception, NULL AS stack_trace, NULL AS fingerprint,
  c.timestamp_ns AS timestamp_ns, p.session_id AS session_id, c.id >> 40 AS process_id {tables}
  WHERE c.stage <> 3 AND c.entry_id IS NOT NULL)sql",
      fmt::arg("ids", kCallIds), fmt::arg("level", level_text("c.level")),
      fmt::arg("time", time_text("c.timestamp_ns")), fmt::arg("tables", kCallTables));
  const std::string end_ns = "coalesce(c.end_timestamp_ns, c.timestamp_ns + c.duration_ns)";
  const std::string end = fmt::format(
      R"sql(
  SELECT 'log_entry', CASE c.stage WHEN 1 THEN 'END' ELSE 'EXCEPTION' END, c.end_entry_id, {ids} {level},
  f.name, f.module, {time}, p.pid, c.tid, c.depth,
  NULL, NULL, NULL, c.result, c.duration_ns / 1e6,
  e.exception_type, e.exception, e.stack_trace, e.fingerprint,
  {ns}, p.session_id, c.id >> 40 {tables}
  WHERE c.stage IN (1, 2))sql",
      fmt::arg("ids", kCallIds), fmt::arg("level", level_text("c.end_level")),
      fmt::arg("time", time_text("(" + end_ns + ")")), fmt::arg("ns", end_ns), fmt::arg("tables", kCallTables));
  return "CREATE VIEW log_entry AS" + begin + "\n  UNION ALL" + end + ";\n";
}

// A row for each call, open or ended.
std::string call_view() {
  return fmt::format(
      R"sql(
CREATE VIEW call AS
  SELECT 'call' AS record_type, c.entry_id AS entry_id, {ids} {level} AS level,
  f.name AS function, f.module AS module, {time} AS timestamp, p.pid AS pid, c.tid AS tid, c.depth AS depth,
  nullif(f.file, '') AS file, nullif(f.line, 0) AS line, c.args AS args, c.result AS result,
  c.duration_ns / 1e6 AS duration_ms,
  CASE WHEN c.stage = 0 THEN NULL WHEN e.id IS NULL THEN 'success' ELSE 'error' END AS status,
  e.exception_type AS error_type, e.exception AS exception, e.stack_trace AS stack_trace, e.fingerprint AS fingerprint,
  c.timestamp_ns AS timestamp_ns, c.duration_ns AS duration_ns, c.end_entry_id AS end_entry_id,
  c.slowness AS slowness,   p.session_id AS session_id, c.id >> 40 AS process_id, c.id AS id, c.root_id AS root_id {tables};
)sql",
      fmt::arg("ids", kCallIds), fmt::arg("level", level_text("coalesce(c.end_level, c.level)")),
      fmt::arg("time", time_text("c.timestamp_ns")), fmt::arg("tables", kCallTables));
}

// The rare records, with the keys of the JSON lines.
std::string rare_views() {
  const auto time = [](const char* table) { return time_text(std::string(table) + ".timestamp_ns"); };
  return fmt::format(
      R"sql(
CREATE VIEW process AS
  SELECT 'process' AS record_type, p.entry_id AS entry_id, {process_time} AS timestamp, p.pid AS pid, p.ppid AS ppid,
  p.command AS command, p.executable AS executable, p.cwd AS cwd, p.host AS host,
  p.glimpse_version AS glimpse_version, p.clock AS clock, p.policy AS policy, p.policy_name AS policy_name,
  p.policy_sha256 AS policy_sha256, p.service AS service, p.environment AS environment,
  p.timestamp_ns AS timestamp_ns, p.session_id AS session_id, p.id AS process_id
  FROM process_row AS p WHERE p.entry_id IS NOT NULL;

CREATE VIEW thread AS
  SELECT 'thread' AS record_type, r.entry_id AS entry_id, {row_time} AS timestamp, p.pid AS pid, r.tid AS tid,
  r.thread AS thread, r.timestamp_ns AS timestamp_ns, p.session_id AS session_id, p.id AS process_id
  FROM thread_row AS r JOIN process_row AS p ON p.id = r.process_id;

CREATE VIEW notice AS
  SELECT 'notice' AS record_type, r.entry_id AS entry_id, {row_time} AS timestamp, p.pid AS pid, r.tid AS tid,
  r.reason AS reason, r.message AS message, r.dropped AS dropped,
  r.timestamp_ns AS timestamp_ns, p.session_id AS session_id, p.id AS process_id
  FROM notice_row AS r JOIN process_row AS p ON p.id = r.process_id;

CREATE VIEW summary AS
  SELECT 'summary' AS record_type, r.entry_id AS entry_id, {row_time} AS timestamp, p.pid AS pid,
  r.calls AS calls, r.records AS records, r.threads AS threads,
  json_extract(r.detail, '$.dropped') AS dropped, json_extract(r.detail, '$.patched') AS patched,
  r.open_calls AS open_calls, json_extract(r.detail, '$.open') AS open,
  json_extract(r.detail, '$.destinations') AS destinations,
  r.exit_status AS exit_status, r.signal AS signal, r.signal_name AS signal_name,
  r.timestamp_ns AS timestamp_ns, p.session_id AS session_id, p.id AS process_id
  FROM summary_row AS r JOIN process_row AS p ON p.id = r.process_id;
)sql",
      fmt::arg("process_time", time("p")), fmt::arg("row_time", time("r")));
}

std::string span_views() {
  return fmt::format(
      R"sql(
CREATE VIEW span AS
  SELECT 'span' AS record_type, r.id & 1099511627775 AS entry_id, r.trace_id AS trace_id, r.span_id AS span_id,
  r.parent_span_id AS parent_span_id, nullif(r.remote_parent, 0) AS remote_parent, r.parent_call_id AS parent_call_id,
  r.name AS name, r.kind AS kind, r.status AS status, r.status_message AS status_message, {time} AS timestamp,
  p.pid AS pid, r.tid AS tid, r.duration_ns / 1e6 AS duration_ms, nullif(r.open, 0) AS open,
  r.attributes AS attributes, r.events AS events, r.links AS links, r.tracestate AS tracestate,
  r.timestamp_ns AS timestamp_ns, r.duration_ns AS duration_ns, p.session_id AS session_id, r.id >> 40 AS process_id
  FROM span_row AS r LEFT JOIN process_row AS p ON p.id = r.id >> 40;

CREATE VIEW log AS
  SELECT 'log' AS record_type, r.id & 1099511627775 AS entry_id, r.level AS level, r.trace_id AS trace_id,
  r.span_id AS span_id, r.call_id AS call_id, {time} AS timestamp, p.pid AS pid, r.tid AS tid,
  r.title AS title, r.message AS message, r.tags AS tags, r.ttl_seconds AS ttl_seconds, r.file AS file, r.line AS line,
  r.attributes AS attributes, r.exception_type AS exception_type, r.exception AS exception,
  r.stack_trace AS stack_trace, r.fingerprint AS fingerprint,
  r.timestamp_ns AS timestamp_ns, p.session_id AS session_id, r.id >> 40 AS process_id
  FROM log_row AS r LEFT JOIN process_row AS p ON p.id = r.id >> 40;
)sql",
      fmt::arg("time", time_text("r.timestamp_ns")));
}

// A trace that spans began is called as the first of them.
std::string trace_view() {
  return fmt::format(
      R"sql(
CREATE VIEW trace AS
  SELECT t.trace_id AS trace_id, f.name AS function, {time} AS timestamp,
  coalesce(c.duration_ns, s.duration_ns) / 1e6 AS duration_ms,
  (SELECT count(*) FROM call_row AS n WHERE n.root_id = t.root_id) AS calls,
  p.pid AS pid, coalesce(c.tid, s.tid) AS tid, coalesce(c.timestamp_ns, s.timestamp_ns) AS timestamp_ns,
  p.session_id AS session_id, p.id AS process_id,
  s.name AS span, iif(t.root_id < 0, (SELECT count(*) FROM span_row AS n WHERE n.trace_id = t.trace_id
    AND n.id >> 40 = -t.root_id >> 40), 0) AS spans
  FROM trace_row AS t
  LEFT JOIN call_row AS c ON c.id = t.root_id
  LEFT JOIN function_row AS f ON f.id = c.function_id
  LEFT JOIN process_row AS p ON p.id = abs(t.root_id) >> 40
  LEFT JOIN span_row AS s ON t.root_id < 0 AND s.id = (SELECT n.id FROM span_row AS n WHERE n.trace_id = t.trace_id
    AND n.id >> 40 = -t.root_id >> 40 ORDER BY n.timestamp_ns LIMIT 1);
)sql",
      fmt::arg("time", time_text("coalesce(c.timestamp_ns, s.timestamp_ns)")));
}

// Answers to common questions.
std::string question_views() {
  return fmt::format(
      R"sql(
CREATE VIEW slowest_calls AS
  SELECT * FROM call WHERE slowness IS NOT NULL ORDER BY slowness DESC, duration_ms DESC;

CREATE VIEW slow_calls AS SELECT * FROM call WHERE duration_ns >= 1000000;

CREATE VIEW open_calls AS SELECT * FROM call WHERE slowness IS NULL;

CREATE VIEW failed_calls AS SELECT call.* FROM exception_row CROSS JOIN call ON call.id = exception_row.id;

CREATE VIEW calls_by_function AS
  SELECT f.name AS function, f.module AS module, s.calls AS calls, s.errors AS errors,
  s.total_ns / 1e6 AS total_ms, s.total_ns / 1e6 / s.calls AS mean_ms, s.max_ns / 1e6 AS max_ms
  FROM (SELECT function_id, sum(calls) AS calls, sum(errors) AS errors, sum(total_ns) AS total_ns, max(max_ns) AS max_ns
        FROM function_total GROUP BY function_id) AS s
  JOIN function_row AS f ON f.id = s.function_id;

CREATE VIEW errors_by_function AS
  SELECT f.name AS function, f.module AS module, s.errors AS errors, s.error_types AS error_types
  FROM (SELECT function_id, count(*) AS errors, group_concat(DISTINCT exception_type) AS error_types
        FROM exception_row GROUP BY function_id) AS s
  JOIN function_row AS f ON f.id = s.function_id;

CREATE VIEW session AS
  SELECT s.id AS session_id, {begun} AS begun, {written} AS last_written,
  (SELECT count(*) FROM process_row AS p WHERE p.session_id = s.id) AS processes,
  (SELECT command FROM process_row AS p WHERE p.session_id = s.id AND entry_id IS NOT NULL ORDER BY p.id LIMIT 1)
    AS command
  FROM session_row AS s;
)sql",
      fmt::arg("begun", time_text("s.begun_ns")), fmt::arg("written", time_text("s.written_ns")));
}

// DELETE FROM session or process takes along everything that belongs to it; the names of functions stay.
constexpr const char* kPruning = R"sql(
CREATE TRIGGER delete_session INSTEAD OF DELETE ON session BEGIN
  DELETE FROM session_row WHERE id = old.session_id;
END;
CREATE TRIGGER delete_process INSTEAD OF DELETE ON process BEGIN
  DELETE FROM process_row WHERE id = old.process_id;
END;
CREATE TRIGGER delete_session_row AFTER DELETE ON session_row BEGIN
  DELETE FROM process_row WHERE session_id = old.id;
END;
)sql";

constexpr const char* kPruningOfProcesses = R"sql(
CREATE TRIGGER delete_process_row AFTER DELETE ON process_row BEGIN
  DELETE FROM call_row WHERE id BETWEEN old.id << 40 AND old.id << 40 | 1099511627775;
  DELETE FROM exception_row WHERE id BETWEEN old.id << 40 AND old.id << 40 | 1099511627775;
  DELETE FROM trace_row WHERE root_id BETWEEN old.id << 40 AND old.id << 40 | 1099511627775;
  DELETE FROM trace_row WHERE root_id BETWEEN -(old.id << 40 | 1099511627775) AND -(old.id << 40);
  DELETE FROM span_row WHERE id BETWEEN old.id << 40 AND old.id << 40 | 1099511627775;
  DELETE FROM log_row WHERE id BETWEEN old.id << 40 AND old.id << 40 | 1099511627775;
  DELETE FROM function_total WHERE process_id = old.id;
  DELETE FROM thread_row WHERE process_id = old.id;
  DELETE FROM notice_row WHERE process_id = old.id;
  DELETE FROM summary_row WHERE process_id = old.id;
END;
)sql";

std::string identity() {
  return fmt::format("PRAGMA application_id = {};\nPRAGMA user_version = {};\n", kApplicationId, kSchemaVersion);
}

}  // namespace

std::string schema() {
  return std::string(kTables) + kSpanTables + log_entry_view() + call_view() + rare_views() + span_views() +
         trace_view() + question_views() + kPruning + kPruningOfProcesses + identity();
}

std::string upgrade_from_1() {
  return std::string("DROP VIEW trace;\nDROP TRIGGER delete_process_row;\n") + kSpanTables + span_views() +
         trace_view() + kPruningOfProcesses + identity();
}

}  // namespace glimpse::writers::sqlite
