"""What a strict OTLP receiver acknowledged is what the lines say: each finished call one span, with the right parent.

usage: same_spans.py RECEIVED.jsonl LINES.jsonl        the lines have trace ids
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


received = lines(sys.argv[1])
spans = [line for line in received if line["kind"] == "span" and line["acknowledged"] is True]
calls = [line for line in lines(sys.argv[2]) if line.get("stage") in ("END", "EXCEPTION")]
span_of = {(call["pid"], call["call_id"]): call["span_id"] for call in calls}
wanted = sorted((call["trace_id"], call["span_id"], span_of.get((call["pid"], call["parent_call_id"]), ""), call["function"],
                 call["stage"] == "EXCEPTION", round(call["duration_ms"] * 1e6)) for call in calls)
found = sorted((span["trace_id"], span["span_id"], span["parent_span_id"], span["name"], bool(span["events"]),
                int(span["end_ns"]) - int(span["start_ns"])) for span in spans)
if found != wanted:
    lost, more = set(wanted) - set(found), set(found) - set(wanted)
    print(f"{len(found)} spans, {len(wanted)} calls; lost {sorted(lost)[:3]}, more {sorted(more)[:3]}")
    sys.exit(1)
refused = sum(line["kind"] == "refused" for line in received)
print(f"{len(found)} calls are spans, {refused} requests refused")
