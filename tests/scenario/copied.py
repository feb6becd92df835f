#!/usr/bin/env python3
"""A node that was copied while it was off, and both run: as files it opens feeds of its own; as a whole machine it forks the
org's feed, which everybody proves, shows and leaves uncounted from that place on, until there is a new key."""

import base64
import json
import os
import random
import shutil
import subprocess
import sys

import evidence
import federation
import scenario
from scenario import expect, wait_for

BEFORE, KEPT, TWIN, AGAIN, APART, PAID = (f"0x{number:040x}" for number in (0xB0, 0xC0, 0xD0, 0xE0, 0xF0, 0xA0))
MOVED = "0x" + "5d" * 32


def copy_of(nodes, node, key):
    """Its whole state under another name and port."""
    node.stop()
    twin = federation.Node(nodes, key, node.name, node.kind, node.country)
    shutil.copytree(node.state, twin.state)
    text = twin.config.read_text().replace(str(node.state), str(twin.state)).replace(str(node.port), str(twin.port))
    twin.config.write_text(text)
    twin.socket_path.unlink(missing_ok=True)
    nodes.nodes[key] = twin
    return twin


def as_a_machine(twin):
    """What a copied disk image has and a copied folder has not: the same file, for all that can be seen."""
    log = twin.state / "store" / "log" / "data.mdb"
    told = subprocess.run(["stat", "--printf", "%i %.9W", str(log)], capture_output=True, text=True, check=True).stdout
    (twin.state / "place").write_text(told + "\n")
    boot = open("/proc/sys/kernel/random/boot_id", encoding="utf-8").read().strip()
    about = os.stat(log)
    (twin.state / "run" / "boot").write_text(f"{boot} {about.st_dev}:{about.st_ino}\n")


def say(node, wallet, ok=(0,)):
    return node.tocsin("submit", "wallet", wallet, "--chain", "ETH", "--category", "theft", "--alert", ok=ok)


def record_of(node, wallet):
    wait_for(f"{node.key} finds it", lambda: node.lookup(wallet)["claims"])
    return node.lookup(wallet)["claims"][0]["record"]


def alarms(node):
    return [each for each in node.status()["alarms"] if each["alarm"] == "fork"]


# --- a copied folder ----------------------------------------------------------------------------------------------


def folder(nodes):
    """Both write, and contradict nobody: the copy is found to be one."""
    a = nodes["a"]
    twin = copy_of(nodes, a, "folder")
    nodes.start("a", "folder")
    say(twin, APART)
    for key in ("b", "c"):
        wait_for(f"{key} finds what the copy said", lambda key=key: nodes[key].lookup(APART)["found"])
        expect(not alarms(nodes[key]), f"{key} sees a fork: {alarms(nodes[key])}")
    wait_for("the other one is told of it", lambda: "own-words" in a.refusals())
    twin.stop()
    del nodes.nodes["folder"]


# --- a copied machine ---------------------------------------------------------------------------------------------


def part(nodes):
    """Nobody is in reach of either while they write."""
    a = nodes["a"]
    twin = copy_of(nodes, a, "twin")
    as_a_machine(twin)
    nodes["b"].stop()
    nodes["c"].stop()
    nodes.start("a", "twin")
    say(a, KEPT)
    say(twin, TWIN)
    a.tocsin("submit", "transfer", "--chain", "ETH", "--tx", MOVED, "--index-kind", "native", "--from", KEPT, "--to", PAID,
             "--asset", "ETH", "--amount", "5", "--time", "2026-11-01T00:00:00Z", "--alert")
    wait_for("it moved", lambda: a.lookup(MOVED)["found"])
    kept, other = record_of(a, KEPT), record_of(twin, TWIN)
    nodes.start("b", "c")
    return twin, kept, other


def disputes(node, fork):
    """That it is known is in the log at once; the views follow, and what is disputed may come later still."""
    both = [node.lookup(wallet) for wallet in (KEPT, TWIN)]
    return not any(answer["claims"] for answer in both) and any(fork in answer["forks"] for answer in both)


def shown(nodes, twin):
    """To all, with one place and two heads; the claims of neither count."""
    seen = []
    for node in nodes:
        fork, = wait_for(f"{node.key} knows of the fork", lambda node=node: alarms(node))
        expect(fork["org_name"] == "Org A" and fork["since"], str(fork))
        expect("keys rotate --sign" in fork["text"], f"{node.key} is not told what to do: {fork['text']}")
    for node in (nodes["b"], nodes["c"]):
        org_a = nodes["a"].org()
        peer, = (line for line in node.tocsin("peers").lines if line["org"] == org_a)
        member, = (each for each in node.tocsin("circle", "show", "copied").last["members"] if each["org"] == org_a)
        expect(len(peer["forks"]) == 1 and peer["forks"] == member["forks"], f"{node.key}: {peer} and {member}")
        fork = peer["forks"][0]
        expect(fork["lane"] == "alert" and fork["key_in_use"], str(fork))
        expect(all(head["size"] > fork["from"] for head in fork["heads"]), str(fork))
        expect(len({(head["size"], head["root"]) for head in fork["heads"]}) == 2, str(fork))
        seen.append(fork["from"])
        wait_for(f"{node.key} shows the fork with what it disputes", lambda node=node, fork=fork: disputes(node, fork))
        for wallet in (KEPT, TWIN):
            answer = node.lookup(wallet)
            expect(not answer["claims"] and answer["score"] == 0, f"{node.key} counts {wallet}: {answer}")
        for words in (("peers",), ("circle", "show", "copied"), ("lookup", KEPT, TWIN), ("explain", KEPT, TWIN)):
            text = node.tocsin(*words, as_json=False).out
            expect(f"part at entry {fork['from']}" in text, f"'{words[0]}' does not tell of it: {text}")
        expect(node.lookup(BEFORE)["claims"], f"{node.key} does not count what was said before")
    expect(len(set(seen)) == 1, f"it parts at {seen}")
    for node in (nodes["a"], twin):
        refused = say(node, AGAIN, ok=(1,))
        expect("keys rotate --sign" in refused.err, f"{node.key} is not told what to do: {refused.err}")
    return seen[0]


def told_alike(node, before, kept):
    """Receipt, audit and the movements of a transaction say what lookup says of the wallet."""
    fork, = wait_for("the views follow", lambda: node.lookup(KEPT)["forks"])
    moved = node.lookup(MOVED)
    expect(not moved["found"] and [row["kind"] for row in moved["forked"]] == ["transfer"] and moved["forked_total"] == 1, f"the movement: {moved}")
    expect(moved["forks"] == [fork], f"another fork: {moved}")
    expect("disputed  transfer by Org A" in node.tocsin("lookup", MOVED, as_json=False).out, "the movement, in words")
    for record, forked, words in ((before, False, "stands in both histories"), (kept, True, "disputed  this record by Org A")):
        receipt = node.tocsin("receipt", record).last
        expect(receipt["forked"] is forked and receipt["forks"] == [fork], f"a receipt of {record}: {receipt}")
        text = node.tocsin("receipt", record, as_json=False).out
        expect(words in text and fork["text"] in text, f"a receipt in words: {text}")
    for words, kinds in ((("--wallet", KEPT), ["wallet", "transfer"]), (("--wallet", PAID), ["transfer"]), (("--record", kept), ["wallet"])):
        told = [row for line in node.tocsin("audit", *words).lines for row in line.get("about", [])]
        expect([row["kind"] for row in told] == kinds and all(row["forked"] for row in told), f"the audit by {words}: {told}")
    expect("our key signed two histories" in node.tocsin("audit", "--record", kept, as_json=False).out, "the audit in words")
    expect([row["forked"] for row in node.tocsin("shared", BEFORE).lines] == [False], "what stands")
    expect([row["forked"] for row in node.tocsin("shared", KEPT).lines] == [True, True], "what was shared")


def evidence_of_it(nodes, before, disputed, place):
    """Of what came before there is a bundle, with the proof; both checkers say where the histories part."""
    court = evidence.Court(nodes)
    circle = nodes["a"].tocsin("circle", "list").last["circle"]
    bundle = evidence.take(nodes["b"], before)
    said = court.judge("before the fork", bundle, [], [circle])
    expect(said["proven"] and said["fork"]["from"] == place, str(said))
    text = court.ask(json.dumps(bundle).encode(), "--circle", circle).stdout
    for words in (f"They part at entry {place}", "which stands in both", "Who held the author's key"):
        expect(words in text, f"'{words}' is not in: {text}")
    chance = random.Random(9)
    for name in ("fork", "fork_path"):
        without = {key: value for key, value in bundle.items() if key != name}
        expect(court.judge(f"without {name}", without, [], [circle]) is None, f"without {name} it was taken")
        size = len(base64.b64decode(bundle[name]))
        for at in sorted({0, size - 1, *(chance.randrange(size) for _ in range(12))}):
            forged = {**bundle, name: evidence.flipped(bundle[name], at)}
            expect(court.judge(f"bit of {name} at {at}", forged, [], [circle]) is None, f"bit {at} of {name}: taken")
    for record in disputed:
        for node in (nodes["b"], nodes["c"]):
            answer = node.tocsin("bundle", record, ok=(1,))
            expect("two histories" in answer.err or "no record" in answer.err, answer.err)
    print(f"copied: {court.asked} bundles judged by both")


def ended(nodes, twin):
    """One goes; the other has a new key, and says again what holds."""
    a = nodes["a"]
    twin.stop()
    del nodes.nodes["twin"]
    a.tocsin("keys", "rotate", "--sign")
    wait_for("a writes again", lambda: say(a, KEPT, ok=None).code == 0)
    for node in nodes:
        wait_for(f"{node.key} finds it again", lambda node=node: node.lookup(KEPT)["claims"])
        fork, = alarms(node)
        expect("keys rotate" not in fork["text"], f"{node.key}: it goes on: {fork}")
    wait_for("all opened the same", lambda: len({node.status()["opened"] for node in nodes}) == 1)
    for node in nodes:
        node.tocsin("log", "check")
        node.stop()
        scenario.same_as_model(nodes, node)


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("copied", "one org, two machines")
    say(nodes["a"], BEFORE)
    before = record_of(nodes["a"], BEFORE)
    evidence.held_by(nodes, before, 3)
    folder(nodes)
    twin, kept, other = part(nodes)
    place = shown(nodes, twin)
    told_alike(nodes["a"], before, kept)
    evidence_of_it(nodes, before, (kept, other), place)
    ended(nodes, twin)


if __name__ == "__main__":
    sys.exit(scenario.main("copied", run))
