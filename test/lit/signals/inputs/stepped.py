"""Runs a program twice under glimpse, with and without a traced handler at every instruction of the hooks, and compares.

  stepped.py GLIMPSE PROGRAM

The stepped run must hold the calls of the plain run, in the same order, with the same depths and ends; and besides them
exactly as many calls of the handler as the program counted. The same for a run in which only exceptions are stepped
through, but for the number of the handler's calls.
"""

import collections
import json
import os
import subprocess
import sys

glimpse, program = sys.argv[1:]
folder = os.path.dirname(program) or "."
HANDLER = ("steps::handler_calls()", "steps::inner()")


def records(word):
    environment = dict(os.environ, GLIMPSE_RING_BYTES="65536")
    result = subprocess.run([glimpse, "run", "-q", "-o", word + ".jsonl", program, word], cwd=folder, env=environment,
                            stdout=subprocess.PIPE, text=True, timeout=120)
    if result.returncode != 0:
        sys.exit(f"{word}: status {result.returncode}")
    with open(os.path.join(folder, word + ".jsonl")) as lines:
        return int(result.stdout), [json.loads(line) for line in lines]


def own_calls(found):
    threads = collections.defaultdict(list)
    for record in found:
        if record["record_type"] == "log_entry" and record["function"] not in HANDLER:
            threads[record["tid"]].append((record["stage"], record["function"], record["depth"]))
    return list(threads.values())


def compared(word, handler_counts):
    handled, stepped = records(word)
    faults = []
    summary = [record for record in stepped if record["record_type"] == "summary"][0]
    for key in ("dropped", "open"):
        if summary.get(key):
            faults.append(f"{key}: {summary[key]}")
    calls = {}
    counts = collections.Counter()
    for record in stepped:
        if record["record_type"] != "log_entry":
            continue
        if record["stage"] == "START":
            calls[record["call_id"]] = record["function"]
        if record["function"] in HANDLER:
            counts[record["function"], record["stage"]] += 1
        if record["function"] == HANDLER[1] and record["stage"] == "START" and record["parent_call_id"]:
            if calls[record["parent_call_id"]] != HANDLER[0]:
                faults.append(f"inner() called by {calls[record['parent_call_id']]}")
    for function, extra in zip(HANDLER, (0, 1)):  # main calls inner() once
        for stage in ("START", "END"):
            if handler_counts and counts[function, stage] != handled + extra:
                faults.append(f"{counts[function, stage]} times {stage} of {function}, called {handled + extra} times")
        if counts[function, "START"] != counts[function, "END"]:
            faults.append(f"{function} begins {counts[function, 'START']} times and ends {counts[function, 'END']} times")
    for one, other in zip(own_calls(plain), own_calls(stepped)):
        if one != other:
            at = next((i for i, pair in enumerate(zip(one, other)) if pair[0] != pair[1]), min(len(one), len(other)))
            faults.append(f"the program's own calls differ at {at}: {one[at:at + 3]} became {other[at:at + 3]}")
    if len(own_calls(plain)) != len(own_calls(stepped)):
        faults.append("another number of threads")
    if handled < 1000:
        faults.append(f"only {handled} instructions stepped through")
    return "\n".join(faults[:10]) or "as if nothing had happened"


_, plain = records("plain")
print(compared("stepped", True))
# While glimpse asks an exception for its text, what is called is glimpse's doing, not the program's: no hook can tell a
# handler that comes in between.
print("thrown:", compared("thrown", False))
