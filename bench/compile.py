#!/usr/bin/python3
"""What the Clang plugin costs while compiling, and what is in the object afterwards.

  scripts/bench compile [--compilers 14,16,19] [--levels 0,2] [--runs 9] [--quick]

Two sources: `headers` includes about half of the standard library and has three functions of its own; `functions` has a
thousand small ones, and nothing else. Each is compiled plain, with Clang's own flag, and with the plugin in both modes by
a policy that wants what is in the namespace `app`.

seconds     of processor time, the median; `x plain` is that and, behind it, the least over the least
KiB         of the object file; `text` is its code
"""

import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import sys

import interleave
from table import show

HEADER = ["source", "Clang", "compiled", "seconds", "x plain", "least", "object KiB", "text KiB"]
INCLUDES = """algorithm any array atomic bitset chrono complex condition_variable deque exception filesystem fstream functional future
iomanip iostream iterator limits list locale map memory mutex numeric optional queue random regex set sstream string string_view
thread tuple unordered_map unordered_set variant vector""".split()
HEADERS = "".join(f"#include <{name}>\n" for name in INCLUDES) + """
namespace app {
std::map<std::string, int> count(const std::vector<std::string>& words) {
  std::map<std::string, int> counts;
  for (const auto& word : words) ++counts[word];
  return counts;
}
int matching(const std::map<std::string, int>& counts, const std::string& pattern) {
  const std::regex regex(pattern);
  int all = 0;
  for (const auto& [word, number] : counts) all += std::regex_match(word, regex) ? number : 0;
  return all;
}
int run(const std::vector<std::string>& words) { return matching(count(words), "[a-z]+"); }
}  // namespace app
int main(int argc, char** argv) { return app::run({argv, argv + argc}); }
"""


def functions(count):
    body = "".join(f"int f{i}(int n) {{ return n < 2 ? sink = n : f{(i * 7 + 1) % count}(n - 1) + f{(i * 3 + 2) % count}(n - 2); }}\n" for i in range(count))
    return "volatile int sink;\nnamespace app {\n" + "".join(f"int f{i}(int);\n" for i in range(count)) + body + "}\nint main() { return app::f0(9); }\n"


def compiled(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        raise interleave.Skipped(result.stderr.strip()[-200:] or f"status {result.returncode}")
    return {"seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def text_kib(path):
    """The code in an object, by binutils' size."""
    out = subprocess.run(["size", "-A", str(path)], capture_output=True, text=True, check=True).stdout
    return sum(int(line.split()[1]) for line in out.splitlines() if line.startswith(".text")) / 1024


def rows(name, version, level, plugin, work, runs):
    command = [f"clang++-{version}", "-std=c++17", f"-O{level}", "-c", f"{name}.cpp", "-o"]
    variants = {
        "plain": [],
        "hooks, all": ["-finstrument-functions"],
        "filter": [f"-fplugin={plugin}", "-fplugin-arg-glimpse-policy=policy.json"],
        "native": [f"-fplugin={plugin}", "-fplugin-arg-glimpse-policy=policy.json", "-fplugin-arg-glimpse-mode=native"],
    }
    objects = {variant: f"{name}-{version}-{level}-{variant.replace(', ', '-')}.o" for variant in variants}
    samples = interleave.rounds({variant: lambda more=more, variant=variant: compiled([*command, objects[variant], *more], work)
                                 for variant, more in variants.items()}, runs, f"{name}, Clang {version} -O{level}")
    for variant, found in samples.items():
        first = [name, f"{version} -O{level}", variant]
        if isinstance(found, str):
            yield first + [found] + [""] * (len(HEADER) - 4)
            continue
        seconds, plain = found["seconds"], samples["plain"]["seconds"]
        path = work / objects[variant]
        yield first + [f"{seconds.median:.2f}", f"{seconds.median / plain.median:.3f}", f"{seconds.best / plain.best:.3f}",
                       f"{path.stat().st_size / 1024:.0f}", f"{text_kib(path):.0f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glimpse", type=pathlib.Path, required=True, help="the binary; scripts/bench says it")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of sources and objects; scripts/bench says it")
    parser.add_argument("--compilers", default="14,16,19", help="versions of Clang, separated by commas")
    parser.add_argument("--levels", default="0,2", help="optimisation levels, separated by commas")
    parser.add_argument("--runs", type=int, default=0, help="rounds; 9, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small sources: whether all works, not what it costs")
    options = parser.parse_args()
    work = options.work.resolve() / "compile"
    work.mkdir(parents=True, exist_ok=True)
    (work / "headers.cpp").write_text("#include <string>\n#include <map>\n#include <vector>\n#include <regex>\n" + HEADERS[HEADERS.index("namespace app"):]
                                      if options.quick else HEADERS)
    (work / "functions.cpp").write_text(functions(20 if options.quick else 1000))
    (work / "policy.json").write_text('{"package_trees": ["app"]}')
    table = []
    for version in options.compilers.split(","):
        plugin = options.glimpse.resolve().parent.parent / "lib/glimpse" / f"GlimpsePlugin-{version}.so"
        if not plugin.exists() or not shutil.which(f"clang++-{version}"):
            table.append(["", version, "", f"not here: clang++-{version} and {plugin.name}"] + [""] * (len(HEADER) - 4))
            continue
        for level in options.levels.split(","):
            for name in ("headers", "functions"):
                table += rows(name, version, level, plugin, work, options.runs or (1 if options.quick else 9))
    show(HEADER, table, left=3)
    return 0


if __name__ == "__main__":
    os.environ.pop("GLIMPSE_POLICY", None)
    sys.exit(main())
