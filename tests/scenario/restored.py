#!/usr/bin/env python3
"""A node that was rebooted goes on in its feeds when the others say so; one whose log was put back from a copy begins
new ones, gets its words back from its peers and contradicts nobody."""

import shutil
import sys
import time

import scenario
from scenario import expect, wait_for

WAIT_S = 40  # less than the minute after which a node gives up asking


def wallet(number):
    return "0x" + f"{number:040x}"


def say(node, number):
    """The generation of the feed in which it stands."""
    node.tocsin("submit", "wallet", wallet(number), "--chain", "ETH", "--category", "theft", "--alert")
    wait_for("the claim shows", lambda: node.lookup(wallet(number))["found"])
    record = node.lookup(wallet(number))["claims"][0]["record"]
    return node.tocsin("receipt", record).last["generation"]


def everybody_finds(nodes, *numbers):
    for node in nodes:
        for number in numbers:
            wait_for(f"{node.key} finds wallet {number}",
                     lambda node=node, number=number: node.lookup(wallet(number))["found"])


def new_boot(node):
    node.stop()
    (node.state / "run" / "boot").unlink()
    node.start()
    node.wait_up()


def asks(node):
    return any(circle["asks"] for circle in node.status()["circles"])


def rebooted(nodes):
    a = nodes["a"]
    before = say(a, 1)
    everybody_finds(nodes, 1)
    new_boot(a)
    began = time.monotonic()
    expect(say(a, 2) == before, "a reboot opened a new generation, though the others are there")
    expect(time.monotonic() - began < WAIT_S, "a submission waited for longer than it takes to ask")
    expect(not asks(a), "it goes on asking")
    everybody_finds(nodes, 2)
    return before


def put_back(nodes, before):
    a = nodes["a"]
    log, copy = a.state / "store" / "log", nodes.directory / "copy"
    a.stop()
    shutil.copytree(log, copy)
    a.start()
    a.wait_up()
    expect(say(a, 3) == before, "a restart opened a new generation")
    everybody_finds(nodes, 3)
    a.stop()
    shutil.rmtree(a.state / "store")
    (a.state / "store").mkdir(mode=0o700)
    shutil.copytree(copy, log)
    a.start()
    a.wait_up()
    after = say(a, 4)
    expect(after > before, f"what was put back goes on in generation {before}")
    everybody_finds(nodes, 3, 4)


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("restored", "nobody contradicts himself")
    before = rebooted(nodes)
    put_back(nodes, before)
    nodes.level()
    for node in nodes:
        expect("fork" not in node.refusals(), f"{node.key} saw a fork: {node.refusals()}")
        node.tocsin("log", "check")


if __name__ == "__main__":
    sys.exit(scenario.main("restored", run))
