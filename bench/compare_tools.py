#!/usr/bin/python3
"""Prints one table: what hooks, glimpse and other tracers cost on the same programs, and what they keep.

  scripts/bench [--only fib,tree,threads,lua] [--tools NAME,...] [--runs 5] [--quick]

  fib       fib(20) over and over                  threads   the same on two threads at once
  tree      a C++ search tree, with exceptions     lua       Lua 5.4 from Debian's source package

ns/call is one call, entry and exit, above the same program without hooks: fib, tree and threads work in bursts and pause
between them, so that whoever reads the ring keeps up; lua does not pause. `floor` is a hook that stores function and time
stamp counter in a ring of 1 MiB per thread that nobody reads, and x floor is how many times its cost. The other columns are
of a run without any pause: bytes per event in the ring, in the recording on disk and in the text, how many of the events
that happened are in the text, and the seconds from the program's start until the text is on disk, for each million of
events that happened. Tools take turns, `runs` times; a number is the median, and behind it the best.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import bench_programs
import interleave
from bench_programs import PROGRAMS
from debian_source import Unavailable
from interleave import Skipped
from peers import Lttng, Uftrace, Xray
from table import show
from tool import Glimpse, Hooks, Plain, run, size_of

HERE = pathlib.Path(__file__).resolve().parent


def libraries(work):
    """The hooks that are preloaded, compiled."""
    folder = work / "hooks"
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, command in {
            "noop": ["gcc", HERE / "hot_path_hooks.c"],
            "floor": ["gcc", "-DFLOOR", HERE / "hot_path_hooks.c"],
            "counting": ["gcc", HERE / "counting_hooks.c"],
            "ring_traffic": ["g++", "-std=c++20", f"-I{HERE.parent / 'include'}", HERE / "ring_traffic.cpp"]}.items():
        made[name] = folder / f"lib{name}.so"
        subprocess.run([*map(str, command), "-O2", "-fPIC", "-shared", "-o", str(made[name])], check=True)
    return made


def tools_of(glimpse, hooks, work):
    def policy(name, **entries):
        file = work / f"{name}.json"
        file.write_text(json.dumps({"version": "1.0", "name": name, **entries}))
        return file
    everything = policy("everything", package_trees=["*"], trace_depth="unlimited")
    nothing = policy("nothing", exact_modules=["elsewhere"])
    return [
        Plain(),
        Hooks("no-op hook", hooks["noop"]),
        Hooks("floor", hooks["floor"], ring_bytes=16),
        Glimpse("glimpse", glimpse, everything),
        Glimpse("glimpse, compact", glimpse, everything, options=("--format", "glimpse"), compact=True),
        Glimpse("glimpse, excluded", glimpse, nothing, records=False),
        Glimpse("glimpse, patched", glimpse, nothing, options=("--patch-excluded",), records=False),
        Uftrace(), Lttng(work), Xray(),
    ]


class Trial:
    """One program under one tool."""

    def __init__(self, program, tool, work, quick, counts):
        self.tool, self.program, self.counts = tool, program, counts
        self.folder = work / "run"
        self.path = program.built(tool.way, work)
        self.cost = program.quick_cost if quick else program.cost
        self.text = program.quick_text if quick else program.text

    @contextlib.contextmanager
    def fresh(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.tool.prepare(self.folder)
        yield
        if hasattr(self.tool, "discard"):
            self.tool.discard()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, arguments):
        script = [str(self.path.parent / "script.lua")] if self.program.package else []
        return [str(self.path), *script, *arguments]

    def measure_cost(self):
        """Nanoseconds per call."""
        with self.fresh():
            said = self.tool.record(self.command(self.cost), self.folder).splitlines()[0].split()
            self.tool.finish(self.folder)
        shown = sum(map(float, said)) / len(said)
        if self.program.cost_calls == "call":
            return {"ns": shown}
        calls = self.counts["cost"] / self.program.threads
        if self.program.cost_calls == "burst":
            calls /= int(self.cost[0]) + 3
        return {"ns": shown / calls}

    def measure_text(self):
        with self.fresh():
            start = time.monotonic()
            self.tool.record(self.command(self.text), self.folder)
            self.tool.finish(self.folder)
            text = self.tool.make_text(self.folder)
            seconds = time.monotonic() - start
            events = self.tool.events(text)
            return {"seconds": seconds, "events": events, "disk": size_of(self.tool.recording(self.folder)), "text": size_of(text)}

    def measure(self):
        result = self.measure_cost()
        if self.tool.records:
            result |= self.measure_text()
        return result


def calls_of(program, way, work, hooks, quick):
    """Calls of both runs: {"cost": ..., "text": ...}."""
    folder = work / "count"
    folder.mkdir(exist_ok=True)
    path = program.built(way, work)
    script = [str(path.parent / "script.lua")] if program.package else []
    counts = {}
    for kind, arguments in (("cost", program.quick_cost if quick else program.cost), ("text", program.quick_text if quick else program.text)):
        run([path, *script, *arguments], folder, LD_PRELOAD=str(hooks["counting"]), BENCH_COUNT=str(folder / "count"))
        counts[kind] = int((folder / "count").read_text().split()[0])
    return counts


def ring_bytes(trial, tool, hooks, work):
    file = work / "ring_bytes"
    file.unlink(missing_ok=True)
    with trial.fresh():
        tool.record(trial.command(trial.text), trial.folder, LD_PRELOAD=str(hooks["ring_traffic"]), BENCH_RING_BYTES=str(file))
    return int(file.read_text()) / (2 * trial.counts["text"])


HEADER = ["program", "", "ns/call", "best", "x floor", "ring B", "disk B", "text B", "kept", "s to text /M", "best", "x glimpse"]


def row(program, tool, samples, base, floor, own, counts, ring):
    if isinstance(samples, str):
        return [program.name, tool.name, samples] + [""] * (len(HEADER) - 3)
    cells = [program.name, tool.name]
    over = samples["ns"].median - base
    cells += [f"{over:.1f}" if over else f"({base:.1f})", f"{samples['ns'].best - base:.1f}" if over else f"({samples['ns'].best:.1f})",
              f"{over / floor:.2f}" if over and floor and floor > 0 else ""]
    events = 2 * counts["text"]
    cells.append(f"{ring:.1f}" if ring is not None else "")
    if "events" not in samples:
        return cells + [""] * (len(HEADER) - len(cells))
    kept = samples["events"].best
    for key in ("disk", "text"):
        cells.append(f"{samples[key].median / kept:.1f}" if kept else "")
    cells.append("100 %" if kept == events else f"{100 * kept / events:.2f} %")
    million = events / 1e6
    cells += [f"{samples['seconds'].median / million:.3f}", f"{samples['seconds'].best / million:.3f}",
              f"{samples['seconds'].median / million / own:.2f}" if own else ""]
    return cells


def measured(program, tools, options, hooks, work):
    """The rows of one program."""
    counts, trials, variants = {}, {}, {}
    for tool in tools:
        why = tool.missing()
        try:
            if not why:
                way = "xray_counted" if tool.way == "xray" else "hooks"
                if way not in counts:
                    counts[way] = calls_of(program, way, work, hooks, options.quick)
                trials[tool.name] = Trial(program, tool, work, options.quick, counts[way])
        except (Unavailable, Skipped) as reason:
            why = str(reason)
        def skip(why=why):
            raise Skipped(why)
        variants[tool.name] = trials[tool.name].measure if not why else skip
    results = interleave.rounds(variants, options.runs, program.name)
    def median(name, key):
        return results[name][key].median if name in results and key in results[name] else None
    base = median("no hooks", "ns") or 0
    floor = (median("floor", "ns") or base) - base
    own = None
    if median("glimpse", "seconds") is not None:
        own = median("glimpse", "seconds") / (2 * counts["hooks"]["text"] / 1e6)
    rows = []
    for tool in tools:
        ring = tool.ring_bytes
        if isinstance(tool, Glimpse) and tool.name == "glimpse" and not isinstance(results[tool.name], str):
            ring = ring_bytes(trials[tool.name], tool, hooks, work)
        trial = trials.get(tool.name)
        rows.append(row(program, tool, results[tool.name], base, floor, own, trial.counts if trial else {"text": 0}, ring))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glimpse", type=pathlib.Path, required=True, help="the binary; scripts/bench says it")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of programs and runs; scripts/bench says it")
    parser.add_argument("--only", default="", help="programs, separated by commas")
    parser.add_argument("--tools", default="", help="beginnings of tools' names, separated by commas; `no hooks` and `floor` are always there")
    parser.add_argument("--runs", type=int, default=0, help="rounds; 5, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small workloads: whether all works, not what it costs")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 5)
    only = options.only.split(",") if options.only else [program.name for program in PROGRAMS]
    unknown = set(only) - {program.name for program in PROGRAMS}
    if unknown:
        parser.error(f"no program {', '.join(sorted(unknown))}; there are {', '.join(program.name for program in PROGRAMS)}")
    work = options.work.resolve() / ("quick" if options.quick else "full")
    work.mkdir(parents=True, exist_ok=True)
    hooks = libraries(work)
    tools = tools_of(options.glimpse.resolve(), hooks, work)
    if options.tools:
        wanted = ["no hooks", "floor", *options.tools.split(",")]
        tools = [tool for tool in tools if any(tool.name.lower().startswith(word.lower()) for word in wanted)]
    rows = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # daemons are ended also then
    with contextlib.ExitStack() as stack:
        for tool in tools:
            if hasattr(tool, "close"):
                stack.callback(tool.close)
        for program in PROGRAMS:
            if program.name not in only:
                continue
            try:
                for way in {tool.way for tool in tools if not tool.missing()} - {"xray"}:
                    program.built(way, work)
                rows += measured(program, tools, options, hooks, work)
            except Unavailable as reason:
                rows.append([program.name, "", str(reason)] + [""] * (len(HEADER) - 3))
    show(HEADER, rows, left=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
