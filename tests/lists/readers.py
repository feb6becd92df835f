"""How the public lists are said: one function a file, its rows as rows that `tocsin submit` reads.

Columns are renamed, and each publisher's words for what somebody did are put as the terms have them. Nothing is left out for being
wrong: an address that no codec takes is for the node to refuse. A row that is itself a copy names the list that it is a copy of, as
whoever submits it should.
"""

import csv
import json
import re
from collections import defaultdict


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def wallet(chain, address, category, source="", confidence=50, **more):
    return {"chain": chain, "address": address, "category": category, "list": source, "confidence": str(confidence), **more}


# ---- wallets ----

def ofac(folder):
    return [wallet(row["chain"], row["address"], "sanctions", "ofac-sdn", 95, label=row["label"][:64])
            for row in read(folder / "ofac.csv")]


def ofac_copy(folder, which, source):
    return [wallet(row["ticker"], row["address"], "sanctions", source, 95)
            for row in read(folder / "ofac_lists.csv") if row["source"] == which]


def ofac_brave(folder):
    return ofac_copy(folder, "ofac_lists_2025-12", "ofac-brave")


def ofac_0xb10c(folder):
    return ofac_copy(folder, "ofac_lists_2024-09", "ofac-0xb10c")


def ofac_lowercased(folder):
    return [wallet(row["ticker"], row["address_lowercased"], "sanctions", "ofac-lowercased", 95)
            for row in read(folder / "ofac_lowercased.csv")]


def frozen_usdt(folder):
    return [wallet(row["chain"], row["address"], "other", "usdt-blacklist", 80, note="frozen by the issuer")
            for row in read(folder / "frozen_usdt.csv")]


def frozen_usdt_2023(folder):
    return [wallet(row["chain"], row["address"], "other", "usdt-blacklist", 80, note="frozen by the issuer")
            for row in read(folder / "frozen_usdt_tx.csv")]


def ransomwhere(folder):
    return [wallet("BTC", row["address"], "ransomware", "ransomwhere", 70, label=row["family"][:64])
            for row in read(folder / "ransomware_addresses.csv")]


SCAM_LISTS = {"scamsniffer_address": "scamsniffer", "scamsniffer_combined": "scamsniffer", "cryptoscamdb": "cryptoscamdb",
              "etherscamdb": "etherscamdb", "mew_darklist": "mew-darklist", "forta_etherscan_malicious": "forta",
              "forta_phishing": "forta", "forta_malicious_contracts": "forta"}


def scam_category(text):
    text = text.lower()
    return "phishing" if "phish" in text else "hack" if text in ("exploit", "heist") else "scam"


def scams(folder, name):
    return [wallet(row["chain"], row["address"], scam_category(row["category"]), SCAM_LISTS[row["source"]], 60)
            for row in read(folder / name)]


def scam_eth(folder):
    return scams(folder, "scam_eth.csv")


def scam_other(folder):
    return scams(folder, "scam_other.csv")


ABUSE = {"sextortion": "extortion", "ransomware": "ransomware", "phishing": "phishing", "scam": "scam", "service_hack": "hack",
         "extremism": "terrorist-financing", "terrorism": "terrorist-financing", "ponzi_scheme": "scam", "sanction": "sanctions",
         "pyramid_scheme": "scam", "investment_fraud": "scam"}
PACK_LISTS = {"ofac": "ofac-sdn", "ransomwhere": "ransomwhere", "etherscamdb_tagpack": "etherscamdb",
              "usdt_blacklist": "usdt-blacklist"}


def pack_list(pack):
    return "etherscan-labels" if pack.startswith("etherscan-") else PACK_LISTS.get(pack, "graphsense-tagpacks")


def tag_category(row):
    if row["abuse"]:
        return ABUSE[row["abuse"]]
    return {"ofac": "sanctions", "usdt_blacklist": "other"}.get(row["pack"])


def tagpacks(folder):
    return [wallet(row["chain"], row["address"], category, pack_list(row["pack"]), 60)
            for row in read(folder / "tagpacks.csv") if (category := tag_category(row))]


def etherscan(folder):
    def category(labels):
        return "sanctions" if "ofac" in labels else "phishing" if "phish" in labels else \
            "hack" if re.search("heist|exploit|bug", labels) else "other"
    return [wallet(row["chain"], row["address"], category(row["labels"]), "etherscan-labels", 60)
            for row in read(folder / "etherscan_labels.csv") if row["class"] == "malicious"]


LAZARUS_LISTS = {"fbi_bybit_psa": "fbi-ic3", "msmt_annex6": "un-msmt"}


def lazarus(folder):
    def row_of(row):
        source = "graphsense-tagpacks" if row["source"].startswith("tagpack:") else LAZARUS_LISTS.get(row["source"], "")
        role = "lookalike" if row["role"] == "poison" else "perpetrator"
        return wallet(row["chain"], row["address"], "theft", source, 85, role=role, actor="" if role == "lookalike" else "lazarus")
    return [row_of(row) for row in read(folder / "bybit_lazarus.csv")]


def incidents(folder):
    def confidence(word):
        return {"high": 80, "medium": 60}.get(word, 40)
    return [wallet(at["chain"], at["address"], "hack", "", confidence(at["confidence"]), incident=incident["id"][:64])
            for incident in read_lines(folder / "incidents.jsonl") for at in incident["addresses"]]


def malicious_contracts(folder):
    return [wallet(row["chain"], row["contract"], "hack", "forta", 60) for row in read(folder / "malicious_contracts.csv")]


def malformed(folder):
    return [wallet(row["declared_chain"], row["string"], "other") for row in read(folder / "malformed.csv")]


def checksums(folder):
    return [wallet(row["chain"], row["address"], "other") for row in read(folder / "evm_checksum_mismatch.csv")]


def withdrawn(folder):
    return [wallet(row["chain"], row["address"], "theft", "", 60, label=row["incident"], note="as " + row["claimed_source"] + " is said to say")
            for row in read(folder / "withdrawn_attributions.csv")]


# ---- clusters: only where a source says who controls the wallets ----

def slug(text):
    return re.sub("-+", "-", re.sub("[^a-z0-9]", "-", text.lower())).strip("-")[:48].strip("-")


def reports(prefix, named, entity, method, source="", confidence=60):
    """`named`: (name, chain, address) each; a name with one wallet is no cluster."""
    members = defaultdict(dict)
    for name, chain, address in named:
        if name:
            members[name][address.lower() if address.startswith("0x") else address] = (chain, address)
    return [{"cluster": f"{prefix}-{slug(name)}", "name": name[:64], "entity": entity, "method": method, "chain": chain,
             "address": address, "list": source, "confidence": str(confidence)}
            for name, wallets in members.items() if len(wallets) > 1 and slug(name)
            for chain, address in wallets.values()]


def cluster_ofac(folder):
    return reports("ofac", ((row["label"], row["chain"], row["address"]) for row in read(folder / "ofac.csv")),
                   "sanctioned-entity", "list", "ofac-sdn", 90)


def cluster_ransomwhere(folder):
    return reports("family", ((row["family"], "BTC", row["address"]) for row in read(folder / "ransomware_addresses.csv")),
                   "ransomware-operator", "list", "ransomwhere")


def cluster_tagpacks(folder):
    """Names of somebody. A label like 'defi fraud' is a kind of thing (see cluster_labels)."""
    packs = {"ransomware": "ransomware-operator", "hacks": "thief", "binance_hack": "thief", "lazarus": "thief", "lazarus2": "thief",
             "ponzi_scheme": "scammer", "etherscamdb_tagpack": "scammer"}
    rows = [row for row in read(folder / "tagpacks.csv") if row["pack"] in packs and row["abuse"]]
    found = []
    for pack, entity in packs.items():
        found += reports(pack.replace("_", "-"), ((row["label"], row["chain"], row["address"]) for row in rows if row["pack"] == pack),
                         entity, "list", pack_list(pack))
    return found


def cluster_phishing_sites(folder):
    """The wallets that one phishing site paid into."""
    return reports("site", ((row["cluster"], row["chain"], row["address"]) for row in read(folder / "scam_eth.csv")
                            if row["source"] == "scamsniffer_combined"), "drainer", "off-chain", "scamsniffer")


def cluster_creators(folder):
    rows = [row for row in read(folder / "malicious_contracts.csv") if row["creator"]]
    named = [(row["creator"], row["chain"], row["contract"]) for row in rows]
    named += [(row["creator"], row["chain"], row["creator"]) for row in rows]
    return reports("creator", named, "thief", "contract-creation", "forta")


CHAINS = {"BSC": "BSC", "Ethereum": "ETH", "Polygon": "POL", "Avalanche": "AVAX", "Fantom": "FTM", "Arbitrum": "ARB", "Optimism": "OP"}


def attacks(folder):
    return [attack for attack in read_lines(folder / "forta_attacks.jsonl") if attack["name"]]


def cluster_attacks(folder):
    return reports("attack", ((f"{attack['name']} {attack['date']}", CHAINS.get(attack["network"], "ETH"), address)
                              for attack in attacks(folder) for address in attack["all_addresses"]),
                   "thief", "transaction-trace", "forta")


def cluster_incidents(folder):
    return reports("incident", ((incident["id"], at["chain"], at["address"])
                                for incident in read_lines(folder / "incidents.jsonl") for at in incident["addresses"]),
                   "thief", "off-chain")


def cluster_lazarus(folder):
    """What the FBI named in one announcement, and the first hop of the Bybit theft, as the chain shows it."""
    rows = [row for row in read(folder / "bybit_lazarus.csv") if row["role"] != "poison"]
    found = []
    for kind, source in (("fbi_bybit_psa", "fbi-ic3"), ("bybit_hop1_native", ""), ("bybit_tranches", "")):
        found += reports("bybit", ((kind.replace("_", "-"), row["chain"], row["address"]) for row in rows if row["source"] == kind),
                         "thief", "list" if source else "transaction-trace", source, 80)
    return found


def cluster_labels(folder):
    """What is no name: one label for whatever a study collected. A report like it is wrong, and real people send it."""
    return reports("label", ((row["label"], row["chain"], row["address"]) for row in read(folder / "tagpacks.csv")
                             if row["pack"] == "defi-fraud-masterthesis" and row["label"] == "defi fraud"),
                   "scammer", "list", "graphsense-tagpacks")


# ---- services, clearances: lines of JSON ----

SERVICE_ROLES = {"exchange": "hot", "gambling": "hot", "payment_processor": "hot", "wallet_service": "hot", "miner": "hot",
                 "market": "hot", "mixing_service": "contract", "defi": "contract", "defi_lending": "contract",
                 "defi_dex": "contract", "defi_bridge": "bridge", "service": "contract"}


def notice(chain, address, role, source, operator=""):
    said = {"kind": "service-notice", "chain": chain, "address": address, "role": role, "list": source, "confidence": 80}
    return {**said, "operator_name": slug(operator)} if slug(operator) else said


def notices_etherscan(folder):
    return [notice(row["chain"], row["address"], "contract" if re.search("contract|token|stablecoin", (row["labels"] + row["name"]).lower())
                   else "hot", "etherscan-labels", row["name"].split(":")[0])
            for row in read(folder / "etherscan_labels.csv") if row["class"] == "exchange"]


def notices_tagpacks(folder):
    return [notice(row["chain"], row["address"], SERVICE_ROLES[row["category"]], pack_list(row["pack"]), row["actor"] or row["label"])
            for row in read(folder / "tagpacks.csv") if row["category"] in SERVICE_ROLES and not row["abuse"]]


def clearances(folder):
    return [{"kind": "clearance", "chain": row["chain"], "address": row["address"], "checked": "2023-12-01", "basis": "open-source",
             "list": "forta", "note": row["comment"][:200]} for row in read(folder / "benign.csv")]


# ---- everything, in the order it is said ----

# key, file, the org that says it, function
WALLETS = [
    ("ofac", "ofac.csv", "a", ofac), ("ofac-brave", "ofac_lists.csv, 2025-12", "b", ofac_brave),
    ("ofac-0xb10c", "ofac_lists.csv, 2024-09", "b", ofac_0xb10c), ("ofac-lowercased", "ofac_lowercased.csv", "b", ofac_lowercased),
    ("frozen", "frozen_usdt.csv", "a", frozen_usdt), ("frozen-2023", "frozen_usdt_tx.csv", "a", frozen_usdt_2023),
    ("ransomwhere", "ransomware_addresses.csv", "b", ransomwhere), ("scam-eth", "scam_eth.csv", "b", scam_eth),
    ("scam-other", "scam_other.csv", "b", scam_other), ("tagpacks", "tagpacks.csv", "c", tagpacks),
    ("etherscan", "etherscan_labels.csv", "a", etherscan), ("lazarus", "bybit_lazarus.csv", "b", lazarus),
    ("incidents", "incidents.jsonl", "a", incidents), ("contracts", "malicious_contracts.csv", "b", malicious_contracts),
    ("malformed", "malformed.csv", "a", malformed), ("checksums", "evm_checksum_mismatch.csv", "a", checksums),
    ("withdrawn", "withdrawn_attributions.csv", "b", withdrawn),
]
CLUSTERS = [
    ("cluster-ofac", "ofac.csv", "a", cluster_ofac), ("cluster-ransomwhere", "ransomware_addresses.csv", "b", cluster_ransomwhere),
    ("cluster-tagpacks", "tagpacks.csv", "c", cluster_tagpacks), ("cluster-sites", "scam_eth.csv", "b", cluster_phishing_sites),
    ("cluster-creators", "malicious_contracts.csv", "b", cluster_creators), ("cluster-attacks", "forta_attacks.jsonl", "b", cluster_attacks),
    ("cluster-incidents", "incidents.jsonl", "a", cluster_incidents), ("cluster-lazarus", "bybit_lazarus.csv", "b", cluster_lazarus),
]
NOTICES = [
    ("notices-etherscan", "etherscan_labels.csv", "a", notices_etherscan), ("notices-tagpacks", "tagpacks.csv", "c", notices_tagpacks),
]


def write(path, rows):
    """As CSV, or as lines of JSON when the rows have kinds."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows)
            return path
        columns = sorted({column for row in rows for column in row})
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
