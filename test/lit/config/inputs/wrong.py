"""wrong.py TABLE COMMAND...: runs COMMAND with each wrong setting of TABLE and compares what is said on standard error.

A line `# === NAME=VALUE` begins a case, `# === .env LINE` one where LINE stands in .env; the lines `# glimpse: …`
below it are all that may be said, where … stands for any text. COMMAND must print its own words, end with 5, and be
recorded.
"""

import json
import os
import pathlib
import re
import subprocess
import sys


def cases(table):
    found = []
    for line in open(table, encoding="utf-8").read().splitlines():
        if line.startswith("# === "):
            found.append((line[len("# === "):], []))
        elif line.startswith("# glimpse: ") and found:
            found[-1][1].append(line[2:])
    return found


def faults(setting, expected, command):
    trace, env_file = pathlib.Path("glimpse.jsonl"), pathlib.Path(".env")
    trace.unlink(missing_ok=True)
    env_file.unlink(missing_ok=True)
    environment = dict(os.environ)
    if setting.startswith(".env "):
        env_file.write_text(setting[len(".env "):] + "\n", encoding="utf-8")
    else:
        name, value = setting.split("=", 1)
        environment[name] = value
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    said = done.stderr.splitlines()
    patterns = [".*".join(re.escape(part) for part in line.split("…")) for line in expected]
    if len(said) != len(patterns) or not all(map(re.fullmatch, patterns, said)):
        yield f"said {said}"
    if done.stdout != "the program's own words\n" or done.returncode != 5:
        yield f"the program printed {done.stdout!r} and ended with {done.returncode}"
    kinds = [json.loads(line)["record_type"] for line in trace.read_text().splitlines()] if trace.exists() else []
    if kinds != ["process", "thread", "log_entry", "log_entry", "log_entry", "log_entry", "summary"]:
        yield f"records {kinds}"


def main():
    table, command = sys.argv[1], sys.argv[2:]
    all_cases = cases(table)
    wrong = [f"{setting}: {fault}" for setting, lines in all_cases for fault in faults(setting, lines, command)]
    if wrong or len(all_cases) < 20:
        sys.exit("\n".join(wrong + [f"{len(all_cases)} settings"]))


main()
