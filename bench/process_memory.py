"""The most memory that a `glimpse run` took while it ran, seen from outside.

peaks(command) runs it and looks every few milliseconds: {"collector": MiB of anonymous memory of the glimpse process,
"shared": MiB that the rings and tables of its session take, "program": MiB of anonymous memory that its child says it has,
in a line "rss KiB" of its output}.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import time

LOOK_EVERY_S = 0.003
MIB = 1 << 20


def anonymous_kib(pid):
    try:
        return int(re.search(r"^RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])
    except (OSError, TypeError):
        return 0


def bytes_below(folder):
    total = 0
    for parent, _, names in os.walk(folder):  # which passes over folders that go meanwhile
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def peaks(command, folder, **environment):
    spool = tempfile.mkdtemp(prefix="glimpse-bench-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        process = subprocess.Popen(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True, env={**os.environ, **environment, "GLIMPSE_SPOOL_DIR": spool})
        collector = shared = 0
        while process.poll() is None:
            collector = max(collector, anonymous_kib(process.pid))
            shared = max(shared, bytes_below(spool))
            time.sleep(LOOK_EVERY_S)
        said = re.search(r"^rss (\d+)", process.stdout.read(), re.M)
        return {"collector": collector / 1024, "shared": shared / MIB, "program": int(said[1]) / 1024 if said else 0}
    finally:
        for path in pathlib.Path(spool).rglob("*"):
            if path.is_file():
                path.unlink()
        for path in sorted(pathlib.Path(spool).rglob("*"), reverse=True):
            path.rmdir()
        os.rmdir(spool)
