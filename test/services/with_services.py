"""Starts the three services of docs/examples/shop, waits until they answer, runs a command, and ends them.

usage: with_services.py [--each PREFIX…] SHOP -- COMMAND…     TILL in the command is the address of the first of them

  --each WORDS   goes before each service, {role} in it is its name: `--each "glimpse run -o {role}.jsonl --"`

Status: the command's; 1 where a service did not start, or did not end with status 0 when it was told to.
"""

import shlex
import signal
import socket
import subprocess
import sys
import time


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for(port, process):
    for _ in range(400):
        if process.poll() is not None:
            sys.exit(f"a service ended with status {process.returncode} before it was asked")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nobody answers on port {port}")




def main():
    words = sys.argv[1:]
    each = []
    if words[0] == "--each":
        each = shlex.split(words[1])
        words = words[2:]
    shop, command = words[0], words[2:]
    till, prices, stock = free_ports(3)
    services = []
    status = 1
    try:
        for role, arguments in (("stock", [stock]), ("prices", [prices, stock]), ("till", [till, prices])):
            before = [word.format(role=role) for word in each]
            services.append(subprocess.Popen(before + [shop, role] + [str(port) for port in arguments]))
            wait_for(arguments[0], services[-1])
        address = f"127.0.0.1:{till}"
        status = subprocess.run([word.replace("TILL", address) for word in command]).returncode
    finally:
        for service in reversed(services):
            # `glimpse run` hands the signal on.
            service.send_signal(signal.SIGTERM)
        for service in services:
            try:
                if service.wait(timeout=60) != 0:
                    print(f"{service.args} ended with {service.returncode}", file=sys.stderr)
                    status = status or 1
            except subprocess.TimeoutExpired:
                service.kill()
                print(f"{service.args} did not end", file=sys.stderr)
                status = 1
    sys.exit(status)


main()
