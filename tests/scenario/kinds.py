#!/usr/bin/env python3
"""Every kind of claim is said by a command or a line of JSON, once, and comes back in lookups of another node."""

import json
import sys

import scenario
from scenario import expect

THIEF = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
OTHER = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
TX = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"
SECOND_TX = "0x4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"


def counts(node, *words, ok=(0,), stdin=None):
    last = node.tocsin(*words, ok=ok, stdin=stdin).last
    return last["new"], last["changed"], last["unchanged"], last["refused"]


def once(nodes, key, *words, stdin=None):
    """The same twice: written once, also when the first is folded."""
    node = nodes[key]
    expect(counts(node, *words, "--dry-run", stdin=stdin) == (1, 0, 0, 0), f"dry run of {words}")
    expect(counts(node, *words, stdin=stdin) == (1, 0, 0, 0), f"first time: {words}")
    nodes.level()
    expect(counts(node, *words, stdin=stdin) == (0, 0, 1, 0), f"second time: {words}")


def commands(nodes):
    ref = f"{nodes['b'].org()}:bybit-hack"
    once(nodes, "a", "submit", "transfer", "--chain", "ETH", "--tx", TX, "--index-kind", "native", "--from", THIEF,
         "--to", OTHER, "--asset", "ETH", "--amount", "12.5", "--time", "2025-02-21T14:16:11Z", "--fiat-currency",
         "USD", "--fiat-minor-units", "3400000", "--fiat-priced-by", "coingecko")
    once(nodes, "a", "submit", "incident", "bybit-2025", "--occurred", "2025-02-21", "--status", "confirmed",
         "--theft", f"ETH:{TX}", "--theft", f"ETH:{SECOND_TX}")
    once(nodes, "a", "submit", "same-as", "bybit-2025", ref)
    once(nodes, "a", "submit", "attribution", "--incident", "bybit-2025", "--actor", "lazarus", "--basis", "court")
    once(nodes, "a", "submit", "attribution", THIEF, "--chain", "ETH", "--actor", "lazarus", "--document", "ab" * 32)
    once(nodes, "a", "submit", "sighting", THIEF, "--chain", "ETH", "--tx", TX, "--index-kind", "native", "--seen",
         "2025-02-21", "--direction", "out", "--stopped-at", OTHER, "--account-role", "deposit")
    once(nodes, "a", "submit", "notice", OTHER, "--chain", "ETH", "--role", "hot", "--operator-org", "own")
    once(nodes, "b", "submit", "clearance", THIEF, "--chain", "ETH", "--checked", "2025-03-01")


def talk(nodes):
    """A claim, who objects, who asks, and who answers."""
    a, b = nodes["a"], nodes["b"]
    once(nodes, "a", "submit", "wallet", THIEF, "--chain", "ETH", "--category", "theft")
    claim = b.lookup(THIEF)["claims"][0]
    once(nodes, "b", "dispute", claim["claim"], "--reason", "typo")
    once(nodes, "b", "inquire", claim["claim"], "--note", "which transaction?")
    seen = a.lookup(THIEF)
    expect([d["reason"] for d in seen["disputes"]] == ["wrong-address"], f"no dispute: {seen['disputes']}")
    expect(seen["disputes"][0]["target"]["claim"] == claim["claim"], f"of what: {seen['disputes']}")
    inquiry = seen["inquiries"][0]
    once(nodes, "a", "reply", inquiry["claim"], "--basis", "on-chain", "--note", "that one")
    seen = b.lookup(THIEF)
    expect([r["basis"] for r in seen["inquiries"][0]["replies"]] == ["on-chain"], f"no reply: {seen['inquiries']}")
    once(nodes, "b", "submit", "wallet", THIEF, "--chain", "ETH", "--category", "hack", "--derived-from",
         claim["claim"])
    derived = [c for c in a.lookup(THIEF)["claims"] if c["category"] == "hack"]
    expect(derived and derived[0]["source"] == "derived" and derived[0]["roots"] == [f"own:{claim['claim']}"],
           f"roots: {derived}")
    for node, words in ((a, ("dispute", claim["claim"], "--reason", "typo")),
                        (b, ("dispute", "00" * 32, "--reason", "typo")),
                        (b, ("reply", claim["claim"])), (b, ("reply", inquiry["claim"])),
                        (b, ("dispute", claim["claim"]))):
        expect(counts(node, *words, ok=(4,))[0] == 0, f"taken: {words}")
    return seen


def derived_clusters(nodes):
    """Rows of a cluster rest on claims, by their column, a line of JSON or an option; so do its joins."""
    a, b = nodes["a"], nodes["b"]
    wallets = [f"0x{number:040x}" for number in range(7001, 7005)]
    once(nodes, "a", "submit", "wallet", wallets[0], "--chain", "ETH", "--category", "scam")
    once(nodes, "b", "submit", "wallet", wallets[3], "--chain", "ETH", "--category", "scam")
    first, last = (b.lookup(f"ETH:{wallet}")["claims"][0]["claim"] for wallet in (wallets[0], wallets[3]))
    rows = [f"ETH,{wallet},{cluster},criminal,{sources}" for wallet, cluster, sources in
            ((wallets[0], "rests", ""), (wallets[1], "rests", f"{last};{first}"), (wallets[2], "rests", first),
             (wallets[1], "lost", "00" * 32), (wallets[2], "lost", ""))]
    text = "\n".join(["chain,address,cluster,entity,derived_from", *rows]) + "\n"
    *refused, summary = b.tocsin("submit", "-", ok=(4,), stdin=text).lines
    expect([(line["line"], line["column"]) for line in refused] == [(4, "derived_from"), (5, None), (5, None)],
           f"refused: {refused}")
    expect("derived_from 00000000…" in refused[1]["error"], f"which one: {refused}")
    expect((summary["new"], summary["refused"]) == (2, 3), str(summary))
    nodes.level()
    expect(counts(b, "submit", "-", ok=(4,), stdin=text) == (0, 0, 2, 3), "again")
    part = "".join(json.dumps({"chain": "ETH", "address": wallet, "cluster": "rests", "entity": "criminal"}) + "\n"
                   for wallet in wallets[1:])
    both = ["--derived-from", first, "--derived-from", last]
    expect(counts(b, "submit", "-", *both, stdin=part) == (2, 0, 1, 0), "two more, as JSON, sources by option")
    nodes.level()
    found = a.tocsin("cluster", f"ETH:{wallets[1]}").last
    roots = sorted([f"own:{first}", f"own:{last}"])
    expect([sorted(report["roots"]) for report in found["reports"]] == [roots], f"the report: {found['reports']}")
    expect(found["cluster"]["size"] == 4, f"size: {found['cluster']}")
    a.tocsin("retract", "--claim", first)
    nodes.level()
    expect(a.tocsin("cluster", f"ETH:{wallets[1]}").last["reports"][0]["lineages"] == 1, "one of two is withdrawn")
    refusal = b.tocsin("submit", "-", *both, ok=(4,), stdin=part).lines[0]
    expect("not live any more" in refusal["error"], f"from what was withdrawn: {refusal}")
    b.tocsin("retract", "--file", "-", stdin=part)
    nodes.level()
    expect(a.lookup(f"ETH:{wallets[1]}")["cluster"] is None, "retracted by its rows")
    expect(counts(b, "submit", "-", *both[2:], stdin=part) == (3, 0, 0, 0), "said again, from what is left")
    nodes.level()
    b.tocsin("retract", "--claim", last)
    nodes.level()
    expect(a.lookup(f"ETH:{wallets[1]}")["cluster"] is None, "all it rests on is withdrawn")


def lines(nodes):
    """As JSON Lines; errors name line and field, and the good lines are taken."""
    a = nodes["a"]
    rows = [{"kind": "incident", "slug": "ronin", "occurred": "2022-03-23", "status": "confirmed"},
            {"kind": "incident", "slug": "ronin-2", "occured": "2022-03-23"},
            {"kind": "clearance", "chain": "ETH", "address": OTHER, "checked": "yesterday"},
            {"kind": "wallet", "chain": "ETH", "address": OTHER, "category": "scam"}]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    *refused, summary = a.tocsin("submit", "-", ok=(4,), stdin=text).lines
    expect([(r["line"], r["column"]) for r in refused] == [(2, None), (3, "checked")], str(refused))
    expect((summary["new"], summary["refused"]) == (2, 2), str(summary))
    nodes.level()
    expect(counts(a, "submit", "-", ok=(4,), stdin=text) == (0, 0, 2, 2), "again")


def incidents(nodes):
    """Both orgs tell of one event: what the one proposes, the other accepts."""
    a, b = nodes["a"], nodes["b"]
    pair = ["submit", "same-as", "bybit-hack", f"{a.org()}:bybit-2025"]
    once(nodes, "b", "submit", "incident", "bybit-hack", "--discovered", "2025-02-22", "--status", "suspected")
    once(nodes, "b", "submit", "-", stdin=json.dumps(
        {"chain": "ETH", "address": OTHER, "category": "hack", "incident": "bybit-2025"}) + "\n")
    found = b.tocsin("incident", "bybit-2025").last
    expect([same["standing"] for same in found["same"]] == ["proposed"], f"joined already: {found['same']}")
    once(nodes, "b", *pair)
    found, other, broken = a.tocsin("incident", "bybit-2025", "bybit-hack", "Bybit 2025").lines
    expect([same["standing"] for same in found["same"]] == ["accepted"], f"not joined: {found['same']}")
    expect(found["incidents"][0]["event"] == other["incidents"][0]["event"], "two events")
    expect([w["wallet"] for w in found["wallets"]] == [f"eip155:1:{OTHER}"], f"wallets: {found['wallets']}")
    expect(found["wallets"][0]["means"] == a.org(), "the only incident by that slug is meant")
    expect([m["what"] for m in found["timeline"]][:1] == ["occurred"], f"timeline: {found['timeline']}")
    times = [moment["time"] for moment in found["timeline"]]
    expect(times == sorted(times) and len(times) == found["timeline_total"], f"order: {times}")
    expect(not broken["found"] and broken["error"]["code"] == "malformed", f"no slug: {broken}")
    shown = b.tocsin("incident", "bybit-2025", as_json=False).out
    for words in ("accepted", "lazarus", OTHER, TX, "2025-02-21T00:00", "confirmed"):
        expect(words in shown, f"'{words}' is not shown: {shown}")
    hits = b.tocsin("search", "--incident", "bybit-2025").lines
    expect([hit["claim"] for hit in hits] == [w["claim"] for w in found["wallets"]], f"search: {hits}")
    return found


def movements(nodes):
    """A transaction is looked up like an address; its wallets tell of it."""
    b = nodes["b"]
    onward = ["submit", "transfer", "--chain", "BSC", "--tx", SECOND_TX, "--index-kind", "native", "--to", THIEF,
              "--asset", "native", "--base-units", "12500000000000000000", "--decimals", "18", "--time",
              "2025-02-21T15:00:00Z", "--bridge-chain", "ETH", "--bridge-tx", TX, "--bridge-index-kind", "native",
              "--bridge-side", "origin"]
    once(nodes, "b", *onward)
    found, there, nothing = b.tocsin("lookup", TX, f"BSC:{SECOND_TX}", "0x" + "5c" * 32).lines
    expect(found["found"] and len(found["movements"]) == 1, f"the transfer: {found}")
    movement = found["movements"][0]
    told = movement["versions"][0]["claims"][0]
    expect((told["from"][0]["address"], told["to"][0]["address"], told["amount"]) == (THIEF, OTHER, "12.5"), str(told))
    expect([s["wallet"] for s in movement["sightings"]] == [f"eip155:1:{THIEF}"], str(movement["sightings"]))
    expect([(bridge["place"]["tx"], bridge["side"], bridge["named_here"], bridge["named_there"])
            for bridge in movement["bridges"]] == [(SECOND_TX, "onward", False, True)], str(movement["bridges"]))
    expect(there["movements"][0]["bridges"][0]["named_here"], f"from the other side: {there}")
    expect(not nothing["found"] and nothing["movements"] == [], f"an unknown transaction: {nothing}")
    moves = nodes["a"].lookup(THIEF)
    expect([(move["direction"], move["place"]["tx"]) for move in moves["moves"]] == [("in", SECOND_TX), ("out", TX)],
           f"moves, newest first: {moves['moves']}")
    expect(moves["move_total"] == 2 and not moves["moves_partial"], str(moves["move_total"]))
    shown = b.tocsin("lookup", TX, THIEF, as_json=False).out
    for words in ("12.5", "bridged to", "seen 2025-02-21", "out", f"of {TX}"):
        expect(words in shown, f"'{words}' is not shown: {shown}")
    what = [moment["what"] for moment in b.tocsin("incident", "bybit-2025").last["timeline"]]
    expect(what.count("theft") == 1 and what.count("sighted") == 1, f"the theft's moment: {what}")


def whole_lists(nodes):
    """A list submitted whole takes back what left it, unless that is too much to be meant."""
    a = nodes["a"]

    def rows(numbers, list_name="ofac-sdn", category="sanctions"):
        path = nodes.directory / "list.csv"
        path.write_text("chain,address,category,list\n" + "".join(
            f"ETH,0x{number:040x},{category},{list_name}\n" for number in numbers), encoding="utf-8")
        return path

    def complete(numbers, *words, ok=(0,)):
        return a.tocsin("submit", rows(numbers), "--complete", "OFAC", *words, ok=ok)

    a.tocsin("submit", rows([500], "eu-consolidated"))  # another list is left alone
    expect(complete(range(1000, 1040)).last["retracted"] == 0, "a new list")
    nodes.level()
    answer = complete(range(1000, 1030), ok=(1,))
    expect("10 of the 40" in answer.err and "--yes" in answer.err, f"a quarter would go: {answer.err}")
    path = rows(range(1001, 1040))
    path.write_text(path.read_text(encoding="utf-8") + "ETH,0xnothing,sanctions,ofac-sdn\n", encoding="utf-8")
    a.tocsin("submit", path, "--complete", "ofac-sdn", ok=(5,))
    answer = a.tocsin("submit", path, "--complete", "ofac-sdn", "--yes", "--dry-run", ok=(4,))
    expect(answer.last["retracted"] == 1, f"what is left of a file with a bad row, as was meant: {answer.last}")
    expect(complete(range(1001, 1040), "--dry-run").last["retracted"] == 1, "dry run")
    last = complete([*range(1001, 1040), 2000]).last
    expect((last["new"], last["unchanged"], last["retracted"]) == (1, 39, 1), f"one left, one came: {last}")
    nodes.level()
    expect(not nodes["b"].lookup(f"ETH:0x{1000:040x}")["claims"], "it did not leave")
    expect(nodes["b"].lookup(f"ETH:0x{500:040x}")["claims"], "of another list")
    expect(complete([2000], "--yes").last["retracted"] == 39, "as was meant")
    nodes.level()


def retractions(nodes, seen):
    b = nodes["b"]
    for claim in (seen["disputes"][0], seen["clearances"][0], seen["inquiries"][0]):
        b.tocsin("retract", "--claim", claim["claim"], "--reason", "resolved")
    nodes.level()
    left = nodes["a"].lookup(THIEF)
    expect(not left["disputes"] and not left["clearances"], f"still there: {left['disputes']}{left['clearances']}")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("kinds", "everything there is to say")
    commands(nodes)
    incidents(nodes)
    movements(nodes)
    event = nodes["b"].tocsin("incident", "bybit-2025").last
    seen = talk(nodes)
    lines(nodes)
    derived_clusters(nodes)
    whole_lists(nodes)
    retractions(nodes, seen)
    for node in nodes:
        node.stop()
    direct = nodes["b"].tocsin("incident", "bybit-2025", "--direct").last
    expect(direct["wallets"] == event["wallets"] and direct["same"] == event["same"], f"from the store: {direct}")
    for node in nodes:
        scenario.same_as_model(nodes, node)


if __name__ == "__main__":
    sys.exit(scenario.main("kinds", run))
