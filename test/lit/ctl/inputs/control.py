"""Runs a program that does what lines on its standard input say, and `glimpse ctl` on it in between.

control.py GLIMPSE SCRIPT -- COMMAND...: the words of SCRIPT, with commas between, are lines for the program, or with
a colon before them words for `glimpse ctl PID`, with ! before them signals. "await:NAME" waits for an END of NAME.
"until:LINES:NAME" tells the program LINES, of a letter each, again and again until there is an END of NAME.
A word for `glimpse ctl` that begins with "child " goes to the process that the file `child` names. "count:NAME" prints how many ENDs of NAME are in glimpse.jsonl.
"""
import json
import os
import signal
import subprocess
import sys
import time

glimpse, script = sys.argv[1:3]
child = subprocess.Popen(sys.argv[4:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert child.stdout.readline() == "ready\n"


def traced_pid():
    """The program itself, or the child of `glimpse run`."""
    children = open(f"/proc/{child.pid}/task/{child.pid}/children").read().split()
    return children[0] if children else str(child.pid)


def count(name):
    if not os.path.exists("glimpse.jsonl"):
        return 0
    with open("glimpse.jsonl") as lines:
        records = [json.loads(line) for line in lines if line.endswith("\n")]  # the last one may be in the making
    return sum(record.get("stage") == "END" and record["function"] == name for record in records)


def tell(line):
    child.stdin.write(line + "\n")
    child.stdin.flush()
    assert child.stdout.readline() == "done\n"


for word in script.split(","):
    if word.startswith("count:"):
        print(f"{word[6:]}: {count(word[6:])}")
    elif word.startswith("await:"):
        deadline = time.monotonic() + 60
        while count(word[6:]) == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
    elif word.startswith("until:"):
        _, lines, name = word.split(":")
        deadline = time.monotonic() + 60
        while count(name) == 0 and time.monotonic() < deadline:
            for line in lines:
                tell(line)
            time.sleep(0.1)
    elif word.startswith("!"):
        os.kill(int(traced_pid()), getattr(signal, word[1:]))
    elif word.startswith(":"):
        words = word[1:].split()
        pid = open("child").read() if words[0] == "child" else traced_pid()
        ran = subprocess.run([glimpse, "ctl", pid, *words[words[0] == "child" :]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ran.stdout.replace(traced_pid(), "PID")
        print(f"{word}: {ran.returncode}" + (f"\n{said.rstrip()}" if said else ""))
    else:
        tell(word)
child.stdin.close()
status = child.wait()
if status != 0:
    print(f"ended with {status}")
