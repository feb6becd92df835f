#!/usr/bin/env python3
"""A node that was rebooted goes on in its feeds when the others say so; one whose log was put back from a copy begins
new ones, gets its words back from its peers and contradicts nobody."""

import shutil
import sys
import time

import scenario
from scenario import expect, wait_for

CANARY = b"canary-ordered-81c3f0aa"
WAIT_S = 40  # less than the minute after which a node gives up asking


def wallet(number):
    return "0x" + f"{number:040x}"


def views_of(node):
    return (node.state / "store" / "views" / "data.mdb").read_bytes()


def say(node, number, *words):
    """The generation of the feed in which it stands."""
    node.tocsin("submit", "wallet", wallet(number), "--chain", "ETH", "--category", "theft", "--alert", *words)
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


def copy_store(nodes, node):
    node.stop()
    shutil.copytree(node.state / "store", nodes.directory / f"copy-{node.key}")
    node.start()
    node.wait_up()


def put_store_back(nodes, node, *parts):
    node.stop()
    store = node.state / "store"
    for part in parts:
        shutil.rmtree(store / part)
        shutil.copytree(nodes.directory / f"copy-{node.key}" / part, store / part)


def put_back(nodes, before):
    a = nodes["a"]
    copy_store(nodes, a)
    expect(say(a, 3) == before, "a restart opened a new generation")
    everybody_finds(nodes, 3)
    put_store_back(nodes, a, "log")  # its views are newer now
    for other in ("b", "c"):
        nodes[other].stop()
    a.start()
    a.wait_up()
    expect(not a.lookup(wallet(3))["found"], "what the log has not was answered from older views")
    for other in ("b", "c"):
        nodes[other].start()
        nodes[other].wait_up()
    after = say(a, 4)
    expect(after > before, f"what was put back goes on in generation {before}")
    everybody_finds(nodes, 3, 4)


def claim_of(node, number):
    wait_for(f"{node.key} finds wallet {number}", lambda: node.lookup(wallet(number))["found"])
    return node.lookup(wallet(number))["claims"][0]["claim"]


def fails_to_start(node):
    node.start()
    code = node.process.wait(WAIT_S)
    node.process = None
    expect(code == 1, f"it started, or ended with {code}")
    return node.log_path.read_text().splitlines()[-1]


def ordered(node):
    return [row["claim"] for row in node.tocsin("order", "list").lines]


def alarms(node):
    return {row["alarm"] for row in node.status()["alarms"]}


def told_again(node, added, held, lifted):
    """Who reads the audit later sees what the lines that went with the newer log had said."""
    line, = node.tocsin("audit", "--command", "orders-again").lines
    changes = {(row["change"], row["claim"]): row["reference"] for row in line["request"]["changes"]}
    expect(changes == {("order-add", added): "given after the copy", ("legal-hold-add", held): "given after the copy",
                       ("order-lift", lifted): "lifted after the copy"}, f"what the audit tells: {changes}")
    expect(line["door"] == "start" and line["outcome"] == "ok" and all(row["who"] for row in line["request"]["changes"]), str(line))
    expect(line in node.tocsin("audit", "--record", added).lines, "not found by the claim")
    expect("orders-again" in node.tocsin("audit", as_json=False).out, "in words")
    alarm, = [row for row in node.status()["alarms"] if row["alarm"] == "orders-again"]
    expect("2 of them are in force again, and 1 lifted again" in alarm["text"] and alarm["since"], str(alarm))
    expect(node.tocsin("audit", "--verify").last["ok"], "an audit that does not hold")


def orders_again(nodes):
    """What was ordered after the copy was made is in force before anything of it is folded or asked for."""
    a, b = nodes["a"], nodes["b"]
    say(a, 5, "--note", CANARY.decode())
    say(a, 6)
    say(a, 7)
    deleted, lifted, held = (claim_of(b, number) for number in (5, 6, 7))
    b.tocsin("order", "add", lifted, "--reference", "lifted after the copy")
    copy_store(nodes, b)
    b.tocsin("order", "lift", lifted)
    b.tocsin("order", "add", deleted, "--reference", "given after the copy")
    b.tocsin("legal-hold", "add", held, "--reference", "given after the copy")
    wait_for("Org B has lost it", lambda: not b.lookup(wallet(5))["found"])
    wait_for("the lifted one comes back", lambda: b.lookup(wallet(6))["found"])
    sealed = (b.state / "orders").read_bytes()
    expect((b.state / "orders").stat().st_mode & 0o777 == 0o600, "others may read which claims are under an order")
    expect(b"given after" not in sealed and bytes.fromhex(deleted) not in sealed, "the orders lie open")
    put_store_back(nodes, b, "log", "views")
    expect(CANARY in views_of(b), "the canary is not where it belongs, so nothing would be proven")
    (b.state / "orders").write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    refused = fails_to_start(b)
    expect("/orders'" in refused and "copy" in refused, f"a damaged file of orders: {refused}")
    (b.state / "orders").write_bytes(sealed)
    early = b.tocsin("lookup", wallet(5), "--direct", ok=(1, 2, 3, 4, 5))
    expect("older than the orders" in early.out + early.err, f"without the node: {early.out}{early.err}")
    a.stop()  # nobody gives anything: what is here now is what the copy had
    nodes["c"].stop()
    b.start()
    b.wait_up()
    everybody_finds([b], 7)
    expect(ordered(b) == [deleted], f"orders after the copy was put back: {ordered(b)}")
    expect(len(b.tocsin("legal-hold", "list").lines) == 1, "the legal hold was lost")
    expect(not b.lookup(wallet(5))["found"], "what was ordered to be deleted came back with the copy")
    expect(b.tocsin("log", "check").last["ordered"] == 1, "the body stands in the log")
    expect(CANARY not in views_of(b), "its text stands in the views")
    expect("orders-again" in b.log_path.read_text(), "nobody is told")
    told_again(b, deleted, held, lifted)
    nodes.start("a", "c")
    a.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft", "--alert", "--confidence", "91")
    say(a, 8)
    everybody_finds([b], 6, 7, 8)
    expect(not b.lookup(wallet(5))["found"], "a peer brought back what was ordered to be deleted")
    expect(b.tocsin("log", "check").last["ordered"] == 2, "what was said again is not refused")
    file_behind(b, sealed, ordered(b))


def file_behind(node, older, orders):
    """Power went between log and file, or somebody removed it: the next start writes it."""
    claim = claim_of(node, 8)
    node.tocsin("order", "add", claim, "--reference", "the last one")
    newest = len((node.state / "orders").read_bytes())
    expect(newest > len(older), "an order that was answered is not in the file")
    for there in (older, None):
        node.stop()
        (node.state / "orders").unlink()
        if there is not None:
            (node.state / "orders").write_bytes(there)
        node.start()
        node.wait_up()
        expect(sorted(ordered(node)) == sorted([*orders, claim]), f"the log took an older file: {ordered(node)}")
        expect(len((node.state / "orders").read_bytes()) == newest, "the file was not written again")
    cannot_be_written(node, claim, orders)
    expect(len((node.state / "orders").read_bytes()) < newest, "the lift is not in the file")


def cannot_be_written(node, claim, orders):
    """What is decided is done all the same, and told, until the file has it."""
    (node.state / "orders.new").mkdir()  # where it is written first
    refused = node.tocsin("order", "lift", claim, ok=(1,))
    expect("orders.new" in refused.err and "stands in the log" in refused.err, f"a file that cannot be written: {refused.err}")
    expect(claim not in ordered(node), "it says that it is done, and it is not")
    expect("orders-unkept" in alarms(node), "no alarm")
    wait_for("its body comes back", lambda: node.lookup(wallet(8))["found"])
    again = node.tocsin("order", "add", claim, "--reference", "once more", ok=(1,))
    expect(again.lines[0]["records"] == 1 and "orders.new" in again.err, f"what was done, and what was not: {again.out}{again.err}")
    wait_for("its body is gone", lambda: not node.lookup(wallet(8))["found"])
    line = node.tocsin("audit", "--command", "order-add", "--limit", "1").last
    expect(line["outcome"] != "ok" and line["answer"]["records"] == 1, f"what the audit tells: {line}")
    node.stop()
    node.start()
    node.wait_up()
    expect("orders-unkept" in alarms(node) and claim in ordered(node), "a start without the file")
    (node.state / "orders.new").rmdir()
    node.tocsin("order", "lift", claim)
    expect("orders-unkept" not in alarms(node) and ordered(node) == orders, f"mended: {alarms(node)}")
    node.stop()
    node.start()
    node.wait_up()
    expect(ordered(node) == orders, f"a lift that is not in the file was taken back: {ordered(node)}")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("restored", "nobody contradicts himself")
    before = rebooted(nodes)
    put_back(nodes, before)
    nodes.level()
    orders_again(nodes)
    for node in nodes:
        expect("fork" not in node.refusals(), f"{node.key} saw a fork: {node.refusals()}")
        node.tocsin("log", "check")


if __name__ == "__main__":
    sys.exit(scenario.main("restored", run))
