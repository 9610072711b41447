"""Compares a database of glimpse with the JSON lines of the same records, by Python's own sqlite3 and json.

usage: same_records.py DATABASE LINES     status 1 and the first differences where they differ

Every record of the lines must be in the view of its type, with the same keys and values, and nothing else.
"""

import json
import sqlite3
import sys

# What views have beyond the keys of the lines.
EXTRA = {"timestamp_ns", "duration_ns", "session_id", "process_id", "end_entry_id", "id", "root_id", "trace_id", "span_id"}
AS_JSON = {"command", "dropped", "patched", "open", "destinations"}


def rows_of(database, view):
    cursor = database.execute(f"SELECT * FROM {view}")
    names = [column[0] for column in cursor.description]
    for row in cursor:
        record = {}
        for name, value in zip(names, row):
            if name in EXTRA or (value is None and name != "parent_call_id"):
                continue
            if name in AS_JSON and isinstance(value, str):
                value = json.loads(value)
            record[name] = value
        if view != "log_entry":
            record.pop("parent_call_id", None)
        yield record


def main():
    database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    there = {}
    for view in ("process", "thread", "log_entry", "notice", "summary"):
        for record in rows_of(database, view):
            key = record["entry_id"]
            if key in there:
                sys.exit(f"entry {key} is there twice")
            there[key] = record
    wrong = 0
    count = 0
    with open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for name in ("trace_id", "span_id"):
                record.pop(name, None)
            count += 1
            found = there.pop(record["entry_id"], None)
            if found != record and wrong < 5:
                wrong += 1
                print(f"line     {record}\ndatabase {found}")
    if there:
        wrong += 1
        print(f"{len(there)} records are in the database only, such as {next(iter(there.values()))}")
    if wrong:
        sys.exit(1)
    print(f"{count} records are the same")


main()
