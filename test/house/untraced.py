"""Checks that our own objects never call the hooks: a tracer that traces itself does not come back.

usage: untraced.py ROOT_OF_BUILD ROOM...                  objects and archives of this build
       untraced.py --rebuild SOURCE FOLDER CXX CC         the runtime once more, with the hooks asked for in CXXFLAGS
"""

import pathlib
import subprocess
import sys

HOOKS = ("__cyg_profile_func_enter", "__cyg_profile_func_exit")


def callers(files):
    for file in files:
        listed = subprocess.run(["nm", "-A", "--undefined-only", str(file)], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            if line.split()[-1].split("@")[0] in HOOKS:
                yield line.strip()


def report(files, what):
    if not files:
        sys.exit(f"no object files in {what}: nothing was checked")
    wrong = list(callers(files))
    print("\n".join(wrong) if wrong else f"{len(files)} files of {what} call no hook")
    sys.exit(1 if wrong else 0)


def main():
    if sys.argv[1] == "--rebuild":
        source, folder, cxx, cc = sys.argv[2:]
        flags = "-finstrument-functions"
        configure = ["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DGLIMPSE_TESTS=OFF", "-DGLIMPSE_BENCH=OFF",
                     f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_C_COMPILER={cc}",
                     f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_C_FLAGS={flags}"]
        subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cmake", "--build", folder, "-j2", "--target", "glimpse_runtime_shared", "glimpse_runtime_static"],
                       check=True, stdout=subprocess.DEVNULL)
        report(sorted(pathlib.Path(folder, "runtime").rglob("*.o")), f"the runtime built by {cxx} {flags}")
    build, *rooms = sys.argv[1:]
    files = [file for room in rooms for file in pathlib.Path(build, room).rglob("*.o")]
    report(sorted(files + list(pathlib.Path(build).glob("lib*/*.a"))), "this build")


if __name__ == "__main__":
    main()
