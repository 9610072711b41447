"""Reads what the portrait told (portrait/portrait.c) and says what a traced program saw that it does not see alone.

The processes of a run are compared as a whole: what each told from its beginning to its end, whatever its number was. Left out
are the numbers of pipes, sockets and processes, and what already differs between runs of the program alone.
"""

import collections
import re

MEMBER = re.compile(r"((?:pipe|socket|anon_inode):\[?)\d+|(?<=/proc/)\d+")


def read(folder, *starters):
    """One tuple of lines for each process; what `starters` told, the programs that start the one looked at, is left out."""
    processes = []
    for file in folder.iterdir():
        lines = MEMBER.sub(r"\g<1>N", file.read_text(errors="replace")).splitlines()
        lines = tuple(line for line in lines if line.split(": ", 1)[0].split(" ", 1)[1] not in starters)
        processes += [lines] if lines else []
    return sorted(processes)


def subject(line):
    """What a line is about: `moment program: what`."""
    moment, what, value = (line.split(": ", 2) + ["", ""])[:3]
    return f"{moment}: {what} {value.split('=')[0]}" if what == "environment" else f"{moment}: {what.split(chr(9))[0]}"


def by_subject(processes):
    lines = collections.defaultdict(collections.Counter)
    for process in processes:
        for line in process:
            lines[subject(line)][line] += 1
    return lines


def chance(plain_runs):
    """What is not the same in all the runs of the program alone."""
    runs = [by_subject(run) for run in plain_runs]
    return {about for run in runs for about in run if any(other.get(about) != run[about] for other in runs)}


def differences(plain_runs, other):
    """Lines of text, none where a traced run's processes saw what they see alone."""
    if not plain_runs[0]:
        return ["nobody told anything"]
    ignored = chance(plain_runs)
    def steady(run):
        return sorted(tuple(line for line in process if subject(line) not in ignored) for process in run)
    plain, traced = collections.Counter(steady(plain_runs[0])), collections.Counter(steady(other))
    only_plain, only_traced = list((plain - traced).elements()), list((traced - plain).elements())
    said = [f"processes: {len(other)}, alone {len(plain_runs[0])}"] if len(other) != len(plain_runs[0]) else []
    for one, two in zip(only_plain, only_traced):
        said += [f"only alone:  {line}" for line in one if line not in two] + [f"only traced: {line}" for line in two if line not in one]
    return said or ["the same lines in another order"] * bool(only_plain or only_traced)
