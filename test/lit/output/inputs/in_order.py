"""Prints what stands in an output file and its rotated ones, the oldest first: in_order.py FILE [COMMAND to read one]

Compressed files are read by gzip and zstd. With a COMMAND (`glimpse cat`), that reads each.
"""

import pathlib
import subprocess
import sys

current = pathlib.Path(sys.argv[1])
number = lambda path: int(path.name[len(current.name) + 1:].split(".")[0])
files = sorted(current.parent.glob(current.name + ".[0-9]*"), key=number, reverse=True) + [current]
for file in files:
    tool = {".gz": ["gzip", "-dc"], ".zst": ["zstd", "-dcq"]}.get(file.suffix, ["cat"])
    text = subprocess.run([*(sys.argv[2:] or tool), file], check=True, stdout=subprocess.PIPE).stdout
    assert not text or text.endswith(b"\n"), f"{file} ends in half a line"
    sys.stdout.buffer.write(text)
