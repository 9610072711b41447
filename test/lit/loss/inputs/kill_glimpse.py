"""kill_glimpse.py COMMAND...: starts COMMAND, a `glimpse run` of two_halves, kills glimpse once the program is ready,
and lets the program go on. Prints how glimpse ended and what the program says last."""

import pathlib
import signal
import subprocess
import sys

signal.alarm(60)  # what hangs has failed
glimpse = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
glimpse.stdout.readline()
glimpse.kill()
print(f"glimpse was killed by {signal.Signals(-glimpse.wait()).name}")
pathlib.Path("go").touch()
print(glimpse.stdout.read(), end="")
