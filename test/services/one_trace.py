"""Whether each request is one trace through all three services, with the right parents, in lines, database and spans.

usage: one_trace.py REQUESTS LINES DATABASE RECEIVED     RECEIVED: what otlp-receiver has written
"""

import collections
import json
import sqlite3
import sys


def check(condition, text):
    if not condition:
        sys.exit(text)


def lines_of(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]


# Each `sum` of N items: till's server span ▸ sum ▸ N times (client ▸ prices' server ▸ client ▸ stock's server).
def check_tree(spans, requests):
    by_id = {span["span_id"]: span for span in spans}
    check(len(by_id) == len(spans), "a span id twice")
    traces = collections.defaultdict(list)
    for span in spans:
        traces[span["trace_id"]].append(span)
    check(len(traces) == requests, f"{len(traces)} traces, {requests} requests")
    for trace, members in traces.items():
        roots = [span for span in members if span["parent_span_id"] is None]
        check(len(roots) == 1 and roots[0]["name"] == "GET /checkout/{cart}", f"{trace}: roots {roots}")
        for span in members:
            path = []
            at = span
            while at is not None:
                path.append(at["name"])
                parent = at["parent_span_id"]
                check(parent is None or parent in by_id, f"{at['name']} has an unknown parent")
                at = by_id.get(parent)
            if span["name"] == "GET /stock/{item}":
                check(path == ["GET /stock/{item}", "GET", "GET /price/{item}", "GET", "sum", "GET /checkout/{cart}"],
                      f"{path}")
        check(len({span["pid"] for span in members}) == 3, f"{trace} is not in three processes")
    return traces


def main():
    requests = int(sys.argv[1])
    lines = lines_of(sys.argv[2])
    spans = [line for line in lines if line["record_type"] == "span"]
    traces = check_tree(spans, requests)
    calls = [line for line in lines if line.get("stage") == "START" and "trace_id" in line]
    named = collections.Counter(call["function"].split("(")[0] for call in calls if call["trace_id"] in traces)
    check(named["shop::till::items_of"] == requests, f"calls below spans: {named}")
    logs = [line for line in lines if line["record_type"] == "log"]
    ids = {span["span_id"]: span["name"] for span in spans}
    check(len(logs) == requests and all(ids[log["span_id"]] == "GET /price/{item}" for log in logs), f"logs: {logs}")

    database = sqlite3.connect(f"file:{sys.argv[3]}?mode=ro", uri=True)
    rows = database.execute("SELECT trace_id, span_id, parent_span_id, name FROM span").fetchall()
    check(sorted(rows, key=str) == sorted(((s["trace_id"], s["span_id"], s["parent_span_id"], s["name"]) for s in spans), key=str),
          "the database has other spans than the lines")

    received = {line["span_id"]: line for line in lines_of(sys.argv[4])
                if line["kind"] == "span" and line["acknowledged"] is True}
    ours = {span["span_id"] for span in spans}
    for span in spans:
        got = received.get(span["span_id"])
        check(got is not None, f"the server has not got {span['name']}")
        check(got["trace_id"] == span["trace_id"] and got["name"] == span["name"], f"received: {got}")
        # Through functions or not: whoever goes up comes to the same span.
        at = got["parent_span_id"]
        while at and at not in ours:
            check(at in received, f"{span['name']}: an unknown parent {at}")
            check(received[at]["trace_id"] == span["trace_id"], "a parent in another trace")
            at = received[at]["parent_span_id"]
        check((at or None) == span["parent_span_id"], f"{span['name']} is below {at}")
    print(f"{requests} requests are {len(traces)} traces of {len(spans)} spans and {len(received)} received ones")


main()
