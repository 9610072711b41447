"""send.py SIGNAL COMMAND...: starts COMMAND and sends SIGNAL to it alone once it said `ready`.

Prints what it said and how it ended."""

import signal
import subprocess
import sys

signal.alarm(60)  # what hangs has failed
name = "SIG" + sys.argv[1]
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, text=True, start_new_session=True)
first = process.stdout.readline()
process.send_signal(getattr(signal, name))
rest = process.stdout.read()
status = process.wait(timeout=60)
print(first + rest, end="")
print(f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}")
