"""stop_glimpse.py waits|ends COMMAND...: starts COMMAND, a `glimpse run` of known_calls, stops glimpse (SIGSTOP) once the
program is ready, lets the program go on, and continues glimpse when the program waits for room in its rings, or when it
has ended by itself. Writes what the program says to `said` and prints what became of both."""

import os
import pathlib
import signal
import subprocess
import sys
import time

signal.alarm(120)  # what hangs has failed


def asleep(pid):
    """No thread of the process runs, nor did while we looked."""
    def look():
        threads = []
        for task in os.listdir(f"/proc/{pid}/task"):
            fields = pathlib.Path(f"/proc/{pid}/task/{task}/stat").read_text().rsplit(")", 1)[1].split()
            threads.append((task, fields[0], fields[11], fields[12]))
        return threads

    before = look()
    time.sleep(0.2)
    return before == look() and all(state == "S" for _, state, *_ in before)


for name in ("go", "done"):
    pathlib.Path(name).unlink(missing_ok=True)
until, command = sys.argv[1], sys.argv[2:]
with open("said", "w", encoding="utf-8") as said:
    glimpse = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    pid = int(glimpse.stdout.readline())
    time.sleep(0.05)
    glimpse.send_signal(signal.SIGSTOP)
    pathlib.Path("go").touch()
    if until == "waits":
        while not asleep(pid) or len(os.listdir(f"/proc/{pid}/task")) < 3:
            pass
        print("the program waits" if not pathlib.Path("done").exists() else "the program did not wait")
    else:
        while not pathlib.Path("done").exists():
            time.sleep(0.01)
        print("the program ended while glimpse was stopped")
    glimpse.send_signal(signal.SIGCONT)
    said.write(glimpse.stdout.read())
print(f"exit status {glimpse.wait()}")
