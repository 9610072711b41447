#!/usr/bin/python3
"""What glimpse's start, names and tables cost where a program has very many functions.

  scripts/bench startup [--sizes 1000,200000,1000000] [--runs 5] [--quick]

start     the program calls 1000 functions once and ends: milliseconds until the prompt is back, over the same without
          glimpse; `in its way` is how much of that the program itself waited: the rest is names being read behind it
each      all functions are called once: microseconds of the glimpse process for one more function to be named and decided
call      nanoseconds per call over the same with libc's hooks, which do nothing: 1000 functions over and over at the end of
          the run, and all of them in turn, where the processor's caches miss; `floor` is the barest hook in the same program
memory    MiB, at most: of the glimpse process when the program calls 1000 functions, when it calls all of them and they are
          recorded, or excluded; what it shares with the program; what the program has more than without glimpse
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import interleave
import many_functions
import process_memory
from compare_tools import libraries
from table import show

HEADER = ["functions", "start ms", "in its way", "each us", "call: few ns", "floor", "all ns", "floor", "start MiB", "all recorded", "all excluded", "shared", "program"]


def run(command, folder, **environment):
    """What the program said, and how it went."""
    errors = open(folder / "errors", "wb")
    before = time.monotonic_ns()
    process = subprocess.Popen(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                               env={**os.environ, "BENCH_START": str(before), **environment})
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = (time.monotonic_ns() - before) / 1e6
    process.returncode = os.waitstatus_to_exitcode(status)
    errors.close()
    if process.returncode:
        raise interleave.Skipped(f"status {process.returncode}: {(folder / 'errors').read_text(errors='replace').strip()[-200:]}")
    numbers = {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)$", said, re.M)}
    return {**numbers, "ms": took, "cpu_s": usage.ru_utime + usage.ru_stime}


def under(glimpse, policy, program, *arguments):
    return [glimpse, "run", "-q", "--policy", policy, "-o", "trace", "--", program, *arguments]


def row(functions, work, glimpse, floor, runs):
    program = many_functions.build(work, functions)
    policies = {}
    for name, entries in (("all", {"package_trees": ["many"], "trace_depth": "unlimited"}), ("none", {"exact_modules": ["elsewhere"]})):
        policies[name] = work / f"many_{name}.json"
        policies[name].write_text(json.dumps({"version": "1.0", "name": name, **entries}))
    samples = interleave.rounds({
        "plain one": lambda: run([program, "one"], work),
        "glimpse one": lambda: run(under(glimpse, policies["all"], program, "one"), work),
        "plain": lambda: run([program, "all", "2"], work),
        "floor": lambda: run([program, "all", "2"], work, LD_PRELOAD=str(floor)),
        "glimpse": lambda: run(under(glimpse, policies["all"], program, "all", "2"), work),
        "excluded": lambda: run(under(glimpse, policies["none"], program, "all", "2"), work),
    }, runs, f"{functions} functions")
    for name, found in samples.items():
        if isinstance(found, str):
            return [str(functions), f"{name}: {found}"] + [""] * (len(HEADER) - 2)
    def median(variant, key):
        return samples[variant][key].median
    def over(variant, base, key):
        return median(variant, key) - median(base, key)
    memory = {name: process_memory.peaks(under(glimpse, policies[policy], program, *arguments), work) for name, policy, arguments in (
        ("start", "all", ["one"]), ("recorded", "all", ["all", "1"]), ("excluded", "none", ["all", "1"]))}
    (work / "trace").unlink(missing_ok=True)
    each_us = 1e6 * (over("excluded", "floor", "cpu_s") - over("glimpse one", "plain one", "cpu_s")) / max(functions - 1000, 1)
    return [f"{functions:,}".replace(",", " "), f"{over('glimpse one', 'plain one', 'ms'):.1f}", f"{over('glimpse one', 'plain one', 'since'):.1f}",
            f"{each_us:.2f}" if functions > 1000 else "", f"{over('glimpse', 'plain', 'few'):.1f}", f"{over('floor', 'plain', 'few'):.1f}",
            f"{over('glimpse', 'plain', 'again'):.1f}", f"{over('floor', 'plain', 'again'):.1f}",
            f"{memory['start']['collector']:.1f}", f"{memory['recorded']['collector']:.1f}", f"{memory['excluded']['collector']:.1f}",
            f"{memory['recorded']['shared']:.1f}", f"{memory['recorded']['program'] - median('plain', 'rss') / 1024:.1f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glimpse", type=pathlib.Path, required=True, help="the binary; scripts/bench says it")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of programs and runs; scripts/bench says it")
    parser.add_argument("--sizes", default="", help="thousands of functions, separated by commas")
    parser.add_argument("--runs", type=int, default=0, help="rounds; 5, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small programs: whether all works, not what it costs")
    options = parser.parse_args()
    sizes = [int(size) for size in (options.sizes or ("1000,3000" if options.quick else "1000,200000,1000000")).split(",")]
    if any(size < 1000 or size % 1000 for size in sizes):
        parser.error("sizes are thousands")
    work = options.work.resolve() / "startup"
    work.mkdir(parents=True, exist_ok=True)
    floor = libraries(work)["floor"]
    show(HEADER, [row(size, work, options.glimpse.resolve(), floor, options.runs or (1 if options.quick else 5)) for size in sizes])
    return 0


if __name__ == "__main__":
    sys.exit(main())
