"""The messages of the exceptions that an OTLP receiver wrote down, in the order of their time.

usage: messages_of_spans.py RECEIVED.jsonl
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    spans = [line for line in map(json.loads, file) if line["kind"] == "span"]
events = [event for span in spans for event in span["events"] if event["name"] == "exception"]
for event in sorted(events, key=lambda one: int(one["time_ns"])):
    print(event["attributes"]["exception.message"])
