#!/usr/bin/env python3
"""What a node must not take: from a peer outside the circle, a changed byte in an entry, a wrong signature under a
checkpoint, an unknown static key, a replayed handshake, noise. Each is refused, counted, and shown by
`tocsin peers --json` with its reason, and what is true gets through afterwards."""

import os
import socket
import subprocess
import sys

import receipts
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
    cards["stranger"] = nodes["stranger"].tocsin("card").last["card"]
    nodes["stranger"].stop()


def lure(nodes):
    """c's next card names another endpoint, of somebody's choice. Everybody follows the card."""
    listener = socket.create_server(("127.0.0.1", 0))
    endpoint = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    serial = nodes["c"].tocsin("card", "change", "--endpoint", endpoint).last["serial"]
    for key in ("a", "b"):
        wait_for(f"{key} has c's next card", lambda key=key: any(
            (peer["org"], peer["serial"]) == (nodes["c"].org(), serial) for peer in nodes[key].tocsin("peer", "list").lines))
    return listener, endpoint


def only_confirmed_endpoints(nodes, cards, listener, endpoint):
    """All this time, and through restarts, nobody has dialled what that card names. Where an operator confirms it, it is."""
    listener.setblocking(False)
    try:
        listener.accept()
        raise Failure("an endpoint was dialled that no operator confirmed")
    except BlockingIOError:
        pass
    listener.settimeout(30)
    nodes["a"].tocsin("peer", "add", "-", "--endpoint", endpoint, stdin=cards["stranger"])
    listener.accept()[0].close()
    listener.close()


def outside_the_circle(nodes, cards):
    """A peer that a knows and links to, but that is no member of the circle. Its own node would not ask, so a program
    does, with its keys: for heads, for entries, for the charter."""
    nodes.start("outsider")
    own = nodes["outsider"].tocsin("card").last
    nodes["a"].tocsin("peer", "add", "-", "--endpoint", nodes["outsider"].endpoint, stdin=own["card"])
    nodes["outsider"].tocsin("peer", "add", "-", "--endpoint", nodes["a"].endpoint, stdin=cards["a"])
    nodes["outsider"].tocsin("circle", "join", nodes.circle)
    wait_for("the outsider is linked", lambda: nodes["outsider"].status()["links"] >= 1)
    expect(nodes["outsider"].status()["entries"] == 0, "the outsider got entries")
    nodes["outsider"].stop()
    card = nodes.directory / "a.card"
    card.write_text(cards["a"], encoding="utf-8")
    before = count(nodes["a"], "not-a-member")
    done = subprocess.run([str(nodes.tocsin.parent / "outsider"), str(nodes["outsider"].config), str(card), "127.0.0.1",
                           str(nodes["a"].port), nodes.circle], capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"the outsider's questions: {done.stderr.strip()}")
    answers = dict(line.split() for line in done.stdout.splitlines())
    expect(answers == {"heads": "refused", "pull": "refused", "roll": "refused"}, f"the outsider was told: {answers}")
    row = refused(nodes["a"], "not-a-member", before)
    expect(row["org"] == own["org"], "the refusal is not on the outsider's row")


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
    """c is away while a reports one more wallet; the evidence of it."""
    bundle = nodes.directory / "behind.tocsin"
    nodes["c"].stop()
    record = receipts.report(nodes["a"], address, "--chain", "ETH")
    nodes.level("a", "b")
    nodes["a"].tocsin("bundle", record, "--output", bundle)
    nodes["a"].stop()
    nodes["b"].stop()
    return bundle


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
    bundle = behind(nodes, address)
    tamper.change_entry(nodes["a"].state / "store" / "log" / "data.mdb", bundle)
    broken = nodes["a"].tocsin("log", "check", "--direct", ok=(6,))
    expect("entry" in broken.err, f"log check does not name the entry: {broken.err}")
    only_from_liar(nodes, address, "entry-changed")


def swap_keys(nodes, node):
    """While it is down: the key that signs its checkpoints and the one for cosignatures change places. Twice is none."""
    node.stop()
    scenario.inspect(nodes, "swap-keys", node)
    node.start()
    node.wait_up()


def forged_checkpoint(nodes):
    """a signs with a key that its card names for something else: nobody takes what stands under such a checkpoint. With
    the right key again, everything arrives."""
    forged, honest = "0x" + "33" * 20, "0x" + "44" * 20
    before = {key: count(nodes[key], "checkpoint-signature") for key in ("b", "c")}
    swap_keys(nodes, nodes["a"])
    nodes["a"].tocsin("submit", "wallet", forged, "--chain", "ETH", "--category", "theft")
    for key in ("b", "c"):
        row = refused(nodes[key], "checkpoint-signature", before[key])
        expect(row["org"] == nodes["a"].org(), "'checkpoint-signature' is not on a's row")
        expect(not nodes[key].lookup(forged)["found"], f"{key} took what stands under a forged checkpoint")
    swap_keys(nodes, nodes["a"])
    nodes["a"].tocsin("submit", "wallet", honest, "--chain", "ETH", "--category", "theft")
    for key in ("b", "c"):
        for address in (forged, honest):
            wait_for(f"{key} has what the right key signed",
                     lambda key=key, address=address: nodes[key].lookup(address)["found"])
    nodes.level(*MEMBERS)


def run(nodes):
    proxies = {}
    cards = setup(nodes, proxies)
    replayed_handshake(nodes, proxies)
    noise(nodes)
    unknown_key(nodes, cards)
    lured = lure(nodes)
    outside_the_circle(nodes, cards)
    forged_checkpoint(nodes)
    changed_entry(nodes)
    only_confirmed_endpoints(nodes, cards, *lured)
    told = {reason: count(nodes["a"], reason) for reason in ("replay", "mac1", "unknown-key", "not-a-member")}
    print(f"after restarts a counts {told}; c refused a changed entry and a forged checkpoint")
    if not nodes["c"].tocsin("log", "check").last["ok"]:
        raise Failure("c's log does not check")


if __name__ == "__main__":
    sys.exit(scenario.main("refusals", run, ORGS))
