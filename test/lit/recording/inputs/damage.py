"""damage.py RECORDING first|last|cut: changes a byte in the middle of its first or last block of records, or cuts the last in
half. Prints where that block begins."""

import struct
import sys

path, which = sys.argv[1:]
data = bytearray(open(path, "rb").read())
blocks = []
at = 0
while at < len(data):
    assert data[at : at + 8] == b"\x89GLIMPSE"
    kind, size = struct.unpack_from("<HI", data, at + 10)
    if kind == 2:
        blocks.append((at, size))
    at += size
at, size = blocks[0] if which == "first" else blocks[-1]
if which == "cut":
    del data[at + size // 2 :]
else:
    data[at + 100] ^= 0xFF
open(path, "wb").write(data)
print(at)
