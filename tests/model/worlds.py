#!/usr/bin/env python3
"""Random worlds for the reference model and for whatever is to be compared with it, from a seed.

    worlds.py [--seed S] [--count N] [--big] [--derived]    N worlds, one JSON object a line
    worlds.py … --coverage                                  instead: how often each case of RULES.md occurred

World i of a run is the one that `--seed S+i --count 1` makes. Small worlds have at most 12 wallets, and 4 orgs
but for an occasional crowd; nearly everything in them collides. `--big` makes worlds with reports of about a
thousand members and wallets in about 256 reports, because the thresholds are the real ones. `--derived` gives
records several roots, also of claims that were retracted: no well-formed record of today has that, so it is
for the rules alone. The coverage run fails when a case that its worlds can show did not occur.
"""

import argparse
import collections
import json
import random
import sys

import cases
import identity
import model

MINUTE_MS = 60_000
DAY_MS = 1440 * MINUTE_MS
NOW_MS = 28_333_334 * MINUTE_MS
CHUNK_MEMBERS = 512     # in one members record

BTC, LTC = "bip122:000000000019d6689c085ae165831e93", "bip122:12a765e31ffd4059bada1e25190f6e98"
ETH, BSC, TRON = "eip155:1", "eip155:56", "tron:0x2b6653dc"

ROLES = ["perpetrator"] * 6 + ["intermediary"] * 2 + ["victim", "service", "deposit", "lookalike"]
CATEGORIES = ["theft", "hack", "scam", "darknet-market"]
CONFIDENCES = [0, 1, 33, 49, 50, 50, 50, 57, 70, 85, 94, 95, 96, 100]
REPORT_CONFIDENCES = [49, 50, 50, 50, 60, 75, 90, 100]
LISTS = ["ofac-sdn", "eu-fsf"]
VENDORS = ["chainalysis"]
UNKNOWN_LIST, UNKNOWN_VENDOR = "village-watch", "village-analytics"     # no term: they count as the org's own
REVISIONS = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 2 ** 24, 2 ** 24 + 1, 2 ** 53, 2 ** 53 + 1]


class Wallet:
    """A subject, its vertex, and the chains that a claim on it may name."""

    def __init__(self, number, links, payload, family, kind, chains):
        key = bytes([number]) + payload
        self.subject = (key + bytes([family, kind])).hex()
        self.vertex = key.hex() if links else self.subject
        self.chains = chains


def twins(rng):
    """The wallets that one payload gives: key twins, or the same script on two chains, which links nothing."""
    key, script = rng.randbytes(20), rng.randbytes(20)
    return rng.choice([
        [Wallet(1, True, key, 1, 1, [BTC]), Wallet(1, True, key, 1, 3, [BTC]), Wallet(1, True, key, 2, 1, [LTC])],
        [Wallet(5, True, key, 8, 8, [ETH, BSC]), Wallet(5, True, key, 9, 8, [TRON])],
        [Wallet(5, True, key, 8, 8, [ETH, BSC])],
        [Wallet(2, False, script, 1, 2, [BTC]), Wallet(2, False, script, 2, 2, [LTC])],
        [Wallet(3, False, rng.randbytes(32), 1, 4, [BTC])],
    ])


class World:
    """A world in the making."""

    def __init__(self, rng, derived=False):
        self.rng = rng
        self.derived = derived
        self.horizon_ms = rng.choice([NOW_MS] * 19 + [0])
        self.circles = [rng.randbytes(32).hex() for _ in range(rng.choice([1, 1, 2]))]
        self.orgs = [rng.randbytes(32).hex() for _ in range(rng.randint(1, 4))]
        self.wallets = [wallet for _ in range(rng.randint(2, 6)) for wallet in twins(rng)][:12]
        self.claims = []        # claim ids, for derived roots
        self.id_prefix = rng.randbytes(30)
        self.ids = set()
        self.records = []

    # Parts of a record

    def record_id(self):
        """Some are alike up to the last bytes."""
        alike = self.rng.random() < 0.25
        record_id = (self.id_prefix + self.rng.randbytes(2) if alike else self.rng.randbytes(32)).hex()
        if record_id in self.ids:
            return self.record_id()
        self.ids.add(record_id)
        return record_id

    def issued_at_ms(self):
        past = self.horizon_ms - self.rng.choice([0, 1, DAY_MS, 30 * DAY_MS])
        ahead = self.horizon_ms + self.rng.choice([model.SKEW_MS, model.SKEW_MS, model.SKEW_MS + 1, DAY_MS])
        return max(0, self.rng.choices([past, ahead], [10, 2])[0])

    def valid_until_ms(self):
        some = self.horizon_ms + self.rng.choice([-DAY_MS, -1, 0, 0, 1, 1, DAY_MS])
        return self.rng.choices([0, max(1, some)], [7, 3])[0]

    def add(self, place, kind, fields):
        """Every part can be set by `fields`."""
        self.records.append({
            "id": self.record_id(), **place, "kind": kind, "revision": str(self.rng.choice(REVISIONS)),
            "issued_at_ms": self.issued_at_ms(), "valid_until_ms": self.valid_until_ms(), **fields})

    def place(self):
        return {"circle": self.rng.choice(self.circles), "org": self.rng.choice(self.orgs)}

    def roots(self, claim, source):
        """As the issuer's node would write them; any mixture when derived."""
        if self.derived and self.rng.random() < 0.6:
            pool = [b"\x01" + other for other in self.claims] + [b"\x02" + name.encode() for name in LISTS]
            pool.append(b"\x01" + self.rng.randbytes(32))
            roots = self.rng.sample(pool, min(len(pool), self.rng.randint(1, 3)))
            return [root.hex() for root in roots]
        known = source[:1] != b"\x01" and source[1:].decode() in LISTS + VENDORS
        return [(source if known else b"\x01" + claim).hex()]

    def source(self):
        own, lists = b"\x01", [b"\x02" + name.encode() for name in LISTS + [UNKNOWN_LIST]]
        vendors = [b"\x03" + name.encode() for name in [*VENDORS, UNKNOWN_VENDOR]]
        return self.rng.choice([own, own, own, own, self.rng.choice(lists), self.rng.choice(lists),
                                self.rng.choice(vendors)])

    # Claims

    def wallet_identity(self):
        wallet = self.rng.choice(self.wallets)
        return {"subject": wallet.subject, "vertex": wallet.vertex, "tag": self.rng.choice(["", "", "", "7", "104"]),
                "chain": self.rng.choice(wallet.chains), "role": self.rng.choice(ROLES),
                "category": self.rng.choice(CATEGORIES), "actor": self.rng.choice(["", "", "lazarus"]),
                "incident": self.rng.choice(["", "", "bridge-2024"]), "source": self.source().hex()}

    def varied(self, place, fields):
        """The same claim but for one part."""
        place, fields = dict(place), dict(fields)
        part = self.rng.choice(["circle", "org", "wallet", "tag", "chain", "role", "category", "actor", "incident",
                                "source"])
        wallet = next(wallet for wallet in self.wallets if wallet.subject == fields["subject"])
        other = self.wallet_identity()
        if part in place:
            place[part] = self.place()[part]
        elif part == "chain":
            fields["chain"] = self.rng.choice(wallet.chains)
        elif part == "wallet":
            near = [other for other in self.wallets if fields["chain"] in other.chains]
            wallet = self.rng.choice(near)
            fields["subject"], fields["vertex"] = wallet.subject, wallet.vertex
        else:
            fields[part] = other[part]
        return place, fields

    def claim_of(self, place, kind, fields):
        said = {"kind": kind, **fields}
        return identity.claim_of(bytes.fromhex(place["circle"]), bytes.fromhex(place["org"]), said)

    def retract(self, place, target_kind, fields, **more):
        self.add(place, 4, {"target_kind": target_kind, **fields, **more})

    def wallet_claim(self, place, fields, **more):
        claim = self.claim_of(place, 1, fields)
        self.claims.append(claim)
        for _ in range(self.rng.choice([1, 1, 1, 2, 3, 4])):
            if self.rng.random() < 0.2:
                target = {name: value for name, value in fields.items() if name != "vertex"}
                self.retract(place, 1, target)
            else:
                self.add(place, 1, {"confidence": self.rng.choice(CONFIDENCES),
                                    "roots": self.roots(claim, bytes.fromhex(fields["source"])), **fields, **more})

    def head(self, place, name, **more):
        claim = self.claim_of(place, 2, {"cluster": name})
        self.claims.append(claim)
        self.add(place, 2, {"confidence": self.rng.choice(REPORT_CONFIDENCES),
                            "roots": self.roots(claim, self.source()), "cluster": name,
                            "service": self.rng.random() < 0.1, **more})

    def members(self, place, name, ops, **more):
        """`ops`: (wallet, op) pairs, in chunks that fit a record."""
        for start in range(0, len(ops), CHUNK_MEMBERS):
            chunk = [{"subject": wallet.subject, "vertex": wallet.vertex, "op": op}
                     for wallet, op in ops[start:start + CHUNK_MEMBERS]]
            self.add(place, 3, {"cluster": name, "members": chunk, **more})

    def cluster_claim(self, place, name):
        for _ in range(self.rng.choice([0, 1, 1, 1, 2, 3])):
            self.head(place, name)
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            some = self.rng.choices(self.wallets, k=self.rng.choice([1, 2, 2, 3, 4]))
            self.members(place, name, [(wallet, self.rng.choice(["add", "add", "add", "remove"])) for wallet in some])
        if self.rng.random() < 0.25:
            self.retract(place, 2, {"cluster": name})

    def finished(self, seed):
        """Order means nothing, and the same record may come again."""
        again = [dict(said) for said in self.records if self.rng.random() < 0.05]
        records = self.records + again
        self.rng.shuffle(records)
        return {"seed": seed, "horizon_ms": self.horizon_ms, "records": records}


# Small worlds ------------------------------------------------------------------------------------------

def crowd(world):
    """Many orgs on one wallet: long products."""
    world.orgs = [world.rng.randbytes(32).hex() for _ in range(world.rng.randint(6, 10))]
    fields = {**world.wallet_identity(), "role": "perpetrator", "source": "01"}
    low = world.rng.choice([1, 50, 93])
    for org in world.orgs:
        place = {"circle": world.circles[0], "org": org}
        world.wallet_claim(place, fields, confidence=world.rng.randint(low, 100))


def quotes(world):
    """All orgs, each quoting a list or two, on one wallet."""
    fields = {**world.wallet_identity(), "role": "intermediary"}
    lists = world.rng.choice([LISTS[:1], LISTS, [*LISTS, UNKNOWN_LIST]])
    for org in world.orgs:
        quoted = (b"\x02" + world.rng.choice(lists).encode()).hex()
        world.wallet_claim({"circle": world.circles[-1], "org": org}, {**fields, "source": quoted})


def small_world(rng, derived):
    world = World(rng, derived)
    for _ in range(rng.randint(1, 8)):
        place, fields = world.place(), world.wallet_identity()
        world.wallet_claim(place, fields)
        for _ in range(rng.choice([0, 1, 2, 3])):
            world.wallet_claim(*world.varied(place, fields))
    for number in range(rng.randint(0, 6)):
        world.cluster_claim(world.place(), f"c{number % 4}")
    if rng.random() < 0.15:
        quotes(world)
    if rng.random() < 0.08:
        crowd(world)
    return world


# Big worlds --------------------------------------------------------------------------------------------

SURE = {"issued_at_ms": 0, "valid_until_ms": 0}     # in V and never expired


def fresh(rng, count, first=b""):
    """New wallets, whose keys begin with `first`."""
    return [Wallet(5, True, first + rng.randbytes(20 - len(first)), 8, 8, [ETH, BSC]) for _ in range(count)]


def root_of(world, place, name):
    """A list's root, or None for the report's own."""
    listed = world.rng.choice([None, None, None, *LISTS])
    own = b"\x01" + world.claim_of(place, 2, {"cluster": name})
    return [(own if listed is None else b"\x02" + listed.encode()).hex()]


def sure_report(world, name, wallets, roots=None):
    """A report that is live, with these members; the roots are drawn when not given."""
    place = world.place()
    world.head(place, name, confidence=50, service=False, revision="1", **SURE,
               roots=roots or root_of(world, place, name))
    world.members(place, name, [(wallet, "add") for wallet in wallets], revision="1", **SURE)
    return place


def hub_scene(world, hub):
    """About 256 reports that name one wallet; a few of them end, and do not count."""
    counted = world.rng.choice([255, 256, 257, 258])
    near = fresh(world.rng, 6)
    for number in range(counted):
        some = world.rng.sample(near, world.rng.choice([0, 0, 0, 1, 1, 2]))
        sure_report(world, f"hub-{number}", [hub, *some])
    for number in range(world.rng.choice([0, 1, 2])):
        name = f"none-{number}"
        place = sure_report(world, name, [hub, world.rng.choice(near)])
        if world.rng.random() < 0.5:
            world.retract(place, 2, {"cluster": name}, revision="2", **SURE)
        else:
            world.head(place, name, confidence=49, revision="2", **SURE)


def overlap(rng, size):
    """How many vertices two atoms of this size share."""
    return rng.choice([0, 0, 1, 1, 2, size // 10, size // 10, size // 10 + 1, size // 2, size // 2 + 1])


def chain_scene(world, size):
    """Three reports, each sharing more than half with the next: one block, of which the ends are not linked."""
    lot = fresh(world.rng, size * 2)
    step = size // 2 - 1
    for number in range(3):
        sure_report(world, f"chain-{number}", lot[number * step:number * step + size])
    return [lot[:size]]


def pair_scene(world, size):
    """Two to four reports that share this or that between each pair."""
    rng = world.rng
    count = rng.choice([2, 2, 3, 3, 4])
    lots = [[] for _ in range(count)]
    for a in range(count):
        for b in range(a + 1, count):
            both = overlap(rng, size) if count < 4 else rng.choice([0, 1, size // 10 + 1])
            both = fresh(rng, both, rng.choice([b"", bytes(4)]))    # of zeros: the smallest in both
            lots[a] += both
            lots[b] += both
    everywhere = fresh(rng, rng.choice([0, 0, 0, 1, 1]))
    same_roots = rng.random() < 0.3     # all on one list: one lineage
    for number, lot in enumerate(lots):
        lot += everywhere
        lot += fresh(rng, max(0, size - len(lot)))
        sure_report(world, f"big-{number}", lot, [(b"\x02" + LISTS[0].encode()).hex()] if same_roots else None)
        if rng.random() < 0.3:      # the same again from another lineage
            sure_report(world, f"copy-{number}", lot, [(b"\x02" + LISTS[1].encode()).hex()])
    return lots


def bridge_scene(world, lots):
    """Small reports that touch one big report or several."""
    rng = world.rng
    for number in range(rng.choice([0, 0, 1, 2, 3])):
        ends = rng.sample(lots, rng.randint(1, min(3, len(lots))))
        ends = [rng.choice(lot) for lot in ends]
        roots = [(b"\x02" + LISTS[0].encode()).hex()] if rng.random() < 0.4 else None
        middle = fresh(rng, rng.choice([0, 1]))
        sure_report(world, f"bridge-{number}", ends + middle, roots)
        if middle and rng.random() < 0.5:   # a group of two atoms
            sure_report(world, f"pier-{number}", middle)


def big_world(rng, derived):
    world = small_world(rng, derived)
    world.horizon_ms = NOW_MS
    size = rng.choice([1000, 1001, 1001, 1002, 1010, 1010, 1100, 1100])
    lots = chain_scene(world, size) if rng.random() < 0.15 else pair_scene(world, size)
    bridge_scene(world, lots)
    if rng.random() < 0.5:
        hub_scene(world, rng.choice([*fresh(rng, 1), lots[0][0], lots[-1][-1]]))
    return world


def generate(seed, big=False, derived=False, rules=1):
    """The world of a seed."""
    if rules == 2:
        import worlds_two   # which is made of this
        return worlds_two.small_world(random.Random(f"{seed} rules 2")).finished(seed)
    rng = random.Random(f"{seed} {big} {derived}")
    return (big_world if big else small_world)(rng, derived).finished(seed)


def print_coverage(counts, expected):
    for name in sorted(expected):
        print(f"{counts[name]:8} {name}")
    missing = [name for name in expected if counts[name] == 0]
    for name in missing:
        print(f"never occurred: {name}", file=sys.stderr)
    return 1 if missing else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--derived", action="store_true")
    parser.add_argument("--rules", type=int, choices=[1, 2], default=1)
    parser.add_argument("--coverage", action="store_true")
    given = parser.parse_args()
    counts = collections.Counter()
    for seed in range(given.seed, given.seed + given.count):
        world = generate(seed, given.big, given.derived, given.rules)
        if given.coverage:
            counts.update(cases.cases_of(world))
        else:
            print(json.dumps(world, separators=(",", ":")))
    return print_coverage(counts, cases.expected(given.big, given.derived, given.rules)) if given.coverage else 0


if __name__ == "__main__":
    sys.exit(main())
