#!/usr/bin/env python3
"""Two valid charters of one version, as an admin makes them whose node was set back to an old copy: what people are shown
of them, who chooses wrongly, and how that is put right."""

import shutil
import sys

import scenario
from scenario import expect, wait_for

WALLETS = ["0x" + f"{number:040x}" for number in (1, 2)]


def circle_of(node):
    return node.tocsin("circle", "show", "desk").last


def days(node):
    return circle_of(node)["policy"]["retention_days"]


def founded(nodes):
    a = nodes["a"]
    nodes.exchange_cards()
    nodes.found_circle("desk", "stolen funds")
    refused = a.tocsin("circle", "create", "desk", ok=(1,), as_json=False).err
    expect(nodes.circle in refused and "another name" in refused, f"a second circle of one name: {refused!r}")
    expect(len(a.tocsin("circle", "list").lines) == 1, "it was made all the same")
    expect(a.tocsin("circle", "show", nodes.circle[:8]).last["circle"] == nodes.circle, "not named by its first digits")


def parted(nodes):
    """A signs for B, is set back, and signs another one for C."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    a.stop()
    kept = nodes.directory / "a.kept"
    shutil.copytree(a.state, kept)
    c.stop()
    nodes.start("a")
    first = a.tocsin("circle", "propose", "--retention", "30").last["proposal"]
    wait_for("B has it", lambda: days(b) == 30)
    b.stop()
    a.stop()
    shutil.rmtree(a.state)
    shutil.copytree(kept, a.state)
    nodes.start("a", "c")
    second = a.tocsin("circle", "propose", "--retention", "60", "--admission-delay", "24").last["proposal"]
    wait_for("C has it", lambda: days(c) == 60)
    nodes.start("b")
    wait_for("all are told of both", lambda: all(circle_of(node)["rivals"] for node in nodes))
    return first, second


def shown(nodes, first, second):
    """Who has to choose sees between what."""
    c = nodes["c"]
    text = c.tocsin("circle", "show", "desk", as_json=False).out
    expect(first in text and f"{second} (followed now)" in text and f"circle proposal {first[:16]}" in text, text)
    for charter, lines in ((first, ("0 → 30", "Signed by Org A", f"circle choose {first[:16]}")),
                           (second, ("0 → 60", "admission delay: none → 24 hours", "It is in force"))):
        text = c.tocsin("circle", "proposal", charter[:8], as_json=False).out
        expect(all(line in text for line in lines), f"what a branch changes: {text}")
    expect(c.tocsin("circle", "proposal", first).last["state"] == "rival", "no rival")
    unsigned = c.tocsin("circle", "endorse", first[:12], "--yes", ok=(1,), as_json=False).err
    expect("cannot be signed: it is rival" in unsigned, f"endorsed: {unsigned!r}")
    for digits, due in ((first[:4], "8 digits"), ("0123456789", "begins with '0123456789'")):
        refused = c.tocsin("circle", "choose", digits, ok=(1, 2), as_json=False).err
        expect(due in refused, f"choose {digits}: {refused!r}")


def alarms_of(node):
    return [row["text"] for row in node.status()["alarms"] if row["alarm"] == "declined-chosen"]


def put_right(nodes, first, second):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    for node, charter in ((a, first), (b, first[:8]), (c, second)):
        node.tocsin("circle", "choose", charter)
    expect(circle_of(c)["declined"] == [first] and circle_of(c)["rivals"] == [], f"{circle_of(c)}")
    expect(first in c.tocsin("circle", "show", "desk", as_json=False).out, "what was declined is not shown")
    again = c.tocsin("circle", "choose", second, ok=(1,), as_json=False).err
    expect("no choice" in again, f"what is followed already: {again!r}")
    a.tocsin("circle", "propose", "--retention", "90")
    wait_for("B goes on with A", lambda: days(b) == 90)
    wait_for("C is told who follows what it declined", lambda: c.refusals().get("two-charters", 0) >= 2)
    a.tocsin("submit", "wallet", WALLETS[0], "--chain", "ETH", "--category", "theft")
    wait_for("B reads it", lambda: b.lookup(WALLETS[0])["found"])
    expect(days(c) == 60 and not c.lookup(WALLETS[0])["found"], "C follows what it declined")
    expect(not alarms_of(c), "an alarm, and nothing that was declined was chosen")
    told = c.tocsin("circle", "choose", first[:8]).last
    expect(told["was"] == "declined" and told["charter"] == first and told["left"] == second, f"chosen: {told}")
    expect(len(alarms_of(c)) == 1 and first[:16] in alarms_of(c)[0] and second[:16] in alarms_of(c)[0], f"{alarms_of(c)}")
    chosen = [line["answer"]["was"] for line in c.tocsin("audit", "--command", "circle-choose", "--outcome", "ok").lines if "answer" in line]
    expect(chosen == ["followed", "declined"] and not alarms_of(a), f"in the audit: {chosen}")
    wait_for("C goes on with the others", lambda: days(c) == 90)
    wait_for("C reads what was said meanwhile", lambda: c.lookup(WALLETS[0])["found"])
    c.tocsin("submit", "wallet", WALLETS[1], "--chain", "ETH", "--category", "theft")
    wait_for("and is heard", lambda: all(node.lookup(WALLETS[1])["found"] for node in (a, b)))
    nodes.level()


def run(nodes):
    nodes.init()
    nodes.start()
    founded(nodes)
    first, second = parted(nodes)
    shown(nodes, first, second)
    put_right(nodes, first, second)


if __name__ == "__main__":
    sys.exit(scenario.main("branches", run))
