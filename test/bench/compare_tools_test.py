#!/usr/bin/python3
"""bench/compare_tools.py has a line for every tool, and counts events rightly.

compare_tools_test.py GLIMPSE WORK
"""

import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tables import table_of

# A uftrace that records nothing and dumps one call: a peer that loses events has to show it.
LOSING = """#!/bin/sh
if [ "$1" = record ]; then while [ "$1" != -d ]; do shift; done; mkdir "$2"; shift 2; exec "$@"; fi
echo '1.0 1: [entry] fib(0) depth: 0'; echo '2.0 1: [exit ] fib(0) depth: 0'
"""


def main():
    glimpse, work = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        fake = pathlib.Path(folder) / "uftrace"
        fake.write_text(LOSING)
        fake.chmod(0o755)
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
        rows = table_of("compare_tools.py", "--glimpse", glimpse, "--work", work, "--quick", "--only", "fib,tree", "--tools", "no-op,glimpse,uftrace")
    found = {(row[0], row[1]): row for row in rows}
    for program in ("fib", "tree"):
        for tool in ("no hooks", "no-op hook", "floor", "glimpse", "glimpse, compact", "glimpse, excluded", "glimpse, patched", "uftrace"):
            assert (program, tool) in found, f"no line for {program}, {tool}"
        ring, disk, text, kept = found[program, "glimpse"][5:9]
        assert kept == "100 %", f"{program}: glimpse keeps {kept}"
        assert 8.0 <= float(ring) < 10, f"{program}: {ring} bytes per event in the ring"
        assert float(disk) > 100 and disk == text, f"{program}: {disk} and {text} bytes per event"
        assert float(found[program, "floor"][5]) == 16
    # fib(14) makes 1219 calls, and the program calls it four times.
    assert found["fib", "uftrace"][8] == f"{100 * 2 / (2 * 4 * 1219):.2f} %", found["fib", "uftrace"]
    print(f"{len(rows)} lines, as they should be")


if __name__ == "__main__":
    main()
