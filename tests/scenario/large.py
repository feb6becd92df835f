#!/usr/bin/env python3
"""A cluster of over 100,000 wallets: asked about first, seen whole or not at all, written once."""

import hashlib
import signal
import subprocess
import sys
import threading

import scenario
from scenario import expect

WALLETS = 100_001


def address(number):
    return "0x" + hashlib.sha256(b"%d" % number).hexdigest()[:40]


class Reader(threading.Thread):
    """Asks a node again and again how large the cluster at one wallet is; keeps every answer."""

    def __init__(self, node):
        super().__init__()
        self.node, self.seen, self.ended = node, set(), threading.Event()

    def run(self):
        while not self.ended.is_set():
            answer = self.node.tocsin("cluster", address(0), "--members", "1", ok=None)
            if answer.code == 0:
                cluster = answer.last["cluster"]
                self.seen.add(cluster["size"] if cluster else 0)

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def __enter__(self):
        self.start()
        return self


def counts(answer):
    last = answer.last
    return last["new"], last["changed"], last["unchanged"], last["refused"]


def interrupt(nodes, node, path):
    """^C once the other node has some of it."""
    words = [str(nodes.tocsin), "submit", str(path), "--yes", "--config", str(node.config)]
    submission = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    entries = nodes["b"].status()["entries"]
    scenario.wait_for("some members at the other node", lambda: submission.poll() is not None or
                      nodes["b"].status()["entries"] > entries)
    submission.send_signal(signal.SIGINT)
    return submission.wait()


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("large", "clusters of a hundred thousand wallets")
    a, b = nodes["a"], nodes["b"]
    path = nodes.directory / "large.csv"
    with open(path, "w", encoding="ascii") as file:
        file.write("cluster,name,entity,chain,address\n")
        file.writelines(f"big,Big,thief,ETH,{address(number)}\n" for number in range(WALLETS))

    asked = a.tocsin("submit", str(path), ok=(2,))
    expect("the cluster 'big' joins 100,001 wallets; say --yes" in asked.err + asked.out, f"not asked: {asked.err}")
    expect(counts(a.tocsin("submit", str(path), "--dry-run")) == (WALLETS, 0, 0, 0), "the dry run counts it")
    with Reader(b) as reader:
        interrupt(nodes, a, path)
        new, changed, unchanged, refused = counts(a.tocsin("submit", str(path), "--yes"))
        expect((new + unchanged, changed, refused) == (WALLETS, 0, 0), f"completed: {new} new, {unchanged} unchanged")
        nodes.level()
        scenario.wait_for("the cluster at the other node", lambda: WALLETS in reader.seen)
    expect(reader.seen <= {0, WALLETS}, f"a reader saw a part of the report: {sorted(reader.seen)[:5]}")
    entries = a.status()["entries"]
    expect(counts(a.tocsin("submit", str(path), "--yes")) == (0, 0, WALLETS, 0), "once more, and nothing is new")
    expect(a.status()["entries"] == entries, "once more, and something was written")


if __name__ == "__main__":
    sys.exit(scenario.main("large", run, {key: scenario.ORGS[key] for key in ("a", "b")}))
