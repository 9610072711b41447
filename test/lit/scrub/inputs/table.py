"""The table of scrubbing cases, for programs: prints its first column, or what its second says.

usage: table.py texts|scrubbed TABLE
"""

import pathlib
import sys

column, table = sys.argv[1:]
for line in pathlib.Path(table).read_text().split("\n"):
    if line.startswith("#") or "\t" not in line:
        continue
    text, scrubbed = line.split("\t")
    print(text if column == "texts" or scrubbed == "=" else scrubbed)
