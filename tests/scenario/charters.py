#!/usr/bin/env python3
"""Two admins change a circle's charter together, over links and by files: a third org is admitted, removed with its feeds closed, and admitted again."""

import sys

import scenario
from scenario import expect, wait_for


def wallet(number):
    return "0x" + f"{number:040x}"


def version(node):
    return node.tocsin("circle", "show", "desk").last["version"]


def words_of(changes):
    return {(change["what"], change.get("org_name"), change["before"], change["after"]) for change in changes}


def write_proposal(nodes, node, proposal):
    """As a person gives it away: words, then the armour."""
    path = nodes.directory / f"{node.key}-{proposal[:8]}.charter"
    text = node.tocsin("circle", "proposal", proposal[:12], as_json=False).out
    path.write_text(text, encoding="utf-8")
    return path, text


def second_admin(nodes):
    a, b = nodes["a"], nodes["b"]
    circle = a.tocsin("circle", "create", "desk").last["circle"]
    dry = a.tocsin("circle", "propose", "--admit", f"{b.name}=admin", "--quorum", "2", "--dry-run").last
    expect(dry["state"] == "open" and dry["signed"] == [], f"a dry run signed: {dry}")
    expect(version(a) == 1, "a dry run changed the charter")
    made = a.tocsin("circle", "propose", "--admit", f"{b.name}=admin", "--quorum", "2").last
    expect(made["state"] == "in-force" and made["proposal"] == dry["proposal"], f"not in force: {made}")
    expect(words_of(made["changes"]) == {("joins", b.name, None, "admin"), ("quorum", None, "1", "2")},
           f"said otherwise: {made['changes']}")
    b.tocsin("circle", "join", circle)
    wait_for("B has the charter", lambda: b.tocsin("circle", "list").last["version"] == 2)
    refused = a.tocsin("circle", "admit", nodes["c"].name, ok=(1, 5), as_json=False).err
    expect("circle propose --admit" in refused, f"no way out: {refused!r}")
    return circle


def together(nodes, circle):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    a.tocsin("submit", "wallet", wallet(9), "--chain", "ETH", "--category", "theft", "--tlp", "AMBER+STRICT")
    made = a.tocsin("circle", "propose", "--admit", c.name, "--retention", "30", "--tlp-max", "AMBER").last
    expect(made["state"] == "open" and [row["org_name"] for row in made["signed"]] == [a.name],
           f"not waiting for B: {made}")
    expect([row["proposal"] for row in a.tocsin("circle", "proposals").lines] == [made["proposal"]],
           "the proposal is not listed")
    wait_for("B's node heard of it", lambda: [row["proposal"] for row in b.tocsin("circle", "proposals").lines]
             == [made["proposal"]])
    expect(version(b) == 2 and [row["org_name"] for row in b.tocsin("circle", "proposals").last["signed"]] == [a.name],
           "B's node signed by itself")
    alarms = [(row["alarm"], row["org_name"], row["circle_name"]) for row in b.status()["alarms"]]
    expect(("proposal", a.name, "desk") in alarms, f"nobody tells B that A waits: {alarms}")
    expect(not [row for row in a.status()["alarms"] if row["alarm"] == "proposal"], "A is told to sign what it signed")
    text = b.tocsin("circle", "proposal", made["proposal"][:12], as_json=False).out
    for sentence in (f"{c.name} joins as member (fiu, FR)", "retention in days (0: no term): 0 → 30",
                     "highest marking: RED → AMBER", "1 of 2 admins signed"):
        expect(sentence in text, f"'{sentence}' is not said:\n{text}")
    expect(b.tocsin("circle", "proposal", made["proposal"]).last["changes"] == made["changes"], "B is told otherwise")
    unasked = b.tocsin("circle", "endorse", made["proposal"], ok=(2,), as_json=False)
    expect("--yes" in unasked.err and f"{c.name} joins" in unasked.out, f"signed unasked, or unseen: {unasked.out}")
    expect(version(b) == 2, "B signed without a yes")
    other = a.tocsin("circle", "propose", "--admit", f"{c.name}=observer", ok=None, as_json=False)
    expect(other.code != 0 and "signs one only" in other.err, f"a second body of a version: {other.err!r}")
    expect(b.tocsin("circle", "endorse", made["proposal"][:8], "--yes").last["state"] == "in-force", "two of two are too few")
    c.tocsin("circle", "join", circle)
    wait_for("all have version 3", lambda: all(version(node) == 3 for node in nodes
                                               if node.tocsin("circle", "list").last["known"])
             and c.tocsin("circle", "list").last["known"])
    expect(a.tocsin("circle", "proposals").lines == [], "what is in force still waits")
    a.tocsin("submit", "wallet", wallet(1), "--chain", "ETH", "--category", "theft")
    nodes.level()
    marked = a.tocsin("submit", "wallet", wallet(8), "--chain", "ETH", "--category", "theft", "--tlp", "AMBER+STRICT",
                      ok=(4,), as_json=False)
    expect("above TLP:AMBER," in marked.err, f"said above what the circle takes: {marked.err!r}")
    expect(not a.lookup(wallet(8)).get("claims"), "what was refused was written")
    a.tocsin("retract", wallet(9), "--category", "theft")
    wait_for("what was said before is taken back", lambda: not a.lookup(wallet(9)).get("claims"))



def registry(nodes):
    """Two members quote one list: two lineages while nobody knows it, one when the charter does."""
    a, b = nodes["a"], nodes["b"]
    say = ("submit", "wallet", wallet(20), "--chain", "ETH", "--category", "theft")
    told = a.tocsin(*say, "--list", "desk-feed").last
    expect(told["unregistered"] == ["list desk-feed"], f"an unknown list is not told: {told}")
    rows = [{"address": wallet(number), "chain": "ETH", "category": "theft", "list": name}
            for number, name in ((22, "desk-feed-two"), (23, "desk-feed"))]
    told = a.tocsin("submit", "--dry-run", scenario.write_rows(nodes.directory / "desks.csv", rows)).last
    expect(told["unregistered"] == ["list desk-feed-two", "list desk-feed"], f"a name within another is not told: {told}")
    b.tocsin(*say, "--list", "desk-feed")
    nodes.level("a", "b")
    expect(lineages(a, 20) == 2, "what nobody registered is not each submitter's own")
    known = a.tocsin("circle", "propose", "--add-list", "ofac", ok=None, as_json=False)
    expect(known.code != 0 and "known already, as ofac-sdn" in known.err, f"the terms are changed: {known.err!r}")
    made = a.tocsin("circle", "propose", "--add-list", "desk-feed,df:Feed of the desk", "--add-list",
                    "desk-mirror=desk-feed").last
    expect(words_of(made["changes"]) == {("list", None, None, "desk-feed,df:Feed of the desk"),
                                         ("list", None, None, "desk-mirror=desk-feed")}, f"said otherwise: {made}")
    wait_for("B's node heard of it", lambda: b.tocsin("circle", "proposals").lines)
    b.tocsin("circle", "endorse", made["proposal"], "--yes")
    wait_for("both have the registry", lambda: [row["id"] for node in (a, b) for row in
                                                node.tocsin("circle", "show", "desk").last["registry"]]
             == ["desk-feed", "desk-mirror"] * 2)
    for node, name in ((a, "df"), (b, "desk-mirror")):
        told = node.tocsin("submit", "wallet", wallet(21), "--chain", "ETH", "--category", "theft", "--list", name).last
        expect("unregistered" not in told and told["new"] == 1, f"a registered list is told: {told}")
    expect(a.tocsin(*say, "--list", "desk-feed").last["changed"] == 1, "what is registered now is not said anew")
    b.tocsin(*say, "--list", "df")
    nodes.level("a", "b")
    for number in (20, 21):
        expect(lineages(a, number) == lineages(b, number) == 1, f"wallet {number}: one list counts twice")
    sources = {claim["source"] for claim in a.lookup(wallet(21))["claims"]}
    expect(sources == {"list:desk-feed", "list:desk-mirror"}, f"aliases are carried: {sources}")


def lineages(node, number):
    return node.lookup(wallet(number))["categories"][0]["lineages"]


def removed(nodes):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    refused = a.tocsin("circle", "propose", "--remove", b.name, ok=(2,), as_json=False).err
    expect("--quorum" in refused and "from 1 to 1" in refused, f"the circle would be locked: {refused!r}")
    c.tocsin("submit", "wallet", wallet(4), "--chain", "ETH", "--category", "theft")
    nodes.level()
    made = b.tocsin("circle", "propose", "--remove", c.name).last
    closed = [change for change in made["changes"] if change["what"] == "closes"]
    expect([change["org_name"] for change in closed] == [c.name] and "bulk" in closed[0]["after"],
           f"C's feeds are not closed: {made['changes']}")
    path, _ = write_proposal(nodes, b, made["proposal"])
    expect(a.tocsin("circle", "endorse", str(path), "--yes").last["state"] == "in-force", "C is still in")
    wait_for("both have version 5", lambda: version(a) == version(b) == 5)
    before = c.status()["entries"]
    for number in (2, 3):
        nodes["a" if number == 2 else "b"].tocsin("submit", "wallet", wallet(number), "--chain", "ETH",
                                                  "--category", "theft")
    nodes.level("a", "b")
    c.tocsin("peers")
    expect(c.status()["entries"] == before, "C was given what was written after it left")
    for number in (2, 3):
        expect(not c.lookup(wallet(number)).get("claims"), f"C reads wallet {number}")
    expect(b.lookup(wallet(2)).get("claims"), "B does not read what A says")
    c.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft")
    for node in (a, b):
        expect(node.lookup(wallet(4)).get("claims"), "what C said before it left is gone")
        expect(not node.lookup(wallet(5)).get("claims"), "C is heard after it left")


def waiting(told, new):
    """Who was admitted knows that it waits, until when and what that means; and the others who waits, until when."""
    until = new.tocsin("circle", "list").last["waits_until"]
    expect(until and new.tocsin("circle", "show", "desk").last["waits_until"] == until, "it does not know until when it waits")
    for words in (("status",), ("circle", "list"), ("circle", "show", "desk")):
        said = new.tocsin(*words, as_json=False).out
        expect(f"desk: this org was admitted lately. Members give it no keys before about {until}," in said, f"{words}: {said}")
        expect("desk: this org was admitted" not in told.tocsin(*words, as_json=False).out, f"{words}: an old member waits")
    theirs = [row["waits_until"] for row in told.tocsin("circle", "show", "desk").last["members"] if row["name"] == new.name][0]
    expect(f"before {theirs}, nor what is sealed" in told.tocsin("status", as_json=False).out, "until when it waits is not told")
    expect("desk: 1 new reader gets no keys from this node yet" in told.tocsin("circle", "list", as_json=False).out, "nobody waits")


def admitted_again(nodes, circle):
    """C waits for its keys, A's operator does not let it wait, and what it said outside stays outside."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    made = a.tocsin("circle", "propose", "--admit", c.name, "--admission-delay", "1").last
    path, _ = write_proposal(nodes, a, made["proposal"])
    b.tocsin("circle", "endorse", str(path), "--yes")
    wait_for("all have it", lambda: version(a) == version(b) == version(c) == made["version"])

    def waits(node):
        return [row["name"] for row in node.tocsin("circle", "show", "desk").last["members"] if row.get("waits_until")]
    expect(waits(a) == waits(b) == [c.name], f"who waits: {waits(a)}, {waits(b)}")
    def given():
        return {row["name"]: row["entries"] for row in c.tocsin("peers").lines if row.get("name")}
    before = given()
    alarms = [(row["alarm"], row["org_name"]) for row in b.status()["alarms"]]
    expect(("new-reader", c.name) in alarms, f"an admission that nobody sees: {alarms}")
    waiting(b, c)
    for number, node in ((6, a), (7, b)):
        node.tocsin("submit", "wallet", wallet(number), "--chain", "ETH", "--category", "theft")
    wait_for("C was given what it cannot open", lambda: sum(given().values()) >= sum(before.values()) + 2)
    expect(not any(c.lookup(wallet(number)).get("claims") for number in (6, 7)), "C reads before the delay is over")
    shown = a.tocsin("circle", "show", "desk", as_json=False).out
    expect("circle confirm" in shown, f"nobody is told what to do: {shown!r}")
    a.tocsin("circle", "confirm", c.name)
    expect(waits(a) == [] and waits(b) == [c.name], "A's operator has confirmed, and A only")
    expect("NOT_FOUND" not in a.tocsin("circle", "confirm", c.name, ok=(1,), as_json=False).err, "a code is no sentence")
    wait_for("C reads what A writes", lambda: c.lookup(wallet(6)).get("claims"))
    expect(not c.lookup(wallet(7)).get("claims"), "C reads what B writes")
    c.tocsin("submit", "wallet", wallet(10), "--chain", "ETH", "--category", "theft")
    wait_for("B hears C again", lambda: b.lookup(wallet(10)).get("claims"))
    expect(not b.lookup(wallet(5)).get("claims"), "what C said outside came in")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    circle = second_admin(nodes)
    together(nodes, circle)
    registry(nodes)
    removed(nodes)
    admitted_again(nodes, circle)


if __name__ == "__main__":
    sys.exit(scenario.main("charters", run))
