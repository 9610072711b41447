"""Keeps one set of flags in the whole tree: what cmake/GlimpseFlags.cmake says, pages, scripts, messages and tests say too.

usage: flags.py ROOT      status 77 (skipped) where ROOT is no git checkout

Reported: an exclude list for gcc other than the one there, and a page or script that shows only one compiler's flag.
"""

import pathlib
import re
import subprocess
import sys

SOURCE = "cmake/GlimpseFlags.cmake"
EXCLUDE_LIST = re.compile(r"-finstrument-functions-exclude-file-[l]ist=[^\s\"'`|\\]+")
# Where a newcomer looks: both compilers' flags stand there.
FRONT_DOORS = ["README.md", "scripts/demo"]
PRETENDS = "test/house/checks_can_fail.py"


def tracked(root):
    listed = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode != 0:
        print(f"{root} is no git checkout")
        sys.exit(77)
    return filter(None, listed.stdout.split("\0"))


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    flags = dict(re.findall(r'set\(GLIMPSE_(GCC|CLANG)_FLAGS "(.*)"\)', (root / SOURCE).read_text()))
    right = EXCLUDE_LIST.search(flags["GCC"])[0]
    wrong = []
    for name in tracked(root):
        path = root / name
        if name == PRETENDS or not path.is_file():  # deleted, not yet committed
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            wrong += [f"{name}:{number}: {found}, where {SOURCE} says {right}"
                      for found in EXCLUDE_LIST.findall(line) if found != right]
    for name in FRONT_DOORS:
        text = (root / name).read_text()
        wrong += [f"{name}: does not show {flag}" for family in ("GCC", "CLANG") for flag in flags[family].split() if flag not in text]
    print("\n".join(wrong) if wrong else f"everything says {flags['GCC']} and {flags['CLANG']}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
