"""Builds a test's source with every compiler and optimisation level, traces it, and checks the trace with FileCheck.

What `%{trace}` in a RUN line stands for; README.md one folder up shows how to use it. For each build there is a folder
of its own, in which the program runs; what FileCheck reads is a view of the records, one line per record:

      START app::load(int)
        START app::parse(int)
        EXCEPTION app::parse(int) std::runtime_error "bad line"
      END app::load(int)

with ` (n=1, name="otto")` behind a START and ` -> 5` behind an END where arguments and results were captured; with
GLIMPSE_RECORDS=calls one line `CALL app::parse(int) (n=1) -> 5` each, where it ended; or, with --jq FILTER, what `jq -c FILTER` makes of them. FileCheck knows the prefixes CHECK, GCC or CLANG, O0 … O3, and FILTER or NATIVE.
Failure: the first build that fails ends the test, saying how to repeat it by hand.
"""

import argparse
import itertools
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

FLAGS = {
    "gcc": ["-finstrument-functions", "-finstrument-functions-exclude-file-list=/usr/include"],
    "clang": ["-finstrument-functions-after-inlining"],
}


def arguments():
    parser = argparse.ArgumentParser(prog="%{trace}", description=__doc__.splitlines()[0])
    for name in ("--glimpse", "--filecheck", "--jq-program", "--library-dir", "--include-dir", "--work", "--compilers", "--plugins"):
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    parser.add_argument("sources", nargs="+", help="sources; the first one holds the CHECK lines")
    parser.add_argument("--only", default="", help="compilers: comma list of gcc, clang-14, clang-19, clang")
    parser.add_argument("--levels", default="-O0,-O2", help="comma list of optimisation levels")
    parser.add_argument("--flags", default="", help="more compiler flags")
    parser.add_argument("--plain", action="store_true", help="Clang: plain -finstrument-functions")
    parser.add_argument("--plugin", default="", help="comma list of filter, native: with each Clang that there is a plugin for, in this mode,"
                        " compiled with the test's policy")
    parser.add_argument("--policy", default="", help="a policy file, or the policy itself where it starts with {")
    parser.add_argument("--link", action="store_true", help="the same as --ways so")
    parser.add_argument("--ways", default="run", help="comma list of run (under glimpse run) and, for plain ./app, so (linked with"
                        " libglimpse.so), a (libglimpse.a), static (that, and no shared library at all)")
    parser.add_argument("--run", default="", help="more options for glimpse run")
    parser.add_argument("--recorded", action="store_true", help="by a recording, and glimpse cat")
    parser.add_argument("--arguments", default="", help="arguments of the program")
    parser.add_argument("--env", action="append", default=[], help="NAME=VALUE for the run; may repeat")
    parser.add_argument("--status", type=int, default=0, help="exit status the program must have; 128+n for a signal")
    parser.add_argument("--jq", default="", help="check what this jq filter prints instead of the view")
    parser.add_argument("--prefix", default="CHECK", help="FileCheck prefix instead of CHECK")
    return parser.parse_args()


def view(trace):
    lines = []
    for text in trace.splitlines():
        record = json.loads(text)
        kind = record["record_type"]
        if kind in ("log_entry", "call"):
            line = "  " * record["depth"] + f"{record.get('stage', 'CALL')} {record['function']}"
            if "args" in record:
                line += f" ({record['args']})"
            if "result" in record:
                line += f" -> {record['result']}"
            if record.get("stage") == "EXCEPTION" or record.get("status") == "error":
                line += " " + record.get("exception_type", record.get("error_type", "?"))
                if "exception" in record:
                    line += " " + json.dumps(record["exception"], ensure_ascii=False)
            lines.append(line)
        elif kind == "notice":
            lines.append(f"NOTICE {record.get('reason', '')}: {record.get('message', '')}")
    return "".join(line + "\n" for line in lines)


class Failed(Exception):
    pass


# What the archive alone does not bring along; cmake/glimpse.pc.in says the same.
STATIC_ASKS = "-Wl,-u,_Unwind_RaiseException,-u,__cxa_begin_catch,-u,dlclose,-u,glimpse_capture_args,-u,glimpse_api_v1"


def link_flags(options, way):
    library = f"{options.library_dir}/libglimpse"
    return {
        "run": [],
        "so": [f"-L{options.library_dir}", "-lglimpse", f"-Wl,-rpath,{options.library_dir}"],
        "a": [STATIC_ASKS, f"{library}.a"],
        "static": ["-static", STATIC_ASKS, f"{library}.a"],
    }[way]


def plugin_flags(options, compiler, mode):
    plugin = f"{options.library_dir}/glimpse/GlimpsePlugin-{compiler.removeprefix('clang-')}.so"
    return [f"-fplugin={plugin}", f"-fplugin-arg-glimpse-mode={mode}", *(["-fplugin-arg-glimpse-policy=glimpse-policy.json"] if options.policy else [])]


def build_and_check(options, compiler, level, way, several_ways, mode=""):
    name, commands = compiler.split("=")
    c, cxx = commands.split(",")
    family = "gcc" if name == "gcc" else "clang"
    folder = pathlib.Path(options.work) / (name + level + (f"-{way}" if several_ways else "") + (f"-{mode}" if mode else ""))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    done = [f"cd {folder}"]

    def run(command, expected=0, **more):
        done.append(shlex.join(command))
        result = subprocess.run(command, cwd=folder, **more)
        status = 128 - result.returncode if result.returncode < 0 else result.returncode
        if status != expected:
            raise Failed(f"status {status}, expected {expected}", done, result)
        return result

    if options.policy.startswith("{"):
        (folder / "glimpse-policy.json").write_text(options.policy)
    elif options.policy:
        shutil.copy(options.policy, folder / "glimpse-policy.json")
    sources = [os.path.abspath(source) for source in options.sources]
    driver = c if all(source.endswith(".c") for source in sources) else cxx
    trace_flags = ["-finstrument-functions"] if options.plain and family == "clang" else FLAGS[family]
    if mode:
        trace_flags = plugin_flags(options, name, mode)
    standard = [] if driver == c or "-std=" in options.flags else ["-std=c++17"]
    run([driver, level, *standard, *trace_flags, "-pthread", f"-I{options.include_dir}", *sources, "-o", "app",
         *shlex.split(options.flags), *link_flags(options, way)], stderr=subprocess.DEVNULL if way == "static" else None)

    command = ["./app", *shlex.split(options.arguments)]
    output = "trace.glimpse" if options.recorded else "trace.jsonl"
    if way == "run":
        command = [options.glimpse, "run", *shlex.split(options.run), "-o", output, "--", *command]
    environment = dict(os.environ, **dict(pair.split("=", 1) for pair in options.env))
    if way != "run":
        environment["GLIMPSE_LOG_PATH"] = output
        done.append(f"export GLIMPSE_LOG_PATH={output}")
    if options.recorded:
        environment["GLIMPSE_FORMAT"] = "glimpse"
        done.append("export GLIMPSE_FORMAT=glimpse")
    run(command, options.status, env=environment)
    if options.recorded:
        with open(folder / "trace.jsonl", "wb") as lines:
            run([options.glimpse, "cat", output], stdout=lines, env=environment)

    trace = (folder / "trace.jsonl").read_text()
    if options.jq:
        shown = run([options.jq_program, "-c", options.jq, "trace.jsonl"], stdout=subprocess.PIPE, text=True).stdout
    else:
        shown = view(trace)
    (folder / "shown.txt").write_text(shown)
    prefixes = ",".join([options.prefix, family.upper(), level.lstrip("-"), *([mode.upper()] if mode else [])])
    run([options.filecheck, sources[0], f"--check-prefixes={prefixes}", "--allow-unused-prefixes",
         "--input-file=shown.txt", "--dump-input=fail"])


def plugin_compilers(options):
    return [f"clang-{version}=clang-{version},clang++-{version}" for version in options.plugins.split(",") if version != "none"]


def main():
    options = arguments()
    wanted = [word for word in options.only.split(",") if word]
    compilers = [
        compiler
        for compiler in (plugin_compilers(options) if options.plugin else options.compilers.split(";"))
        if not wanted or any(compiler.startswith(word) for word in wanted)
    ]
    if not compilers:
        sys.exit(f"none of {options.only} is here: say REQUIRES: in the test")
    ways = ["so"] if options.link else options.ways.split(",")
    for compiler, level, way, mode in itertools.product(compilers, options.levels.split(","), ways, options.plugin.split(",")):
        try:
            build_and_check(options, compiler, level, way, len(ways) > 1, mode)
        except Failed as failure:
            message, done, _ = failure.args
            sys.exit(f"{compiler.split('=')[0]} {level} {way}: {message}; to repeat it:\n  " + "\n  ".join(done))


main()
