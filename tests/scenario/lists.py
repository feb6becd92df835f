#!/usr/bin/env python3
"""The real lists, day after day: what was said is not said again, copies count once, and a service joins nothing.

They lie beside the project, and without them there is nothing to check here. tests/lists/page.py tells the whole story.
"""

import sys
from collections import Counter

import scenario
from scenario import INDICATORS, expect

sys.path.insert(0, str(scenario.ROOT / "tests" / "lists"))
import readers  # noqa: E402

ORGS = {key: scenario.ORGS[key] for key in ("a", "b")}
COPIES = {"ofac-sdn": readers.ofac, "ofac-brave": readers.ofac_brave, "ofac-0xb10c": readers.ofac_0xb10c}


def push(nodes, key, name, rows):
    path = readers.write(nodes.directory / (name + (".jsonl" if "kind" in rows[0] else ".csv")), rows)
    return nodes[key].tocsin("submit", path, ok=(0, 4)).last


def ofac_twice(nodes):
    """13 addresses stand in 29 rows of OFAC's list, some of them on several chains."""
    rows = readers.ofac(INDICATORS)
    often = [number for number in Counter(row["address"] for row in rows).values() if number > 1]
    expect((len(often), sum(often)) == (13, 29), f"another list: {often}")
    for name, read in COPIES.items():
        first = push(nodes, "a", name, read(INDICATORS))
        expect(first["merged"] > 0 and first["new"] > 500 and first["changed"] == 0, f"{name}: {first}")
        expect(first["read"] == sum(first[what] for what in ("new", "unchanged", "merged", "refused")), f"{name}: {first}")
        before = nodes.level()
        second = push(nodes, "a", name, read(INDICATORS))
        expect((second["new"], second["changed"], second["unchanged"]) == (0, 0, first["new"]), f"{name}, the second day: {second}")
        expect(nodes.level()["opened"] == before["opened"], f"{name}: the second day wrote records")


def copies_count_once(nodes):
    """Three lists, one lineage; and so the score is that of one."""
    rows = {name: {row["address"].lower() for row in read(INDICATORS) if row["address"].startswith("0x")} for name, read in COPIES.items()}
    everywhere = sorted(set.intersection(*rows.values()))
    expect(len(everywhere) > 50, "the copies have hardly a wallet in common")
    for address in everywhere[:20]:
        dossier = nodes["b"].lookup("ETH:" + address)
        said = {claim["source"] for claim in dossier["claims"]}
        if len(said) < len(COPIES):
            continue  # listed on another chain there
        expect([category["lineages"] for category in dossier["categories"]] == [1], f"{address}: {dossier['categories']}")
        expect(dossier["score"] == 950, f"{address}: {dossier['score']}")
        return
    expect(False, "no wallet stands on all three lists")


def largest(nodes, rows):
    lines = nodes["b"].tocsin("cluster", *sorted({row["address"] for row in rows})[:300], "--members", "1", ok=None).lines
    return max(len(line["reports"]) for line in lines if line.get("cluster"))


def services_join_nothing(nodes):
    """Reports of attacks that all name one hot wallet are one cluster until two orgs have named the service."""
    etherscan, tagpacks = readers.notices_etherscan(INDICATORS), readers.notices_tagpacks(INDICATORS)
    hot = {row["address"].lower(): row for row in etherscan if row["role"] == "hot"}
    alike = next(row for row in sorted(tagpacks, key=lambda row: row["address"])
                 if row["list"] == "graphsense-tagpacks" and row["role"] == "hot" and row["address"].lower() in hot)
    attacks = readers.cluster_attacks(INDICATORS)
    names = sorted({row["cluster"] for row in attacks})[:60]
    rows = [row for row in attacks if row["cluster"] in names]
    before = largest_after(nodes, rows)
    traced = rows + [{**next(row for row in rows if row["cluster"] == name), "chain": "ETH", "address": alike["address"]} for name in names]
    expect(largest_after(nodes, traced) == len(names), "the reports share a wallet, and nobody has said whose it is")
    expect(push(nodes, "a", "etherscan", [hot[alike["address"].lower()]])["new"] == 1, "no notice")
    nodes.level()
    expect(largest(nodes, rows) == len(names), "one lineage sufficed")
    expect(push(nodes, "b", "tagpacks", [alike])["new"] == 1, "no notice")
    nodes.level()
    expect(largest(nodes, rows) == before, f"{largest(nodes, rows)} reports are joined, and {before} without the service")
    expect(nodes["a"].lookup("ETH:" + alike["address"])["cluster"] is None, "the service is in a cluster")


def largest_after(nodes, rows):
    push(nodes, "a", "attacks", rows)
    nodes.level()
    return largest(nodes, rows)


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("lists", "what the public lists say")
    ofac_twice(nodes)
    copies_count_once(nodes)
    services_join_nothing(nodes)


if __name__ == "__main__":
    if not INDICATORS.is_dir():
        print(f"lists: skipped, there is no '{INDICATORS}'")
        sys.exit(77)
    sys.exit(scenario.main("lists", run, ORGS))
