"""Runs a program that ends all its threads, then says so on its output and waits for a byte; and looks from outside how
many rings its file has by then, and how much memory: rings.py SPOOL MOST-RINGS COMMAND…

Reads the file as docs/wire-format.md draws it.
"""

import glob
import os
import struct
import subprocess
import sys

RING_COUNT_AT = 136  # of ProcessHeader

spool, most = sys.argv[1], int(sys.argv[2])
program = subprocess.Popen(sys.argv[3:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "GLIMPSE_SPOOL_DIR": spool})
program.stdout.readline()
(path,) = glob.glob(f"{spool}/glimpse-*/process-*")
with open(path, "rb") as file:
    (rings,) = struct.unpack_from("<I", file.read(4096), RING_COUNT_AT)
mebibytes = os.stat(path).st_blocks * 512 / 2**20
program.communicate(b"\n")
if program.returncode != 0:
    sys.exit(f"status {program.returncode}")
print("bounded" if rings <= most and mebibytes < 2 * most else "too much", f"rings {rings}, MiB {mebibytes:.1f}")
