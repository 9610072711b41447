"""What tracing costs a service under load, and whether it loses requests: wrk against the three services.

usage: load.py SHOP GLIMPSE [--seconds S] [--rounds N] [--connections C]

SHOP is built for tracing; without GLIMPSE it runs untraced. Rounds are interleaved, medians are printed, and for each traced
round the number of requests that wrk has had answered is compared with the spans of the first service.
Status: 1 where a request failed, or has no span.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def wrk(shop, each, options):
    command = [sys.executable, str(HERE / "with_services.py")] + (["--each", each] if each else []) + [
        shop, "--", "wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", "http://TILL/checkout/3-10-15"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    text = done.stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"requests failed:\n{text}")
    in_us = {"us": 1, "ms": 1e3, "s": 1e6}
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", text).groups()
    return {"requests": int(re.search(r"(\d+) requests in", text).group(1)),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "median_us": float(number) * in_us[unit]}


def server_spans(path):
    found = 0
    with open(path) as lines:
        for line in lines:
            if '"record_type":"span"' in line:
                span = json.loads(line)
                found += span["name"] == "GET /checkout/{cart}" and "open" not in span
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shop")
    parser.add_argument("glimpse")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    untraced, traced = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            untraced.append(wrk(options.shop, "", options))
            traced.append(wrk(options.shop, f"{options.glimpse} run -o {folder}/{{role}}.jsonl --", options))
            # What wrk broke off at its end was answered, or at least begun: one for each connection at most.
            spans, answered = server_spans(f"{folder}/till.jsonl"), traced[-1]["requests"]
            if not answered <= spans <= answered + options.connections:
                sys.exit(f"{answered} requests were answered, {spans} have a span")
            print(f"{answered} requests answered, {spans} spans")
    of = lambda rounds, key: statistics.median(each[key] for each in rounds)
    for key, unit in (("rate", "requests/s"), ("median_us", "us median latency")):
        before, after = of(untraced, key), of(traced, key)
        print(f"{unit}: {before:.0f} untraced, {after:.0f} traced, ratio {after / before:.2f}")


main()
