"""Runs a driver of bench/ and reads the table it prints."""

import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"


def table_of(driver, *arguments):
    """The rows below the header, each a list of cells."""
    result = subprocess.run([sys.executable, "-B", str(BENCH / driver), *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True, timeout=500)
    lines = [line for line in result.stdout.splitlines() if line.startswith("|")]
    assert len(lines) > 2, f"no table: {result.stdout}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
