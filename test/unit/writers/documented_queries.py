"""Runs every block of SQL on a page with the sqlite3 tool, each on a copy of a database; and looks for each view on the page.

usage: documented_queries.py PAGE DATABASE      status 1 where one fails, or a SELECT finds nothing
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def sqlite(database, sql):
    done = subprocess.run(["sqlite3", "-bail", database], input=sql, capture_output=True, text=True)
    if done.returncode or done.stderr:
        sys.exit(f"{sql}\n{done.stderr}")
    return done.stdout


def main():
    page = pathlib.Path(sys.argv[1]).read_text()
    blocks = re.findall(r"```sql\n(.*?)```", page, re.S)
    for block in blocks:
        with tempfile.TemporaryDirectory() as folder:
            copy = folder + "/copy.db"
            sqlite(sys.argv[2], f"VACUUM INTO '{copy}'")
            found = sqlite(copy, block)
            if "SELECT" in block and not found:
                sys.exit(f"finds nothing: {block}")
    for view in sqlite(sys.argv[2], "SELECT name FROM sqlite_schema WHERE type = 'view'").split():
        if f"`{view}`" not in page:
            sys.exit(f"{view} is not on the page")
    print(f"{len(blocks)} blocks")


main()
