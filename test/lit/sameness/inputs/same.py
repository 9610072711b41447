"""Runs a program plain, under `glimpse run`, and built with the library; says where it saw or did something else.

  same.py --glimpse TOOL [--plain PROGRAM] [--preloaded PROGRAM] [--linked PROGRAM] [--close 0,1] [-- ARGUMENTS]

Each program runs in a folder of its own below the working directory. Compared are standard output, standard error (but
for lines that begin with `glimpse:`) and the exit status or signal. In lines of portrait.h three things may differ:

  environment   under `glimpse run`, LD_PRELOAD and GLIMPSE_SESSION are there; nothing else
  maps          at most 40 mappings more than plain
  resident kB   at most 8 192 more than plain

Prints `same`, or the differences and status 1.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

MEMORY = re.compile(rb"^(.*): maps: (\d+), resident kB: (\d+)$")
CARRIER = re.compile(rb"^.*: environment: (LD_PRELOAD=.*libglimpse\.so|GLIMPSE_SESSION=/.*)$")
MOST_MAPS, MOST_KB = 40, 8192


def run(command, folder, closed):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    def close():
        for descriptor in closed:
            os.close(descriptor)

    result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=close, timeout=120)
    portrait = folder / "portrait.txt"
    if portrait.exists():
        result.stdout += portrait.read_bytes()
    errors = [line for line in result.stderr.splitlines() if not line.startswith(b"glimpse:")]
    output = [line.replace(os.fsencode(str(folder)), b"FOLDER") for line in result.stdout.splitlines()]
    pathlib.Path(str(folder) + ".out").write_bytes(b"\n".join(output) + b"\n")
    return result.returncode, output, errors


def memory(lines):
    return [(m[1], int(m[2]), int(m[3])) for m in map(MEMORY.match, lines) if m]


def differences(plain, other, preloaded):
    if plain[0] != other[0]:
        yield f"exit status {other[0]}, plain {plain[0]}"
    for name, a, b in (("standard output", plain[1], other[1]), ("standard error", plain[2], other[2])):
        a = [line for line in a if not MEMORY.match(line)]
        b = [line for line in b if not MEMORY.match(line) and not (preloaded and CARRIER.match(line))]
        missing = [line for line in a if line not in b]
        added = [line for line in b if line not in a]
        for line in missing:
            yield f"{name}, only plain: {line.decode(errors='replace')}"
        for line in added:
            yield f"{name}, only traced: {line.decode(errors='replace')}"
        if not missing and not added and a != b:
            yield f"{name}: the same lines in another order or number"
    for (moment, maps, kb), (_, more_maps, more_kb) in zip(memory(plain[1]), memory(other[1])):
        if more_maps > maps + MOST_MAPS:
            yield f"{moment.decode()}: {more_maps} mappings, plain {maps}"
        if more_kb > kb + MOST_KB:
            yield f"{moment.decode()}: {more_kb} kB resident, plain {kb}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--glimpse", required=True)
    parser.add_argument("--plain", required=True, type=pathlib.Path)
    parser.add_argument("--preloaded", type=pathlib.Path)
    parser.add_argument("--linked", type=pathlib.Path)
    parser.add_argument("--close", default="", help="comma list of descriptors that are closed before")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    here = pathlib.Path.cwd()
    closed = [int(word) for word in options.close.split(",") if word]
    def place(source, folder):  # one name for all, as programs see it
        target = here / f"{folder}-place"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        shutil.copy(source, target / "app")
        return str(target / "app")

    def shown(result, folder):
        status, output, errors = result
        return status, [line.replace(os.fsencode(str(here / f"{folder}-place")), b"PLACE") for line in output], errors

    expected = shown(run([place(options.plain, "plain"), *options.arguments], here / "plain-run", closed), "plain")
    faults = []
    if options.preloaded:
        command = [options.glimpse, "run", "-q", "--", place(options.preloaded, "preloaded"), *options.arguments]
        got = shown(run(command, here / "preloaded-run", closed), "preloaded")
        faults += [f"preloaded: {fault}" for fault in differences(expected, got, True)]
        if not (here / "preloaded-run/glimpse.jsonl").exists():
            faults.append("preloaded: nothing was recorded")
    if options.linked:
        got = shown(run([place(options.linked, "linked"), *options.arguments], here / "linked-run", closed), "linked")
        faults += [f"linked: {fault}" for fault in differences(expected, got, False)]
        if not (here / "linked-run/glimpse.jsonl").exists():
            faults.append("linked: nothing was recorded")
    print("\n".join(faults) or "same")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
