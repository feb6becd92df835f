#!/usr/bin/env python3
"""From typing `tocsin submit` on one node to `tocsin lookup` on another printing it, both durable.

    python3 tests/bench/bench_command.py [COUNT] [BINARIES]     (1000, build/release/bin)

Three processes a record at least: the submit, and lookups one after another until one finds it. So the figure holds two process
starts, and what is left above the time of one lookup is what the federation took.
"""

import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "deploy"))

import federation  # noqa: E402

ORGS = {"a": ("Bench A", "exchange", "NL"), "b": ("Bench B", "police", "DE")}


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    binaries = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build" / "release" / "bin").resolve()
    submits, lookups, totals = [], [], []
    with federation.Federation(binaries, ORGS) as nodes:
        nodes.init()
        nodes.start()
        nodes.exchange_cards()
        nodes.found_circle("bench", "how fast it is")
        for number in range(count):
            address = f"0x{number + 1:040x}"
            start = time.perf_counter()
            nodes["a"].tocsin("submit", "wallet", address, "--chain", "ETH", "--category", "theft")
            submitted = time.perf_counter()
            while True:
                asked = time.perf_counter()
                found = nodes["b"].tocsin("lookup", address).last["found"]
                answered = time.perf_counter()
                if found:
                    break
            submits.append(submitted - start)
            lookups.append(answered - asked)
            totals.append(answered - start)
    for what, times in (("submit (one process)", submits), ("lookup (one process)", lookups),
                        ("submit to found elsewhere", totals)):
        print(f"{what:28} p50 {percentile(times, .5):7.2f} ms   p99 {percentile(times, .99):7.2f} ms")


if __name__ == "__main__":
    main()
