"""rename-symbols.py PROGRAM: gives the functions n0, n1 ... of an ELF file names that no assembler takes."""
import subprocess
import sys

NAMES = [b"gr\xc3\xbcn", b"gr\xfcn", b"\xf0\x9fcut", b'say "hello" \\ {x}', b"a\tb\x01c\x7fd\ne", b" ", b"_Z", b"_Znonsense",
         b"_ZN3app4lostEv_and_more", b"\xff" * 3, b"name@VERSION_1"]
renames = [word for number, name in enumerate(NAMES) for word in (b"--redefine-sym", b"n%d=%s" % (number, name))]
subprocess.run([b"objcopy", *renames, sys.argv[1].encode()], check=True)
