#!/usr/bin/env python3
"""Records for some members only: every entry goes to every node and opens for those it is for; what is narrowed arrives as
ended, what is derived names a root that others cannot follow, and a retraction reaches whoever has what it ends."""

import sys

import scenario
from scenario import expect, wait_for

def claims(node, address):
    return node.lookup(address)["claims"]


def opened(node, count):
    wait_for(f"{node.name} has opened {count} records", lambda: node.status()["entries"] == count)
    wait_for(f"{node.name} is level", lambda: not node.status()["incomplete"])


def for_some_members(nodes):
    """Every entry goes to everybody, and opens for those it is for."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    wallets = ["0x" + f"{number:02x}" * 20 for number in range(0x31, 0x36)]
    mark = ("--chain", "ETH", "--category", "theft")
    a.tocsin("submit", "wallet", wallets[0], *mark, "--releasable-to", b.name)
    a.tocsin("submit", "wallet", wallets[1], *mark, "--not-to", c.org(), "--alert")
    a.tocsin("submit", "wallet", wallets[2], *mark, "--tlp", "RED")
    a.tocsin("submit", "wallet", wallets[3], *mark, "--tlp", "GREEN")
    opened(a, 4), opened(b, 4), opened(c, 2)
    for index, (on_b, on_c) in enumerate(((1, 0), (1, 0), (1, 1), (1, 1))):
        expect(len(claims(a, wallets[index])) == 1, f"the author does not see {index}")
        expect(len(claims(b, wallets[index])) == on_b, f"Org B and {index}")
        expect(len(claims(c, wallets[index])) == on_c, f"Org C and {index}")
    for words, readers in ((("--releasable-to", b.name), "ab"), (("--not-to", c.org()), "ab"), (("--tlp", "RED"), "abc"),
                           (("--tlp", "CLEAR"), "abc"), ((claims(b, wallets[0])[0]["claim"],), "ab")):
        rows = {row["org"]: row for row in a.tocsin("audience", *words).lines}
        expect({key for key in "abc" if rows[nodes[key].org()]["reads"]} == set(readers), f"audience {words}: {rows}")
    expect("not_to" in a.tocsin("audience", "--not-to", c.name, as_json=False).out, "why Org C does not read it")
    alone = a.tocsin("submit", "wallet", wallets[4], *mark, "--releasable-to", a.name, ok=(4,))
    expect(alone.last["refused"] == 1 and "nobody in this circle" in alone.out, f"a claim for nobody was written: {alone.out}")
    # Narrowed: ended for Org C, said again to Org B, and nothing was lost on the way.
    a.tocsin("submit", "wallet", wallets[3], *mark, "--tlp", "GREEN", "--releasable-to", b.name)
    opened(a, 6), opened(b, 6), opened(c, 3)
    expect(len(claims(b, wallets[3])) == 1 and not claims(c, wallets[3]), "what was narrowed")
    # What rests on it names a root that Org C cannot follow, and both see one lineage more.
    b.tocsin("submit", "wallet", wallets[4], *mark, "--derived-from", claims(b, wallets[0])[0]["claim"])
    wait_for("the derived claim arrives", lambda: claims(c, wallets[4]) and claims(a, wallets[4]))
    roots = claims(c, wallets[4])[0]["roots"]
    expect(len(roots) == 1 and roots[0].startswith("undisclosed:"), f"roots that Org C sees: {roots}")
    expect(not claims(a, wallets[4])[0].get("misstated"), "the author of the source calls it misstated")
    # Who speaks of it may not tell others by that.
    secret = claims(b, wallets[1])[0]["claim"]
    for words in (("dispute", secret, "--reason", "typo"), ("inquire", secret)):
        told = b.tocsin(*words, ok=(4,))
        expect(told.last["refused"] == 1 and "may not read" in told.out, f"{words} tells Org C: {told.out}")
        expect(b.tocsin(*words, "--not-to", c.name).last["new"] == 1, f"{words} among those who read it")
    wait_for("dispute and inquiry arrive", lambda: a.lookup(wallets[1])["disputes"] and a.lookup(wallets[1])["inquiries"])
    inquiry = a.lookup(wallets[1])["inquiries"][0]["claim"]
    expect(a.tocsin("reply", inquiry, ok=(4,)).last["refused"] == 1, "a reply tells Org C")
    expect(a.tocsin("reply", inquiry, "--releasable-to", b.name).last["new"] == 1, "a reply to who asked")
    # Taken back: those who have it hear of it, the others of nothing.
    said = a.tocsin("shared", wallets[3]).lines
    expect([row["kind"] for row in said] == ["wallet", "retraction", "wallet"], f"what was shared: {said}")
    expect([sorted(reader["name"] for reader in row["readers"]) for row in said] ==
           [[b.name, c.name], [b.name, c.name], [b.name]], f"with whom: {said}")
    wait_for("receipts of what was shared", lambda: all(
        len(row["held"]) == 2 for row in a.tocsin("shared", wallets[3]).lines))
    expect(not a.tocsin("shared", "0x" + "99" * 20).lines, "what was never shared")
    expect(b.name in a.tocsin("shared", wallets[3], as_json=False).out, "with whom, for people")
    a.tocsin("retract", wallets[0], "--category", "theft")
    opened(b, 11), opened(c, 4)
    expect(not claims(b, wallets[0]), "a retraction that did not arrive")
    for wallet in (wallets[0], wallets[1]):
        held = (c.state / "store" / "views" / "data.mdb").read_bytes()
        expect(bytes.fromhex(wallet[2:]) not in held and wallet[2:].encode() not in held, f"{wallet} stands in Org C's views")


def readers_of(node, wallet, records=1):
    """Of each record about it, once there are so many: who got it, who of them has left, who came too late."""
    def folded():
        lines = node.tocsin("shared", wallet).lines
        return lines if len(lines) == records else None

    return [({row["name"] for row in line["readers"]}, {row["name"] for row in line["readers"] if row["left"]},
             {row["name"] for row in line["later"]}) for line in wait_for(f"{records} records about {wallet}", folded)]


def told_of(node, claim):
    return {row["name"]: (row["reads"], row["why"]) for row in node.tocsin("audience", claim).lines}


def who_left_and_who_came(nodes):
    """Whom a record was for is a matter of the day it was written, and so is whom its end is for."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    before, between = "0x" + "41" * 20, "0x" + "42" * 20
    red = ("--chain", "ETH", "--category", "scam", "--tlp", "RED")
    a.tocsin("submit", "wallet", before, *red)
    wait_for("Org C has the first", lambda: claims(c, before))
    a.tocsin("circle", "propose", "--remove", c.name)
    a.tocsin("submit", "wallet", between, *red)
    wait_for("Org B has both", lambda: claims(b, before) and claims(b, between))
    expect(readers_of(a, before) == [({b.name, c.name}, {c.name}, set())], f"who left: {readers_of(a, before)}")
    reads, why = told_of(a, claims(a, before)[0]["claim"])[c.name]
    expect(reads and "any more" in why, f"what C has: {why}")
    a.tocsin("circle", "admit", c.name, "--role", "member")
    expect(readers_of(a, between) == [({b.name}, set(), {c.name})], f"who came too late: {readers_of(a, between)}")
    claim = claims(a, between)[0]["claim"]
    reads, why = told_of(a, claim)[c.name]
    expect(not reads and "came after" in why, f"what C has not: {why}")
    opened_by_c = c.status()["entries"]
    a.tocsin("retract", between, "--category", "scam")
    reads, why = told_of(a, claim)[c.name]
    expect(not reads, f"C is told of the end of what it never had: {why}")
    _, end = readers_of(a, between, 2)
    expect(end == ({b.name}, set(), {c.name}), f"to whom it ended: {end}")
    a.tocsin("submit", "wallet", "0x" + "43" * 20, "--chain", "ETH", "--category", "scam")
    wait_for("Org C has what came after", lambda: claims(c, "0x" + "43" * 20))
    expect(c.status()["entries"] == opened_by_c + 1, "Org C opened the end of what it never had")
    wait_for("Org B is told", lambda: not claims(b, between))


def which_way_it_goes(nodes):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]

    def ways():
        return {row["name"]: (row["link"], row.get("through"), row["last_heard"])
                for row in a.tocsin("audience", "--tlp", "RED").lines}

    # C, which was out and in again, may be linked a moment after it has what came through B.
    wait_for("A is linked to both", lambda: [ways()[node.name][:2] for node in nodes] == [("here", None), ("direct", None), ("direct", None)])
    c.stop()
    wait_for("A sees that C is gone", lambda: ways()[c.name][0] == "others")
    expect(ways()[c.name][1] == [b.name] and ways()[c.name][2], f"through B: {ways()}")
    expect(f"through {b.name}; last heard" in a.tocsin("audience", "--tlp", "RED", as_json=False).out, "the way, for people")
    b.stop()
    wait_for("A sees that B is gone", lambda: ways()[b.name][0] == "none")
    expect(ways()[c.name][:2] == ("none", []), f"nobody is linked: {ways()}")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("addressed", "who is told what")
    for_some_members(nodes)
    who_left_and_who_came(nodes)
    which_way_it_goes(nodes)


if __name__ == "__main__":
    sys.exit(scenario.main("addressed", run))
