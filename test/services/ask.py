"""Asks a server COUNT times for a path, and prints the status and the body of each answer.

usage: ask.py ADDRESS PATH COUNT
"""

import sys
import urllib.error
import urllib.request

for _ in range(int(sys.argv[3])):
    try:
        with urllib.request.urlopen(f"http://{sys.argv[1]}{sys.argv[2]}", timeout=30) as answer:
            print(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode())
