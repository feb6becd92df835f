#!/usr/bin/env python3
"""Nodes are killed without warning while all of them take submissions. Whatever was acknowledged, or put into the spool
of a node that was down, is there in the end, on every node; the digests agree and the logs check."""

import os
import random
import sys
import threading

import scenario
from scenario import Failure, expect, wait_for

KILLS = int(os.environ.get("TOCSIN_KILLS", "9"))
SEED = int(os.environ.get("TOCSIN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)


class Submitter(threading.Thread):
    """Submits small files to one node until told to stop; remembers what was acknowledged."""

    def __init__(self, nodes, key, number):
        super().__init__(daemon=True)
        self.nodes, self.node, self.number = nodes, nodes[key], number
        self.stopping = threading.Event()
        self.acknowledged, self.spooled, self.unclear = set(), 0, 0
        self.fault = None

    def addresses(self, batch):
        return [f"0x{self.number:02x}{batch:030x}{row:08x}" for row in range(20)]

    def run(self):
        batch = 0
        try:
            while not self.stopping.is_set():
                batch += 1
                self.submit(batch)
        except Exception as fault:  # told by the main thread
            self.fault = fault

    def submit(self, batch):
        path = self.nodes.directory / f"{self.node.key}-{batch}.csv"
        scenario.write_rows(path, [{"chain": "ETH", "address": address, "category": "theft", "note": "kept"}
                                   for address in self.addresses(batch)])
        answer = self.node.tocsin("submit", path, ok=None)
        path.unlink()
        if answer.code == 7 or (answer.code == 1 and "does not answer" in answer.err):
            self.unclear += 1  # it went away in between: it may have been written or not
            return
        expect(answer.code == 0, f"{self.node.key}: submit gave {answer.code}: {answer.err.strip()}")
        summary = answer.last
        if summary.get("spooled"):
            self.spooled += 1
        else:
            expect(summary["new"] == 20, f"{self.node.key}: acknowledged {summary}")
        self.acknowledged.update(self.addresses(batch))


def missing(node, addresses):
    answer = node.tocsin("lookup", "-", stdin="\n".join(sorted(addresses)) + "\n")
    return [line["query"] for line in answer.lines if not line["found"]]


def run(nodes):
    print(f"seed {SEED}, {KILLS} kills")
    chance = random.Random(SEED)
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("kills", "nothing acknowledged is lost")
    submitters = [Submitter(nodes, key, number) for number, key in enumerate(nodes.nodes, 1)]
    for submitter in submitters:
        submitter.start()
    for number in range(KILLS):
        victim = chance.choice(list(nodes))
        goal = sum(len(each.acknowledged) for each in submitters) + chance.choice([1, 20, 60, 150])
        wait_for("further submissions are acknowledged",
                 lambda goal=goal: sum(len(each.acknowledged) for each in submitters) >= goal or
                 any(each.fault for each in submitters))
        victim.kill()
        if number == 0 or chance.random() < 0.5:  # down for a while: submissions go to the spool
            wait_for("something was submitted while it was down",
                     lambda before=sum(each.spooled for each in submitters):
                     sum(each.spooled for each in submitters) > before or
                     any(each.fault for each in submitters))
        victim.start()
        victim.wait_up()
    for submitter in submitters:
        submitter.stopping.set()
        submitter.join()
        if submitter.fault:
            raise Failure(str(submitter.fault))
    addresses = set().union(*(each.acknowledged for each in submitters))
    for node in nodes:
        wait_for(f"the spool of {node.key} is empty", lambda node=node: node.status()["spool"] == 0, 120)
    digest = nodes.level(deadline_s=180)
    for node in nodes:
        lost = missing(node, addresses)
        expect(not lost, f"{node.key} lost {len(lost)} acknowledged wallets, among them {lost[:3]}")
        node.tocsin("log", "check")
    spooled = sum(each.spooled for each in submitters)
    print(f"{len(addresses)} wallets acknowledged, {spooled} files through the spool, "
          f"{sum(each.unclear for each in submitters)} cut off, digest {digest['digest'][:16]}")
    expect(spooled > 0, "no submission went through the spool: the scenario did not test it")


if __name__ == "__main__":
    sys.exit(scenario.main("kills", run))
