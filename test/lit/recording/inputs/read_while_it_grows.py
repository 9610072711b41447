"""read_while_it_grows.py GLIMPSE PROGRAM: records PROGRAM, which is two_halves, and reads the recording before its second half
and, by --follow, through to its end. Prints what was there."""

import pathlib
import signal
import subprocess
import sys
import time

signal.alarm(100)  # what hangs has failed
glimpse, program = sys.argv[1:]


def told(text):
    there = {name: ("yes" if f'"{name}"' in text else "no") for name in ("first_half", "second_half", "summary")}
    return ", ".join(f"{name} {answer}" for name, answer in there.items())


def cat():
    return subprocess.run([glimpse, "cat", "trace.glimpse"], capture_output=True, text=True)


run = subprocess.Popen([glimpse, "run", "-q", "--format", "glimpse", program], stdout=subprocess.PIPE, text=True)
run.stdout.readline()
while "END" not in (result := cat()).stdout:  # at once, but for the flush interval
    time.sleep(0.05)
print(f"in the middle: status {result.returncode}, said {result.stderr or 'nothing'}, {told(result.stdout)}")
with open("followed.jsonl", "wb") as lines:
    follow = subprocess.Popen([glimpse, "cat", "--follow", "trace.glimpse"], stdout=lines)
    while "first_half" not in pathlib.Path("followed.jsonl").read_text():
        time.sleep(0.05)
    pathlib.Path("go").touch()
    status = follow.wait()
run.wait()
print(f"followed: status {status}, {told(pathlib.Path('followed.jsonl').read_text())}")
