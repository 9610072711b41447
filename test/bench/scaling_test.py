#!/usr/bin/python3
"""bench/scaling.py has a line for each number of threads, and no event is missing.

scaling_test.py GLIMPSE WORK
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tables import table_of


def main():
    glimpse, work = sys.argv[1:]
    rows = table_of("scaling.py", "--glimpse", glimpse, "--work", work, "--quick", "--threads", "1,3")
    assert [row[0] for row in rows] == ["1", "3"], rows
    for row in rows:
        assert row[6] == "100 %", f"events are missing: {row}"
        assert float(row[7]) > 0, f"nothing shared with the program: {row}"
    assert rows[0][5] == "100 %", f"one thread is the first and the last: {rows[0]}"
    print(f"{len(rows)} lines, as they should be")


if __name__ == "__main__":
    main()
