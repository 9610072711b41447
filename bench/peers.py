"""Other tracers of functions that Debian packages, used as their manuals say, with nothing left out that they can keep.

  uftrace   record --no-libcall (glimpse does not record calls into libraries either), then dump
  LTTng     liblttng-ust-cyg-profile-fast.so with a channel that blocks instead of losing events, then babeltrace2
  XRay      Clang's own instrumentation of every function, basic mode without its filters, then llvm-xray convert

Where the time to text is measured it begins with the program: LTTng's session is made before. XRay's flight data recorder
is not here: it keeps no more than its last buffers, and only where the program asks for them.
"""

import shutil
import subprocess
import time

from interleave import Skipped
from tool import SECONDS, Tool, lines_with, run


def not_installed(*names):
    absent = [name for name in names if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Uftrace(Tool):
    name = "uftrace"

    def missing(self):
        return not_installed("uftrace")

    def record(self, command, folder):
        return run(["uftrace", "record", "--no-libcall", "--max-stack=65535", "-d", self.recording(folder), *command], folder)

    def make_text(self, folder):
        text = folder / "text"
        with open(text, "wb") as file:
            run(["uftrace", "dump", "-d", self.recording(folder)], folder, output=file)
        return text

    def events(self, text):
        return lines_with(["[entry]", "[exit ]"], text)


class Lttng(Tool):
    name = "LTTng"
    LIBRARY = "liblttng-ust-cyg-profile-fast.so.1"

    def __init__(self, work):
        self.home = work / "lttng"
        self.daemon = None
        self.number = 0

    def missing(self):
        absent = not_installed("lttng", "lttng-sessiond", "babeltrace2")
        if absent:
            return absent
        libraries = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True, check=False).stdout
        return "" if self.LIBRARY in libraries else f"not installed: {self.LIBRARY} (liblttng-ust1)"

    def lttng(self, *words):
        run(["lttng", "--no-sessiond", "-q", *words], self.home, LTTNG_HOME=str(self.home))

    def start_daemon(self):
        self.home.mkdir(parents=True, exist_ok=True)
        # Not -b: that one would be nobody's child, and could not be ended.
        self.daemon = subprocess.Popen(["lttng-sessiond", "--no-kernel"], cwd=self.home, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "LTTNG_HOME": str(self.home)})
        for _ in range(100):
            try:
                return self.lttng("list")
            except Skipped:
                time.sleep(0.05)
        raise Skipped("lttng-sessiond does not answer")

    def close(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(timeout=SECONDS)

    def prepare(self, folder):
        if self.daemon is None:
            self.start_daemon()
        self.number += 1
        self.lttng("create", f"bench{self.number}", f"--output={self.recording(folder)}")
        self.lttng("enable-channel", "-u", "--subbuf-size=1M", "--num-subbuf=8", "--blocking-timeout=inf", "calls")
        self.lttng("enable-event", "-u", "-c", "calls", "lttng_ust_cyg_profile_fast:*")
        self.lttng("add-context", "-u", "-c", "calls", "-t", "vtid")
        self.lttng("start")

    def record(self, command, folder):
        try:
            return run(command, folder, LD_PRELOAD=self.LIBRARY, LTTNG_UST_ALLOW_BLOCKING="1", LTTNG_HOME=str(self.home))
        except Skipped:
            self.discard()
            raise

    def finish(self, folder):
        self.lttng("stop")

    def discard(self):
        self.lttng("destroy", f"bench{self.number}")

    def make_text(self, folder):
        text = folder / "text"
        with open(text, "wb") as file:
            run(["babeltrace2", self.recording(folder)], folder, output=file)
        return text

    def events(self, text):
        return lines_with(["lttng_ust_cyg_profile_fast:func_"], text)


class Xray(Tool):
    name, way = "XRay, basic", "xray"

    def missing(self):
        return not_installed("clang-19", "llvm-xray-19")

    def record(self, command, folder):
        self.program = command[0]
        return run(command, folder, XRAY_OPTIONS="patch_premain=true xray_mode=xray-basic xray_logfile_base=recording. verbosity=0",
                   XRAY_BASIC_OPTIONS="func_duration_threshold_us=0 max_stack_depth=4096")

    def recording(self, folder):
        return next(folder.glob("recording.*"), folder / "recording")

    def make_text(self, folder):
        text = folder / "text"
        run(["llvm-xray-19", "convert", "-f", "yaml", "-symbolize", f"-instr_map={self.program}", self.recording(folder), "-o", text], folder)
        return text

    def events(self, text):
        return lines_with(["kind: function-enter", "kind: function-exit"], text)
