"""Checks what git tracks: no path of one machine, no binary, nothing that a tool generated, no very large file.

usage: tidy_tree.py [ROOT]      status 77 (skipped) where ROOT is no git checkout
"""

import fnmatch
import os
import pathlib
import pwd
import re
import subprocess
import sys

GENERATED = ("*.o", "*.a", "*.so", "*.so.*", "*.pyc", "*/__pycache__/*", "build/*", "*.jsonl", "*.orig", "*.rej", "*~",
             "CMakeCache.txt", "*.profraw", "core", "*.core")
EXAMPLES = ("*/inputs/*", "test/*/data/*", "docs/*")  # records kept to be read by tests and people
LARGEST_BYTES = 256 * 1024
STANDARD = {"/", "/tmp", "/usr", "/var", "/opt", "/srv", "/home", "/usr/src", "/usr/local", "/var/tmp", "/mnt"}


def paths_of_this_machine(root):
    """The checkout's own path, the folder it stands in, and the user's home, as absolute paths.

    A place directly below / is a word that any path may end with (`scripts/check` in a checkout at /check): as a
    path of this machine it counts only where it begins one and something follows it.
    """
    here = pathlib.Path(root)
    places = {str(here)} | {str(parent) for parent in here.parents if str(parent) not in STANDARD}
    places |= {os.path.expanduser("~")}
    words = sorted(places - {"/"}, key=len, reverse=True)
    follows = {word: r"(?![\w-])" if word.count("/") > 1 else r"/\w" for word in words}
    # Who tests as root must not leave root's paths either.
    patterns = [re.escape(word) + follows[word] for word in words] + [re.escape(pwd.getpwuid(0).pw_dir) + r"/\w"]
    return re.compile(r"(?<![\w.})*-])(?:" + "|".join(patterns) + ")")


def wrong(root, tracked):
    machine = paths_of_this_machine(root)
    for path in tracked:
        file = pathlib.Path(root, path)
        if file.is_symlink() or not file.is_file():
            continue
        if any(fnmatch.fnmatch(path, pattern) for pattern in GENERATED):
            if not any(fnmatch.fnmatch(path, pattern) for pattern in EXAMPLES):
                yield f"{path}: generated, not to be tracked"
                continue
        data = file.read_bytes()
        if len(data) > LARGEST_BYTES:
            yield f"{path}: {len(data)} bytes; at most {LARGEST_BYTES} are tracked"
        if b"\0" in data and not path.startswith("test/fuzz/"):
            yield f"{path}: binary"
            continue
        for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
            found = machine.search(line)
            if found and path != "test/house/tidy_tree.py":
                yield f"{path}:{number}: names a path of one machine: {found.group()}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    listed = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z"], capture_output=True, text=True)
    if listed.returncode != 0:
        print(f"{root} is no git checkout")
        sys.exit(77)
    found = list(wrong(root, [path for path in listed.stdout.split("\0") if path]))
    print("\n".join(found) if found else "nothing tracked that should not be")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
