#!/usr/bin/env python3
"""Three orgs submit overlapping lists. Afterwards: equal digests where the opened sets are equal, equal again when the
views are rebuilt, and the same views as the reference model computes from the records."""

import sys

import scenario
from scenario import INDICATORS, expect

PER_LIST = 1500  # rows of a large list: the model is slow and obvious


def wallet(chain, address, category, confidence=50, actor="", source="", note=""):
    return {"chain": chain, "address": address, "category": category, "confidence": str(confidence),
            "actor": actor, "list": source, "note": note}


def ofac(name, source):
    chains = {"TRX": "TRX", "EVM": "ETH"}
    return [wallet(chains.get(row["format"], row["format"]), row["address"], "sanctions", 95, source=source)
            for row in scenario.read_rows(INDICATORS / name) if row["format"] != "?"]


def public_lists():
    """Three orgs' rows from the indicator lists beside the project."""
    def rows(name):
        return scenario.read_rows(INDICATORS / name)

    scam = [wallet(row["chain"], row["address"], "phishing", 60, source="scamsniffer")
            for row in rows("scam_eth.csv")[:PER_LIST]]
    ransom = [wallet("BTC", row["address"], "ransomware", 70, source="ransomwhere", note=row["family"])
              for row in rows("ransomware_addresses.csv")[:PER_LIST]]
    frozen = [wallet(row["chain"], row["tron_base58_derived"] or row["address"], "other", 80, source="usdt-blacklist")
              for row in rows("frozen_usdt.csv")[:PER_LIST]]
    bybit = [wallet(row["chain"], row["address"], "theft", 85, "lazarus", "fbi-ic3")
             for row in rows("bybit_lazarus.csv") if row["chain"]]
    two_thirds = 2 * len(scam) // 3
    return {
        "a": ofac("ofac.csv", "ofac-sdn") + scam[:two_thirds],
        "b": ofac("ofac_lists.csv", "ofac-0xb10c") + ransom + scam[len(scam) - two_thirds:],
        "c": frozen + bybit + [dict(row, list="") for row in bybit[:100]],
    }


def own_sample():
    rows = scenario.read_rows(scenario.SAMPLE)
    third = len(rows) // 3
    return {"a": rows[:2 * third], "b": rows[third:], "c": [dict(row, list="") for row in rows[::2]]}


def submit(nodes, key, rows, name):
    path = scenario.write_rows(nodes.directory / f"{key}-{name}.csv", rows)
    summary = nodes[key].tocsin("submit", path, ok=(0, 4)).last
    expect(summary["read"] == len(rows), f"{key}: {summary['read']} of {len(rows)} rows were read")
    told = sum(summary[name] for name in ("new", "changed", "unchanged", "merged", "refused"))
    expect(told == summary["read"], f"{key}: the counts do not add up: {summary}")
    expect(summary["refused"] <= len(rows) // 10, f"{key}: too much was refused: {summary}")
    return summary


def clusters(nodes):
    rows = scenario.read_rows(scenario.CLUSTERS)
    submit(nodes, "a", [dict(row, cluster="one") for row in rows[:12]], "cluster")
    submit(nodes, "b", [dict(row, cluster="two", confidence="60") for row in rows[6:]], "cluster")
    submit(nodes, "c", [dict(row, cluster="apart", list="") for row in rows[:2]], "cluster")


def retract_some(nodes, rows):
    """Every org takes back a few of its own, the model must agree on what that does."""
    for key, own in rows.items():
        for row in own[5:200:37]:
            nodes[key].tocsin("retract", f"{row['chain']}:{row['address']}", "--category", row["category"],
                              "--reason", "resolved", ok=(0, 1))


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("lists", "who is right about what")
    rows = public_lists() if INDICATORS.is_dir() else own_sample()
    for key, own in rows.items():
        submit(nodes, key, own, "wallets")
    clusters(nodes)
    retract_some(nodes, rows)
    before = nodes.level()
    expect(before["entries"] > 100 and before["clusters"] >= 1, f"hardly anything was written: {before}")
    again = submit(nodes, "a", rows["a"], "again")
    expect(again["changed"] == 0, f"a list submitted again changed something: {again}")
    nodes.level()
    for node in nodes:
        node.tocsin("store", "rebuild", "--shuffle", "7" if node.key == "a" else "8")
        expect(node.tocsin("store", "check").last["ok"], f"{node.key}: the rebuilt views do not add up")
    after = nodes.level()
    print(f"{after['entries']} records, {after['claims']} claims, {after['wallets']} wallets, "
          f"{after['clusters']} clusters, digest {after['digest'][:16]}")
    for node in nodes:
        node.tocsin("log", "check")
        node.stop()
        scenario.same_as_model(nodes, node)


if __name__ == "__main__":
    sys.exit(scenario.main("converge", run))
