"""Reads what liboracle.so recorded, and names it.

Shapes: a Process has a pid and Threads; a Thread is its events in order, healed: a list of tokens, where +n is the
START of function number n and -n its END, and `unseen`, the ordinals (0, 1, 2 ... in order of START) of calls whose exit
no hook reported. Their END stands in the tokens where the stack shows that they were left.

Names come from `readelf` and `llvm-cxxfilt-19` (or `c++filt`), from nothing that glimpse is made of. A function has a set
of names, because one address can have several symbols.
"""

import array
import bisect
import os
import re
import shutil
import struct
import subprocess

ENTER, EXIT, THREAD, MODULE, PROCESS = 1, 2, 3, 4, 5
ONE_STACK = 1 << 30  # stack pointers further apart than this many bytes belong to different stacks

CLONE = re.compile(r"( \[clone [^\]]*\]| \(\.[^)]*\)|\.(part|constprop|isra|cold|lto_priv|llvm|localalias)(\.\d+)*|(?<=\w)\.\d+)+$")

LOCAL = re.compile(r"\)( const| volatile| &&?)*::(?!\*)")  # what follows is local to a function
SIGNS = re.compile(r"\(anonymous namespace\)|operator(\(\)|\[\]|<=>|<<=|>>=|<<|>>|<=|>=|->\*|->|<|>|,| (new|delete)(\[\])?|\"\" ?| )|->\*?| (<|>|<=|>=|<<|>>|<=>) ")
PLAIN_SIGNS = "<>()[], "
HIDDEN = {ord(sign): 0xE000 + at for at, sign in enumerate(PLAIN_SIGNS)}
SHOWN = {hidden: sign for sign, hidden in HIDDEN.items()}
OF_COMPILERS = re.compile(r"((non-virtual|virtual) thunk to |guard variable for |thread-local (wrapper|initialization) routine for |transaction clone for )?")


def plain(name):
    """`f(int) (.part.0)`, `f.constprop.0` and `f.1`, the second local function of that name, as the source names them."""
    return CLONE.sub("", name)


def without_return_type(full, name):
    """`R a::f<int>(int) const` or `R (*a::f<int>(int))(char)` from its name `a::f<int>`: `a::f<int>(int) const`."""
    place = full.find(name)
    if place <= 0 or not full[place + len(name):].startswith("("):
        return full
    end, depth = place + len(name), 0
    while end < len(full):
        depth += {"(": 1, ")": -1}.get(full[end], 0)
        end += 1
        if depth == 0:
            break
    rest = re.match(r"( const| volatile| &&| &)*", full[end:]).group()
    return full[place:end] + rest


def without_local_return_types(text):
    """`x<T* a::f<int>(int)::'lambda'(T*)>`, whose argument is local to a template, without that one's return type `T*`.

    At each depth of brackets a return type is what stands between a comma and the word that has something local in it.
    """
    if not LOCAL.search(text):
        return text
    words, outlines, sequence = [""], [""], []  # of what lies between two commas, with and without brackets' contents; what was before

    def end_of_words():
        local = [at for at, outline in enumerate(outlines) if LOCAL.search(outline)]
        first = local[-1] if local else 0
        lead = [""] if words[0] == "" else []  # the space after a comma
        sequence.append(" ".join(lead + words[first:] if first > 0 else words))

    at = 0
    while at < len(text):
        char = text[at]
        if char in "<([{":
            end, depth = at, 0
            while True:
                depth += (text[end] in "<([{") - (text[end] in ">)]}")
                end += 1
                if depth == 0 or end == len(text):
                    break
            outlines[-1] += char + text[end - 1:end]
            words[-1] += char + without_local_return_types(text[at + 1:end - 1]) + text[end - 1:end]
            at = end
            continue
        if char == ",":
            end_of_words()
            words, outlines = [""], [""]
        elif char == " " and not re.match(r" (const|volatile|&&?)( const| volatile| &&?)*::", text[at:]):
            words.append("")
            outlines.append("")
        else:
            words[-1] += char
            outlines[-1] += char
        at += 1
    end_of_words()
    return ",".join(sequence)


def signless(text):
    """With other characters for the brackets and spaces that open and close nothing: `operator<`, `a->b`, `(a > b)`, `(anonymous namespace)`."""
    return SIGNS.sub(lambda sign: sign.group().translate(HIDDEN), text)


def source_name(full, name):
    """`full` as glimpse promises names: no return types, neither its own nor of functions that something in it is local to."""
    prefix = OF_COMPILERS.match(full).group()
    bare = name[len(prefix):] if name.startswith(prefix) else name
    full, bare = (without_local_return_types(signless(text)) for text in (full[len(prefix):], bare))
    return prefix + without_return_type(full, bare).translate(SHOWN)


def binary_module(path):
    """`/usr/lib/libz.so.1.2` is `libz`, `/usr/bin/mawk` is `mawk`."""
    return re.sub(r"\.so(\.[0-9.]*)?$", "", os.path.basename(path))


class Names:
    """The function symbols of one ELF file."""

    def __init__(self, path):
        self.path = path
        self.module = binary_module(path)
        self.segments = []  # (file offset, virtual address, size)
        self.by_start = {}  # address -> {(size, mangled)}
        self.stubs = {}     # address -> {mangled}: PLT stubs that stand for functions of other modules
        self.demangled = {}
        if os.path.exists(path):
            self._read()

    def _read(self):
        for line in subprocess.run(["readelf", "-lW", self.path], capture_output=True, text=True, check=True).stdout.splitlines():
            part = line.split()
            if part[:1] == ["LOAD"]:
                self.segments.append((int(part[1], 16), int(part[2], 16), int(part[4], 16)))
        symbols = subprocess.run(["readelf", "-sW", self.path], capture_output=True, text=True, check=True).stdout
        for line in symbols.splitlines():
            part = line.split(None, 7)
            if len(part) < 8 or part[3] not in ("FUNC", "IFUNC", "GNU_IFUNC"):
                continue
            address, size, name = int(part[1], 16), int(part[2], 0), part[7].split("@")[0].split(" ")[0]
            if part[6] == "UND":
                if address:
                    self.stubs.setdefault(address, set()).add(name)
            else:
                self.by_start.setdefault(address, set()).add((size, name))
        self.starts = sorted(self.by_start)
        mangled = sorted({name for group in self.by_start.values() for _, name in group} | {n for g in self.stubs.values() for n in g})
        filter_program = shutil.which("llvm-cxxfilt-19") or shutil.which("c++filt")
        text = subprocess.run([filter_program], input="\n".join(mangled) + "\n", capture_output=True, text=True, check=True).stdout
        bare = subprocess.run([filter_program, "-p"], input="\n".join(mangled) + "\n", capture_output=True, text=True, check=True).stdout
        for symbol, full, name in zip(mangled, text.splitlines(), bare.splitlines()):
            if symbol.startswith("_GLOBAL__sub_"):
                kind, kept = re.match(r"_GLOBAL__sub_([ID])(?:\.\d+)?_(.*)", symbol).groups()
                self.demangled[symbol] = ("global constructors keyed to " if kind == "I" else "global destructors keyed to ") + (
                    subprocess.run([filter_program, kept], capture_output=True, text=True, check=True).stdout.strip() if kept.startswith("_Z") else kept)
            else:
                self.demangled[symbol] = plain(source_name(plain(full), plain(name))) if symbol.startswith("_Z") else full

    def address(self, file_offset):
        for offset, virtual, size in self.segments:
            if offset <= file_offset < offset + size:
                return file_offset - offset + virtual
        return file_offset

    def at(self, address):
        """All names of the function that covers `address`; `module+0x1234` where no symbol does."""
        found = set()
        if address in self.stubs:
            found = self.stubs[address]
        elif self.segments:
            place = bisect.bisect_right(self.starts, address) - 1
            if place >= 0:
                start = self.starts[place]
                found = {name for size, name in self.by_start[start] if address < start + size or (size == 0 and address == start)}
        if not found:
            return frozenset([f"{self.module}+0x{address:x}"])
        return frozenset(plain(self.demangled[name]) for name in found)


class Thread:
    def __init__(self, process, number, tid):
        self.process, self.number, self.tid = process, number, tid
        self.tokens = array.array("q")
        self.unseen = set()
        self.starts = 0
        self.orphans = 0  # exits of frames that were entered before this process was forked
        self.odd = []     # exits of functions that were not open, in a process that was not forked
        self.stack = []   # (function, site, stack pointer, ordinal) while reading

    def enter(self, function, site, pointer, caller=0):
        stack = self.stack
        if caller and any(frame[0] == caller for frame in stack):
            while stack[-1][0] != caller:
                self._left(stack.pop())
        while stack and 0 < pointer - stack[-1][2] < ONE_STACK:
            self._left(stack.pop())
        stack.append((function, site, pointer, self.starts))
        self.starts += 1
        self.tokens.append(function)

    def exit(self, function, site):
        stack = self.stack
        if stack and stack[-1][0] == function and stack[-1][1] == site:
            stack.pop()
            self.tokens.append(-function)
            return
        place = next((i for i in range(len(stack) - 1, -1, -1) if stack[i][0] == function and stack[i][1] == site), None)
        if place is None:
            place = next((i for i in range(len(stack) - 1, -1, -1) if stack[i][0] == function), None)
        if place is None:
            if self.process.forked:
                self.orphans += 1
            else:
                self.odd.append((len(self.tokens), function))
            return
        while len(stack) > place + 1:
            self._left(stack.pop())
        stack.pop()
        self.tokens.append(-function)

    def _left(self, frame):
        self.unseen.add(frame[3])
        self.tokens.append(-frame[0])

    def finish(self):
        """What is still open was open when the thread or process ended."""
        self.open = {frame[3] for frame in self.stack}
        self.stack = []


class Process:
    def __init__(self, path):
        self.path, self.threads, self.pid, self.forked = path, [], 0, False


class Run:
    """All processes of one run under the oracle: `functions[n]` is the set of names of function number n (from 1).

    Where no inlined function calls the hooks (`whole_frames`), the call site of an entry says what was left before it, which
    stack pointers of frames of different sizes cannot: a destructor that unwinding runs is called by the frame that is
    being left, although what that one called has not said that it ended.
    """

    def __init__(self, folder, whole_frames=False):
        self.whole_frames = whole_frames
        self.functions, self.modules, self.processes = [frozenset()], [""], []
        self._numbers, self._binaries = {}, {}
        self.events = 0
        for name in sorted(os.listdir(folder), key=lambda n: [int(p) if p.isdigit() else 0 for p in n.split(".")]):
            if name.endswith(".oracle"):
                self.processes.append(self._read(os.path.join(folder, name)))

    def _function(self, address, ranges):
        for start, end, offset, path in reversed(ranges):
            if start <= address < end:
                break
        else:
            start, end, offset, path = 0, 0, 0, "?"
        if path not in self._binaries:
            self._binaries[path] = Names(path)
        binary = self._binaries[path]
        names = binary.at(binary.address(address - start + offset))
        key = (path, names)
        if key not in self._numbers:
            self._numbers[key] = len(self.functions)
            self.functions.append(names)
            self.modules.append(binary.module)
        return self._numbers[key]

    def _read(self, path):
        process, threads, ranges, numbers, callers = Process(path), {}, [], {}, {}
        with open(path, "rb") as file:
            data = file.read()
        at, size = 0, len(data) // 32 * 32
        unpack = struct.Struct("<IHHQQQ").unpack_from
        while at < size:
            kind, number, length, a, b, c = unpack(data, at)
            at += 32
            if kind == ENTER or kind == EXIT:
                function = numbers.get(a)
                if function is None:
                    function = numbers[a] = self._function(a, ranges)
                thread = threads.get(number)
                if thread is None:  # the thread that was forked
                    thread = threads[number] = Thread(process, number, 0)
                if kind == ENTER:
                    if self.whole_frames and b not in callers:
                        callers[b] = self._function(b - 1, ranges)
                    thread.enter(function, b, c, callers.get(b, 0))
                else:
                    thread.exit(function, b)
                self.events += 1
            elif kind == THREAD:
                threads[number] = Thread(process, number, a)
            elif kind == MODULE:
                ranges.append((a, b, c, data[at:at + length].decode(errors="replace").replace(" (deleted)", "")))
                at += (length + 31) // 32 * 32
                numbers, callers = {}, {}  # a module may lie where another one was
            elif kind == PROCESS:
                process.pid, process.forked = a, c > 0
            else:
                raise ValueError(f"{path}: a record of unknown kind {kind} at byte {at - 32}")
        process.threads = list(threads.values())
        for thread in process.threads:
            thread.finish()
        return process
