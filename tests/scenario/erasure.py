#!/usr/bin/env python3
"""Bodies that go: what its author erases goes from everybody, and everybody says why; what an order deletes goes from one
node and does not come back; what is under a legal hold stays."""

import shutil
import sys

import scenario
from scenario import expect, wait_for

CANARY = "canary-erased-5d20c7b1"
WALLETS = ["0x" + f"{number:02x}" * 20 for number in range(0x61, 0x68)]
MARK = ("--chain", "ETH", "--category", "theft")
FILE_NUMBER = "AG Berlin, 7 Gs 1/26"


def claims(node, address):
    return node.lookup(address)["claims"]


def say(node, wallet, *words):
    node.tocsin("submit", "wallet", wallet, *MARK, *words)
    wait_for("the claim is folded", lambda: claims(node, wallet))
    return claims(node, wallet)[0]["claim"]


def checked(node):
    return node.tocsin("log", "check").last


def views_of(node):
    return (node.state / "store" / "views" / "data.mdb").read_bytes()


def asked_first(node, claim, other):
    """Where nobody can say yes it says what would go, of all claims, and erases nothing."""
    first, last = sorted(int(row["revision"]) for line in node.tocsin("audit", "--record", claim).lines for row in line.get("about", []))
    refused = node.tocsin("erase", claim, other, "--reason", "by mistake", ok=(2,), as_json=False).err
    expect(f"2 records of {claim[:16]}… by {node.name} in erasure, revisions {first} to {last}\n" in refused, f"what would go: {refused}")
    expect(f"1 record of {other[:16]}… by" in refused and "3 records would be erased" in refused and "--yes" in refused, refused)
    lines = node.tocsin("audit", "--command", "erase", "--text", claim).lines
    expect(lines and not any("wrote" in line for line in lines) and "dry_run" in str(lines), f"in the audit: {lines}")
    expect(claims(node, WALLETS[0]) and checked(node)["erased"]["by_author"] == 0, "erased without a yes")


def by_the_author(nodes):
    """Every revision of the claim goes, nothing else does, and nobody but the author can."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    claim = say(a, WALLETS[0], "--note", CANARY)
    a.tocsin("submit", "wallet", WALLETS[0], *MARK, "--note", CANARY + " again", "--confidence", "77")
    kept = say(a, WALLETS[1])
    for node in nodes:
        wait_for(f"{node.name} has both", lambda n=node: claims(n, WALLETS[0])
                 and claims(n, WALLETS[0])[0]["confidence"] == 77 and claims(n, WALLETS[1]))
    expect(CANARY.encode() in views_of(b), "the canary is not where it belongs, so nothing would be proven")
    for more in ((), ("--yes",)):
        b.tocsin("erase", claim, "--reason", "it is not ours", *more, ok=(5,))
        a.tocsin("erase", claim, *more, ok=(2,))
        a.tocsin("erase", "00" * 32, "--reason", "none", *more, ok=(1,))
    asked_first(a, claim, kept)
    expect(a.tocsin("erase", claim, "--reason", "a customer's request", "--yes").last == {"claim": claim, "records": 2}, "erased")
    for node in nodes:
        wait_for(f"{node.name} has lost it", lambda n=node: not claims(n, WALLETS[0]))
        expect(claims(node, WALLETS[1])[0]["claim"] == kept, f"{node.name} lost another claim")
        found = checked(node)
        expect(found["ok"] and found["erased"] == {"past_day": 0, "by_author": 2} and found["missing"] == 0,
               f"log check of {node.name}: {found}")
        expect(node.status()["store"]["erased"] == 2, f"status of {node.name}")
    nodes.level()
    digests = {node.tocsin("store", "digest").last["digest"] for node in nodes}
    expect(len(digests) == 1, f"the views differ: {digests}")
    rebuilt = b.tocsin("store", "rebuild").last["digest"]
    expect({rebuilt} == digests, "a rebuild brings something back")
    # Pages that are not in use keep what stood there: the manual says how to have files without it.
    b.stop()
    shutil.rmtree(b.state / "store" / "views")
    nodes.start("b")
    wait_for("Org B has its views anew", lambda: claims(b, WALLETS[1]))
    expect({b.tocsin("store", "digest").last["digest"]} == digests, "views from nothing bring something back")
    expect(CANARY.encode() not in views_of(b), "the canary stands in views that were made anew")
    deeds = a.tocsin("audit").lines
    expect(any("a customer's request" in str(line) for line in deeds), f"the audit does not say why: {deeds}")
    record = claims(a, WALLETS[1])[0]["record"]
    wait_for("heads over what was erased are cosigned by all", lambda: len(a.tocsin("receipt", record).last["held"]) == 3)
    return claim


def by_an_order(nodes):
    """Only here, also when it is said again, and over a restart; then it may come back."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    claim = say(a, WALLETS[2])
    wait_for("Org B has it", lambda: claims(b, WALLETS[2]))
    a.tocsin("order", "add", claim, "--reference", FILE_NUMBER, ok=(4, 5))
    b.tocsin("order", "add", claim, ok=(2,))
    expect(b.tocsin("order", "add", claim, "--reference", FILE_NUMBER).last["records"] == 1, "ordered")
    b.tocsin("order", "add", claim, "--reference", FILE_NUMBER, ok=(1, 2, 3, 4, 5))
    wait_for("Org B has lost it", lambda: not claims(b, WALLETS[2]))
    a.tocsin("submit", "wallet", WALLETS[2], *MARK, "--confidence", "91")
    wait_for("Org C has it anew", lambda: [claim["confidence"] for claim in claims(c, WALLETS[2])] == [91])
    b.stop()
    nodes.start("b")
    other = say(a, WALLETS[3])
    wait_for("Org B goes on", lambda: claims(b, WALLETS[3]))
    expect(not claims(b, WALLETS[2]), "what an order deleted came back")
    b.tocsin("store", "rebuild")
    expect(not claims(b, WALLETS[2]), "what an order deleted came back with a rebuild")
    found = checked(b)
    expect(found["ordered"] == 2 and found["orders"] == 1 and found["missing"] == 0, f"log check: {found}")
    listed = b.tocsin("order", "list").lines
    expect([row["claim"] for row in listed] == [claim] and listed[0]["reference"] == FILE_NUMBER, f"orders: {listed}")
    expect(FILE_NUMBER in b.tocsin("order", "list", as_json=False).out, "orders, for people")
    b.tocsin("order", "lift", claim)
    wait_for("it comes back", lambda: claims(b, WALLETS[2]) and claims(b, WALLETS[2])[0]["confidence"] == 91)
    expect(checked(b)["ordered"] == 0 and not b.tocsin("order", "list").lines and other, "the order is lifted")


def by_a_legal_hold(nodes):
    """It stays here while the author and everybody else lose it."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    claim = say(a, WALLETS[4])
    wait_for("Org B has it", lambda: claims(b, WALLETS[4]) and claims(c, WALLETS[4]))
    b.tocsin("legal-hold", "add", claim, "--reference", FILE_NUMBER)
    contrary = b.tocsin("order", "add", claim, "--reference", "another court", ok=(1, 2, 3, 4, 5))
    expect("legal hold" in contrary.out + contrary.err, f"an order against a legal hold: {contrary.out}{contrary.err}")
    a.tocsin("erase", claim, "--reason", "to be tried", "--yes")
    wait_for("Org C has lost it", lambda: not claims(c, WALLETS[4]))
    marker = say(a, WALLETS[5])
    wait_for("Org B goes on", lambda: claims(b, WALLETS[5]))
    expect(claims(b, WALLETS[4]) and marker, "a legal hold did not hold")
    found = checked(b)
    expect(found["legal_holds"] == 1 and found["erased"]["by_author"] == 2, f"log check: {found}")
    b.tocsin("legal-hold", "lift", claim)
    wait_for("Org B has lost it too", lambda: not claims(b, WALLETS[4]))


def a_cluster(nodes):
    """With its members: they are records of the same claim."""
    a, b = nodes["a"], nodes["b"]
    rows = [{"cluster": "ring", "name": "a ring", "entity": "thief", "confidence": "80", "chain": "ETH", "address": address}
            for address in WALLETS[5:7]]
    a.tocsin("submit", scenario.write_rows(nodes.directory / "cluster.csv", rows))
    wait_for("Org B knows the cluster", lambda: b.tocsin("cluster", WALLETS[6]).last.get("reports"))
    claim = b.tocsin("cluster", WALLETS[6]).last["reports"][0]["claim"]
    expect(a.tocsin("erase", claim, "--reason", "not one", "--yes").last["records"] == 2, "a report and its members")
    wait_for("Org B knows of none", lambda: not b.tocsin("cluster", WALLETS[6]).last.get("reports"))
    nodes.level()
    expect(len({node.tocsin("store", "digest").last["digest"] for node in nodes}) == 1, "the views differ")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("erasure", "what goes and what stays")
    by_the_author(nodes)
    by_an_order(nodes)
    by_a_legal_hold(nodes)
    a_cluster(nodes)


if __name__ == "__main__":
    sys.exit(scenario.main("erasure", run))
