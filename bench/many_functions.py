"""Makes a program of very many functions, as a compiler with -finstrument-functions would have made it.

build(folder, functions) gives the path of the program, built once: bench/many_functions_main.c beside assembly in which
every function calls both hooks as gcc 12 writes it at -O2. Assembly, because a compiler takes minutes for a million
functions and the assembler seconds. Functions stand in blocks of 1000, one C++ namespace each, and `block_N`, which is
not traced itself, calls all of its block.
"""

import pathlib
import subprocess

BLOCK = 1000
BLOCKS_PER_FILE = 100
HERE = pathlib.Path(__file__).resolve().parent

MACRO = """\
.macro traced name
.p2align 4
.globl \\name
.type \\name,@function
\\name:
subq $8,%rsp
movq 8(%rsp),%rsi
leaq \\name(%rip),%rdi
call __cyg_profile_func_enter@PLT
movq 8(%rsp),%rsi
leaq \\name(%rip),%rdi
addq $8,%rsp
jmp __cyg_profile_func_exit@PLT
.size \\name,.-\\name
.endm
"""


def mangled(block, function):
    """many::m0007::f0000042(int)"""
    return f"_ZN4many5m{block:04}8f{function:07}Ei"


def block_text(block):
    names = [mangled(block, function) for function in range(BLOCK)]
    calls = "".join(f"call {name}\n" for name in names)
    return ("".join(f"traced {name}\n" for name in names) +
            f".p2align 4\n.globl block_{block}\n.type block_{block},@function\nblock_{block}:\nsubq $8,%rsp\n{calls}addq $8,%rsp\nret\n"
            f".size block_{block},.-block_{block}\n")


def objects(folder, blocks):
    for first in range(0, blocks, BLOCKS_PER_FILE):
        source, made = folder / f"part{first}.s", folder / f"part{first}.o"
        with open(source, "w", encoding="ascii") as file:
            file.write(MACRO + ".text\n")
            for block in range(first, min(first + BLOCKS_PER_FILE, blocks)):
                file.write(block_text(block))
            file.write('.section .note.GNU-stack,"",@progbits\n')
        subprocess.run(["as", "-o", made, source], check=True)
        source.unlink()
        yield made


def build(folder, functions):
    blocks = functions // BLOCK
    program = folder / f"many_{functions}"
    if program.exists():
        return program
    parts = folder / f"many_{functions}.parts"
    parts.mkdir(parents=True, exist_ok=True)
    table = parts / "blocks.h"
    table.write_text("".join(f"BLOCK({block})\n" for block in range(blocks)))
    made = list(objects(parts, blocks))
    subprocess.run(["gcc", "-O2", f"-DBLOCKS=\"{table}\"", HERE / "many_functions_main.c", *made, "-Wl,--build-id", "-o", program], check=True)
    for part in [*made, table]:
        part.unlink()
    parts.rmdir()
    return program
