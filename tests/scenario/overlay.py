#!/usr/bin/env python3
"""What a node decides by itself - confirm, split, undo - changes its own answers and nothing that others see."""

import signal
import sys

import scenario
from scenario import expect


def wallet(number):
    return f"ETH:0x{0x5eed0000 + number:040x}"


def report(node, directory, name, numbers):
    path = directory / f"{name}.csv"
    path.write_text("chain,address,cluster,entity\n" + "".join(
        f"ETH,0x{0x5eed0000 + number:040x},{name},individual\n" for number in numbers), encoding="utf-8")
    node.tocsin("submit", path)


def cluster(node, number):
    return node.tocsin("cluster", wallet(number)).last


def clusters_and_disputes(nodes):
    a, b = nodes["a"], nodes["b"]
    report(a, nodes.directory, "left", (1, 2, 3))
    report(b, nodes.directory, "bridge", (3, 4, 5))
    report(a, nodes.directory, "right", (5, 6))
    report(b, nodes.directory, "far", (20, 21))
    nodes.level()
    seen = cluster(a, 1)
    expect(seen["cluster"]["size"] == 6 and seen["examined"] and seen["overlay"] is None, str(seen))
    expect([link["shared"] for link in seen["links"]] == [1, 1], f"links: {seen['links']}")
    bridge = next(r for r in seen["reports"] if r["name"] == "bridge")
    expect(bridge["org"] == b.org() and bridge["lineages"] == 1 and not bridge["disputed"], str(bridge))
    a.tocsin("dispute", bridge["claim"], "--reason", "wrong-party")
    nodes.level()
    for node in (a, b):
        bridge = next(r for r in cluster(node, 1)["reports"] if r["name"] == "bridge")
        expect(bridge["disputed"] and bridge["without"] == {"leave": 1, "clusters": 2, "sizes": [3, 2]}, str(bridge))
    shown = a.tocsin("cluster", wallet(1), as_json=False).out
    expect("is disputed by Org A" in shown and "without it 1 wallet would leave" in shown, shown)


def decisions(nodes):
    a, b = nodes["a"], nodes["b"]
    before = {node.key: node.digest() for node in nodes}
    a.tocsin("cluster", "split", wallet(1), wallet(6), "--note", "two customers")
    a.tocsin("cluster", "confirm", wallet(2), wallet(20))
    seen = cluster(a, 1)
    expect(seen["cluster"]["size"] == 6, "V itself is another")
    expect(seen["overlay"]["cluster"]["size"] == 5 and len(seen["overlay"]["parts"]) == 2, str(seen["overlay"]))
    effects = {d["decision"]: d["effect"] for d in seen["overlay"]["decisions"]}
    expect(effects == {"split": "parted", "confirm": "joined"}, str(effects))
    expect(cluster(a, 21)["overlay"]["cluster"]["size"] == 5, "from the other side")
    expect(cluster(b, 1)["overlay"] is None, "another node has it, too")
    listed = a.tocsin("cluster", "decisions").lines
    expect(sorted(d["decision"] for d in listed) == ["confirm", "split"] and all("uid" in d["who"] for d in listed),
           str(listed))
    expect({node.key: node.digest()["digest"] for node in nodes} == {k: d["digest"] for k, d in before.items()},
           "a decision changed a digest")
    shown = a.tocsin("cluster", wallet(1), as_json=False).out
    expect("as this node decided: a cluster of 5 wallets" in shown and "two customers" in shown, shown)


def refusals(nodes):
    a = nodes["a"]
    a.tocsin("cluster", "undo", wallet(1), wallet(2), ok=(1,))
    a.tocsin("cluster", "split", wallet(1), wallet(1), ok=(2,))
    a.tocsin("cluster", "split", wallet(1), ok=(2,))
    a.tocsin("cluster", "split", wallet(1), "nonsense", ok=(1, 2))


def kept(nodes):
    """Through a rebuild, a restart, and without the node."""
    a = nodes["a"]
    a.tocsin("store", "rebuild")
    expect(cluster(a, 1)["overlay"]["cluster"]["size"] == 5, "a rebuild lost it")
    a.stop()
    direct = a.tocsin("cluster", wallet(1), "--direct").last
    expect(direct["overlay"]["cluster"]["size"] == 5, f"not without the node: {direct}")
    expect(len(a.tocsin("cluster", "decisions", "--direct").lines) == 2, "not listed without the node")
    expect(a.tocsin("log", "check", "--direct").last["ok"], "the log does not check")
    a.start()
    a.wait_up()
    a.tocsin("cluster", "undo", wallet(6), wallet(1))
    expect(cluster(a, 1)["overlay"]["cluster"]["size"] == 8, "the split was undone, the confirmation was not")
    a.tocsin("cluster", "undo", wallet(2), wallet(20))
    expect(cluster(a, 1)["overlay"] is None and not a.tocsin("cluster", "decisions").lines, "not undone")


def weights(nodes):
    """Reloaded by a signal; beside V's score, never in place of it, and for this node alone."""
    a, b = nodes["a"], nodes["b"]
    b.tocsin("submit", "wallet", wallet(30), "--category", "theft", "--confidence", "80")
    nodes.level()
    plain = a.lookup(wallet(30))
    expect(plain["score"] == 800 and "weighted" not in plain, str(plain))
    text = a.config.read_text(encoding="utf-8")
    a.config.write_text(text + "\n[weights]\norg Org B = 50\nkind police = 50\nrole member = 100\n", encoding="utf-8")
    a.process.send_signal(signal.SIGHUP)
    scenario.wait_for("the weights are read", lambda: "weighted" in a.lookup(wallet(30)))
    seen = a.lookup(wallet(30))
    expect((seen["score"], seen["weighted"], seen["claims"][0]["weighted"]) == (800, 200, 200), str(seen))
    applied = a.tocsin("explain", wallet(30)).last["claims"][0]["weights"]
    expect([(w["by"], w["percent"]) for w in applied] == [("org", 50), ("kind", 50), ("role", 100)], str(applied))
    found = a.tocsin("search", "--category", "theft").lines
    expect([line["weighted"] for line in found] == [200], str(found))
    expect("200/1000  as this node weighs" in a.tocsin("lookup", wallet(30), as_json=False).out, "not shown")
    expect("weighted" not in b.lookup(wallet(30)), "another node weighs, too")
    a.config.write_text(text + "\n[weights]\nperson Bob = 50\n", encoding="utf-8")
    answer = a.tocsin("lookup", wallet(30), "--direct", ok=(1, 2))
    expect("person" in answer.err and "org, kind, role or list" in answer.err, answer.err)
    a.config.write_text(text, encoding="utf-8")


def quality(nodes):
    """Who is disputed, who took back, who was first; the same on every node."""
    a, b = nodes["a"], nodes["b"]
    a.tocsin("submit", "wallet", wallet(30), "--category", "theft", "--confidence", "60")  # b was first
    a.tocsin("submit", "wallet", wallet(31), "--category", "theft")
    a.tocsin("submit", "wallet", wallet(32), "--category", "theft")
    nodes.level()
    a.tocsin("retract", wallet(32), "--category", "theft", "--reason", "false-positive")
    nodes.level()
    of_a, of_b = ({line["org"]: line for line in a.tocsin("quality").lines}[node.org()] for node in (a, b))
    expect((of_a["wallets"], of_a["first"], of_a["first_per_mille"]) == (2, 1, 500), str(of_a))
    expect((of_b["wallets"], of_b["first"]) == (1, 1), str(of_b))
    expect(of_a["retracted"]["false-positive"] == 1 and sum(of_a["retracted"].values()) == 1, str(of_a))
    expect((of_a["disputed"], of_b["disputed"]) == (0, 1), f"b's report is: {of_a} {of_b}")
    expect(a.tocsin("quality").lines == b.tocsin("quality").lines, "two nodes tell different things")
    expect(a.tocsin("quality", "Org B").lines == [of_b], "one org by its name")
    expect(a.tocsin("quality", a.org()).lines == [of_a], "one org by its id")
    a.tocsin("quality", "Nobody", ok=(1,))
    expect("Org B" in a.tocsin("quality", "Org B", as_json=False).out, "not shown")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("overlay", "what one node decides")
    clusters_and_disputes(nodes)
    decisions(nodes)
    refusals(nodes)
    kept(nodes)
    weights(nodes)
    quality(nodes)
    for node in nodes:
        node.stop()


if __name__ == "__main__":
    sys.exit(scenario.main("overlay", run, {key: scenario.ORGS[key] for key in "ab"}))
