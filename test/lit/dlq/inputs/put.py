"""Puts dead letters into a folder, as docs/dead-letters.md draws their files.

usage: put.py FOLDER ENDPOINT STATE BODY-FILE RECORDS [COUNT]     STATE is letter or refused
"""

import os
import struct
import sys
import time


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def letter(endpoint, body, records, now_ns):
    path = "/v1/" + endpoint.rsplit("/", 1)[1]
    texts = (path, "application/json", "", endpoint, "503 Service Unavailable")
    packed = b"".join(struct.pack("<I", len(text)) + text.encode() for text in texts)
    header = b"GLMPDLTR" + struct.pack("<IIQQqI", 1, 44 + len(packed) + 4, len(body), records, now_ns, crc32c(body)) + packed
    return header + struct.pack("<I", crc32c(header)) + body


folder, endpoint, state, body_file, records = sys.argv[1:6]
os.makedirs(folder, mode=0o700, exist_ok=True)
with open(body_file, "rb") as opened:
    body = opened.read()
for number in range(int(sys.argv[6]) if len(sys.argv) > 6 else 1):
    now_ns = time.time_ns()
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_ns // 10**9))
    name = f"{stamp}.{now_ns % 10**9:09}-{os.getpid()}.{state}"
    # Each body is another one, and means the same.
    with open(os.path.join(folder, name), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(letter(endpoint, body + b" " * number, int(records), now_ns))
