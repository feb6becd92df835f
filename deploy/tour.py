#!/usr/bin/env python3
"""The tour: three organisations on this machine, from the first card to a forged entry. Called by quickstart.sh.

    tour.py --binaries DIR [--once] [--sample FILE] [--clusters FILE]

Nothing is staged: who reports what, in which spelling, and which wallet is looked at all follow from the sample
file, so another file gives another tour.
"""

import argparse
import csv
import pathlib
import signal
import subprocess
import sys

import federation
import tamper

HERE = pathlib.Path(__file__).resolve().parent
ORGS = {
    "exchange": ("Example Exchange", "exchange", "NL"),
    "police": ("Example Police", "police", "DE"),
    "fiu": ("Example FIU", "fiu", "FR"),
}


class Tour:
    def __init__(self, nodes):
        self.nodes = nodes
        self.exchange, self.police, self.fiu = nodes["exchange"], nodes["police"], nodes["fiu"]
        self.step = 0
        self.quiet = not sys.stdout.isatty()

    def say(self, title, *text):
        self.step += 1
        print(f"\n== {self.step}. {title}\n")
        for line in text:
            print(f"   {line}")
        sys.stdout.flush()

    def show(self, node, *words, ok=(0,)):
        """Runs a command for people to see, its output as it is; tests that it worked."""
        print(f"   {node.key}$ tocsin {' '.join(word if ' ' not in word else repr(word) for word in words)}")
        sys.stdout.flush()
        done = subprocess.run([str(self.nodes.tocsin), *words, "--config", str(node.config)],
                              capture_output=self.quiet, text=True, check=False)
        if self.quiet:
            for line in (done.stdout + done.stderr).splitlines():
                print(f"   {line}" if line else "")
        print()
        sys.stdout.flush()
        if done.returncode not in ok:
            raise federation.Failure(f"'tocsin {' '.join(words)}' gave {done.returncode}")


# ---- what each of them reports


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def ask_address(node, chain, text):
    words = ["address", text] + (["--chain", chain] if chain else [])
    return node.tocsin(*words, ok=None).last


def other_spelling(node, row):
    """Another way to write the same wallet, as `tocsin address` understands it; the row's own when there is none."""
    chain, own = row.get("chain", ""), row["address"]
    known = ask_address(node, chain, own)
    if not known.get("valid"):
        return own
    payload = known["subject"][2:-4]
    for text in (known["canonical"].lower(), "0x" + payload, "41" + payload, known["caip10"], own.upper()):
        if text != own and ask_address(node, chain, text).get("subject") == known["subject"]:
            return text
    return own


def split(rows):
    """The first two thirds and the last two thirds: the middle third is reported by both."""
    third = max(1, len(rows) // 3)
    return rows[:len(rows) - third], rows[third:]


def parts_of(tour, sample):
    """The exchange reports as the file has it; the police spells differently and half of the time from own findings."""
    rows = read_rows(sample)
    first, second = split(rows)
    told = []
    for number, row in enumerate(second):
        row = dict(row, address=other_spelling(tour.police, row))
        if number % 2 == 0 and "list" in row:
            row.update(list="", confidence="70", note="own investigation")
        told.append(row)
    return first, told


def toured_wallet(tour, first, second):
    """A wallet that both report, in two spellings and on two grounds where the sample has one."""
    start = len(first) - (len(first) + len(second)) // 3
    best = None
    originals = {ask_address(tour.fiu, row.get("chain", ""), row["address"]).get("caip10"): row for row in first}
    for row in second:
        caip10 = ask_address(tour.fiu, row.get("chain", ""), row["address"]).get("caip10")
        if caip10 not in originals:
            continue
        grade = (row["address"] != originals[caip10]["address"]) + 2 * (not row.get("list"))
        if best is None or grade > best[0]:
            best = (grade, originals[caip10], row, caip10)
    if best is None:
        raise federation.Failure(f"the two parts of the sample share no wallet ({start} rows in)")
    return best[1:]


# ---- the tour


def begin(tour):
    tour.say("Three organisations", "Each has keys of its own and a signed card; each runs a node.")
    tour.nodes.init()
    tour.nodes.start()
    tour.show(tour.fiu, "status")
    tour.say("A circle", "They take one another's cards; the exchange makes a circle and admits the others.")
    tour.nodes.exchange_cards()
    tour.nodes.found_circle("north-sea", "stolen and sanctioned funds")
    tour.show(tour.fiu, "circle", "show", "north-sea")


def report(tour, first, second):
    tour.say("Two of them report", "Their lists overlap, and they spell the same wallets differently.")
    files = {}
    for node, rows in ((tour.exchange, first), (tour.police, second)):
        files[node.key] = tour.nodes.directory / f"{node.key}.csv"
        write_rows(files[node.key], rows)
        tour.show(node, "submit", str(files[node.key]), ok=(0, 4))
    tour.nodes.level()
    return files


def look(tour, exchange_row, police_row, caip10):
    tour.say("The third looks one up", f"The exchange wrote  {exchange_row['address']}",
             f"the police wrote    {police_row['address']}",
             "and it is one dossier: claims count by lineage, so repeating a list adds nothing.")
    tour.show(tour.fiu, "lookup", police_row["address"] if not police_row.get("chain") else caip10)
    tour.show(tour.fiu, "explain", caip10)
    dossier = tour.fiu.lookup(caip10)
    orgs = {claim["org_name"] for claim in dossier["claims"]}
    if orgs != {tour.exchange.name, tour.police.name}:
        raise federation.Failure(f"the dossier should have claims of both, and has them of {sorted(orgs)}")


def join(tour, clusters):
    rows = read_rows(clusters)
    third = max(1, len(rows) // 3)
    tour.say("A cluster from two reports",
             "Each of the two knows a part of it. They share wallets, so the parts are one cluster.")
    for node, part, name in ((tour.exchange, rows[:len(rows) - third], "seen-at-exchange"),
                             (tour.police, rows[third:], "case-file")):
        path = tour.nodes.directory / f"{node.key}-cluster.csv"
        write_rows(path, [dict(row, cluster=name) for row in part])
        tour.show(node, "submit", str(path))
    tour.nodes.level()
    first, last = rows[0], rows[-1]
    query = ask_address(tour.fiu, first.get("chain", ""), first["address"])["caip10"]
    tour.show(tour.fiu, "cluster", query, "--members", "4")
    cluster = tour.fiu.tocsin("cluster", query, "--members", len(rows)).last
    caip10 = ask_address(tour.fiu, last.get("chain", ""), last["address"])["caip10"]
    if caip10 not in cluster["members"] or len(cluster["reports"]) != 2:
        raise federation.Failure("the two reports were not joined into one cluster")


def take_back(tour, police_row, caip10):
    tour.say("A retraction arrives", "The police was wrong about this one and takes it back, everywhere.")
    tour.show(tour.police, "retract", caip10, "--category",
              next(claim["category"] for claim in tour.police.lookup(caip10)["claims"]
                   if claim["org_name"] == tour.police.name), "--reason", "false-positive")
    federation.wait_for("the police's claim is gone from the FIU's dossier",
                        lambda: all(claim["org_name"] != tour.police.name
                                    for claim in tour.fiu.lookup(caip10)["claims"]))
    tour.show(tour.fiu, "lookup", caip10)


def again(tour, files):
    tour.say("The same list once more", "Only what is new or changed is written: nothing, this time.")
    before = tour.exchange.status()["entries"]
    tour.show(tour.exchange, "submit", str(files["exchange"]), ok=(0, 4))
    after = tour.exchange.status()["entries"]
    print(f"   entries in the store before and after: {before}, {after}")
    if before != after:
        raise federation.Failure("a repeated submission wrote something")


def forge(tour):
    """One bit of one entry is changed on the exchange's disk; nobody takes it; the true one comes from the police."""
    tour.say("A forged entry",
             "While the FIU is away the exchange reports one more wallet, and the police has it.",
             "Then one bit of that entry is changed on the exchange's disk.")
    address = "0x" + tour.nodes.circle[:40]  # an address that nobody has
    tour.fiu.stop()
    bundle = tour.nodes.directory / "forged.tocsin"
    tour.show(tour.exchange, "submit", "wallet", address, "--chain", "ETH", "--category", "theft")
    tour.nodes.level("exchange", "police")
    tour.exchange.tocsin("bundle", tour.exchange.lookup(address)["claims"][0]["record"], "--output", bundle)
    tour.exchange.stop()
    tour.police.stop()
    tamper.change_entry(tour.exchange.state / "store" / "log" / "data.mdb", bundle)
    tour.show(tour.exchange, "log", "check", "--direct", ok=(6,))
    tour.nodes.start("exchange", "fiu")
    federation.wait_for("the FIU refuses the changed entry",
                        lambda: tour.fiu.refusals().get("entry-changed", 0) > 0)
    tour.show(tour.fiu, "peers")
    if tour.fiu.lookup(address)["found"]:
        raise federation.Failure("the FIU believed a forged entry")
    print("   The FIU refused it, counted it and says by whom. Now the police comes back, with the true entry.\n")
    tour.nodes.start("police")
    federation.wait_for("the true entry has come from the police", lambda: tour.fiu.lookup(address)["found"])
    tour.show(tour.fiu, "lookup", address)


def end(tour):
    tour.say("The proof that two nodes know the same", "Equal digests of the views, and equal again when they are "
             "rebuilt from the log.")
    tour.nodes.level("police", "fiu")
    tour.show(tour.police, "store", "digest")
    before = tour.fiu.digest()
    tour.show(tour.fiu, "store", "rebuild")
    after = tour.fiu.digest()
    if before["opened"] != after["opened"]:
        raise federation.Failure("the rebuilt views hold other records")


def run(tour, sample, clusters):
    begin(tour)
    first, second = parts_of(tour, sample)
    files = report(tour, first, second)
    wallet = toured_wallet(tour, first, second)
    look(tour, *wallet)
    join(tour, clusters)
    take_back(tour, *wallet[1:])
    again(tour, files)
    forge(tour)
    end(tour)


def stay(tour):
    print("\nThe three nodes run until ^C. Ask them, for example:\n")
    for node in tour.nodes:
        print(f"   {tour.nodes.tocsin} status --config {node.config}")
    sys.stdout.flush()
    signal.pause()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", required=True, help="where tocsin and tocsind are")
    parser.add_argument("--once", action="store_true", help="end after the tour")
    parser.add_argument("--sample", default=HERE / "sample" / "sanctioned.csv")
    parser.add_argument("--clusters", default=HERE / "sample" / "clusters.csv")
    options = parser.parse_args()

    def interrupted(*_):
        raise KeyboardInterrupt

    federation.on_signals(interrupted)
    try:
        with federation.Federation(options.binaries, ORGS) as nodes:
            tour = Tour(nodes)
            run(tour, options.sample, options.clusters)
            if not options.once:
                stay(tour)
    except federation.Failure as failure:
        print(f"tour: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 0 if not options.once else 130
    print("\nThe tour is over; everything it started is stopped and removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
