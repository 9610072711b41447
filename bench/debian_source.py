"""Sources of Debian packages, fetched by apt-get with a configuration of our own, so that the system's stays as it is.

Failure: Unavailable, with a sentence that says where to look.
"""

import pathlib
import subprocess

SECONDS = 600


class Unavailable(Exception):
    pass


def _must(command, folder, log):
    with open(log, "ab") as errors:
        try:
            status = subprocess.run(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, timeout=SECONDS).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"{error}") from None
    if status != 0:
        raise Unavailable(f"status {status}: {' '.join(map(str, command))[:120]}, see {log}")


def apt(work):
    """Options of apt-get, with sources made from the system's: the same archive, with deb-src."""
    state = work / "apt"
    options = ["-o=Dir::Etc::SourceList=/dev/null", f"-o=Dir::Etc::SourceParts={state}/parts", f"-o=Dir::State::Lists={state}/lists",
               f"-o=Dir::Cache={state}/cache", "-o=APT::Sandbox::User=root", "-qq"]
    if not (state / "parts/both.sources").exists():
        for folder in ("parts", "lists/partial", "cache/archives/partial"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        system = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
        text = system.read_text() if system.exists() else (
            "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n")
        text = text.split("\n\n")[0]  # the main archive; the one for security may have moved on
        text = "\n".join("Types: deb deb-src" if line.startswith("Types:") else line for line in text.splitlines()) + "\n"
        fresh = state / "both.sources"
        fresh.write_text(text)
        trial = [*options, f"-o=Dir::Etc::SourceList={fresh}", "-o=Dir::Etc::SourceParts=/dev/null"]
        _must(["apt-get", *trial, "update"], work, work / "apt.log")
        fresh.rename(state / "parts/both.sources")
    return options


def source_of(name, work):
    """The folder of the unpacked source package, fetched once."""
    folder = work / "source" / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _must(["apt-get", *apt(work), "source", "--download-only", name], folder.parent, work / "apt.log")
        description = sorted(folder.parent.glob(f"{name}_*.dsc"))[-1]
        _must(["dpkg-source", "--no-check", "-x", description, folder], folder.parent, work / "apt.log")
    return folder
