#!/usr/bin/python3
"""What glimpse costs and takes where 1 to 64 threads call at the same time, and whether it serves them alike.

  scripts/bench scaling [--threads 1,2,4,16,64] [--runs 5] [--quick]

call      nanoseconds of processor per call over the same without hooks; bursts with pauses, so that rings have room. `floor`
          is the barest hook in the same program
stream    all threads do the same work without a pause, through rings of 64 KiB that are full all the time: million events per
          second that reach the file; when the first thread has done its work, in per cent of the time of the last; how many of
          the events are in the file
memory    MiB with rings of 1 MiB: shared with the program, and of the glimpse process
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import interleave
import process_memory
from bench_programs import PROGRAMS
from compare_tools import libraries
from debian_source import Unavailable
from table import show
from tool import lines_with, run

HEADER = ["threads", "call: ns", "floor", "x floor", "stream: M/s", "first done", "kept", "shared MiB", "collector MiB"]


def calls_of(n):
    return 1 if n < 2 else 1 + calls_of(n - 1) + calls_of(n - 2)


def numbers(line):
    return [float(word) for word in line.split()]


def processor(command, work, size, **environment):
    """Nanoseconds of processor per call, the threads' mean."""
    said = run(command, work, **environment).splitlines()
    return {"ns": statistics.mean(numbers(said[2])) / calls_of(size)}


def stream(command, work, events):
    trace = work / "trace"
    start = time.monotonic()
    ends = numbers(run(command, work).splitlines()[1])
    seconds = time.monotonic() - start
    kept = lines_with(['"record_type":"log_entry"'], trace)
    trace.unlink()
    return {"million": events / seconds / 1e6, "first": 100 * min(ends) / max(ends), "kept": 100 * kept / events}


def row(threads, hooks, programs, glimpse, work, options):
    size = 12 if options.quick else 19
    stream_size = 10 if options.quick else 17
    policy = work / "everything.json"
    policy.write_text(json.dumps({"version": "1.0", "name": "everything", "package_trees": ["*"], "trace_depth": "unlimited"}))
    # The collector needs its time for what all threads did in a burst.
    pause_ms = 2 + int(calls_of(size) * threads * 0.4e-3)
    paused = [str(threads), "3" if options.quick else "10", str(size), str(pause_ms)]
    # Each thread fills its ring of 8192 words five times; all of them together make a million events at least.
    bursts = max(5 * 8192, 0 if options.quick else 1_000_000 // threads) // (2 * calls_of(stream_size))
    streaming = [str(threads), str(max(bursts - 3, 1)), str(stream_size), "0"]
    events = 2 * threads * calls_of(stream_size) * (max(bursts - 3, 1) + 3)

    def traced(arguments, output, *more):
        return [glimpse, "run", "-q", "--policy", policy, *more, "-o", output, "--", programs["hooks"], *arguments]
    samples = interleave.rounds({
        "plain": lambda: processor([programs["plain"], *paused], work, size),
        "floor": lambda: processor([programs["hooks"], *paused], work, size, LD_PRELOAD=str(hooks["floor"])),
        "glimpse": lambda: processor(traced(paused, "/dev/null"), work, size),
        "stream": lambda: stream(traced(streaming, work / "trace", "--ring-bytes", "65536"), work, events),
    }, options.runs, f"{threads} threads")
    for name, found in samples.items():
        if isinstance(found, str):
            return [str(threads), f"{name}: {found}"] + [""] * (len(HEADER) - 2)
    base = samples["plain"]["ns"].median
    cost, floor = samples["glimpse"]["ns"].median - base, samples["floor"]["ns"].median - base
    memory = process_memory.peaks(traced(paused, "/dev/null"), work)
    streamed = samples["stream"]
    return [str(threads), f"{cost:.1f}", f"{floor:.1f}", f"{cost / floor:.2f}" if floor > 0 else "", f"{streamed['million'].median:.2f}",
            f"{streamed['first'].median:.0f} %", f"{streamed['kept'].best:g} %", f"{memory['shared']:.1f}", f"{memory['collector']:.1f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glimpse", type=pathlib.Path, required=True, help="the binary; scripts/bench says it")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of programs and runs; scripts/bench says it")
    parser.add_argument("--threads", default="", help="numbers of threads, separated by commas")
    parser.add_argument("--runs", type=int, default=0, help="rounds; 5, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small workloads: whether all works, not what it costs")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 5)
    work = options.work.resolve() / "scaling"
    work.mkdir(parents=True, exist_ok=True)
    program = next(program for program in PROGRAMS if program.name == "threads")
    try:
        programs = {way: program.built(way, work) for way in ("plain", "hooks")}
    except Unavailable as reason:
        print(f"scaling: {reason}", file=sys.stderr)
        return 1
    hooks = libraries(work)
    threads = [int(number) for number in (options.threads or ("1,4" if options.quick else "1,2,4,16,64")).split(",")]
    show(HEADER, [row(number, hooks, programs, options.glimpse.resolve(), work, options) for number in threads])
    return 0


if __name__ == "__main__":
    sys.exit(main())
