#!/usr/bin/python3
"""Compares a trace with a tree of calls written by hand: tree.py --trace glimpse.jsonl --expected FILE

One call a line, what it calls two spaces further in; `  ! type: text` (or `  ! type`) where unwinding left it, `  ? open`
where it never ended. For programs whose truth no hook can tell, such as exceptions in Clang builds.

A constructor or destructor that does nothing but call another one of the same name is one call: compilers differ there.
"""

import argparse
import difflib
import re
import sys

import oracle
import trace

STRING = re.compile(r"std::(__cxx11::)?(basic_)?string(<char, std::char_traits<char>, std::allocator<char> ?>)?")


class Node:
    def __init__(self, name):
        self.name, self.calls, self.note = name, [], "  ? open"

    def is_structor(self):
        parts = oracle.plain(self.name).split("(")[0].split("::")
        return len(parts) > 1 and parts[-1].lstrip("~") == parts[-2]

    def lines(self, depth):
        node = self
        while node.is_structor() and len(node.calls) == 1 and node.calls[0].name == node.name:
            node = node.calls[0]
        text = STRING.sub("std::string", node.name)
        yield f"{'  ' * depth}{text}{self.note}"
        for call in node.calls:
            yield from call.lines(depth + 1)


def roots(record):
    found = []
    for thread in record.threads:
        stack, nodes = [], {}
        for token, ordinal in zip(thread.tokens, thread.closes):
            if token > 0:
                node = nodes[ordinal] = Node(record.functions[token][0])
                (stack[-1].calls if stack else found).append(node)
                stack.append(node)
            else:
                node = nodes[ordinal]
                node.note = ""
                if ordinal in thread.exceptions:
                    kind, text = thread.exceptions[ordinal]
                    node.note = f"  ! {kind}" + (f": {text}" if text is not None else "")
                while stack and stack.pop() is not node:
                    pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trace", required=True)
    parser.add_argument("--expected", required=True)
    options = parser.parse_args()
    record = trace.Trace(options.trace)
    ours = [line for root in roots(record) for line in root.lines(0)]
    with open(options.expected, encoding="utf-8") as file:
        theirs = [STRING.sub("std::string", line.rstrip("\n")) for line in file]
    faults = [f"  {fault}" for fault in record.faults]
    faults += ["  " + line for line in difflib.unified_diff(theirs, ours, "expected", "traced", lineterm="", n=4)]
    if faults:
        print("\n".join(faults))
        print("DIFFERENT")
        return 1
    print(f"EQUAL: {len(ours)} calls")
    return 0


if __name__ == "__main__":
    sys.exit(main())
