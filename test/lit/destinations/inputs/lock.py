"""Keeps a database locked while a command runs.

usage: lock.py DATABASE COMMAND [ARGUMENT ...]
"""

import sqlite3
import subprocess
import sys

database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("BEGIN IMMEDIATE")
sys.exit(subprocess.run(sys.argv[2:]).returncode)
