"""recorded.py TABLE GLIMPSE PROGRAM: runs PROGRAM under each policy of TABLE and compares which functions are recorded.

A line `# === POLICY` begins a case; the next line holds the functions, without parameters, in the order they begin.
"""

import json
import subprocess
import sys


def cases(table):
    lines = iter(open(table, encoding="utf-8").read().splitlines())
    for line in lines:
        if line.startswith("# === "):
            yield line[len("# === "):], next(lines)[1:].split()


def recorded(glimpse, program):
    command = [glimpse, "run", "-q", "-o", "-", "--", program]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [record["function"].split("(")[0] for record in records if record.get("stage") == "START"]


def main():
    table, glimpse, program = sys.argv[1:]
    wrong = count = 0
    for policy, expected in cases(table):
        with open("glimpse-policy.json", "w", encoding="utf-8") as file:
            file.write(policy)
        found = recorded(glimpse, program)
        count += 1
        if found != expected:
            wrong += 1
            print(f"{policy}\n  recorded {' '.join(found)}\n  expected {' '.join(expected)}")
    if wrong or count < 20:
        sys.exit(f"{wrong} of {count} policies")


main()
