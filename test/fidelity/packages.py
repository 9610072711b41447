"""The programs nobody here wrote: how each is built by flags alone, and a workload that does the same every time.

Shell text runs in a copy of the Debian source package, with $CC, $CXX, $CFLAGS and $CXXFLAGS set. The workload is one
command, run in the folder that `inputs` has filled; its standard input is the file `stdin` where there is one.
"""

import dataclasses


@dataclasses.dataclass
class Package:
    name: str           # of the Debian source package
    language: str       # "c" or "c++"
    build: str
    program: str        # path of what was built
    inputs: str         # shell text that fills the folder of the workload; $SOURCE is the built source
    arguments: list
    narrow: dict        # the narrow policy, completed with trace_depth 5
    namespaces: str = ""
    unordered: bool = False  # threads share the work by chance
    chance: str = ""         # functions that are called, or how often, by chance
    steady: bool = False     # needs the same addresses every time
    why: str = ""
    needs: tuple = ()        # binary packages, unpacked beside the sources: $NEEDS is where
    levels: str = ""         # of optimisation, where not all of them: what is large is built once
    client: str = ""         # Python that talks to the program while it runs, as its standard output does
    throws: bool = False     # C++ without longjmp: what the oracle saw no exit of, an exception left
    project: str = ""        # shell text: its own build system, told nothing but $CC and $CXX
    made: str = ""           # path of what that made


TEXT = """i=0; while [ $i -lt 400 ]; do echo "line $i of the text: $((i * 7919 % 1000)) apples, $((i * 104729 % 97)) pears and a word$((i % 13))"; i=$((i + 1)); done > text"""

PACKAGES = [
    Package(
        "tinyxml2", "c++", "sed -i '/Parsing dream.xml (%s)/d' xmltest.cpp && $CXX $CXXFLAGS tinyxml2.cpp xmltest.cpp -o xmltest", "xmltest",
        'cp -r "$SOURCE/resources" . && head -c 12000 "$SOURCE/resources/dream.xml" > resources/dream.xml', [],
        {"exact_modules": ["tinyxml2"]}, "tinyxml2",
        project="sed -i '/Parsing dream.xml (%s)/d' xmltest.cpp && cmake -S . -B bld -DCMAKE_BUILD_TYPE=RelWithDebInfo && cmake --build bld -j2", made="bld/xmltest"),
    Package(
        "gperf", "c++", "./configure -q && make -s -C lib CXXFLAGS=\"$CXXFLAGS\" CFLAGS=\"$CFLAGS\" && make -s -C src CXXFLAGS=\"$CXXFLAGS -w\"", "src/gperf",
        "for i in $(seq 120); do echo \"word$((i * 7919 % 1009)), $i\"; done | sort -u -t, -k1,1 | sed '1i struct word { const char* name; int value; };\\n%%' > keys",
        ["-t", "-L", "C++", "-D", "-m", "3", "keys"],
        {"exact_modules": ["gperf"], "exclude_functions": ["KeywordExt::*", "Positions::*", "PositionIterator::*", "atoi", "putchar", "isprint"]}, "std,__gnu_cxx",
        project="./configure -q CXXFLAGS='-g -O2 -Wno-register' && make -s", made="src/gperf",
        why="it says `register`, which C++17 no longer knows and Clang then refuses; atoi and the like are inlined from headers of libc, and in native mode then the program's own"),
    Package(
        "snappy", "c++",
        "cmake -S . -B bld -DCMAKE_BUILD_TYPE= -DSNAPPY_BUILD_BENCHMARKS=OFF -DSNAPPY_BUILD_TESTS=OFF >/dev/null && "
        "$CXX $CXXFLAGS -std=c++17 -DHAVE_CONFIG_H -I. -Ibld snappy.cc snappy-c.cc snappy-sinksource.cc snappy-stubs-internal.cc "
        "snappy-test.cc snappy_test_data.cc snappy_unittest.cc -lgtest -lgtest_main -lpthread -lz -o snappy_unittest",
        "snappy_unittest", 'cp -r "$SOURCE/testdata" .',
        ["--gtest_filter=Snappy.Simple*:Snappy.Four*:Snappy.IOVec*:SnappyCorruption*:CorruptedTest*:Snappy.ReadPast*", "--gtest_print_time=0"],
        {"package_trees": ["snappy::internal"]}, "snappy,snappy::internal,testing,testing::internal,std"),
    Package(
        "nlohmann-json3", "c++",
        "echo '#define TEST_DATA_DIRECTORY \".\"' > tests/src/test_data.hpp; $CXX $CXXFLAGS -std=c++17 -Isingle_include -Itests/thirdparty/doctest -Itests/src tests/src/unit.cpp tests/src/unit-json_patch.cpp -o unit",
        "unit", ":", [],
        {"exact_modules": ["nlohmann::json_abi_v3_11_2::detail"]},
        "nlohmann,nlohmann::json_abi_v3_11_2,nlohmann::json_abi_v3_11_2::detail,doctest,doctest::detail,doctest::assertType,doctest::Color,std,__gnu_cxx",
        throws=True, why="its tests throw and catch"),
    Package(
        "mawk", "c", "./configure --with-builtin-srand=no -q && make -s mawk", "mawk",
        TEXT + """
cat > script <<'END'
function join(a, n,   i, s) { for (i = 1; i <= n; i++) s = s (i > 1 ? "," : "") a[i]; return s }
function fibonacci(n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2) }
{ words += NF; seen[$NF]++; gsub(/[aeiou]/, "<&>"); if (match($0, /[0-9]+ </)) total += substr($0, RSTART, RLENGTH) }
/word[35]/ { n = split($0, part, / /); line[NR % 7] = join(part, n) }
END { print words, total, fibonacci(12); for (k = 0; k < 13; k++) printf "%s=%d ", "word" k, seen["word" k]; print line[3]; print toupper(substr(line[4], 1, 20)) }
END""", ["-f", "script", "text"],
        {"exact_modules": ["mawk"], "exclude_functions": ["execute", "collect_*"]}),
    Package(
        "dash", "c", "touch aclocal.m4; sleep 1; touch configure config.h.in; sleep 1; touch Makefile.in src/Makefile.in; ./configure -q && cd src && "
        # Debian's patches add a file without making the Makefile anew.
        "make -s priv.o && make -s dash_LDADD='builtins.o init.o nodes.o signames.o syntax.o priv.o'", "src/dash",
        TEXT + """
cat > script <<'END'
count() { local n=0; while read -r a b c; do n=$((n + b)); case $c in *word3) echo "three $b";; *) :;; esac; done; echo "sum $n"; }
count < text | tail -n 3
for i in 1 2 3 4 5; do x="$x$i"; y=${x#1}; z=${x%5}; echo "$x $y $z ${#x}"; done
(trap 'echo leaving' EXIT; cd /; echo "$(echo nested "$(echo deeper)")")
f() { [ "$1" -gt 0 ] && { echo "$1"; f $(($1 - 1)); }; }
f 8
set -- a b c; echo "$# $*"; shift; echo "$@"
eval 'echo evaluated $x' ; unset x; echo "${x:-default}"
sh_error() { cd /nonexistent/folder; echo "status $?"; }; sh_error 2>/dev/null
if ! (exit 3); then echo "status 3"; fi
cat <<HERE
here $y
HERE
{ echo one; echo two; } | while read w; do echo "got $w"; done &
wait; exit 7
END""", ["script"],
        {"exact_modules": ["dash"], "exclude_functions": ["pst*", "growstackto"]}, chance="onsig,dowait,waitproc,waitone,setsignal,gotsig,findvar,listvars",
        why="when a child ends, and its SIGCHLD comes, is chance; how many steps a look-up takes depends on the environment"),
    Package(
        "lua5.4", "c",
        """cd src; echo '#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"' > lua5.4-deb-multiarch.h; $CC $CFLAGS -DLUA_USE_LINUX '-Dluai_makeseed(L)=42u' $(ls *.c | grep -v luac.c) -o lua -lm -ldl -Wl,-E""",
        "src/lua",
        """cat > script.lua <<'END'
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(10))
local list = {}
for i = 1, 60 do list[i] = {key = (i * 7919) % 101, name = "n" .. i} end
table.sort(list, function(a, b) return a.key < b.key end)
print(list[1].name, list[60].key)
for i = 1, 20 do
  local good, what = pcall(function(x) if x % 3 == 0 then error("thrown " .. x) end return x end, i)
  if not good then print(what) end
end
print(pcall(string.rep)) print(select(2, pcall(error, {1}) ) ~= nil)
local co = coroutine.wrap(function(a) for i = 1, 5 do a = coroutine.yield(a + i) end error("in coroutine") end)
for i = 1, 5 do io.write(co(i), " ") end
print(pcall(co, 1))
print(string.format("%5.2f|%q|%s", 3.14159, "quoted\\n", ("x"):rep(5)), ("hello world"):gsub("o", "0"))
for w in ("one two three"):gmatch("%a+") do io.write(w:upper(), ",") end print()
collectgarbage()
print(load("return 1 +")) os.exit(5, true)
END""", ["script.lua"],
        {"package_trees": ["lua"], "exclude_functions": ["luaV_*"]}, steady=True,
        why="it hashes addresses; LUAI_THROW is longjmp: its exits are not seen by anybody's hook"),
    Package(
        "xz-utils", "c",
        "./configure -q --disable-nls --disable-shared --disable-doc --disable-scripts --disable-lzmainfo --disable-xzdec --disable-lzmadec && make -s -j2",
        "src/xz/xz", TEXT + "; cat text text > two; head -c 40000 two > small", ["-T2", "-0", "--block-size=8192", "-k", "-c", "small"],
        {"exact_modules": ["xz"], "exclude_functions": ["lzma_crc*", "rc_*"]}, unordered=True,
        chance="lzma_code,wait_for_work,message_progress_update,mythread_cond_wait,mythread_cond_timedwait,mythread_cond_signal,mythread_mutex_lock,mythread_mutex_unlock",
        why="which worker gets which block, and how often a thread polls and wakes up, is chance; a block larger than what xz reads at once would be encoded in pieces of chance"),
    Package(
        "libzstd", "c", 'make -s -j2 -C programs zstd HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 HAVE_THREAD=1 CFLAGS="$CFLAGS"',
        "programs/zstd", TEXT + "; cat text text text text text text text text > much", ["-T2", "-1", "-B32768", "-q", "-k", "-c", "much"],
        {"exact_modules": ["zstd"], "exclude_functions": ["ZSTD_*", "HUF_*", "FSE_*"]}, unordered=True,
        why="which worker gets which job is chance"),
    Package(
        "jq", "c",
        r"""cd src; mkdir -p src; sed -i 's|^  hash_seed = seed;|  hash_seed = 42;|' jv.c; echo '#define JQ_VERSION "1.6"' > src/version.h; 
# Of the library written in jq only what the workload needs: compiling the whole of it takes ten million calls.
cat > builtin.jq <<'END'
def map(f): [.[] | f];
def select(f): if f then . else empty end;
def recurse(f): def r: ., (f | r); r;
def recurse: recurse(.[]?);
def numbers: select(type == "number");
def paths: path(..)|select(length > 0);
END
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' builtin.jq > src/builtin.inc
$CC $CFLAGS -D_GNU_SOURCE -DIEEE_8087 -DHAVE_MEMMEM -DHAVE_ISATTY -DHAVE_TIMEGM -DHAVE_STRPTIME -DHAVE_GMTIME_R -DHAVE_MKTIME -DHAVE_STRFTIME -DHAVE_GETTIMEOFDAY -DHAVE_ALLOCA_H -w -I. \
builtin.c bytecode.c compile.c execute.c jq_test.c jv.c jv_alloc.c jv_aux.c jv_dtoa.c jv_file.c jv_parse.c jv_print.c jv_unicode.c linker.c locfile.c util.c lexer.c parser.c main.c inject_errors.c -lm -lpthread -o jq""",
        "src/jq", """cat > in.json <<'END'
{"a": [1, 2, {"b": "text", "c": null}], "d": 1.5, "e": "x\\u00e9y"}
END""", ["-c", "[.a[] | numbers | . + 1], (.e | length), (.a[2] | keys), ([paths] | length)", "in.json"],
        {"exact_modules": ["jq"], "exclude_functions": ["jv_*", "jvp_*"]}, steady=True),
    Package(
        "yaml-cpp", "c++",
        "$CXX $CXXFLAGS -std=c++14 -w -Iinclude -Isrc -Itest -Itest/integration src/*.cpp test/main.cpp test/parser_test.cpp test/integration/error_messages_test.cpp "
        "test/integration/load_node_test.cpp test/node/node_test.cpp -lgmock -lgtest -lpthread -o tests",
        "tests", ":", ["--gtest_print_time=0", "--gtest_filter=-ParserTest.*"],
        {"exact_modules": ["YAML"], "exclude_functions": ["YAML::Stream::*", "YAML::RegEx::*"]}, "YAML,YAML::detail,YAML::Exp,YAML::ErrorMsg,YAML::conversion,YAML::Utils,testing,testing::internal,std",
        throws=True, chance="std::_Rb_tree<std::shared_ptr<YAML::detail::node>*,std::_Rb_tree<YAML::detail::node_ref const*",
        why="sets of its nodes are ordered by their addresses; an exception is what its parser answers to a fault in a document, and its nodes to a wrong conversion"),
    Package(
        "ninja-build", "c++",
        "cd src; $CXX $CXXFLAGS -std=c++11 -w $(ls *.cc | grep -Ev 'win32|_test|perftest|browse|bench|^test|in.cc') -o ninja", "src/ninja",
        r"""cat > build.ninja <<'END'
rule copy
  command = cp $in $out && echo copied $out
rule join
  command = cat $in > $out && echo "$out: $in" > $out.d
  depfile = $out.d
  deps = gcc
rule bad
  command = echo refused; exit 3
END
for i in $(seq 30); do echo "text $i" > in$i; echo "build out$i: copy in$i"; done >> build.ninja
(echo "build all: join $(seq -f out%g -s ' ' 30)"; echo "build not: bad all"; echo "default not") >> build.ninja""",
        ["-j1", "-k3"],
        {"exact_modules": ["ninja"], "exclude_functions": ["BuildLog::*"]}, "std,__gnu_cxx",
        why="posix_spawn and pipes; a command of it fails, so it ends with a failure"),
    Package(
        "memcached", "c",
        'mkdir libevent && cp -r "$NEEDS/usr/include" libevent/include && '
        'mkdir libevent/lib && cp "$NEEDS/usr/lib/x86_64-linux-gnu/libevent.a" libevent/lib && '
        './configure -q --disable-docs --with-libevent="$PWD/libevent" && make -s -j2 memcached', "memcached", ":",
        ["-u", "root", "-s", "socket", "-P", "pid", "-t", "3", "-m", "16", "-o", "no_lru_crawler,no_lru_maintainer,no_slab_reassign,hashpower=12"],
        {"exact_modules": ["memcached"], "exclude_functions": ["item*", "do_item*", "slabs_*"]}, needs=("libevent-dev",), chance="clock_handler",
        client=r"""
import os, signal, socket, time
while not (os.path.exists("pid") and open("pid").read().endswith("\n")):
    time.sleep(0.01)
def connect():
    link = socket.socket(socket.AF_UNIX)
    link.connect("socket")
    ask(link, "mn\r\n", "MN\r\n")  # it has a thread before the next one comes
    return link
def quit(link):
    link.sendall(b"quit\r\n")
    assert link.recv(1) == b""  # its descriptor is free
def ask(link, text, end):
    link.sendall(text.encode())
    got = b""
    while not got.endswith(end.encode()):
        got += link.recv(65536)
    return got.decode()
said = []
links = [connect() for _ in range(6)]  # to three threads in turn
for i in range(120):
    link = links[i * 7 % 6]
    key = f"key{i * 31 % 50}"
    said.append(ask(link, f"set {key} {i} 0 {i % 9}\r\n{'v' * (i % 9)}\r\n", "\r\n"))
    said.append(ask(link, f"get {key} key{i % 50}\r\n", "END\r\n"))
    if i % 5 == 0:
        said.append(ask(link, f"set number 0 0 2\r\n40\r\n", "\r\n") + ask(links[i % 6], f"incr number {i}\r\n", "\r\n"))
    if i % 8 == 0:
        said.append(ask(link, f"append {key} 0 0 3\r\nend\r\nprepend {key} 0 0 5\r\nbegin\r\ngets {key}\r\n", "END\r\n"))
    if i % 11 == 0:
        said.append(ask(link, f"delete {key}\r\n", "\r\n") + ask(link, "mg no v\r\n", "\r\n") + ask(link, "nonsense\r\n", "\r\n"))
    if i % 20 == 0:
        quit(links[i % 6])
        links[i % 6] = connect()
print("".join(said))
os.kill(int(open("pid").read()), signal.SIGTERM)
""", why="a server with a thread for each of its tasks, and a client that asks one thing after the other; SIGTERM ends it"),
    Package(
        "cppcheck", "c++",
        "$CXX --version | sed -n 1p; make -s -j2 MATCHCOMPILER= HAVE_RULES= FILESDIR= CXXFLAGS=\"$CXXFLAGS -std=c++11 -w\" cppcheck", "cppcheck",
        r"""cat > small.cpp <<'END'
int sum(const int* p, int n) { int all = 0; for (int i = 0; i <= n; i++) all += p[i]; return all; }
int main() { int a[3] = {1, 2, 3}; int unused; return a[3] + sum(a, 3); }
END
cat > std.cfg <<'END'
<?xml version="1.0"?><def format="2"><function name="abort"><noreturn>true</noreturn></function></def>
END""",
        ["-q", "--enable=warning,style", "small.cpp"],
        {"exact_modules": ["ValueFlow"], "exclude_functions": ["Token::*"]}, "ValueFlow,tinyxml2,simplecpp,std", levels="2", throws=True),
]
