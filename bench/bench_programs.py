"""The programs that bench/peers.py measures, each built in four ways from the same source.

  plain   gcc -O2, no hooks                       hooks         gcc -O2 -finstrument-functions
  xray    clang-19 -O2 -fxray-instrument          xray_counted  clang-19 -O2, hooks in the same functions, to count them

Failure: Unavailable, with a sentence for the table.
"""

import dataclasses
import os
import pathlib
import shutil
import subprocess

import debian_source
from debian_source import Unavailable

HERE = pathlib.Path(__file__).resolve().parent
COMMON = "-O2 -fno-stack-protector -fno-optimize-sibling-calls -pthread"
WAYS = {
    "plain": ("gcc", "g++", ""),
    "hooks": ("gcc", "g++", "-finstrument-functions -finstrument-functions-exclude-file-list=/usr/include"),
    "xray": ("clang-19", "clang++-19", "-fxray-instrument -fxray-instruction-threshold=1"),
    "xray_counted": ("clang-19", "clang++-19", "-finstrument-functions-after-inlining"),
}

LUA_SCRIPT = """\
local scale = tonumber(arg[1])
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local list = {}
for i = 1, 2000 * scale do list[i] = {key = (i * 7919) % 10007, name = "n" .. i} end
table.sort(list, function(a, b) return a.key < b.key end)
local text = {}
for i = 1, 1000 * scale do text[#text + 1] = string.format("%5.2f|%s", i / 7, ("x"):rep(i % 9)) end
local words = 0
for w in table.concat(text, " "):gmatch("[%d.]+") do words = words + #w end
local failed = 0
for i = 1, 500 * scale do
  if not pcall(function(x) if x % 3 == 0 then error("thrown " .. x) end return x end, i) then failed = failed + 1 end
end
assert(fib(16) == 987 and words > 0 and failed > 0)
print(os.clock() * 1e9)
"""


@dataclasses.dataclass
class Program:
    name: str
    what: str
    sources: tuple           # beside this file; empty for a Debian package
    cost: list               # arguments of the run whose calls are timed: bursts with pauses
    cost_calls: str          # what the printed nanoseconds are of: "call", "burst" or "run"
    text: list               # arguments of the run that calls as fast as it can
    quick_cost: list
    quick_text: list
    package: str = ""
    build: str = ""
    threads: int = 1

    def built(self, way, work):
        """The program, built once."""
        cc, cxx, flags = WAYS[way]
        if shutil.which(cxx) is None:
            raise Unavailable(f"{cxx} is not installed")
        place = work / "programs" / f"{self.name}-{way}"
        program = place / "program"
        if program.exists():
            return program
        shutil.rmtree(place, ignore_errors=True)
        if self.package:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(debian_source.source_of(self.package, work), place, symlinks=True)
            (place / "script.lua").write_text(LUA_SCRIPT)
            command = ["sh", "-ec", self.build]
        else:
            place.mkdir(parents=True)
            compiler = cxx if self.sources[0].endswith("pp") else cc
            command = [compiler, *COMMON.split(), *flags.split(), *(str(HERE / source) for source in self.sources), "-o", "program"]
        log = place / "build.log"
        with open(log, "wb") as output:
            status = subprocess.run(command, cwd=place, stdout=output, stderr=output, env={**os.environ, "CC": cc, "CFLAGS": f"{COMMON} {flags}"}).returncode
        if status != 0 or not program.exists():
            raise Unavailable(f"the {way} build failed, see {log}")
        return program


PROGRAMS = [
    Program("fib", "fib(20), one thread", ("hot_path_program.c",), ["40", "20", "20"], "call", ["1", "24", "0"],
            ["3", "15", "5"], ["1", "14", "0"]),
    Program("tree", "a C++ search tree, with exceptions", ("tree_program.cpp",), ["40", "1000", "20"], "burst", ["10", "2000", "0"],
            ["3", "200", "5"], ["1", "200", "0"]),
    Program("threads", "fib(20) on two threads", ("threads_program.cpp",), ["40", "20", "20"], "burst", ["1", "23", "0"],
            ["3", "14", "5"], ["1", "13", "0"], threads=2),
    Program("lua", "lua 5.4 from Debian's source, without pauses", (), ["1"], "run", ["1"], ["0.1"], ["0.1"], package="lua5.4",
            build="""cp debian/*multiarch* src 2>/dev/null || true
cd src; echo '#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"' > lua5.4-deb-multiarch.h
$CC $CFLAGS -DLUA_USE_LINUX '-Dluai_makeseed(L)=42u' $(ls *.c | grep -v luac.c) -o ../program -lm -ldl -Wl,-E"""),
]
