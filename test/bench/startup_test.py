#!/usr/bin/python3
"""bench/startup.py has a line for each size, and its programs have as many functions as they say.

startup_test.py GLIMPSE WORK
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tables import table_of


def main():
    glimpse, work = sys.argv[1:]
    rows = table_of("startup.py", "--glimpse", glimpse, "--work", work, "--quick", "--sizes", "1000,2000")
    assert [row[0] for row in rows] == ["1 000", "2 000"], rows
    for row in rows:
        assert len([cell for cell in row if cell]) >= 12, f"measured too little: {row}"
        assert float(row[11]) > 0, f"nothing shared with the program: {row}"
    folder = pathlib.Path(work) / "startup"
    text = subprocess.run([glimpse, "run", "-q", "--policy", folder / "many_all.json", "-o", "-", "--", folder / "many_2000", "all", "1"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    starts = [line for line in text.splitlines() if '"stage":"START"' in line]
    named = {line.split('"function":"')[1].split('"')[0] for line in starts}
    # Each once, and the first thousand 400 times more.
    assert len(starts) == 2000 + 400 * 1000, len(starts)
    assert len(named) == 2000 and "many::m0001::f0000999(int)" in named, sorted(named)[-3:]
    print(f"{len(rows)} lines and 2000 functions, as they should be")


if __name__ == "__main__":
    main()
