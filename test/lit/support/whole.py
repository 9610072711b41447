"""Reads a trace with other eyes than glimpse's and says whether it is whole: what `%{whole} FILE` stands for.

Whole means: every line is an object and ends; entry_id counts 1, 2, 3 …; each process begins with `process` and ends
with `summary`; on each thread the calls nest, each START has one END or EXCEPTION with the same call_id or is named as
open in the summary, parent_call_id and depth say what encloses it, time does not run backwards, and duration_ms is the
time between; the summary's counts are those of the lines; keys stand in the order of docs/records.md.

Of call records (GLIMPSE_RECORDS=calls): on each thread they stand in the order of their ends, each lies in the time of its
parent, one deeper than that, or its parent is named as open. Where there are trace ids: a call's are the same on all its lines, its
trace is its parent's, and no two calls share a span, no two outermost ones a trace; a call that began in a span of the program has
the ids of that span.

With --fibers a thread may have several stacks of calls, each of which nests for itself: a START without parent may begin
one at any time.

Prints one line, `whole: 1 process, 4 calls, 2 exceptions, 0 open, 0 dropped`; or the faults, and exits with 1.
"""

import json
import sys

KEYS = {
    "process": "record_type entry_id timestamp pid ppid command executable cwd host glimpse_version clock policy"
    " policy_name policy_sha256 service environment",
    "thread": "record_type entry_id timestamp pid tid thread",
    "log_entry": "record_type stage entry_id call_id parent_call_id trace_id span_id level function module timestamp pid tid depth"
    " file line args result duration_ms exception_type exception stack_trace fingerprint",
    "call": "record_type entry_id call_id parent_call_id trace_id span_id level function module timestamp pid tid depth"
    " file line args result duration_ms status error_type exception stack_trace fingerprint",
    "span": "record_type entry_id trace_id span_id parent_span_id remote_parent parent_call_id name kind status status_message timestamp"
    " pid tid duration_ms open attributes events links tracestate",
    "log": "record_type entry_id level trace_id span_id call_id timestamp pid tid title message tags ttl_seconds file line attributes"
    " exception_type exception stack_trace fingerprint",
    "notice": "record_type entry_id timestamp pid tid reason message dropped",
    "summary": "record_type entry_id timestamp pid calls records threads dropped patched open_calls open destinations exit_status signal"
    " signal_name",
}
ALWAYS = {"call": {"duration_ms", "status"}, "span": {"trace_id", "span_id", "duration_ms"}}
MAY_LACK_IN = {"span": {"remote_parent", "parent_call_id", "status", "status_message", "open", "attributes", "events", "links", "tracestate"},
               "log": {"call_id", "title", "message", "tags", "ttl_seconds", "attributes"}}
KEYS = {kind: keys.split() for kind, keys in KEYS.items()}
MAY_LACK = {"policy_name", "policy_sha256", "service", "environment", "tid", "dropped", "exit_status", "signal"}
MAY_LACK |= {"trace_id", "span_id", "args", "result", "error_type", "destinations", "signal_name", "patched", "file", "line", "duration_ms", "exception_type", "exception", "stack_trace", "fingerprint"}


def nanoseconds(timestamp):
    hours, minutes, seconds = timestamp[11:-1].split(":")
    whole, fraction = seconds.split(".")
    return ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 + int(fraction)


def end_of(call):
    return nanoseconds(call["timestamp"]) + round(call["duration_ms"] * 1e6)


class Process:
    def __init__(self):
        self.starts = self.entries = self.exceptions = self.dropped = 0
        self.stacks = {}  # tid: its stacks, each the open START records, outermost first
        self.last = {}  # tid: timestamp
        self.calls = set()
        self.whole = []  # call records
        self.ids = {}  # call_id: its trace_id and span_id, and its parent's call_id
        self.ended = False


    def open_calls(self):
        return [start for stacks in self.stacks.values() for stack in stacks for start in stack]


class Reader:
    def __init__(self, fibers):
        self.fibers = fibers
        self.faults = []
        self.processes = {}  # pid: the Process that is not over
        self.over = []
        self.told = {}  # span_id of span records: their trace_id
        self.spans = {}  # span_id and trace_id: whose
        self.number = 0

    def fault(self, text):
        self.faults.append(f"line {self.number}: {text}")

    def read(self, line):
        self.number += 1
        if not line.endswith("\n"):
            self.fault("has no end")
        try:
            record = json.loads(line)
        except ValueError as error:
            return self.fault(f"is no JSON: {error}")
        if record["entry_id"] != self.number:
            self.fault(f"entry_id {record['entry_id']}")
        kind, pid = record["record_type"], record["pid"]
        self.check_keys(kind, record)
        if kind == "process":
            if pid in self.processes:
                self.fault(f"a second process record of {pid}")
            self.processes[pid] = Process()
            return
        if pid not in self.processes:
            return self.fault(f"{kind} of {pid} before its process record or after its summary")
        process = self.processes[pid]
        if kind == "thread":
            process.stacks.setdefault(record["tid"], [[]])
        elif kind == "log_entry":
            self.log_entry(process, record)
            self.note_ids(process, record)
        elif kind == "call":
            self.whole_call(process, record)
            self.note_ids(process, record)
        elif kind == "span":
            self.span(record)
        elif kind == "summary":
            self.summary(process, record)
            self.over.append(self.processes.pop(pid))

    def check_keys(self, kind, record):
        may_lack = (MAY_LACK | MAY_LACK_IN.get(kind, set())) - ALWAYS.get(kind, set())
        expected = [key for key in KEYS[kind] if key in record or key not in may_lack]
        if list(record) != expected:
            self.fault(f"keys {' '.join(record)}, expected {' '.join(expected)}")

    def stack_of(self, stacks, record):
        """The one of a thread's stacks that the record belongs to."""
        if not self.fibers:
            return stacks[0]
        start = record["stage"] == "START"
        innermost = record["parent_call_id" if start else "call_id"]
        for stack in stacks:
            if (stack[-1]["call_id"] if stack else None) == innermost:
                return stack
        if not start or innermost is not None:
            self.fault(f"{record['stage']} {record['function']}: {innermost} is not the innermost of any stack")
        stacks.append([])
        return stacks[-1]

    def log_entry(self, process, record):
        tid = record["tid"]
        if tid not in process.stacks:
            return self.fault(f"a call on {tid} before its thread record")
        stack = self.stack_of(process.stacks[tid], record)
        process.entries += 1
        if record["timestamp"] < process.last.get(tid, ""):
            self.fault("time runs backwards")
        process.last[tid] = record["timestamp"]
        if record["stage"] == "START":
            process.starts += 1
            if record["call_id"] in process.calls:
                self.fault(f"call_id {record['call_id']} for the second time")
            process.calls.add(record["call_id"])
            stack.append(record)
        elif not stack:
            return self.fault(f"{record['stage']} {record['function']}: nothing is open")
        if record["depth"] != len(stack) - 1:
            self.fault(f"{record['stage']} {record['function']}: depth {record['depth']}, expected {len(stack) - 1}")
        parent = stack[-2]["call_id"] if len(stack) > 1 else None
        if record["parent_call_id"] != parent:
            self.fault(f"{record['function']}: parent_call_id {record['parent_call_id']}, expected {parent}")
        if record["stage"] != "START":
            self.leave(process, stack.pop(), record)

    def whole_call(self, process, record):
        tid, call_id = record["tid"], record["call_id"]
        if tid not in process.stacks:
            return self.fault(f"a call on {tid} before its thread record")
        process.starts += 1
        process.entries += 1
        process.exceptions += record["status"] == "error"
        if call_id in process.calls:
            self.fault(f"call_id {call_id} for the second time")
        process.calls.add(call_id)
        if end_of(record) < process.last.get(tid, 0):
            self.fault(f"{record['function']} ends before the call told before it")
        process.last[tid] = end_of(record)
        process.whole.append(record)

    def nest_whole_calls(self, process, open_ids):
        told = {}
        for record in reversed(process.whole):  # outer ones first
            parent = record["parent_call_id"]
            name = f"{record['function']} (call {record['call_id']})"
            told[record["call_id"]] = record
            if parent in told:
                around = told[parent]
                if record["tid"] != around["tid"] or record["depth"] != around["depth"] + 1:
                    self.fault(f"{name} has depth {record['depth']} in {around['function']} of depth {around['depth']}")
                if nanoseconds(record["timestamp"]) < nanoseconds(around["timestamp"]) or end_of(record) > end_of(around):
                    self.fault(f"{name} is not in the time of its parent")
            elif parent is None and record["depth"] != 0 or parent is not None and parent not in open_ids:
                self.fault(f"{name} has depth {record['depth']} and parent {parent}, who is neither told later nor open")

    def note_ids(self, process, record):
        if "span_id" not in record:
            return
        ids = (record["trace_id"], record["span_id"], record["parent_call_id"])
        if len(ids[0]) != 32 or len(ids[1]) != 16 or int(ids[0], 16) == 0 or int(ids[1], 16) == 0:
            self.fault(f"trace_id {ids[0]}, span_id {ids[1]}")
        if process.ids.setdefault(record["call_id"], ids) != ids:
            self.fault(f"call {record['call_id']} has other ids than before")

    def span(self, record):
        if record["span_id"] in self.told and self.told[record["span_id"]] is not None:
            self.fault(f"two spans {record['span_id']}")
        self.told[record["span_id"]] = record["trace_id"]
        if record["parent_span_id"] is not None:
            self.told.setdefault(record["parent_span_id"], None)

    def compare_ids(self, process):
        for call_id, (trace, span, parent) in process.ids.items():
            if span in self.told:  # of the span that the call began in
                if self.told[span] not in (trace, None):
                    self.fault(f"call {call_id} is in trace {trace}, its span {span} is not")
                continue
            if self.spans.setdefault(span, (process, call_id)) != (process, call_id):
                self.fault(f"two calls have span {span}")
            if parent in process.ids and process.ids[parent][1] not in self.told:
                if trace != process.ids[parent][0]:
                    self.fault(f"call {call_id} is in another trace than its parent {parent}")
            elif parent is None and self.spans.setdefault(trace, (process, call_id)) != (process, call_id):
                self.fault(f"two outermost calls have trace {trace}")

    def leave(self, process, start, record):
        process.exceptions += record["stage"] == "EXCEPTION"
        for key in ("call_id", "function", "module"):
            if record[key] != start[key]:
                self.fault(f"{record['stage']} has {key} {record[key]}, its START {start[key]}")
        passed = nanoseconds(record["timestamp"]) - nanoseconds(start["timestamp"])
        if passed >= 0 and round(record["duration_ms"] * 1e6) != passed:
            self.fault(f"duration_ms {record['duration_ms']}, but {passed} ns passed")

    def summary(self, process, record):
        still_open = {(start["tid"], start["call_id"]) for start in process.open_calls()}
        process.still_open = len(still_open)
        process.dropped = sum(record["dropped"].values())
        named = {(call["tid"], call["call_id"]) for call in record["open"]}
        self.compare_ids(process)
        if process.whole or not process.starts:
            open_ids = {call_id for _, call_id in named}
            self.nest_whole_calls(process, open_ids)
            still_open = named
            process.still_open = len(named)
            process.starts += len(open_ids - process.calls)
        if named != still_open:
            self.fault(f"open {sorted(named)}, expected {sorted(still_open)}")
        counts = {"calls": process.starts, "records": process.entries, "open_calls": len(still_open)}
        counts["threads"] = len(process.stacks)
        for key, count in counts.items():
            if record[key] != count:
                self.fault(f"summary has {key} {record[key]}, the lines {count}")


def counted(number, one, many):
    return f"{number} {one if number == 1 else many}"


def main():
    fibers = sys.argv[1] == "--fibers"
    reader = Reader(fibers)
    with open(sys.argv[1 + fibers], encoding="utf-8") as trace:
        for line in trace:
            reader.read(line)
    for pid in reader.processes:
        reader.fault(f"{pid} has no summary")
    if reader.faults or not reader.over:
        sys.exit("\n".join(reader.faults[:20] or ["no record at all"]))
    total = {name: sum(getattr(process, name) for process in reader.over)
             for name in ("starts", "exceptions", "still_open", "dropped")}
    print(f"whole: {counted(len(reader.over), 'process', 'processes')}, {counted(total['starts'], 'call', 'calls')}, "
          f"{counted(total['exceptions'], 'exception', 'exceptions')}, {total['still_open']} open, "
          f"{total['dropped']} dropped")


main()
