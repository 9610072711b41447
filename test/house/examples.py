"""Checks that each function and class of the API stands in an example, which the lit tests build and run.

The API is what the headers that docs/api.md names declare outside `detail`; examples are docs/examples/api.

usage: examples.py [ROOT]
"""

import pathlib
import re
import sys

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DETAIL = re.compile(r"^namespace detail \{.*?^\}  // namespace detail$", re.S | re.M)
PRIVATE = re.compile(r"^ (?:private|protected):.*?^\};$", re.S | re.M)
# Objects that are called like functions, macros, classes, functions: each at the beginning of a declaration.
DECLARATIONS = [
    re.compile(r"^inline constexpr detail::[\w:<>]+ (\w+)\{\};", re.M),
    re.compile(r"^#define (GLIMPSE_TRACE_\w+)", re.M),
    re.compile(r"^class (?:\[\[nodiscard\]\] )?(\w+)", re.M),
    re.compile(r"^ *(?:\[\[\w+\]\] )?(?:inline )?GLIMPSE_(?:UNTRACED|LOG_CHECK) (?:decltype\(auto\) )?[^;={}()]*?\b(\w+)\(", re.M),
]
# What programs write without its name; what these headers say to each other.
UNNAMED = {"bool", "operator", "ids", "glimpse_field_of", "glimpse_text_of", "glimpse_not_loaded"}


def declared(text):
    text = COMMENT.sub("", PRIVATE.sub("", DETAIL.sub("", text)))
    return {name for pattern in DECLARATIONS for name in pattern.findall(text)}


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    used = set()
    for example in sorted((root / "docs/examples/api").iterdir()):
        used |= set(re.findall(r"\w+", COMMENT.sub("", example.read_text())))
    names, wrong = 0, 0
    for header in sorted(set(re.findall(r"\(\.\./include/glimpse/(\w+\.h)\)", (root / "docs/api.md").read_text()))):
        for name in sorted(declared((root / "include/glimpse" / header).read_text())):
            names += 1
            if name not in used and name not in UNNAMED:
                print(f"include/glimpse/{header}: {name} is in no example of docs/examples/api")
                wrong += 1
    if names == 0:
        print("docs/api.md names no header that declares anything")
        wrong = 1
    if wrong:
        return 1
    print(f"{names} names of the API, each in an example")
    return 0


if __name__ == "__main__":
    sys.exit(main())
