"""Reads glimpse's JSONL and checks on the way what must hold in every trace, whatever was traced.

Shapes: threads are as in oracle.py, with numbers of their own: tokens +n and -n, and per call its stage at the end.
`faults` are broken promises, `remarks` are worth a look. Each names its line.

An Image is a program that a process ran, from its `process` record to its `summary`; exec makes the next one of the same
pid. Threads and counts are an image's own, call ids are unique in the process.
"""

import array
import calendar
import json
import re
import time

ORDER = ["record_type", "stage", "entry_id", "call_id", "parent_call_id", "trace_id", "span_id", "level", "function", "module",
         "timestamp", "pid", "tid", "thread", "depth", "file", "line", "args", "result", "duration_ms", "exception_type", "exception",
         "stack_trace", "fingerprint"]
RANK = {key: rank for rank, key in enumerate(ORDER)}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
NEEDED = {"START": {"entry_id", "call_id", "parent_call_id", "level", "function", "module", "timestamp", "pid", "tid", "depth"}}
NEEDED["END"] = NEEDED["EXCEPTION"] = NEEDED["START"] | {"duration_ms"}
MOST_FAULTS = 50


class Call:
    __slots__ = ("call_id", "function", "start_ns", "ordinal")

    def __init__(self, call_id, function, start_ns, ordinal):
        self.call_id, self.function, self.start_ns, self.ordinal = call_id, function, start_ns, ordinal


class Image:
    def __init__(self, pid):
        self.pid, self.threads, self.summary = pid, [], None
        self.now = {}              # tid -> Thread


class Thread:
    def __init__(self, image, tid):
        self.image, self.pid, self.tid = image, image.pid, tid
        self.tokens = array.array("q")
        self.closes = array.array("q")  # for each token: the ordinal of its call
        self.starts = 0
        self.exceptions = {}            # ordinal -> (type, text)
        self.ends = set()               # ordinals closed by END
        self.stack = []
        self.last_ns = 0
        self.announced = False


class Trace:
    """One JSONL file. `functions[n]` is (function, module)."""

    def __init__(self, path):
        self.functions, self._numbers = [("", "")], {}
        self.threads = []          # in order of their first line
        self.images = []
        self._image = {}           # pid -> Image that runs
        self.notices, self.spans, self.faults, self.remarks = [], [], [], []
        self.entries = self.misordered = 0
        self._shapes, self._seconds, self._latest = set(), {}, 0
        self._call_ids = {}        # pid -> set of call ids
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                self._line(number, line)
        self._close()

    def _fault(self, number, text):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"line {number}: {text}")

    def _line(self, number, line):
        if not line.endswith(b"\n"):
            self._fault(number, "half a line at the end of the file")
        try:
            record = json.loads(line.decode("utf-8"))
        except ValueError as error:
            self._fault(number, f"not JSON: {error}: {line[:200]!r}")
            return
        kind = record.get("record_type")
        self._shape(number, record, kind)
        if record.get("entry_id") != number:
            self._fault(number, f"entry_id is {record.get('entry_id')}, expected {number}")
        pid = record.get("pid")
        image = self._image.get(pid)
        if kind == "process":
            if image is not None and image.summary is None:
                self._fault(number, f"a second process record of {pid} before the summary of the first")
            self._begin(pid)
            return
        if image is None:
            self._fault(number, f"a {kind} of process {pid} before its process record")
            image = self._begin(pid)
        if image.summary is not None:
            self._fault(number, f"a {kind} of process {pid} after its summary")
        if kind == "log_entry":
            self._entry(number, record, image)
        elif kind == "thread":
            self._thread(record, image)
        elif kind == "notice":
            self.notices.append(record)
        elif kind == "span":
            self.spans.append(record)
        elif kind == "log":
            pass
        elif kind == "summary":
            self._summary(number, record, image)
        else:
            self._fault(number, f"record_type {kind!r} is not of the contract")

    def _begin(self, pid):
        image = self._image[pid] = Image(pid)
        self.images.append(image)
        self._call_ids.setdefault(pid, set())
        return image

    def _shape(self, number, record, kind):
        shape = (kind, record.get("stage"), *record)
        if shape in self._shapes:
            return
        self._shapes.add(shape)
        keys = [key for key in record if key in RANK] if kind not in ("span", "log") else []  # whole.py knows theirs
        if keys != sorted(keys, key=RANK.get):
            self._fault(number, f"keys out of order: {list(record)}")
        if kind == "log_entry":
            missing = NEEDED.get(record.get("stage"), set()) - set(record)
            unknown = [key for key in record if key not in RANK]
            if missing or unknown or record.get("stage") not in NEEDED:
                self._fault(number, f"stage {record.get('stage')}: missing {sorted(missing)}, unknown {unknown}")

    def _time(self, number, text):
        second = self._seconds.get(text[:19])
        if second is None or len(text) != 30:
            if not TIMESTAMP.match(text):
                self._fault(number, f"timestamp {text!r} is not RFC 3339 with nine digits and Z")
                return 0
            second = self._seconds[text[:19]] = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
        return second * 1_000_000_000 + int(text[20:29])

    def _entry(self, number, record, image):
        self.entries += 1
        pid, thread = image.pid, image.now.get(record["tid"])
        if thread is None:
            thread = self._new_thread(image, record["tid"])
        if not thread.announced:
            thread.announced = True
            self._fault(number, f"thread {record['tid']} has no thread record before its first entry")
        now = self._time(number, record["timestamp"])
        if now < thread.last_ns:
            self._fault(number, f"time runs backwards in thread {record['tid']} by {thread.last_ns - now} ns")
        thread.last_ns = now
        if now < self._latest:
            self.misordered += 1
        else:
            self._latest = now
        key = (record["function"], record["module"])
        function = self._numbers.get(key)
        if function is None:
            function = self._numbers[key] = len(self.functions)
            self.functions.append(key)
        stack, stage, call_id = thread.stack, record["stage"], record["call_id"]
        if stage == "START":
            if call_id in self._call_ids[pid]:
                self._fault(number, f"call_id {call_id} is used twice in process {pid}")
            self._call_ids[pid].add(call_id)
            parent = stack[-1].call_id if stack else None
            if record["parent_call_id"] != parent:
                self._fault(number, f"parent_call_id is {record['parent_call_id']}, the nesting says {parent}")
            if record["depth"] != len(stack):
                self._fault(number, f"depth is {record['depth']}, the nesting says {len(stack)}")
            stack.append(Call(call_id, function, now, thread.starts))
            thread.tokens.append(function)
            thread.closes.append(thread.starts)
            thread.starts += 1
            return
        if not stack or stack[-1].call_id != call_id:
            innermost = f"{stack[-1].call_id} ({self.functions[stack[-1].function][0]})" if stack else "none"
            self._fault(number, f"{stage} of call {call_id} ({record['function']}), the innermost open call is {innermost}")
            if not any(call.call_id == call_id for call in stack):
                return
            while stack[-1].call_id != call_id:
                stack.pop()
        call = stack.pop()
        if call.function != function:
            self._fault(number, f"{stage} of call {call_id} names {record['function']}, its START {self.functions[call.function]}")
        parent = stack[-1].call_id if stack else None
        if record["parent_call_id"] != parent or record["depth"] != len(stack):
            self._fault(number, f"{stage} has parent {record['parent_call_id']} and depth {record['depth']}, the nesting says {parent} and {len(stack)}")
        if abs(record["duration_ms"] * 1e6 - (now - call.start_ns)) > 0.6:
            self._fault(number, f"duration_ms {record['duration_ms']} is not end - start = {now - call.start_ns} ns")
        thread.tokens.append(-function)
        thread.closes.append(call.ordinal)
        if stage == "EXCEPTION":
            thread.exceptions[call.ordinal] = (record.get("exception_type"), record.get("exception"))
            if record["level"] != "ERROR":
                self._fault(number, f"level of an EXCEPTION is {record['level']}")
        else:
            thread.ends.add(call.ordinal)

    def _new_thread(self, image, tid):
        thread = image.now[tid] = Thread(image, tid)
        image.threads.append(thread)
        self.threads.append(thread)
        return thread

    def _thread(self, record, image):
        before = image.now.get(record["tid"])
        if before is not None and before.stack:
            before.announced = True
            return  # renamed
        if not record["tid"] > 0:
            self._fault(record["entry_id"], f"a thread with tid {record['tid']}")
        # Renamed between calls, or a new thread with the same number: the comparer tries both.
        self._new_thread(image, record["tid"]).announced = True

    def _summary(self, number, record, image):
        image.summary = record
        still_open = sorted(call.call_id for thread in image.threads for call in thread.stack)
        if record.get("open_calls", 0) != len(still_open):
            self._fault(number, f"summary says {record.get('open_calls', 0)} open calls, {len(still_open)} STARTs have no END")
        named = sorted(call["call_id"] for call in record.get("open", []))
        if len(still_open) <= 1000 and named != still_open:
            self._fault(number, f"summary names the open calls {named[:10]}, without END are {still_open[:10]}")
        starts = sum(thread.starts for thread in image.threads)
        if record.get("calls") is not None and record["calls"] != starts:
            self._fault(number, f"summary says {record['calls']} calls, the file has {starts}")
        entries = sum(len(thread.tokens) for thread in image.threads)
        if record.get("records") is not None and record["records"] != entries:
            self._fault(number, f"summary says {record['records']} records, the file has {entries}")

    def _close(self):
        for image in self.images:
            if image.summary is None:
                self._fault(0, f"process {image.pid} has no summary")
        if self.misordered:
            self.remarks.append(f"{self.misordered} of {self.entries} entries are earlier than an entry of another thread before them")
        for notice in self.notices:
            self.remarks.append(f"notice {notice.get('reason')}: {notice.get('message')}")
        self.threads = [thread for thread in self.threads if thread.starts]
