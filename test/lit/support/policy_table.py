"""Asks the Clang plugin what test/policy_cases.txt asks the matcher.

usage: policy_table.py TABLE WORK COMPILER PLUGIN

Every case that C++ can write is written: the function is defined in the namespaces that the table names, compiled with
the case's policy, and what the plugin reports of it is compared with the table, name, decision and reason. Prints one
line for each difference, and how many cases were asked. Cases that only other compilers or older demanglers spell so
(return types, clones, gcc's lambdas) are passed over.
"""

import pathlib
import re
import subprocess
import sys

TYPES = "|".join(map(re.escape, ["int", "long", "bool", "char", "unsigned long", "char const*", "char*", "void*"]))
NAME = re.compile(rf"(?P<classes>(?:\w+::)*)(?P<name>\w+|operator(?:\(\)|\[\]|[-+*/<>=!]+| bool| unsigned long))"
                  rf"\((?P<parameters>(?:(?:{TYPES})(?:, (?:{TYPES}))*)?)\)(?P<qualifiers>(?: const)?(?: &)?)")


def source_of(name, module):
    """The C++ that defines a function called so, or None where this program does not know how."""
    if module.startswith("["):
        rest, spaces = name, []
        if re.fullmatch(r"\w+", name):
            return f'extern "C" int {name}() {{ return 0; }}\n' if name != "main" else "int main() { return 0; }\n"
        if "::" in name or "operator" in name:
            return None  # of a library that has no namespaces of its own
    elif module == "(anonymous namespace)" or "[" in module or not name.startswith(module + "::"):
        return None
    else:
        rest, spaces = name[len(module) + 2:], module.split("::")
    match = NAME.fullmatch(rest)
    if not match:
        return None
    classes = [word for word in match["classes"].split("::") if word]
    if "operator" in match["name"] and (not classes or match["name"] in ("operator new", "operator delete[]")):
        return None
    result = "" if match["name"].startswith("operator ") else "int "
    if "->" in match["name"]:
        return None  # operator->* is beyond LLVM's demangler, operator-> wants a result of its own
    if match["qualifiers"] and not classes:
        return None
    body = f"{result}{match['name']}({match['parameters']}){match['qualifiers']}"
    if classes:
        inner = "".join(f"struct {word} {{ " for word in classes) + f"{body};" + " };" * len(classes)
        text = f"{inner}\n{result}{'::'.join(classes)}::{body.removeprefix(result)} {{ return {{}}; }}"
    else:
        text = f"__attribute__((used)) {body} {{ return 0; }}"
    for space in reversed(spaces):
        head = "namespace {" if space == "(anonymous namespace)" else f"namespace {space} {{"
        text = f"{head}\n{text}\n}}"
    return text + "\n"


def cases(table):
    policy = None
    for number, line in enumerate(pathlib.Path(table).read_text().splitlines(), 1):
        if line.startswith("policy "):
            policy = line[7:]
        elif line.startswith(("+ ", "- ")):
            columns = re.split(r" {2,}", line[2:].strip())
            yield number, policy, line[0], columns[0], columns[1], columns[2] if len(columns) > 2 else ""


def main():
    table, work, compiler, plugin = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    asked = wrong = 0
    for number, policy, sign, name, module, by in cases(table):
        source = source_of(name, module)
        if source is None:
            continue
        (work / "case.cpp").write_text(source)
        (work / "policy.json").write_text(policy)
        (work / "report").unlink(missing_ok=True)
        binary = ["-fplugin-arg-glimpse-binary=" + module.strip("[]")] if module.startswith("[") else []
        result = subprocess.run([compiler, "-c", "-w", "-std=c++17", f"-fplugin={plugin}", "-fplugin-arg-glimpse-policy=policy.json",
                                 "-fplugin-arg-glimpse-report=report", *binary, "case.cpp", "-o", "case.o"],
                                cwd=work, capture_output=True, text=True)
        if result.returncode != 0:
            print(f"{table}:{number}: does not compile: {source}{result.stderr}")
            wrong += 1
            continue
        asked += 1
        report = (work / "report").read_text()
        if by:
            key, entry = by.split(" ", 1)
            by = f'{key} "{entry}" (line 1)'
        told = [line.split(": glimpse: ", 1)[1] for line in report.splitlines()[:-1]]
        if not told and sign == "-":
            told = [f"- {name}  "]  # passed over with its namespace
        if not any(line.startswith(f"{sign} {name}  {by}") for line in told):
            print(f"{table}:{number}: {sign} {name}  {by}; the plugin says: {told}")
            wrong += 1
    print(f"{asked} cases asked, {wrong} wrong")


main()
