"""Reads assembly on standard input and prints each function, demangled, with `+` where it calls a hook or jumps to one."""

import re
import subprocess
import sys

function, hooked = None, {}
for line in sys.stdin:
    label = re.match(r"([\w.$]+):", line)
    if label and not label[1].startswith(".L"):
        function = label[1]
        hooked.setdefault(function, False)
    elif function and re.search(r"__cyg_profile_func_|glimpse", line) and not line.strip().startswith("."):
        hooked[function] = True
names = subprocess.run(["c++filt"], input="\n".join(hooked), capture_output=True, text=True, check=True).stdout.splitlines()
for name, has in sorted(zip(names, hooked.values())):
    print("+" if has else "-", name)
