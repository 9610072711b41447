"""What bench/peers.py asks of everything it measures: a hook, glimpse, or another tracer.

A tool records one run of a program into a folder, makes text of the recording, and counts the events in that text.
Failure: Skipped, with a sentence for the table.
"""

import os
import pathlib
import subprocess

from interleave import Skipped

SECONDS = 900


def run(command, folder, output=subprocess.PIPE, status=0, **environment):
    """Its standard output. Standard error goes to `errors` in the folder."""
    with open(folder / "errors", "wb") as errors:
        try:
            result = subprocess.run(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                    env={**os.environ, **environment}, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Skipped(f"no end after {SECONDS} s: {pathlib.Path(command[0]).name}") from None
        except OSError as error:
            raise Skipped(str(error)) from None
    if result.returncode != status:
        said = (folder / "errors").read_text(errors="replace").strip().splitlines()
        raise Skipped(f"{pathlib.Path(command[0]).name}: status {result.returncode}: {said[-1] if said else 'no word'}")
    return result.stdout.decode(errors="replace") if output == subprocess.PIPE else ""


def lines_with(words, file):
    """How many lines of `file` have one of the fixed `words`."""
    result = subprocess.run(["grep", "-c", "-F", *(part for word in words for part in ("-e", word)), str(file)], stdout=subprocess.PIPE, check=False,
                            env={**os.environ, "LC_ALL": "C"})
    return int(result.stdout or 0)


def size_of(path):
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


class Tool:
    name = ""
    way = "hooks"        # how its program is built
    records = True       # False: there is nothing to turn into text
    ring_bytes = None    # per event in memory, where it is fixed

    def missing(self):
        """Why it cannot be measured here; empty where it can."""
        return ""

    def prepare(self, folder):
        """What is not part of the run: a daemon is told to listen, say."""

    def record(self, command, folder):
        """Runs the command; its standard output."""
        raise NotImplementedError

    def finish(self, folder):
        """Until the recording is complete."""

    def recording(self, folder):
        """The file or folder on disk that record() left."""
        return folder / "recording"

    def make_text(self, folder):
        """The text file made of the recording, which may be the recording itself."""
        return self.recording(folder)

    def events(self, text):
        raise NotImplementedError


class Plain(Tool):
    name, way, records = "no hooks", "plain", False

    def record(self, command, folder):
        return run(command, folder)


class Hooks(Tool):
    """Hooks preloaded from a library."""
    records = False

    def __init__(self, name, library, ring_bytes=None):
        self.name, self.library, self.ring_bytes = name, library, ring_bytes

    def record(self, command, folder):
        return run(command, folder, LD_PRELOAD=str(self.library))


class Glimpse(Tool):
    """`glimpse run`, with a policy, and with more options where its help knows them."""

    def __init__(self, name, glimpse, policy, options=(), records=True, compact=False):
        self.name, self.glimpse, self.policy, self.options, self.records, self.compact = name, glimpse, policy, options, records, compact

    def missing(self):
        help_text = subprocess.run([str(self.glimpse), "run", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        unknown = [word for word in self.options if word.startswith("--") and word not in help_text]
        return f"this glimpse has no {unknown[0]}" if unknown else ""

    def record(self, command, folder, **environment):
        return run([self.glimpse, "run", "-q", "--policy", self.policy, *self.options, "-o", self.recording(folder), "--", *command], folder, **environment)

    def make_text(self, folder):
        if not self.compact:
            return self.recording(folder)
        text = folder / "text"
        with open(text, "wb") as file:
            run([self.glimpse, "cat", self.recording(folder)], folder, output=file)
        return text

    def events(self, text):
        return lines_with(['"record_type":"log_entry"'], text)
