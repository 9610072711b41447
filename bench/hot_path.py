#!/usr/bin/python3
"""What one call costs: recorded and excluded by glimpse, beside a hook that does nothing and the floor hook.

  bench/hot_path [--rounds 15] [--bursts 40] [--n 20]

The same program runs in every variant, interleaved, `rounds` times; a variant's numbers are the median of its runs, and
the lowest: what the code costs where nothing else is at work on the same core. All are nanoseconds per call (entry and
exit) above the same program built without instrumentation, and ratios to the floor. fib(20)
makes 21 891 calls; their events fit a ring of 1 MiB, and the pause between bursts lets the collector empty it. `streaming`
is fib(27) without pauses: there the collector sets the pace, not the hook.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile


PLAIN, NOOP, FLOOR, CLANG = "uninstrumented", "no-op hook", "floor hook", "uninstr., Clang"


def plain_of(name):
    """Native mode is Clang's, and measured over what Clang makes without it."""
    return CLANG if name.startswith("native") else PLAIN


def compared(numbers, name):
    """Over the floor as a ratio, and over the no-op hook in nanoseconds; both without what the program takes anyway."""
    if name in (PLAIN, CLANG):
        return " " * 20
    over = numbers[name] - numbers[plain_of(name)]
    return f"{over / (numbers[FLOOR] - numbers[PLAIN]):8.2f} {over - (numbers[NOOP] - numbers[PLAIN]):11.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the build folder")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--bursts", type=int, default=40)
    parser.add_argument("--n", type=int, default=20)
    options = parser.parse_args()
    bench, glimpse = options.build / "bench", options.build / "bin/glimpse"
    missing = [str(path) for path in (bench / "hot_path_program", bench / "libhot_path_floor.so", glimpse) if not path.exists()]
    if missing:
        print(f"hot_path: build these first: {', '.join(missing)}", file=sys.stderr)
        return 2
    folder = tempfile.TemporaryDirectory()
    burst = [str(options.bursts), str(options.n), "20"]
    stream = ["1", "27", "0"]
    traced = str(bench / "hot_path_program")

    def under_glimpse(name, arguments, options=(), program=traced, **policy):
        file = pathlib.Path(folder.name) / f"{name}.json"
        file.write_text(json.dumps({"version": "1.0", "name": name, **policy}))
        return [str(glimpse), "run", *options, "--policy", str(file), "-o", "/dev/null", "--", program, *arguments], {}

    everything = {"exact_modules": ["hot_path_program", "hot_path_static"]}
    static = str(bench / "hot_path_static")
    variants = {
        PLAIN: ([str(bench / "hot_path_plain"), *burst], {}),
        NOOP: ([traced, *burst], {"LD_PRELOAD": str(bench / "libhot_path_noop.so")}),
        FLOOR: ([traced, *burst], {"LD_PRELOAD": str(bench / "libhot_path_floor.so")}),
        "recorded": under_glimpse("all", burst, **everything, trace_depth="unlimited"),
        "recorded, static": under_glimpse("static", burst, program=static, **everything, trace_depth="unlimited"),
        "recorded, depth 5": under_glimpse("five", burst, **everything, trace_depth=5),
        "excluded": under_glimpse("none", burst, exact_modules=["elsewhere"]),
        "excluded, static": under_glimpse("static_none", burst, program=static, exact_modules=["elsewhere"]),
        "patched": under_glimpse("gone", burst, ["--patch-excluded"], exact_modules=["elsewhere"]),
        "streaming": under_glimpse("stream", stream, **everything, trace_depth="unlimited"),
    }
    native = bench / "hot_path_native"
    if native.exists():
        native_everything = {"exact_modules": [native.name]}
        variants |= {
            CLANG: ([str(bench / "hot_path_clang"), *burst], {}),
            "native, recorded": under_glimpse("native", burst, program=str(native), **native_everything, trace_depth="unlimited"),
            "native, depth 5": under_glimpse("native_five", burst, program=str(native), **native_everything, trace_depth=5),
            "native, excluded": under_glimpse("native_none", burst, program=str(native), exact_modules=["elsewhere"]),
            "native, untraced": ([str(native), *burst], {}),
        }
    runs = {name: [] for name in variants}
    for _ in range(options.rounds):
        for name, (command, environment) in variants.items():
            result = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
            if result.returncode:
                print(f"hot_path: {name}: status {result.returncode}: {result.stderr}", file=sys.stderr)
                return 1
            runs[name].append(float(result.stdout))
    medians, lowest = ({name: of(values) for name, values in runs.items()} for of in (statistics.median, min))
    print(f"{'':18} {'':>40}  {'of the lowest runs':>27}")
    print(f"{'':18} {'ns/call':>8} {'over plain':>10} {'x floor':>8} {'over no-op':>11}  {'ns/call':>7} {'x floor':>8} {'over no-op':>11}  highest")
    for name, values in runs.items():
        print(f"{name:18} {medians[name]:8.2f} {medians[name] - medians[plain_of(name)]:10.2f} {compared(medians, name)}  {lowest[name]:7.2f} {compared(lowest, name)}  {max(values):7.2f}")
    print("budgets: recorded at most 1.10 x floor, excluded at most 1 ns over the no-op hook, patched and native, excluded at most 0.5 ns over plain (lowest to lowest)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
