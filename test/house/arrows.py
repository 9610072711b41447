"""Keeps the include arrows of docs/rooms.md true: every #include in the tree is drawn there, and no arrow makes a circle.

usage: arrows.py [ROOT]     prints one line per wrong include, `file:line: what is wrong`; status 1 if there is any
"""

import pathlib
import re
import sys

SOURCES = {".h", ".hpp", ".c", ".cpp", ".def", ".in", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

# Where a library's headers begin. Headers in no list are the language's or the system's.
LIBRARIES = {
    "fmt/": "fmt",
    "nlohmann/": "nlohmann_json",
    "CLI/": "CLI11",
    "zstd.h": "zstd",
    "re2/": "RE2",
    "simdjson.h": "simdjson",
    "sqlite3.h": "SQLite",
    "protozero/": "protozero",
    "curl/": "curl",
    "zlib.h": "zlib",
    "elfutils/": "elfutils",
    "libelf.h": "elfutils",
    "gelf.h": "elfutils",
    "dwarf.h": "elfutils",
    "llvm/": "LLVM",
    "clang/": "LLVM",
    "gtest/": "GoogleTest",
    "gmock/": "GoogleTest",
    "benchmark/": "GoogleBenchmark",
    "spdlog/": "spdlog",
    "httplib.h": "cpp-httplib",
    "boost/": "Boost",
}


class Room:
    def __init__(self, includes, libraries):
        self.includes = includes
        self.libraries = libraries


def read_table(page):
    """The rows of docs/rooms.md: {room: Room}, in the order of the page."""
    rooms = {}
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4:
            words = [re.findall(r"[\w/-]+", cell) for cell in cells]
            rooms[words[0][0]] = Room(words[2], words[3])
    return rooms


def inside(path, room):
    return path == room or path.startswith(room + "/")


def room_of(path, rooms):
    """The innermost room a path lies in, or None."""
    return max((room for room in rooms if inside(path, room)), key=len, default=None)


def wrong_rows(rooms):
    """A room may only point at rows above its own: that is what keeps circles out."""
    seen = []
    for name, room in rooms.items():
        for other in room.includes:
            if other not in rooms:
                yield f"docs/rooms.md: {name} includes {other}, which is no room"
            elif other not in seen:
                yield f"docs/rooms.md: {name} points at {other}, which must stand above it"
        seen.append(name)


def wrong_include(root, rooms, path, quoted, angled):
    """What is wrong with one #include in the file `path` (relative to root), or None."""
    home = room_of(path, rooms)
    if angled:
        if (root / "include" / angled).exists():
            quoted = angled
        else:
            library = next((name for start, name in LIBRARIES.items() if angled.startswith(start)), None)
            if library and library not in rooms[home].libraries:
                return f"<{angled}>: {home} may not use {library}"
            return None
    for folder in (pathlib.PurePosixPath(path).parent.as_posix(), ".", "include"):
        if (root / folder / quoted).exists():
            target = (root / folder / quoted).resolve().relative_to(root).as_posix()
            break
    else:
        return f'"{quoted}": no such file beside this one, below the root, or below include/'
    other = room_of(target, rooms)
    if other is None:
        return f'"{quoted}": {target} lies in no room'
    if other != home and not any(inside(other, allowed) for allowed in rooms[home].includes):
        return f'"{quoted}": {home} may not include {other}'
    return None


def wrong_includes(root, rooms):
    for room in [name for name in rooms if "/" not in name]:
        for file in sorted((root / room).rglob("*")):
            path = file.relative_to(root).as_posix()
            # Programs of the tests and examples are users of glimpse, not part of it.
            if file.suffix not in SOURCES or not file.is_file() or path.startswith("test/lit/"):
                continue
            for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
                found = INCLUDE.match(line)
                wrong = found and wrong_include(root, rooms, path, *found.groups())
                if wrong:
                    yield f"{path}:{number}: {wrong}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    rooms = read_table(root / "docs/rooms.md")
    if not rooms:
        sys.exit("docs/rooms.md: no table of rooms")
    wrong = [*wrong_rows(rooms), *wrong_includes(root, rooms)]
    print("\n".join(wrong) if wrong else f"{len(rooms)} rooms, every arrow drawn in docs/rooms.md")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
