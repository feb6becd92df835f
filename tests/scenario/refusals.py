#!/usr/bin/env python3
"""What a node must not take: from a peer outside the circle, a changed byte in an entry, a wrong signature under a
checkpoint, an unknown static key, a replayed handshake, noise. Each is refused, counted, and shown by
`tocsin peers --json` with its reason, and what is true gets through afterwards."""

import base64
import os
import re
import socket
import sys

import scenario
import wire
from scenario import Failure, expect, tamper, wait_for

ORGS = {**scenario.ORGS, "stranger": ("Stranger", "exchange", "XX"), "outsider": ("Outsider", "exchange", "XX")}
MEMBERS = ("a", "b", "c")


def count(node, reason):
    return node.refusals().get(reason, 0)


def refused(node, reason, before=0):
    wait_for(f"{node.name} counts '{reason}'", lambda: count(node, reason) > before)
    rows = [peer for peer in node.tocsin("peers").lines if peer["refused"].get(reason)]
    expect(rows and rows[0]["last_refusal"], f"{node.key}: no row says why '{reason}' was refused")
    return rows[0]


def setup(nodes, proxies):
    nodes.init()
    nodes.start(*MEMBERS)
    cards = {key: nodes[key].tocsin("card").last["card"] for key in MEMBERS}
    for key in MEMBERS:
        for peer in MEMBERS:
            if peer == key:
                continue
            proxy = proxies.setdefault((key, peer), wire.Proxy(("127.0.0.1", nodes[peer].port)))
            nodes[key].tocsin("peer", "add", "-", "--endpoint", proxy.endpoint, stdin=cards[peer])
    circle = nodes["a"].tocsin("circle", "create", "refusals", "--purpose", "what is not taken").last["circle"]
    for key in ("b", "c"):
        nodes[key].tocsin("circle", "join", circle)
        nodes["a"].tocsin("circle", "admit", nodes[key].name, "--role", "member")
    for key in MEMBERS:
        wait_for(f"{key} has the charter", lambda key=key: any(
            row["members"] == 3 for row in nodes[key].tocsin("circle", "list").lines))
    nodes.circle = circle
    nodes["a"].tocsin("submit", "wallet", "0x" + "11" * 20, "--chain", "ETH", "--category", "theft")
    nodes.level(*MEMBERS)
    return cards


def unknown_key(nodes, cards):
    """The stranger knows a's card; a has never seen the stranger's."""
    nodes.start("stranger")
    nodes["stranger"].tocsin("peer", "add", "-", stdin=cards["a"])
    row = refused(nodes["a"], "unknown-key")
    expect(row["org"] is None, "an unknown key was counted as a known peer's")
    nodes["stranger"].stop()


def outside_the_circle(nodes, cards):
    """Known, linked, and it asks for a circle that it is no member of."""
    nodes.start("outsider")
    own = nodes["outsider"].tocsin("card").last
    nodes["a"].tocsin("peer", "add", "-", stdin=own["card"])
    nodes["outsider"].tocsin("peer", "add", "-", stdin=cards["a"])
    nodes["outsider"].tocsin("circle", "join", nodes.circle)
    wait_for("the outsider is linked", lambda: nodes["outsider"].status()["links"] >= 1)
    row = refused(nodes["a"], "not-a-member")
    expect(row["org"] == own["org"], "the refusal is not on the outsider's row")
    expect(nodes["outsider"].status()["entries"] == 0, "the outsider got entries")
    expect(not nodes["outsider"].lookup("0x" + "11" * 20)["found"], "the outsider reads what it must not")
    nodes["outsider"].stop()


def dial(node, data, wait_s=7):
    """Says `data` to a node's listener and reads until it hangs up; how many bytes came back."""
    with socket.create_connection(("127.0.0.1", node.port)) as link:
        link.settimeout(wait_s)
        link.sendall(data)
        got = 0
        try:
            while chunk := link.recv(65536):
                got += len(chunk)
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def replayed_handshake(nodes, proxies):
    """The first frame that b once sent to a, sent again by somebody who has only recorded it."""
    frames = proxies[("b", "a")].first_frames or proxies[("c", "a")].first_frames
    expect(frames, "no handshake went over the proxies")
    before, links = count(nodes["a"], "replay"), nodes["a"].status()["links"]
    dial(nodes["a"], frames[-1])
    refused(nodes["a"], "replay", before)
    expect(nodes["a"].status()["links"] <= max(links, 2), "a replayed frame made a link")


def noise(nodes):
    """A frame of the right length, by somebody who does not know a's key."""
    before = count(nodes["a"], "mac1")
    frame = os.urandom(400)
    got = dial(nodes["a"], len(frame).to_bytes(2, "big") + frame, 8)
    expect(got == 0, "a node answers somebody who does not know its key")
    refused(nodes["a"], "mac1", before)


def behind(nodes, address):
    """c is away while a reports one more wallet; a's data file before and its path."""
    log_file = nodes["a"].state / "store" / "log" / "data.mdb"
    nodes["c"].stop()
    nodes["a"].stop()
    before = log_file.read_bytes()
    nodes.start("a")
    nodes["a"].tocsin("submit", "wallet", address, "--chain", "ETH", "--category", "theft")
    nodes.level("a", "b")
    nodes["a"].stop()
    nodes["b"].stop()
    return log_file, before


def only_from_liar(nodes, address, reason):
    """c meets a alone, refuses; then b comes back with the truth."""
    nodes.start("a", "c")
    row = refused(nodes["c"], reason)
    expect(row["org"] == nodes["a"].org(), f"'{reason}' is not on a's row")
    expect(not nodes["c"].lookup(address)["found"], f"c took what '{reason}' refuses")
    nodes.start("b")
    wait_for("the true entry comes from b", lambda: nodes["c"].lookup(address)["found"])


def changed_entry(nodes):
    address = "0x" + "22" * 20
    log_file, before = behind(nodes, address)
    expect(tamper.change_new_entry(log_file, before) > 0, "nothing was changed")
    broken = nodes["a"].tocsin("log", "check", "--direct", ok=(6,))
    expect("entry" in broken.err, f"log check does not name the entry: {broken.err}")
    only_from_liar(nodes, address, "entry-changed")


def forge_signatures(log_file, before, circle, org):
    """Changes the signature of every checkpoint of one org that `before` had not: its last bytes, so that the key that
    is named stays the same."""
    data = bytearray(log_file.read_bytes())
    pattern = re.compile(rb"tocsin/" + circle.encode() + rb"/" + org.encode() +
                         rb"/\w+/\d+\n\d+\n[A-Za-z0-9+/=]{44}\n\n\xe2\x80\x94 [^ \n]+ ([A-Za-z0-9+/=]+)\n")
    changed = 0
    for match in pattern.finditer(bytes(data)):
        if match.group(0) in before:
            continue
        signature = bytearray(base64.b64decode(match.group(1)))
        signature[-40] ^= 1  # within R or S, not within the key's name
        start, end = match.span(1)
        data[start:end] = base64.b64encode(bytes(signature))
        changed += 1
    with open(log_file, "r+b") as file:
        file.write(data)
    return changed


def forged_checkpoint(nodes):
    address = "0x" + "33" * 20
    org = nodes["a"].org()
    # The changed entry is repaired first: a's own copy comes back with a new submission's feed only if it is whole.
    log_file, before = behind(nodes, address)
    expect(forge_signatures(log_file, before, nodes.circle, org) > 0, "no new checkpoint was found in the log")
    only_from_liar(nodes, address, "checkpoint-signature")


def run(nodes):
    proxies = {}
    cards = setup(nodes, proxies)
    replayed_handshake(nodes, proxies)
    noise(nodes)
    unknown_key(nodes, cards)
    outside_the_circle(nodes, cards)
    forged_checkpoint(nodes)
    changed_entry(nodes)
    told = {reason: count(nodes["a"], reason) for reason in ("replay", "mac1", "unknown-key", "not-a-member")}
    print(f"after restarts a counts {told}; c refused a changed entry and a forged checkpoint")
    if not nodes["c"].tocsin("log", "check").last["ok"]:
        raise Failure("c's log does not check")


if __name__ == "__main__":
    sys.exit(scenario.main("refusals", run, ORGS))
