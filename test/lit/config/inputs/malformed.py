"""malformed.py TABLE GLIMPSE PROGRAM LINKED: runs both programs under each policy of TABLE that is an error."""

import json
import pathlib
import subprocess
import sys

WORDS = "the program's own words\n"


def cases(table):
    for case in ("\n" + open(table, encoding="utf-8").read()).split("\n=== ")[1:]:
        title_and_text, messages = case.split("\n---\n")
        text = title_and_text.partition("\n")[2]
        errors = [line for line in messages.splitlines() if line.startswith("glimpse-policy.json:")]
        if not errors[0].split(" ")[1] == "warning:":
            yield text, errors[0]


def run(command):
    trace = pathlib.Path("glimpse.jsonl")
    trace.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    records = [json.loads(line) for line in trace.read_text().splitlines()] if trace.exists() else []
    return done.stdout, done.stderr, done.returncode, records


def faults(error, glimpse, program, linked):
    line = f"glimpse: {pathlib.Path.cwd()}/{error}"
    found = run([glimpse, "run", program])
    if found != ("", line + "\n", 2, []):
        yield f"run: {found}"
    out, said, status, records = run([linked])
    if (out, said, status) != (WORDS, line + "; recording with the built-in policy\n", 5):
        yield f"linked: {(out, said, status)}"
    if not records or records[0]["policy"] != "built-in" or len(records) != 7:
        yield f"linked: {records}"


def main():
    table, *programs = sys.argv[1:]
    wrong, count = [], 0
    for text, error in cases(table):
        pathlib.Path("glimpse-policy.json").write_text(text, encoding="utf-8")
        wrong += [f"{text}\n  expected {error}\n  {fault}" for fault in faults(error, *programs)]
        count += 1
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{count} malformed policies, each with its line")


main()
