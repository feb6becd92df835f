#!/usr/bin/env python3
"""Receipts: who holds a record and since when, through a member who passes them on; who does not; who was last heard of."""

import calendar
import sys
import time

import scenario
from scenario import expect, wait_for

LAZARUS = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
CLOCK_S = 5
NOWHERE = "tcp://127.0.0.1:1"


def seconds(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def star(nodes):
    """B and C know each other's cards and reach only A."""
    nodes.init()
    nodes.start()
    nodes.exchange_cards(lambda node, peer: peer.endpoint if "a" in (node.key, peer.key) else NOWHERE)
    nodes.found_circle("north-sea", "receipts")
    # By name, and on either side: two who dial each other at once have two links for a moment.
    for key, peers in (("a", {"Org B", "Org C"}), ("b", {"Org A"}), ("c", {"Org A"})):
        wait_for(f"{key} is linked to {' and '.join(sorted(peers))} alone", lambda key=key, peers=peers: {
            row["name"] for row in nodes[key].tocsin("peers").lines if row["links"] > 0} == peers)


def report(node, address, *words):
    node.tocsin("submit", "wallet", address, "--category", "theft", *words)
    own = node.org()
    wait_for("the own claim shows", lambda: any(claim["org"] == own for claim in node.lookup(address)["claims"]))
    return next(claim["record"] for claim in node.lookup(address)["claims"] if claim["org"] == own)


def receipt(node, record):
    return node.tocsin("receipt", record).last


def holders(answer):
    return {row["name"] for row in answer["held"]}


def everybody(nodes):
    before = int(time.time())
    record = report(nodes["b"], LAZARUS, "--alert")
    for node in nodes:
        wait_for(f"{node.key} has everybody's receipt",
                 lambda node=node: holders(receipt(node, record)) == {"Org A", "Org B", "Org C"})
        answer = receipt(node, record)
        expect(answer["org_name"] == "Org B" and answer["circle_name"] == "north-sea", str(answer))
        expect(answer["lacking"] == [], f"lacking: {answer['lacking']}")
        for row in answer["held"]:
            expect(row["size"] > answer["index"], f"a head that does not cover the record: {row}")
            expect(before - CLOCK_S <= seconds(row["time"]) <= time.time() + CLOCK_S, f"its time: {row}")
            expect(row["author"] == (row["name"] == "Org B"), str(row))
    shown = nodes["c"].tocsin("receipt", record, as_json=False).out
    for word in ("HELD BY", "Org A", "author", "Everybody in the circle has receipted it."):
        expect(word in shown, f"'{word}' is not in: {shown}")
    # The same cosignature everywhere, byte for byte.
    told = [{(row["org"], row["time"], row["signature"]) for row in receipt(node, record)["held"]} for node in nodes]
    expect(told[0] == told[1] == told[2], f"receipts differ: {told}")
    return record


def one_is_away(nodes):
    nodes["c"].stop()
    record = report(nodes["b"], TRON)
    wait_for("a has receipted", lambda: holders(receipt(nodes["b"], record)) == {"Org A", "Org B"})
    lacking = receipt(nodes["b"], record)["lacking"]
    expect([row["name"] for row in lacking] == ["Org C"], str(lacking))
    expect("NO RECEIPT OF" in nodes["b"].tocsin("receipt", record, as_json=False).out, "who lacks it is not shown")
    nodes["c"].start()
    nodes["c"].wait_up()
    wait_for("c has receipted", lambda: receipt(nodes["b"], record)["lacking"] == [])


def last_heard(nodes):
    for name in ("Org B", "Org C"):
        node = nodes["c"] if name == "Org B" else nodes["b"]

        def told_by_both(node=node, name=name):
            """An author is heard of every minute: between the two questions, too."""
            row = next(line for line in node.tocsin("peers").lines if line["name"] == name)
            member = next(line for line in node.tocsin("circle", "show", "north-sea").last["members"]
                          if line["name"] == name)
            return row if member["last_heard"] == row["last_cosigned"] else None

        row = wait_for(f"both ways to ask of {name} tell the same", told_by_both)
        expect(row["links"] == 0 and row["last_heard"] is None, f"a link between b and c: {row}")
        expect(row["last_cosigned"] is not None, f"{name} was not heard of: {row}")
        expect(time.time() - seconds(row["last_cosigned"]) < 600, f"{name}: {row}")
    expect(nodes["a"].status()["circles"][0]["silent"] == 0, "somebody is silent")


def refused(nodes):
    nodes["a"].tocsin("receipt", "00" * 32, ok=(1,))
    nodes["a"].tocsin("receipt", "00", ok=(2,))
    nodes["a"].tocsin("receipt", ok=(2,))


def after_a_crash(nodes, record):
    before = receipt(nodes["a"], record)
    nodes["a"].kill()
    nodes["a"].start()
    nodes["a"].wait_up()
    expect(receipt(nodes["a"], record) == before, "receipts changed over a crash")
    expect(nodes["a"].tocsin("log", "check").last["ok"], "the log is not whole")
    for node in nodes:
        counted = {reason for line in node.tocsin("peers").lines for reason in line["refused"]}
        expect(not counted & {"cosignature", "fork", "malformed"}, f"{node.key} refused {counted}")


def run(nodes):
    star(nodes)
    record = everybody(nodes)
    one_is_away(nodes)
    last_heard(nodes)
    refused(nodes)
    after_a_crash(nodes, record)


if __name__ == "__main__":
    sys.exit(scenario.main("receipts", run))
