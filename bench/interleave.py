"""Measures variants of one thing in turn, so that a disturbance of the machine hits all of them.

rounds(variants, runs) calls each variant's function once per round; a function gives a dictionary of numbers. The answer
is, for each variant, a dictionary of name -> Samples. A variant that raises Skipped is left out from then on, with its
sentence as its answer.
"""

import statistics
import sys


class Skipped(Exception):
    pass


class Samples:
    def __init__(self):
        self.values = []

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def best(self):
        return min(self.values)


def rounds(variants, runs, progress=None):
    """`variants`: name -> function. `progress`: what is being measured, told on a terminal's standard error."""
    samples = {name: {} for name in variants}
    for number in range(runs):
        for name, measure in variants.items():
            if isinstance(samples[name], str):
                continue
            if progress and sys.stderr.isatty():
                print(f"\r\033[K{progress}: {name}, {number + 1} of {runs}", end="", file=sys.stderr, flush=True)
            try:
                for key, value in measure().items():
                    samples[name].setdefault(key, Samples()).values.append(value)
            except Skipped as reason:
                samples[name] = str(reason)
    if progress and sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return samples
