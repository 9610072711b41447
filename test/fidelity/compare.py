#!/usr/bin/python3
"""Compares glimpse's JSONL of one run with the oracle's record of another run of the same deterministic program.

  compare.py --trace glimpse.jsonl                              only the promises that hold in every trace
  compare.py --trace glimpse.jsonl --oracle FOLDER              an everything policy at unlimited depth
  compare.py --trace glimpse.jsonl --oracle FOLDER --policy P --namespaces a,a::b
                                                                the oracle's truth as this policy leaves it
  compare.py --again FOLDER --oracle FOLDER                     two runs under the oracle: is the program deterministic?

Per thread, the sequence of STARTs and ENDs must be equal, by function. Thread numbers differ between runs, so threads are
matched by their content. Where the oracle saw no exit (Clang does not call the hook while unwinding, longjmp never does),
glimpse has to have closed the call all the same (END or EXCEPTION, in its place in the nesting, which is checked on the
trace itself), but where in the sequence it did so is not compared.

--chance is for functions that are called by chance, such as handlers of SIGCHLD.
--unordered is for programs whose threads share work by chance: compared are the number of calls of each function over all
threads, and each piece of work (what an outermost call of a thread calls, one by one), call for call, whichever thread did it.
Exit status: 0 equal, 1 different, 2 wrong use.
"""

import argparse
import collections
import fnmatch
import sys

import oracle
import trace
import truth

CONTEXT = 6
MOST_THREADS = 5
MOST_FUNCTIONS = 40


class Dictionary:
    """One number for each function of either side: glimpse may use any of the names of an address."""

    def __init__(self, run, record):
        self.names = [""]
        numbers = {}
        used = {oracle.plain(function) for function, _ in record.functions}

        def number(name):
            if name not in numbers:
                numbers[name] = len(self.names)
                self.names.append(name)
            return numbers[name]

        self.of_oracle = [0] + [number(min(names & used or names)) for names in run.functions[1:]]
        self.of_trace = [0] + [number(oracle.plain(function)) for function, _ in record.functions[1:]]


def translated(tokens, table):
    return [table[token] if token > 0 else -table[-token] for token in tokens]


def starts_of(sequence):
    return [token for token in sequence if token > 0]


def by_chance(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split(",") if pattern)


def without(sequence, ordinals, dropped):
    """Both without the calls of `dropped` functions and all they call; and the calls that are left, as they were numbered."""
    if not dropped:
        return sequence, ordinals, None
    tokens, numbers, renumbered, inside = [], [], {}, 0
    for token, ordinal in zip(sequence, ordinals):
        if inside or token in dropped:
            inside += 1 if token > 0 else -1
            continue
        if token > 0:
            renumbered[ordinal] = len(renumbered)
        tokens.append(token)
        numbers.append(renumbered[ordinal])
    return tokens, numbers, renumbered


class TraceThread:
    """What the comparison needs of one thread of the trace, or of several that follow each other under one number."""

    def __init__(self, threads, table, dropped):
        self.threads, self.sequence, self.ordinals, self.exceptions = threads, [], [], set()
        base = 0
        for thread in threads:
            self.sequence += translated(thread.tokens, table)
            self.ordinals += [ordinal + base for ordinal in thread.closes]
            self.exceptions |= {ordinal + base for ordinal in thread.exceptions}
            base += thread.starts
        self.sequence, self.ordinals, renumbered = without(self.sequence, self.ordinals, dropped)
        if renumbered is not None:
            self.exceptions = {renumbered[call] for call in self.exceptions if call in renumbered}
        self.starts = starts_of(self.sequence)
        self.label = f"pid {threads[0].pid} tid {threads[0].tid}"


class OracleThread:
    def __init__(self, thread, table, dropped):
        self.thread, sequence = thread, translated(thread.tokens, table)
        self.label = f"oracle process {thread.process.pid} thread {thread.number}"
        ordinals, stack, ordinal = [], [], 0
        for token in thread.tokens:
            if token > 0:
                stack.append(ordinal)
                ordinals.append(ordinal)
                ordinal += 1
            else:
                ordinals.append(stack.pop())
        self.sequence, self.ordinals, renumbered = without(sequence, ordinals, dropped)
        self.unseen, self.open = thread.unseen | thread.open, thread.open
        if renumbered is not None:
            self.unseen = {renumbered[call] for call in self.unseen if call in renumbered}
            self.open = {renumbered[call] for call in self.open if call in renumbered}
        self.starts = starts_of(self.sequence)


def visible(side, unseen):
    """The sequence without the closings of calls whose exit the oracle cannot have seen."""
    return [token for token, ordinal in zip(side.sequence, side.ordinals) if token > 0 or ordinal not in unseen]


def show(sequence, place, names, nested=True):
    depth = sum(1 if token > 0 else -1 for token in sequence[:max(0, place - CONTEXT)])
    lines = []
    for index in range(max(0, place - CONTEXT), min(len(sequence), place + CONTEXT)):
        token = sequence[index]
        depth -= token < 0
        lines.append(f"      {'>>' if index == place else '  '} {index:8} {'  ' * max(0, depth % 20) if nested else ''}{'START' if token > 0 else 'END  '} {names[abs(token)]}")
        depth += token > 0
    if place >= len(sequence):
        lines.append(f"      >> {len(sequence):8} (nothing more)")
    return lines


def first_difference(left, right):
    return next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))


def difference(theirs, ours, names, unseen):
    left, right = visible(theirs, unseen), visible(ours, unseen)
    place = first_difference(left, right)
    return [f"  {theirs.label} ({len(left)} events) and glimpse's {ours.label} ({len(right)} events) differ at event {place}:",
            "    oracle:", *show(left, place, names), "    glimpse:", *show(right, place, names)]


def chains(record):
    """Threads of the trace that may be one: the same program and tid, one after the other."""
    groups = collections.OrderedDict()
    for thread in record.threads:
        groups.setdefault((thread.image, thread.tid), []).append(thread)
    return groups.values()


def match(theirs, record, table, dropped):
    """Pairs (oracle thread, trace thread) with equal STARTs, and what is left over of both."""
    wanted = collections.defaultdict(list)
    for thread in theirs:
        if not thread.starts:
            continue
        wanted[tuple(thread.starts)].append(thread)
    pairs, left = [], []
    for chain in chains(record):
        whole = TraceThread(chain, table, dropped)
        parts = [whole] if len(chain) == 1 or wanted.get(tuple(whole.starts)) else [TraceThread([thread], table, dropped) for thread in chain]
        for part in parts:
            if not part.starts:
                continue
            found = wanted.get(tuple(part.starts))
            if found:
                best = min(range(len(found)), key=lambda i: visible(found[i], found[i].unseen) != visible(part, found[i].unseen)) if len(found) < 9 else 0
                pairs.append((found.pop(best), part))
            else:
                left.append(part)
    return pairs, [thread for group in wanted.values() for thread in group], left


def compare_exceptions(their, our, names):
    """Where nothing but an exception leaves a frame without its exit, EXCEPTIONs are the calls whose exit nobody saw."""
    left = their.unseen - their.open
    return [f"  {our.label}: call {call}, {names[our.starts[call]]}, was left by {'an exception' if call in left else 'its exit'}, the trace says {'EXCEPTION' if call in our.exceptions else 'END'}"
            for call in sorted(left ^ our.exceptions)[:MOST_FUNCTIONS]]


def compare_ordered(theirs, record, dictionary, dropped, throws):
    faults = []
    pairs, missing, extra = match(theirs, record, dictionary.of_trace, dropped)
    for their, our in pairs:
        if throws:
            faults += compare_exceptions(their, our, dictionary.names)
        if visible(their, their.unseen) != visible(our, their.unseen):
            faults += difference(their, our, dictionary.names, their.unseen)
    for their in sorted(missing, key=lambda t: -len(t.starts))[:MOST_THREADS]:
        if not extra:
            faults.append(f"  {their.label} ({len(their.starts)} calls, first {dictionary.names[their.starts[0]]}) is not in the trace")
            continue
        nearest = max(extra, key=lambda t: (first_difference(their.starts, t.starts), -abs(len(their.starts) - len(t.starts))))
        extra.remove(nearest)
        place = first_difference(their.starts, nearest.starts)
        faults += [f"  {their.label} ({len(their.starts)} calls) and glimpse's {nearest.label} ({len(nearest.starts)} calls) differ at call {place}:",
                   "    oracle:", *show(their.starts, place, dictionary.names, False), "    glimpse:", *show(nearest.starts, place, dictionary.names, False)]
    for our in extra[:MOST_THREADS]:
        faults.append(f"  glimpse's {our.label} ({len(our.starts)} calls, first {dictionary.names[our.starts[0]]}) is not in the oracle's record")
    if len(missing) > MOST_THREADS or len(extra) > MOST_THREADS:
        faults.append(f"  in all {len(missing)} threads of the oracle without a match, {len(extra)} of the trace")
    return faults


def pieces(side, unseen):
    """The events of each call that a thread's outermost calls make; see visible()."""
    found, depth = [], 0
    for token, ordinal in zip(side.sequence, side.ordinals):
        if token > 0:
            depth += 1
            if depth == 2:
                found.append([])
        if depth > 1 and (token > 0 or ordinal not in unseen):
            found[-1].append(token)
        if token < 0:
            depth -= 1
    return [tuple(piece) for piece in found]


def compare_pieces(theirs, ours, names):
    left, right = (collections.Counter(p for s in sides for p in pieces(s, unseen(s))) for sides, unseen in
                   ((theirs, lambda s: s.unseen), (ours, lambda s: ())))
    faults = []
    extra = list((right - left).elements())
    for piece in list((left - right).elements())[:MOST_THREADS]:
        nearest = max(extra, key=lambda p: first_difference(piece, p), default=())
        place = first_difference(piece, nearest)
        faults += [f"  a piece of work of {len(piece)} events, and glimpse's nearest of {len(nearest)}, differ at event {place}:",
                   "    oracle:", *show(piece, place, names), "    glimpse:", *show(nearest, place, names)]
    faults += [f"  a piece of work of {len(piece)} events, first {names[piece[0]]}, is not in the oracle's record" for piece in ([] if faults else extra[:MOST_THREADS])]
    return faults


def compare_unordered(theirs, record, dictionary, dropped):
    """Number of calls of each function, over all threads; the functions that threads begin with; the pieces of work."""
    faults = []
    ours = [TraceThread([thread], dictionary.of_trace, dropped) for thread in record.threads]
    for what, left, right in (("calls", collections.Counter(t for s in theirs for t in s.starts), collections.Counter(t for s in ours for t in s.starts)),
                              ("threads that begin with", collections.Counter(s.starts[0] for s in theirs if s.starts), collections.Counter(s.starts[0] for s in ours if s.starts))):
        for function in sorted(set(left) | set(right), key=lambda f: -abs(left[f] - right[f]))[:MOST_FUNCTIONS]:
            if left[function] != right[function]:
                faults.append(f"  {what} {dictionary.names[function]}: oracle {left[function]}, glimpse {right[function]}")
    return faults + compare_pieces(theirs, ours, dictionary.names)


def compare_runs(one, other, chance):
    """Two runs of the oracle: threads whose STARTs are not in the other run."""
    def starts(run):
        def name(token):
            return min(run.functions[token])
        table, dropped = list(range(len(run.functions))), {token for token, names in enumerate(run.functions) if any(by_chance(n, chance) for n in names)}
        threads = [OracleThread(thread, table, dropped) for process in run.processes for thread in process.threads if thread.starts]
        return collections.Counter(tuple(name(token) for token in thread.starts) for thread in threads)
    left, right = starts(one), starts(other)
    faults = []
    for mine, yours in zip((left - right), list(right - left) + [()] * len(left)):
        place = first_difference(mine, yours)
        faults.append(f"  {len(mine)} calls and {len(yours)} calls differ at call {place}: {mine[max(0, place - 3):place + 3]} and {yours[max(0, place - 3):place + 3]}")
    return faults + (["  threads differ"] if not faults and left != right else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trace")
    parser.add_argument("--again")
    parser.add_argument("--oracle")
    parser.add_argument("--policy")
    parser.add_argument("--namespaces", default="")
    parser.add_argument("--chance", default="", help="functions (comma list, may have wildcards) left out with all they call, because when they are called is chance")
    parser.add_argument("--unordered", action="store_true")
    parser.add_argument("--whole-frames", action="store_true", help="no inlined function calls the hooks (Clang, after inlining)")
    parser.add_argument("--throws", action="store_true", help="with Clang: only exceptions leave frames, so those and no others are EXCEPTION")
    parser.add_argument("--quiet", action="store_true", help="print faults only")
    options = parser.parse_args()
    if options.again and options.oracle:
        faults = compare_runs(oracle.Run(options.oracle), oracle.Run(options.again), options.chance)
        print("\n".join([*faults, "DIFFERENT" if faults else "EQUAL"]))
        return 1 if faults else 0
    if not options.trace:
        parser.error("--trace is needed")
    record = trace.Trace(options.trace)
    faults = [f"  {fault}" for fault in record.faults]
    count = f"{record.entries} entries, {len(record.images)} processes, {len(record.threads)} threads"
    if options.oracle:
        run = oracle.Run(options.oracle, options.whole_frames)
        dictionary = Dictionary(run, record)
        if options.policy:
            threads = truth.filtered(run, truth.Policy(options.policy), set(filter(None, options.namespaces.split(","))))
        else:
            threads = [thread for process in run.processes for thread in process.threads if thread.starts]
        for thread in (thread for process in run.processes for thread in process.threads if thread.odd):
            record.remarks.append(f"the oracle saw {len(thread.odd)} exits of functions that were not open, first {run.functions[thread.odd[0][1]]}")
        dropped = {number for number, name in enumerate(dictionary.names) if by_chance(name, options.chance)}
        theirs = [OracleThread(thread, dictionary.of_oracle, dropped) for thread in threads]
        if options.unordered:
            faults += compare_unordered(theirs, record, dictionary, dropped)
        else:
            faults += compare_ordered(theirs, record, dictionary, dropped, options.throws)
        unseen = sum(len(thread.unseen) for thread in threads)
        count += f"; oracle {run.events} events, {len(run.processes)} processes, {len(threads)} threads compared, {unseen} exits unseen"
    if not options.quiet:
        print(count)
        for remark in record.remarks:
            print(f"  remark: {remark}")
    if faults:
        print("\n".join(faults))
        print("DIFFERENT")
        return 1
    print("EQUAL" if options.oracle else "SOUND")
    return 0


if __name__ == "__main__":
    sys.exit(main())
