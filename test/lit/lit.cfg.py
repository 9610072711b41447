# lit's configuration: what the words in RUN lines stand for. README.md explains how a test here is written.

import os
import shutil
import subprocess

import lit.formats

config.name = "glimpse"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".test", ".c", ".cpp"]
config.excludes = ["support", "inputs"]
config.test_source_root = os.path.dirname(__file__)

site_config = lit_config.params.get("glimpse_site_config")
if not site_config:
    lit_config.fatal("run these tests with test/glimpse-lit of a build folder, or with ctest -R lit")
lit_config.load_config(config, site_config)

# The tests say what glimpse is told, nobody's shell does.
for name in list(os.environ):
    if name.startswith(("GLIMPSE_", "OTEL_")) or name == "LD_PRELOAD":
        config.environment.pop(name, None)
config.environment["LANG"] = "C.UTF-8"
for name in ("UBSAN_OPTIONS", "ASAN_OPTIONS", "TSAN_OPTIONS", "XDG_RUNTIME_DIR", "CCACHE_DIR"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["PATH"] = os.pathsep.join(
    [config.glimpse_bin_dir, os.path.dirname(config.filecheck), os.environ["PATH"]]
)

# Compilers: the word in a test, the feature a test may require, the commands.
compilers = [
    ("gcc", "gcc", "g++"),
    ("clang14", "clang-14", "clang++-14"),
    ("clang19", "clang-19", "clang++-19"),
]
present = []
for word, c, cxx in compilers:
    if shutil.which(c) and shutil.which(cxx):
        feature = c
        config.available_features.add(feature)
        present.append(f"{feature}={c},{cxx}")
        config.substitutions.append((f"%{word.replace('clang', 'clangxx').replace('gcc', 'gxx')}\\b", cxx))
        config.substitutions.append((f"%{word}\\b", c))

# The Clang plugins that are built, each with its compiler: `for v in %plugin-versions; do clang++-$v -fplugin=%plugin-stem$v.so …; done`.
plugins = [
    version
    for version in ("14", "16", "19")
    if shutil.which(f"clang++-{version}")
    and os.path.exists(os.path.join(config.glimpse_lib_dir, "glimpse", f"GlimpsePlugin-{version}.so"))
]
if plugins:
    config.available_features.add("plugin")
    config.available_features |= {f"plugin-{version}" for version in plugins}

if shutil.which("ld.lld-14"):
    config.available_features.add("lld-14")

if os.path.exists("/usr/include/boost/context/fiber.hpp"):
    config.available_features.add("boost-context")

# What headers of ours adapt to.
if all(os.path.exists(f"/usr/include/{header}") for header in ("httplib.h", "spdlog/spdlog.h", "boost/beast/http.hpp")):
    config.available_features.add("api-adapters")

# Whether this user may make PID namespaces: a container often may not.
if shutil.which("unshare") and subprocess.run(["unshare", "-Urpf", "true"], capture_output=True).returncode == 0:
    config.available_features.add("pid-namespaces")

# A file system of a size of our own, in a namespace of our own.
if shutil.which("unshare") and subprocess.run(
    ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stderr=subprocess.DEVNULL, check=False
).returncode == 0:
    config.available_features.add("tmpfs")

# Whether folders can be made read-only for one test alone.
if shutil.which("unshare") and subprocess.run(["unshare", "-m", "sh", "-c", "mount --bind /tmp /tmp"], capture_output=True).returncode == 0:
    config.available_features.add("mount-namespaces")

# Whether another user can be, who may start what was built here, and a set-user-ID bit counts.
as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
if (
    os.geteuid() == 0
    and shutil.which("setpriv")
    and not os.statvfs(config.glimpse_build_dir).f_flag & os.ST_NOSUID
    and subprocess.run(
        # Through a shell: setpriv itself still has root's capabilities when it starts a program.
        [*as_nobody, "sh", "-c", os.path.join(config.glimpse_bin_dir, "glimpse") + " --version"], capture_output=True
    ).returncode == 0
):
    config.available_features.add("other-user")
    config.substitutions.append(("%as-nobody", f"env - PATH={config.environment['PATH']} {' '.join(as_nobody)}"))

library = os.path.join(config.glimpse_lib_dir, "libglimpse.so")
glimpse = os.path.join(config.glimpse_bin_dir, "glimpse")
trace = (
    f"{config.python} {config.test_source_root}/support/trace.py --glimpse {glimpse} --filecheck {config.filecheck}"
    f" --jq-program {config.jq} --library-dir {config.glimpse_lib_dir} --include-dir {config.glimpse_include_dir}"
    f" --work %t.trace --compilers {';'.join(present)} --plugins {','.join(plugins) or 'none'}"
).replace(";", "\\;")
config.substitutions += [
    ("%{trace}", trace),
    ("%{whole}", f"{config.python} {config.test_source_root}/support/whole.py"),
    ("%libglimpse\\b", library),
    ("%include\\b", config.glimpse_include_dir),
    ("%glimpse-cc\\b", os.path.join(config.glimpse_bin_dir, "glimpse-cc")),
    ("%glimpse-c\\+\\+", os.path.join(config.glimpse_bin_dir, "glimpse-c++")),
    ("%glimpse\\b", glimpse),
    ("%python\\b", config.python),
    ("%plugin-versions\\b", " ".join(plugins)),
    ("%plugin-stem\\b", os.path.join(config.glimpse_lib_dir, "glimpse", "GlimpsePlugin-")),
    ("%otlp-receiver\\b", os.path.join(config.glimpse_build_dir, "test", "otlp-receiver")),
    ("%build\\b", config.glimpse_build_dir),
    ("%root\\b", config.glimpse_source_dir),
]
