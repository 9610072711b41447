#!/usr/bin/python3
"""bench/compile.py has a line for each way of compiling, and its objects have what they should.

compile_test.py GLIMPSE WORK
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tables import table_of


def main():
    glimpse, work = sys.argv[1:]
    rows = table_of("compile.py", "--glimpse", glimpse, "--work", work, "--quick", "--compilers", "19", "--levels", "2")
    if len(rows) == 1:
        print(f"no plugin is built: {rows[0]}")
        return
    assert [row[2] for row in rows] == ["plain", "hooks, all", "filter", "native"] * 2, rows
    hooks = {}
    for variant in ("plain", "hooks-all", "filter", "native"):
        symbols = subprocess.run(["nm", str(pathlib.Path(work) / "compile" / f"functions-19-2-{variant}.o")], capture_output=True, text=True, check=True).stdout
        hooks[variant] = ("__cyg_profile_func_enter" in symbols, "glimpse_attach_object" in symbols)
    assert hooks == {"plain": (False, False), "hooks-all": (True, False), "filter": (True, False), "native": (False, True)}, hooks
    print(f"{len(rows)} lines, as they should be")


if __name__ == "__main__":
    main()
