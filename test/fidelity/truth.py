"""What a policy leaves of the truth: a second, simple reading of docs/policy.md.

A function's module is the longest of the given namespaces that its name begins with, else the binary's name. The test
says which namespaces there are; nothing is guessed from the name's looks.
"""

import array
import json
import re


def qualified(name):
    """`void a::b<int>::c<x>(int) const` is `a::b::c`: without return type, template arguments and parameters."""
    name = name.replace("(anonymous namespace)", "{anonymous}").replace("operator()", "operator{call}")
    name = re.sub(r"operator(<=>|<<=|>>=|<<|>>|<=|>=|->\*|->|<|>)", "operator{sign}", name)
    out, depth = [], 0
    for char in name:
        if char == "<":
            depth += 1
        elif char == ">":
            depth -= 1
        elif depth == 0:
            if char == "(":
                break
            out.append(char)
    text = "".join(out).strip()
    place = text.find("operator")
    head = text if place < 0 else text[:place]
    return text[head.rfind(" ") + 1:].replace("{anonymous}", "(anonymous namespace)")


def module_of(name, binary, namespaces):
    if name.startswith(("global constructors keyed to ", "global destructors keyed to ")):
        return binary  # of a whole file, whichever of its names it is keyed to
    parts = qualified(name).split("::")
    for count in range(len(parts) - 1, 0, -1):
        if "::".join(parts[:count]) in namespaces:
            return "::".join(parts[:count])
    return binary


def pattern(text, tree):
    text = re.sub(r"\.(?![*?\[])", "::", text) if "::" not in text else text
    out = ""
    for char in text:
        out += ("[^:]*" if not tree else ".*") if char == "*" else "[^:]" if char == "?" else char if char in "[]-" else re.escape(char)
    return re.compile(out + (r"(::.*)?" if tree else "") + r"$")


class Policy:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = json.load(file)
        depth = text.get("trace_depth", 5)
        self.depth = 1 << 60 if depth == "unlimited" else depth
        self.exact = [pattern(p, False) for p in text.get("exact_modules", [])]
        self.trees = [pattern(p, True) for p in text.get("package_trees", [])]
        self.excluded = [pattern(p, True) for p in text.get("exclude_modules", [])]
        self.functions = [pattern(p, True) for p in text.get("functions", [])]
        self.excluded_functions = [pattern(p, True) for p in text.get("exclude_functions", [])]

    def decide(self, name, module):
        def any_of(patterns, what):
            return any(p.match(what) for p in patterns)
        full = qualified(name)
        if any_of(self.excluded, module) or any_of(self.excluded_functions, full):
            return False
        return any_of(self.trees, module) or any_of(self.exact, module) or any_of(self.functions, full)


class Filtered:
    """A thread of the oracle as the policy leaves it; the shape of oracle.Thread."""

    def __init__(self, thread, included, depth):
        self.process, self.number, self.tid = thread.process, thread.number, thread.tid
        self.tokens, self.unseen, self.open, self.starts = array.array("q"), set(), set(), 0
        stack, recorded, ordinal = [], 0, 0
        for token in thread.tokens:
            if token > 0:
                keep = included[token] and recorded < depth
                stack.append((keep, ordinal, self.starts))
                if keep:
                    if ordinal in thread.unseen:
                        self.unseen.add(self.starts)
                    self.tokens.append(token)
                    self.starts += 1
                    recorded += 1
                ordinal += 1
            else:
                keep, _, _ = stack.pop()
                if keep:
                    self.tokens.append(token)
                    recorded -= 1
        self.open = {start for keep, _, start in stack if keep}


def filtered(run, policy, namespaces):
    """The oracle's threads as `policy` leaves them; threads without a recorded call vanish."""
    included = [False]
    for names, binary in zip(run.functions[1:], run.modules[1:]):
        verdicts = {policy.decide(name, module_of(name, binary, namespaces)) for name in names}
        if len(verdicts) != 1:
            raise ValueError(f"the policy tells the names of one address apart: {sorted(names)}")
        included.append(verdicts.pop())
    threads = [Filtered(thread, included, policy.depth) for process in run.processes for thread in process.threads]
    return [thread for thread in threads if thread.starts]
