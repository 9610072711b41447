"""Shows that the checks of this folder fail when they should: each is run on a small tree with one thing wrong.

usage: checks_can_fail.py         run by ctest as house.checks_can_fail
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
ROOMS = """\
| room | what | includes | libraries |
|---|---|---|---|
| `include` | headers | | |
| `policy` | policy | `include` | fmt |
| `runtime` | guest | `include` | |
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.write("docs/rooms.md", ROOMS)
        self.write("include/glimpse/result.h", "")
        self.write("policy/policy.h", '#include <fmt/format.h>\n\n#include "glimpse/result.h"\n')
        self.write("runtime/start.cpp", '#include "glimpse/result.h"\n#include <cstdint>\n')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def check(self, script, *arguments):
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr

    def fails(self, expected, script, *arguments):
        status, text = self.check(script, *arguments)
        self.assertIn(expected, text)
        self.assertEqual(status, 1, text)

    def passes(self, script, *arguments):
        status, text = self.check(script, *arguments)
        self.assertEqual(status, 0, text)

    def shell(self, command):
        subprocess.run(command, shell=True, check=True, cwd=self.root, capture_output=True)


class Arrows(Tree):
    def test_a_tree_that_keeps_to_the_table_passes(self):
        self.passes("arrows.py", self.root)

    def test_an_arrow_that_is_not_drawn_is_found(self):
        self.write("runtime/start.cpp", '#include <cstdint>\n#include "policy/policy.h"\n')
        self.fails('runtime/start.cpp:2: "policy/policy.h": runtime may not include policy', "arrows.py", self.root)

    def test_an_arrow_through_dots_is_found(self):
        self.write("runtime/start.cpp", '#include "../policy/policy.h"\n')
        self.fails("runtime may not include policy", "arrows.py", self.root)

    def test_a_library_in_the_runtime_is_found(self):
        self.write("runtime/start.cpp", "#include <fmt/format.h>\n")
        self.fails("runtime may not use fmt", "arrows.py", self.root)

    def test_a_header_that_is_nowhere_is_found(self):
        self.write("policy/parser.cpp", '#include "policy/no_such.h"\n')
        self.fails('"policy/no_such.h": no such file', "arrows.py", self.root)

    def test_a_circle_in_the_table_is_found(self):
        self.write("docs/rooms.md", ROOMS.replace("| headers | |", "| headers | `policy` |"))
        self.fails("include points at policy, which must stand above it", "arrows.py", self.root)


class GoodGuest(Tree):
    def build(self, source, link=""):
        self.write("guest.cpp", source)
        self.shell(f"g++ -fPIC -O1 -fno-exceptions -c guest.cpp && ar rcs guest.a guest.o && "
                   f"gcc -shared guest.o -o guest.so {link}")

    def list(self, text):
        self.write("list.txt", "needed libc.so.6\nimport? __cxa_finalize\nimport? __gmon_start__\n"
                               "import? _ITM_deregisterTMCloneTable\nimport? _ITM_registerTMCloneTable\n" + text)
        return self.root / "list.txt", self.root / "guest.so", self.root / "guest.a"

    def test_what_the_list_says_passes(self):
        self.build('#include <cstdio>\nextern "C" void glimpse_hello() { std::puts("x"); }')
        self.passes("good_guest.py", *self.list("export glimpse_hello\nimport puts\n"))

    def test_an_export_that_is_not_listed_is_found(self):
        self.build('extern "C" void helper() {} extern "C" void glimpse_hello() {}')
        self.fails("exports helper", "good_guest.py", *self.list("export glimpse_hello\n"))

    def test_an_import_that_is_not_listed_is_found(self):
        self.build('#include <cstdlib>\nextern "C" void* glimpse_hello() { return std::malloc(7); }')
        self.fails("imports malloc", "good_guest.py", *self.list("export glimpse_hello\n"))

    def test_a_library_that_is_not_listed_is_found(self):
        self.build('extern "C" void glimpse_hello() {}', "-Wl,--no-as-needed -lm")
        self.fails("needs libm.so.6", "good_guest.py", *self.list("export glimpse_hello\n"))

    def test_a_line_of_the_list_that_came_true_nowhere_is_found(self):
        self.build('extern "C" void glimpse_hello() {}')
        self.fails("does not import puts", "good_guest.py", *self.list("export glimpse_hello\nimport puts\n"))

    def test_a_stranger_in_the_archive_is_found(self):
        self.build('__attribute__((visibility("default"))) void helper() {} extern "C" void glimpse_hello() { helper(); }')
        self.fails("brings _Z6helperv into the program", "good_guest.py", *self.list("export glimpse_hello\n"))


class Untraced(Tree):
    def test_an_object_that_calls_a_hook_is_found(self):
        self.write("policy/a.cpp", "int twice(int x) { return 2 * x; }\n")
        self.shell("g++ -c policy/a.cpp -o policy/a.o")
        self.passes("untraced.py", self.root, "policy")
        self.shell("g++ -finstrument-functions -c policy/a.cpp -o policy/a.o")
        self.fails("U __cyg_profile_func_enter", "untraced.py", self.root, "policy")

    def test_a_build_without_objects_is_no_success(self):
        self.fails("nothing was checked", "untraced.py", self.root, "policy")


class TidyTree(Tree):
    def track(self, path, text):
        self.write(path, text)
        self.shell("git init -q . && git add -A -f")

    def test_a_clean_tree_passes(self):
        self.track("a.txt", "plain\n")
        self.passes("tidy_tree.py", self.root)

    def test_the_path_of_the_checkout_is_found(self):
        self.track("a.txt", f"see {self.root.resolve()}/notes\n")
        self.fails("a.txt:1: names a path of one machine", "tidy_tree.py", self.root)

    def test_a_word_that_a_checkout_below_the_root_is_named_like_is_no_path(self):
        sys.path.insert(0, str(HERE))
        sys.dont_write_bytecode = True
        import tidy_tree

        machine = tidy_tree.paths_of_this_machine("/nowhere")
        self.assertIsNone(machine.search("run `scripts/nowhere` and ./nowhere, then $here/nowhere/all"))
        self.assertIsNotNone(machine.search("see /nowhere/docs"))

    def test_the_users_home_is_found(self):
        self.track("a.txt", f"\nsee {os.path.expanduser('~')}/notes\n")
        self.fails("a.txt:2: names a path of one machine", "tidy_tree.py", self.root)

    def test_binary_and_generated_files_are_found(self):
        self.track("image.dat", b"\x00\x01")
        self.fails("image.dat: binary", "tidy_tree.py", self.root)
        self.track("policy/a.o", "x")
        self.fails("policy/a.o: generated", "tidy_tree.py", self.root)


class Links(Tree):
    def test_links_that_lead_somewhere_pass(self):
        self.write("README.md", "# Top\n[rooms](docs/rooms.md) [up](#top) [out](https://example.org) `[x](y)`\n")
        self.passes("links.py", self.root)

    def test_a_link_to_nothing_is_found(self):
        self.write("README.md", "[gone](docs/gone.md)\n")
        self.fails("README.md: docs/gone.md: no such file", "links.py", self.root)

    def test_a_link_to_a_missing_heading_is_found(self):
        self.write("README.md", "# Top\n[x](#bottom)\n")
        self.fails("README.md: #bottom: no such heading", "links.py", self.root)


class Examples(Tree):
    def setUp(self):
        super().setUp()
        self.write("docs/api.md", "[span.h](../include/glimpse/span.h)\n")
        self.write("include/glimpse/span.h", "namespace detail {\nGLIMPSE_UNTRACED inline void hidden() {}\n}  // namespace detail\n"
                                             "class [[nodiscard]] Span {\n public:\n  GLIMPSE_UNTRACED Span& set(int value) {}\n"
                                             " private:\n  GLIMPSE_UNTRACED void close() {}\n};\n")
        self.write("docs/examples/api/a.cpp", "int main() { Span().set(1); }  // ends: end()\n")

    def test_examples_of_all_there_is_pass(self):
        self.passes("examples.py", self.root)

    def test_a_function_without_an_example_is_found(self):
        self.write("docs/examples/api/a.cpp", "int main() { Span(); }  // set()\n")
        self.fails("include/glimpse/span.h: set is in no example", "examples.py", self.root)

    def test_a_page_that_names_no_header_is_found(self):
        self.write("docs/api.md", "Nothing.\n")
        self.fails("names no header", "examples.py", self.root)


class Flags(Tree):
    def setUp(self):
        super().setUp()
        self.write("cmake/GlimpseFlags.cmake", 'set(GLIMPSE_GCC_FLAGS "-f -finstrument-functions-exclude-file-list=/usr")\n'
                                               'set(GLIMPSE_CLANG_FLAGS "-after")\n')
        self.write("README.md", "`-f -finstrument-functions-exclude-file-list=/usr` or `-after`\n")
        self.write("scripts/demo", "cc -f -finstrument-functions-exclude-file-list=/usr a.c || clang -after a.c\n")
        self.shell("git init -q . && git add -A -f")

    def test_a_tree_of_one_mind_passes(self):
        self.passes("flags.py", self.root)

    def test_another_list_is_found(self):
        self.write("scripts/demo", "\ncc -f -finstrument-functions-exclude-file-list=/usr,/opt a.c\n")
        self.fails("scripts/demo:2: -finstrument-functions-exclude-file-list=/usr,/opt, where", "flags.py", self.root)

    def test_a_front_door_without_a_compilers_flag_is_found(self):
        self.write("README.md", "`-f -finstrument-functions-exclude-file-list=/usr`\n")
        self.fails("README.md: does not show -after", "flags.py", self.root)


if __name__ == "__main__":
    unittest.main(verbosity=1)
