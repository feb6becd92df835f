#!/usr/bin/env python3
"""docs/RULES.md §11, the overlay, once more: what this node's own decisions make of the clusters of V.

    overlay.py --seed S --count N     random cases with their answers, as tests/vectors/rules-overlay.txt has them

A case: the reports, each `members/roots` with members as numbers and stretches, parted by a blank; the wallets that
are covered; the decisions. Reports are told by their place, which is also the order of their claim ids.
"""

import argparse
import random

from model import Atom, blocks_of, clusters_of, groups_of, link_of, touched


def claim(index):
    return index.to_bytes(32, "big")


def vertex(number):
    return number.to_bytes(4, "big")


def clusters(atoms):
    """claim -> the set of claims in its cluster, by §6 from the atoms on."""
    blocks = blocks_of(atoms)
    touches = {group: touched(group, blocks) for group in groups_of(atoms)}
    links = {frozenset((a, b)): link_of(a, b, touches) for a in blocks for b in blocks if a != b}
    return {atom.claim: frozenset(other.claim for other in cluster)
            for cluster in clusters_of(blocks, touches, links) for atom in cluster}


def steps_from(wallet, atoms):
    """claim -> how many reports it takes from the wallet."""
    steps, edge, count = {}, [atom for atom in atoms if wallet in atom.vertices], 1
    while edge:
        steps.update({atom.claim: count for atom in edge})
        count += 1
        edge = [atom for atom in atoms if atom.claim not in steps and any(atom.shares(near) for near in edge)]
    return steps


def nearer(steps_a, steps_b, claim_id):
    a, b = steps_a.get(claim_id, float("inf")), steps_b.get(claim_id, float("inf"))
    return "a" if a < b else "b" if b < a else "-"


def name_of(part, atoms):
    """Of a part of reports: its smallest vertex, then its lowest report."""
    return (min((v for atom in atoms if atom.claim in part for v in atom.vertices), default=b"\xff" * 8), min(part))


class Overlay:
    """`decisions`: a set of (kind, wallet, wallet); `outside`: the wallets that stand in no cluster."""

    def __init__(self, atoms, decisions, outside):
        self.atoms, self.decisions, self.outside = atoms, decisions, outside
        self.view = clusters(atoms)
        splits = {(a, b) for kind, a, b in decisions if kind == "split" and not {a, b} & outside}
        applied = {pair for pair in splits if self.together(*pair)}
        self.aside = frozenset(atom.claim for atom in atoms if any({a, b} <= atom.vertices for a, b in applied))
        self.parts = self.parts_under(applied)
        self.wallets = {w for _, a, b in decisions for w in (a, b)} - outside
        self.groups = self.groups_under(splits)

    def reports_of(self, wallet):
        return [atom.claim for atom in self.atoms if wallet in atom.vertices]

    def together(self, a, b):
        return any(self.view[x] == self.view[y] for x in self.reports_of(a) for y in self.reports_of(b))

    def parts_under(self, applied):
        left = [atom for atom in self.atoms if atom.claim not in self.aside]
        labels = {atom.claim: b"" for atom in left}
        for a, b in sorted(applied):
            steps = steps_from(a, left), steps_from(b, left)
            for claim_id in labels:
                labels[claim_id] += nearer(*steps, claim_id).encode()
        apart = clusters([Atom(atom.claim, frozenset(v + labels[atom.claim] for v in atom.vertices), atom.roots)
                          for atom in left])
        return {frozenset(other for other in apart[atom.claim] if self.view[other] == self.view[atom.claim])
                for atom in left}

    def all_parts_of(self, wallet):
        found = [part for part in self.parts if part & set(self.reports_of(wallet))]
        return sorted(found, key=lambda part: name_of(part, self.atoms)) or [frozenset([wallet])]

    def groups_under(self, splits):
        """Sets of parts; a wallet that stands in no part is one."""
        groups = [{part} for part in self.parts | {self.all_parts_of(wallet)[0] for wallet in self.wallets}]
        for kind, a, b in self.decisions:
            if kind == "confirm" and not {a, b} & self.outside:
                home = [group for group in groups if self.all_parts_of(a)[0] in group
                        or self.all_parts_of(b)[0] in group]
                groups = [group for group in groups if group not in home] + [set().union(*home)]
        good = []
        for group in groups:
            bad = any(group & set(self.all_parts_of(a)) and group & set(self.all_parts_of(b)) for a, b in splits)
            good += [{part} for part in group] if bad else [group]
        return good

    def group_of(self, wallet):
        return next(group for group in self.groups if self.all_parts_of(wallet)[0] in group)

    def effect(self, kind, a, b):
        if {a, b} & self.outside:
            return "outside"
        if kind == "split":
            return "parted" if self.together(a, b) else "none"
        if self.group_of(a) != self.group_of(b):
            return "contradicted"
        return "none" if self.together(a, b) else "joined"

    def size(self, group):
        members = frozenset().union(*group)
        return len({v for atom in self.atoms if atom.claim in members for v in atom.vertices}
                   | {v for v in members if len(v) == 4})


# ---- cases as text ----

def numbers(text):
    for piece in text.split(","):
        if piece:
            first, _, last = piece.partition("-")
            yield from range(int(first), int(last or first) + 1)


def answer(case):
    outside = frozenset(vertex(n) for n in numbers(case.get("outside", "")))
    atoms = [Atom(claim(i), frozenset(vertex(n) for n in numbers(said.split("/")[0])) - outside,
                  frozenset(root.encode() for root in said.split("/")[1]))
             for i, said in enumerate(case["reports"].split())]
    words = [said.split() for said in case["decisions"].split("; ")]
    decisions = [(kind, vertex(int(a)), vertex(int(b))) for kind, a, b in words]
    overlay = Overlay(atoms, set(decisions), outside)

    def shown(members):
        return sorted(int.from_bytes(m, "big") for m in members)

    def spelt(part):
        wallet = [m for m in part if len(m) == 4]
        return f"w{int.from_bytes(wallet[0], 'big')}" if wallet else ",".join(map(str, shown(part)))

    groups = sorted(overlay.groups, key=lambda group: min(map(spelt, group)))
    return {"aside": ",".join(map(str, shown(overlay.aside))),
            "groups": " ".join("+".join(sorted(map(spelt, group))) for group in groups),
            "sizes": " ".join(str(overlay.size(group)) for group in groups),
            "effects": " ".join(overlay.effect(*decision) for decision in decisions)}


def random_case(seed):
    draw = random.Random(seed)
    wallets, reports = draw.randint(4, 14), draw.randint(1, 9)
    big = draw.random() < 0.3
    said = []
    for index in range(reports):
        members = ",".join(map(str, sorted(draw.sample(range(wallets), draw.randint(1, min(4, wallets))))))
        if big and draw.random() < 0.5:
            start = draw.choice((100, 1200)) + draw.choice((0, 0, 300, 800))
            members += f",{start}-{start + 1000}"
        said.append(members + "/" + "".join(sorted(draw.sample("abc", draw.randint(1, 2)))))
    decisions = []
    for _ in range(draw.randint(1, 5)):
        a, b = draw.sample(range(wallets + 2), 2)
        if not any({str(a), str(b)} == set(d.split()[1:]) for d in decisions):
            decisions.append(f"{draw.choice(('split', 'split', 'confirm'))} {a} {b}")
    outside = draw.randrange(wallets) if draw.random() < 0.2 else None
    case = {"reports": " ".join(said), "decisions": "; ".join(decisions)}
    return case if outside is None else {**case, "outside": str(outside)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.count):
        case = random_case(seed)
        print(f"# seed {seed}")
        for key, value in {**case, **answer(case)}.items():
            print(f"{key} = {value}")
        print()


if __name__ == "__main__":
    main()
