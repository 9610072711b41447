"""adds_up.py TRACE SAID: for each thread that SAID names with the number of its calls: calls in the trace and calls that
notices say were lost make up that number; and the summary agrees with the notices. Where threads had no ring of their
own, nobody can say which lost how many: then it adds up over all threads. Prints one line, or the faults."""

import collections
import json
import sys

starts, lost = collections.Counter(), collections.Counter()
summary = {}
with open(sys.argv[1], encoding="utf-8") as trace:
    for line in trace:
        record = json.loads(line)
        if record.get("stage") == "START":
            starts[record["tid"]] += 1
        elif record["record_type"] == "notice":
            lost[record.get("tid", 0)] += record.get("dropped", 0)
        elif record["record_type"] == "summary":
            summary = record
faults = []
dropped = summary["dropped"]
with open(sys.argv[2], encoding="utf-8") as said:
    made = {int(tid): int(calls) for tid, calls in map(str.split, said)}
for tid, calls in made.items():
    if "no_ring" not in dropped and 2 * starts[tid] + lost[tid] != 2 * calls:
        faults.append(f"thread {tid}: {starts[tid]} calls, {lost[tid]} events lost, {calls} calls made")
if sum(lost.values()) + dropped.get("no_ring", 0) != sum(dropped.values()):
    faults.append(f"notices tell of {sum(lost.values())} events, the summary of {dropped}")
if 2 * sum(starts.values()) + sum(dropped.values()) != 2 * sum(made.values()):
    faults.append(f"{sum(starts.values())} calls, events lost {dropped}, {sum(made.values())} calls made")
if faults or not made:
    sys.exit("\n".join(faults or ["the program said nothing"]))
print(f"adds up: {len(made)} threads, {' '.join(dropped) or 'nothing'} lost, "
      f"{'every' if all(lost[tid] for tid in made) else 'not every' if any(lost.values()) else 'no'} thread lost some")
