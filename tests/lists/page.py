#!/usr/bin/env python3
"""Writes docs/LISTS.md: what becomes of the public lists when three real nodes are fed with them.

    page.py FOLDER --binaries BUILD/bin >docs/LISTS.md        FOLDER: the one with ofac.csv, tagpacks.csv, …

Every figure is an answer of `tocsin`, or counted from its answers; nothing on the page is typed in.
"""

import argparse
import itertools
import json
import pathlib
import re
import sys
import time
from collections import Counter, defaultdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy"), str(ROOT / "tests" / "lists")]

import federation  # noqa: E402
import readers  # noqa: E402

ORGS = {"a": ("Exchange A", "exchange", "NL"), "b": ("Police B", "police", "DE"), "c": ("FIU C", "fiu", "FR")}
EVERYTHING = 1_000_000
BATCH = 200


# ---- the node ----

def submit(nodes, org, key, rows, *words, ok=(0, 4)):
    suffix = ".jsonl" if "kind" in rows[0] else ".csv"
    path = readers.write(nodes.directory / (key + suffix), rows)
    began = time.monotonic()
    *refused, summary = nodes[org].tocsin("submit", path, *words, ok=ok).lines
    return {**summary, "seconds": time.monotonic() - began, "reasons": [line["error"] for line in refused]}


def batches(items, size=BATCH):
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def clusters_of(node, addresses):
    """Every cluster that some of the addresses are in, largest first: (size, names of its reports, their claims)."""
    found = {}
    for batch in batches(addresses):
        for line in node.tocsin("cluster", *batch, "--members", "1", ok=None).lines:
            if line.get("cluster") and line["reports"]:
                claims = tuple(report["claim"] for report in line["reports"])
                found[claims] = (line["cluster"]["size"], [report["title"] or report["name"] for report in line["reports"]])
    return sorted(((size, names, claims) for claims, (size, names) in found.items()), key=lambda one: (-one[0], one[2]))


def addresses_of(rows):
    return sorted({row["address"] for row in rows})


# ---- the page ----

class Page:
    def __init__(self):
        self.lines = []

    def text(self, *paragraphs):
        for paragraph in paragraphs:
            self.lines += [paragraph, ""]

    def table(self, header, rows):
        def cells(row):
            return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) + " |"
        first = next(iter(rows), header)
        self.lines += [cells(header), "|" + "|".join("---:" if isinstance(cell, int) else "---" for cell in first) + "|"]
        self.lines += [cells(row) for row in rows] + [""]

    def quote(self, text):
        self.lines += ["```", *[line.rstrip() for line in text.strip().splitlines()], "```", ""]


def reason_of(error):
    error = re.sub(r"'[^']*'", "…", error)
    error = re.sub(r"^…: ", "", error)
    return re.sub(r"[0-9]+", "n", error).split("; ")[0].strip()


def add_rows(page, counts, again):
    page.text("## Rows", "Of each file, in the order in which they were given: rows refused one by one with line and column, rows merged "
              "because they say the same of the same wallet, and what was written. *Again* is what the same file wrote when it was "
              "given a second time, as it is every day: new and changed claims.")
    page.table(["file", "said as", "said by", "rows", "refused", "merged", "new", "changed", "unchanged", "again"],
               [(file, "clusters" if key.startswith("cluster-") else "wallets", ORGS[org][0], count["read"], count["refused"], count["merged"], count["new"], count["changed"],
                 count["unchanged"], again[key]["new"] + again[key]["changed"])
                for (key, file, org, _), count in counts])
    reasons = Counter(reason_of(error) for _, count in counts for error in count["reasons"])
    page.text(f"Why {sum(reasons.values()):,} rows were refused (what is quoted in the message is … here):")
    page.table(["rows", "message"], [(number, f"`{text}`") for text, number in reasons.most_common(12)])


def wallet_of(claim):
    """A wallet of the rules (a subject): an account of the Ethereum family is one on all its chains."""
    return (claim["chain"].split(":")[0] if claim["chain"].startswith("eip155:") else claim["chain"], claim["address"])


def add_wallets(page, claims):
    lists, own_lists, roots = defaultdict(set), defaultdict(set), defaultdict(set)
    for claim in claims:
        name = claim["source"].removeprefix("list:") if claim["source"].startswith("list:") else "own findings"
        lists[name].add(wallet_of(claim))
        own_lists[wallet_of(claim)].add(name if name != "own findings" else claim["claim"])
        roots[wallet_of(claim)].update(claim["roots"])
    names = sorted(lists, key=lambda name: (-len(lists[name]), name))
    page.text("## Wallets", f"{len(claims):,} claims on {len(roots):,} distinct wallets (an account of the Ethereum family is one wallet, whatever the chain). Wallets on two lists:")
    numbers = {name: at + 1 for at, name in enumerate(names)}
    page.table(["", "list", "wallets", *[str(numbers[name]) for name in names[1:]]],
               [(str(numbers[left]), left, len(lists[left]),
                 *[len(lists[left] & lists[right]) if numbers[right] > numbers[left] else "" for right in names[1:]])
                for left in names])
    by_lineages, by_lists = Counter(map(len, roots.values())), Counter(map(len, own_lists.values()))
    page.text("Lineages are what claims go back to; copies of one list count once. The last column is what would come out if each "
              "list that names a wallet counted by itself.")
    most = max(*by_lineages, *by_lists)
    page.table(["number", "wallets by lineages", "wallets by lists"],
               [(str(number), by_lineages[number], by_lists[number]) for number in range(1, most + 1)])


def size_rows(clusters, many):
    def names_of(names):
        shown = list(dict.fromkeys(names))
        return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
    return [(size, len(names), names_of(names)) for size, names, _ in clusters[:many]]


def shares(clusters):
    total = sum(size for size, _, _ in clusters)
    return (f"{len(clusters):,} clusters of {total:,} wallets; the largest has {clusters[0][0]:,} wallets from "
            f"{len(clusters[0][1]):,} reports, the one joined from most reports {max(len(names) for _, names, _ in clusters):,}")


# ---- the acts ----

def feed(nodes, folder, sources):
    return [(source, submit(nodes, source[2], source[0], source[3](folder))) for source in sources]


def repeat(nodes, folder, sources):
    return {source[0]: submit(nodes, source[2], source[0], source[3](folder)) for source in sources}


def known_service(folder):
    """A hot wallet that both lists of services name, each on its own: the first of Binance's."""
    def named(read):
        return {(row["address"].lower(), row["role"]) for row in read(folder) if "binance" in row.get("operator_name", "")
                and row["list"] in ("etherscan-labels" if read is readers.notices_etherscan else "graphsense-tagpacks",)}
    both = set.intersection(*[named(read) for _, _, _, read in readers.NOTICES])
    return min(address for address, role in both if role == "hot")


def through_a_service(folder, service):
    """Not on any list: every attack's report once more, with the hot wallet where the money went. The classic mistake."""
    rows, seen = [], set()
    for row in readers.cluster_attacks(folder):
        name = "to-binance-" + row["cluster"]
        rows.append({**row, "cluster": name, "method": "transaction-trace", "list": ""})
        if name not in seen:
            seen.add(name)
            rows.append({**rows[-1], "chain": "ETH", "address": service})
    return rows


def attack_names(folder):
    return {row["cluster"] for row in readers.cluster_attacks(folder)}


def state_row(said, clusters):
    joined = max(clusters, key=lambda cluster: (len(cluster[1]), cluster[0]))
    return said, len(clusters), clusters[0][0], len(joined[1]), joined[0]


def add_clusters(page, nodes, folder):
    node = nodes["a"]
    rows = [row for _, _, _, read in readers.CLUSTERS for row in read(folder)]
    everything = addresses_of(rows)
    nodes.level(deadline_s=300)
    first = clusters_of(node, everything)
    page.text("## Clusters", f"Reports are made only where a source says who controls the wallets: the sanctioned entity, the ransomware family, the "
              f"phishing site, the creator of a contract, the attack ({len(set(row['cluster'] for row in rows)):,} reports). {shares(first)}.")
    page.table(["wallets", "reports", "which"], size_rows(first, 12))

    service = known_service(folder)
    page.text("### Through a known service", "A super-cluster comes about when reports share a wallet that everybody uses. To see whether it would: every "
              "attack is reported once more, with one of Binance's hot wallets as the place where the money went "
              f"(`{service}`; this is made up, and the classic mistake).")
    submit(nodes, "b", "through", through_a_service(folder, service))
    nodes.level(deadline_s=300)
    joined = clusters_of(node, everything)
    said = feed(nodes, folder, readers.NOTICES)
    nodes.level(deadline_s=300)
    stripped = clusters_of(node, everything)
    effect = effective(node, folder)
    page.table(["state", "clusters", "wallets of the largest", "reports of the one of most reports", "its wallets"],
               [state_row("as the lists say", first),
                state_row("with the made-up reports, while nobody has named the service", joined),
                state_row("when two orgs have said two lists of services", stripped)])
    if max(len(names) for _, names, _ in stripped) >= len(attack_names(folder)):
        raise federation.Failure("the attacks are joined through a known service")
    page.text(f"{sum(count['new'] for _, count in said):,} service notices were said (Etherscan's exchanges by {ORGS['a'][0]}, GraphSense's services by "
              f"{ORGS['c'][0]}); {effect:,} of the wallets that both name have an effective notice, because two lineages of two orgs agree "
              "(GraphSense's packs that are copied from Etherscan are said as such and agree with nobody). Such a wallet is stripped "
              "from every report, and its cluster is none:")
    page.quote(node.tocsin("lookup", "ETH:" + service, as_json=False).out)
    before = stripped
    add_wrong_report(page, nodes, folder, everything, before)
    return first, joined, stripped


def effective(node, folder):
    """Wallets with a notice that has effect, of those that both lists of services name."""
    both = set.intersection(*[{row["address"].lower() for row in read(folder)} for _, _, _, read in readers.NOTICES])
    found = 0
    for batch in batches(sorted(both)):
        for line in node.tocsin("lookup", "-", stdin="\n".join("ETH:" + one if one.startswith("0x") else one for one in batch) + "\n", ok=None).lines:
            found += any(notice["effect"] for notice in line.get("notices", []))
    return found


def add_wrong_report(page, nodes, folder, everything, before):
    rows = readers.cluster_labels(folder)
    submit(nodes, "c", "label", rows)
    nodes.level(deadline_s=300)
    wrong = clusters_of(nodes["a"], everything)
    claim = next(report["claim"] for line in nodes["c"].tocsin("cluster", "ETH:" + rows[0]["address"], "--members", "1").lines
                 for report in line["reports"] if report["name"] == rows[0]["cluster"])
    nodes["c"].tocsin("retract", "--claim", claim, "--reason", "error")
    nodes.level(deadline_s=300)
    after = clusters_of(nodes["a"], everything)
    size, names, _ = next(cluster for cluster in wrong if rows[0]["name"] in cluster[1])
    page.text("### A report that is wrong", f"A study labels {len(rows):,} wallets *{rows[0]['name']}*, which is nobody's name. Said as a cluster it makes one "
              f"of {size:,} wallets out of {len(names):,} reports: no rule can know that a label is no name. When it is retracted, the "
              f"{len(before):,} clusters are those from before, each of the same reports and of the same size.")
    if after != before:
        raise federation.Failure("a retracted report left a trace in the clusters")


def said_benign(text):
    return "service" if re.search("defi|exchange|token|contract|pool|miner|router", text.lower()) else "wrong-party"


def add_disputes(page, nodes, folder):
    conflicts = readers.read(folder.parent / "pairs" / "verdict_conflicts.csv")
    texts = [row["address"] for row in conflicts]
    looked = [nodes["b"].lookup(("ETH:" if text.startswith("0x") else "") + text) for text in texts]
    own = nodes["b"].org()
    rows = [{"kind": "dispute", "target": claim["claim"], "reason": said_benign(row["says_benign"]), "note": row["says_benign"][:200]}
            for row, dossier in zip(conflicts, looked) for claim in dossier["claims"] if claim["org"] != own]
    done = submit(nodes, "b", "disputes", rows)
    nodes.level(deadline_s=300)
    again = [nodes["a"].lookup(("ETH:" if text.startswith("0x") else "") + text) for text in texts]
    shown = sum(bool(dossier["disputes"]) for dossier in again)
    kept = sum(left["score"] == right["score"] for left, right in zip(looked, again))
    page.text("## Disputes", f"`verdict_conflicts.csv` has {len(conflicts)} wallets that some source calls malicious and another harmless. {ORGS['b'][0]} disputes each "
              f"claim of the others on them: {done['new']} disputes, shown in {shown} dossiers (the other {len(conflicts) - shown} have no claim of another org). "
              f"A dispute changes no score: {kept} of {len(conflicts)} are as before, and the claim is marked.")
    sample = max((dossier for dossier in again if dossier["disputes"]), key=lambda dossier: (len(dossier["disputes"]), dossier["caip10"]))
    page.quote(nodes["a"].tocsin("lookup", sample["caip10"], as_json=False).out)


def add_clearances(page, nodes, folder):
    rows = readers.clearances(folder)
    done = submit(nodes, "b", "clearances", rows)
    nodes.level(deadline_s=300)
    accused, found = [], 0
    for batch in batches(rows):
        text = "".join(f"{row['chain']}:{row['address']}\n" for row in batch)
        for dossier in nodes["a"].tocsin("lookup", "-", stdin=text, ok=None).lines:
            found += bool(dossier.get("clearances"))
            if dossier.get("clearances") and dossier.get("score"):
                accused.append(dossier)
    page.text("## Clearances", f"`benign.csv`: {done['read']:,} rows of wallets that somebody checked and found ordinary, {done['refused']} refused, {done['merged']} "
              f"merged; {done['new']:,} clearances, shown in {found:,} of the lookups. {len(accused)} of these wallets are accused by a list as well: both stand there, neither hides the other.")
    if accused:
        sample = max(accused, key=lambda dossier: (len(dossier["claims"]), dossier["caip10"]))
        page.quote(nodes["a"].tocsin("lookup", sample["caip10"], as_json=False).out)


def add_retractions(page, nodes, folder):
    rows = readers.withdrawn(folder)
    own = nodes["b"].org()

    def look(node):
        return [dossier for dossier in nodes[node].tocsin("lookup", "-", stdin="".join(f"{row['chain']}:{row['address']}\n" for row in rows), ok=None).lines
                if "claims" in dossier]
    before = look("b")
    said = [(dossier, claim) for dossier in before for claim in dossier["claims"] if claim["org"] == own and claim["source"] == "own"]
    alone = next(dossier for dossier, _ in said if len(dossier["claims"]) == 1)
    source = alone["claims"][0]["claim"]
    nodes["c"].tocsin("submit", "wallet", alone["canonical"], "--chain", alone["chain"], "--category", "theft", "--derived-from", source)
    nodes.level(deadline_s=300)
    derived = nodes["a"].lookup(alone["caip10"])
    for _, claim in said:
        nodes["b"].tocsin("retract", "--claim", claim["claim"], "--reason", "false-positive")
    nodes.level(deadline_s=300)
    after = look("a")
    gone = sum(not dossier["claims"] for dossier in after)
    left = Counter(claim["source"] for dossier in after for claim in dossier["claims"])
    page.text("## Retractions", f"`withdrawn_attributions.csv` is a list of attributions that its maintainers withdrew. {ORGS['b'][0]} had said it: {len(said)} claims of {len(rows)} rows. It "
              f"retracts them; of {len(after)} wallets looked up {gone} have no claim left, the others only what others say of them "
              f"({', '.join(f'{number} of {name}' for name, number in sorted(left.items()))}).")
    page.text(f"{ORGS['c'][0]} had derived a claim from one of them (score {derived['score']} then). It stays, since only its org ends it, but its one lineage is dead, and it counts for nothing:")
    page.quote(nodes["a"].tocsin("lookup", alone["caip10"], as_json=False).out)


def add_next_day(page, nodes, folder):
    """The older copy of OFAC's list is followed by the newer one, as the whole of the list."""
    rows = [{**row, "list": "ofac-0xb10c"} for row in readers.ofac_brave(folder)]
    same = submit(nodes, "b", "ofac-0xb10c", readers.ofac_0xb10c(folder))
    node = nodes["b"]
    path = readers.write(nodes.directory / "next.csv", rows)
    refused = node.tocsin("submit", path, "--complete", "ofac-0xb10c", ok=None)
    wrong = [line["line"] for line in refused.lines[:-1]]
    path = readers.write(nodes.directory / "next-day.csv", [row for at, row in enumerate(rows) if at + 2 not in wrong])
    last = node.tocsin("submit", path, "--complete", "ofac-0xb10c", "--yes").last
    page.text("## The next day", f"OFAC's list as 0xB10C copied it in September 2024, given a second time: {same['new'] + same['changed']} claims written, {same['unchanged']} unchanged. "
              f"Then the copy of December 2025 in its place, as the whole list (`--complete`, without the {len(wrong)} rows that are refused, because a list with holes retracts nothing): "
              f"{last['new']} new, {last['changed']} changed, {last['unchanged']} unchanged, {last['retracted']} retracted.")


def write_page(nodes, folder):
    page = Page()
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("lists", "what the public lists say")
    counts = feed(nodes, folder, readers.WALLETS)
    again = repeat(nodes, folder, readers.WALLETS)
    digest = nodes.level(deadline_s=300)
    counts += feed(nodes, folder, readers.CLUSTERS)
    again |= repeat(nodes, folder, readers.CLUSTERS)
    page.text("# The public lists", "What becomes of real lists when three nodes are fed with them as members would: "
              f"{sum(count['read'] for _, count in counts):,} rows of published lists, submitted to real daemons by `tocsin submit`, and every figure below taken "
              "from the tool's answers. `tests/lists/page.py FOLDER --binaries BUILD/bin` writes this page anew; the lists are not part of the project. "
              "How their columns are renamed is in `tests/lists/readers.py`. Where a source is itself a copy (GraphSense's pack of OFAC's list), the list it comes from is named.")
    add_rows(page, counts, again)
    nodes.level(deadline_s=300)
    claims = [claim for claim in nodes["a"].tocsin("search", "--limit", EVERYTHING).lines if claim["kind"] == "wallet"]
    if len({wallet_of(claim) for claim in claims}) != digest["wallets"]:
        raise federation.Failure(f"{len({wallet_of(claim) for claim in claims})} wallets found, {digest['wallets']} counted by the digest")
    add_wallets(page, claims)
    add_clusters(page, nodes, folder)
    add_disputes(page, nodes, folder)
    add_retractions(page, nodes, folder)
    add_clearances(page, nodes, folder)
    add_next_day(page, nodes, folder)
    stats = nodes["a"].tocsin("store", "stats").last
    last = nodes.level(deadline_s=300)
    page.text("## The store", f"In the end: {last['entries']:,} records, {last['claims']:,} live claims, {last['wallets']:,} wallets, {last['clusters']:,} clusters on each of the three nodes, "
              f"with one digest; {stats['log']['used_bytes'] >> 20} MiB of log and {stats['views']['used_bytes'] >> 20} MiB of views.")
    return "\n".join(page.lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--binaries", required=True)
    given = parser.parse_args()
    with federation.Federation(given.binaries, ORGS) as nodes:
        sys.stdout.write(write_page(nodes, given.folder))


if __name__ == "__main__":
    main()
