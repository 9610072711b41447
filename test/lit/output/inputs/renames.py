"""Runs ./app and ./linked, which make 200 calls for each byte they are given, and renames their output in between."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "fidelity"))
import trace as fidelity  # noqa: E402

glimpse = sys.argv[1]
logrotate = shutil.which("logrotate", path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def until(condition, what):
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"not within 30 seconds: {what}")
        time.sleep(0.01)


def lines_in(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def collector_of(session_folder):
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"collect" in words and any(word.startswith(str(session_folder).encode()) for word in words):
            return int(process.name)
    return None


def by_hand(path, number):
    path.rename(f"{path}-{number}")


def by_logrotate(path, _):
    config = pathlib.Path("logrotate.conf")
    config.write_text(f"{path.resolve()} {{\n size 1\n rotate 9\n dateext\n dateformat -%s\n create 0600\n}}\n")
    config.chmod(0o600)
    time.sleep(1.1)  # the date is part of the name
    subprocess.run([logrotate, "-s", pathlib.Path("state").resolve(), config], check=True)


def story(name, command, rename, between=lambda path, program: None):
    path = pathlib.Path(f"{name}.jsonl").absolute()
    program = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "GLIMPSE_LOG_PATH": str(path)})
    for number in range(3):
        if number > 0:
            rename(path, number)
            between(path, program)
        program.stdin.write(b"x")
        program.stdin.flush()
        until(lambda: lines_in(path) >= 400, f"{name}: calls in {path}")
    program.stdin.close()
    if program.wait(30) != 0:
        raise SystemExit(f"{name} ended with {program.returncode}")
    until(lambda: b'"summary"' in path.read_bytes(), "a summary")
    files = sorted(path.parent.glob(path.name + "-*")) + [path]
    whole = path.with_suffix(".whole")
    whole.write_bytes(b"".join(file.read_bytes() for file in files))
    found = fidelity.Trace(whole)
    summary = found.images[0].summary
    print(f"{name}: {len(files)} files, whole: {len(found.images)} process, {summary['calls']} calls, "
          f"{summary['open_calls']} open, {sum(summary.get('dropped', {}).values())} dropped", *found.faults, flush=True)


def hang_up(path, _):
    collector = collector_of(os.environ["GLIMPSE_SPOOL_DIR"])
    os.kill(collector, signal.SIGHUP)
    until(path.exists, "SIGHUP makes a new file")
    if path.read_bytes() != b"":
        raise SystemExit("something was recorded meanwhile")
    made.append(path)


made = []
story("run", [glimpse, "run", "-q", "./app"], by_hand)
story("linked", ["./linked"], by_hand)
story("SIGHUP", ["./linked"], by_hand, hang_up)
print(f"SIGHUP made {len(made)} new files while nothing was recorded")
if logrotate:
    story("logrotate", [glimpse, "run", "-q", "./app"], by_logrotate)
else:
    print("logrotate: not installed")
