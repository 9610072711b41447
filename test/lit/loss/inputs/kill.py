"""kill.py COMMAND...: starts COMMAND; where the program below it prints its process id, kills that process a
moment later. Prints how COMMAND ended."""

import os
import random
import signal
import subprocess
import sys
import time

signal.alarm(60)  # what hangs has failed
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
program = process.stdout.readline()
if program:
    time.sleep(random.uniform(0, 0.2))
    os.kill(int(program), signal.SIGKILL)
status = process.wait(timeout=60)
print(f"exit status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}")
