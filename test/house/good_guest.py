"""Keeps the runtime a good guest: what it needs, exports and imports stands in runtime_symbols.txt, and nothing else.

usage: good_guest.py LIST libglimpse.so libglimpse.a

A line of LIST is `needed FILE`, `export SYMBOL`, `import SYMBOL` or `import? SYMBOL` (weak or only in some builds);
# starts a comment. Reported: libraries and symbols that are not in the list, and lines of the list that came true
nowhere, so that it never grows stale.
"""

import collections
import os
import re
import subprocess
import sys

# What the linker and the compiler add by themselves.
OURS_TO_IGNORE = {"_GLOBAL_OFFSET_TABLE_", "_DYNAMIC", "_init", "_fini", "__dso_handle", "_edata", "_end", "__bss_start"}


def read_list(path):
    allowed = collections.defaultdict(set)
    with open(path) as lines:
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if words and (len(words) != 2 or words[0] not in ("needed", "export", "import", "import?")):
                sys.exit(f"{path}:{number}: expected `needed|export|import|import? NAME`, got: {line.strip()}")
            if words:
                allowed[words[0]].add(words[1])
    return allowed


def readelf(*arguments):
    environment = dict(os.environ, LC_ALL="C")
    return subprocess.run(["readelf", "-W", *arguments], check=True, capture_output=True, text=True, env=environment).stdout


def symbols(table):
    """(name without version, defined, global or weak, hidden) of each named symbol readelf prints."""
    for line in table.splitlines():
        fields = line.split()
        if len(fields) >= 8 and re.fullmatch(r"\d+:", fields[0]) and fields[4] in ("GLOBAL", "WEAK", "UNIQUE"):
            yield fields[7].split("@")[0], fields[6] != "UND", fields[5] in ("HIDDEN", "INTERNAL")


def check_shared(allowed, library):
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", library)))
    exported, imported = set(), set()
    for name, defined, _ in symbols(readelf("--dyn-syms", library)):
        (exported if defined else imported).add(name)
    yield from (f"{library}: needs {name}" for name in sorted(needed - allowed["needed"]))
    yield from (f"{library}: exports {name}" for name in sorted(exported - allowed["export"] - OURS_TO_IGNORE))
    yield from (f"{library}: imports {name}" for name in sorted(imported - allowed["import"] - allowed["import?"]))
    yield from (f"{library}: does not export {name}" for name in sorted(allowed["export"] - exported))
    yield from (f"{library}: does not import {name}; take it off the list" for name in sorted(allowed["import"] - imported))
    if re.search(r"TEXTREL", readelf("-d", library)):
        yield f"{library}: has text relocations"


def check_archive(allowed, archive):
    """Linked into a program, the archive may bring its exports and names of ours, and ask for no more than the library."""
    visible, hidden, undefined = set(), set(), set()
    for name, defined, is_hidden in symbols(readelf("-s", archive)):
        (undefined if not defined else hidden if is_hidden else visible).add(name)
    strangers = {name for name in visible if "glimpse" not in name} - allowed["export"] - OURS_TO_IGNORE
    outside = undefined - visible - hidden - allowed["import"] - allowed["import?"] - OURS_TO_IGNORE
    yield from (f"{archive}: brings {name} into the program" for name in sorted(strangers))
    yield from (f"{archive}: asks the program for {name}" for name in sorted(outside))


def main():
    list_path, library, archive = sys.argv[1:]
    allowed = read_list(list_path)
    wrong = [*check_shared(allowed, library), *check_archive(allowed, archive)]
    print("\n".join(wrong) if wrong else "libglimpse needs, exports and imports what the list says")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
