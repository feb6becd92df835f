#!/usr/bin/env python3
"""The reference model: docs/RULES.md once more, slow and obvious.

Reads a world (JSON: what a node has opened, and the horizon), prints the views that must follow from it.
Every function is one table or one stage of RULES.md, takes sets and returns sets, and keeps no state.
Nothing here is clever on purpose: where speed and plainness disagree, plainness wins.

    model.py [FILE]            one world in, its views out
    model.py --lines [FILE]    one world a line in, one line of views out for each
    model.py --parts A,B …     only these members of the views, of those that there are
"""

import argparse
import json
import sys
from dataclasses import dataclass

import approvals
import effects
import identity
from identity import CLUSTER, HEADS, MEMBERS, RETRACTION, WALLET, blake, raw, text

SKEW_MS = 300_000             # §1: a record issued later than this after T waits
SCORING_ROLES = ("perpetrator", "intermediary")
CONFIDENCE_CAP = 95           # §5
CONFIDENCE_OF_A_REPORT = 50   # §6: below it a report joins nothing
HUB_REPORTS = 256             # §6: a member of more live reports than this is a hub
BIG_ATOM_MEMBERS = 1000       # §6: an atom with more members than this is big


# §1 What is in V ---------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Record:
    """One statement of one org. `claim` and `filed` are computed here, never read from the world."""
    id: bytes
    circle: bytes
    org: bytes
    kind: int
    revision: int
    issued_at_ms: int
    valid_until_ms: int
    claim: bytes
    filed: bytes
    said: dict      # the world's object, for the fields of the kind

    def order(self):
        """Of two records of one claim the higher is newer."""
        return (self.revision, self.id)

    def roots(self):
        return frozenset(bytes.fromhex(root) for root in self.said.get("roots") or [])

    def field(self, name):
        return text(self.said.get(name))

    def subject(self):
        return bytes.fromhex(self.said["subject"])

    def vertex(self):
        return bytes.fromhex(self.said["vertex"])


def read_record(said):
    kind = int(said["kind"])
    if kind not in HEADS | {MEMBERS, RETRACTION}:
        raise ValueError(f"record {said['id']}: no kind {kind}")
    circle, org = raw(said["circle"]), raw(said["org"])
    record = Record(
        id=raw(said["id"]), circle=circle, org=org, kind=kind, revision=int(said["revision"]),
        issued_at_ms=int(said["issued_at_ms"]), valid_until_ms=int(said["valid_until_ms"]),
        claim=identity.claim_of(circle, org, said), filed=identity.filed_of(circle, org, said), said=said)
    if not len(record.id) == len(circle) == len(org) == 32:
        raise ValueError(f"record {said['id']}: ids have 32 bytes")
    if kind in HEADS and not record.roots():
        raise ValueError(f"record {said['id']}: no root")
    if kind in HEADS and not 0 <= said["confidence"] <= 100:
        raise ValueError(f"record {said['id']}: confidence {said['confidence']}")
    return record


def read_entries(world):
    """Every record once, however often it came, of those that these rules count: E, and what forks dispute."""
    entries, disputed = {}, {}
    forks = {fork["feed"]: int(fork["index"]) for fork in world.get("forks", [])}
    for said in world["records"]:
        record = read_record(said)
        into = disputed if said.get("feed") in forks and int(said["index"]) >= forks[said["feed"]] else entries
        if record.id in into and into[record.id].said != said:
            raise ValueError(f"two records have the id {said['id']}")
        if identity.rules_of(said) <= int(world.get("rules", 1)):
            into[record.id] = record
    return list(entries.values()), list(disputed.values())


def in_view(entries, horizon_ms):
    """The records that neither wait nor lack approvals."""
    return [record for record in entries
            if not record.issued_at_ms > horizon_ms + SKEW_MS and approvals.enough(record.said)]


def expired(record, horizon_ms):
    return record.valid_until_ms != 0 and record.valid_until_ms <= horizon_ms


# §3 Which claims are live ------------------------------------------------------------------------------

def heads_of(view):
    """claim id -> its newest record; members records are no heads."""
    heads = {}
    for record in view:
        if record.kind == MEMBERS:
            continue
        if record.claim not in heads or record.order() > heads[record.claim].order():
            heads[record.claim] = record
    return heads


def live_of(heads, horizon_ms):
    """claim id -> head, of the claims that are live."""
    return {claim: head for claim, head in heads.items()
            if head.kind != RETRACTION and not expired(head, horizon_ms)}


# §4 Roots and lineages ---------------------------------------------------------------------------------

def dead_roots_of(heads):
    """The own roots whose claim's head is a retraction."""
    return frozenset(b"\x01" + claim for claim, head in heads.items() if head.kind == RETRACTION)


def alive_roots(head, dead_roots):
    """None left: the claim is shown as source withdrawn."""
    return head.roots() - dead_roots


def misstatements_of(live, entries):
    """claim id -> "understated", "overstated" or "both", of the live claims on derived ground that are either."""
    places = {(raw(record.said["feed"]), int(record.said["index"])): record
              for record in entries if record.said.get("feed")}
    found = {}
    for claim, head in live.items():
        if identity.ground(head.said) == identity.DERIVED:
            word = misstatement(head, places)
            if word:
                found[claim] = word
    return found


def held_sources(head, places):
    """The records it was derived from, of those that are in E, waiting or not, where it says they are."""
    named = [(raw(source["record"]), places.get((raw(source["feed"]), int(source["index"]))))
             for source in head.said["derived_from"]]
    return [record for record_id, record in named if record is not None and record.id == record_id]


def undisclosed(record, root):
    return b"\x04" + blake(b"tocsin/undisclosed/1\n" + raw(record.said["salt"]) + root)


def may_stand_for(record, root):
    """What a root of a source may have become; a list's root stays, and so does one that says nothing."""
    return {root, undisclosed(record, root)} if root[:1] in (b"\x01", b"\x03") else {root}


def misstatement(head, places):
    held = held_sources(head, places)
    allowed = [may_stand_for(record, root) for record in held for root in record.roots()]
    under = any(forms.isdisjoint(head.roots()) for forms in allowed)
    over = len(held) == len(head.said["derived_from"]) and not head.roots() <= frozenset().union(*allowed)
    return {(True, False): "understated", (False, True): "overstated", (True, True): "both"}.get((under, over))


def sound_of(live, dead_roots, misstated):
    """claim id -> head, of the live claims that are neither source withdrawn nor misstated: these add something."""
    return {claim: head for claim, head in live.items()
            if alive_roots(head, dead_roots) and claim not in misstated}


# §5 Dossier and score ----------------------------------------------------------------------------------

def score_of(confidences):
    """Per mille, of the confidences of the chosen lineages."""
    s = 10 ** 9
    for confidence in sorted(confidences):
        s = s * (100 - confidence) // 100
    rounded_up = -(-s // 10 ** 6)
    return min(999, 1000 - rounded_up)


def category_of(name, claims, dead_roots):
    """One category of a dossier, over its scoring claims (heads)."""
    lineages = frozenset().union(*(alive_roots(head, dead_roots) for head in claims))
    orgs = frozenset(head.org for head in claims)
    corroboration = min(len(lineages), len(orgs))
    confidence = {root: min(CONFIDENCE_CAP, max(head.said["confidence"] for head in claims if root in head.roots()))
                  for root in lineages}
    best_first = sorted(lineages, key=lambda root: (-confidence[root], root))
    chosen = best_first[:corroboration]
    return {"category": name, "score": score_of([confidence[root] for root in chosen]),
            "lineages": len(lineages), "orgs": len(orgs)}


def dossier_of(subject, tag, live, sound, dead_roots):
    of_subject = [head for head in live.values() if head.kind == WALLET and head.subject() == subject]
    claims = [head for head in of_subject if head.field("tag") == tag]
    scoring = [head for head in claims if head.field("role") in SCORING_ROLES and head.claim in sound]
    names = frozenset(head.field("category") for head in scoring)
    categories = [category_of(name, [head for head in scoring if head.field("category") == name], dead_roots)
                  for name in names]
    categories.sort(key=lambda category: (-category["score"], category["category"].encode()))
    return {"subject": subject.hex(), "tag": tag,
            "score": max((category["score"] for category in categories), default=0),
            "categories": categories,
            "claims": sorted(head.claim.hex() for head in claims),
            "tagged": len(of_subject) - len(claims)}


def dossiers_of(live, sound, dead_roots):
    """Those with a live wallet claim; the others of §5 stand in `beside` only."""
    keys = frozenset((head.subject(), head.field("tag")) for head in live.values() if head.kind == WALLET)
    in_order = sorted(keys, key=lambda key: (key[0], key[1].encode()))
    return [dossier_of(subject, tag, live, sound, dead_roots) for subject, tag in in_order]


# §6 Clusters -------------------------------------------------------------------------------------------

def last_retractions_of(view):
    """claim id -> the highest revision of a retraction of it."""
    last = {}
    for record in view:
        if record.kind == RETRACTION:
            last[record.claim] = max(record.revision, last.get(record.claim, 0))
    return last


def deciding_of(view):
    """(claim id, vertex) -> (op, the members record that decides)."""
    deciding = {}
    for record in view:
        if record.kind != MEMBERS:
            continue
        last_op = {bytes.fromhex(member["vertex"]): member["op"] for member in record.said["members"]}
        for vertex, op in last_op.items():
            key = (record.claim, vertex)
            if key not in deciding or record.order() > deciding[key][1].order():
                deciding[key] = (op, record)
    return deciding


def members_of(view):
    """claim id -> its vertices, whether or not the claim is live."""
    last_retractions = last_retractions_of(view)
    members = {}
    for (claim, vertex), (op, record) in deciding_of(view).items():
        ended = claim in last_retractions and record.revision <= last_retractions[claim]
        if op == "add" and not ended:
            members.setdefault(claim, set()).add(vertex)
    return members


def live_reports_of(sound):
    """claim id -> head, of the cluster claims that are live reports."""
    return {claim: head for claim, head in sound.items()
            if head.kind == CLUSTER and head.said["confidence"] >= CONFIDENCE_OF_A_REPORT
            and not head.said["service"]}


def hubs_of(reports, members):
    counts = {}
    for claim in reports:
        for vertex in members.get(claim, ()):
            counts[vertex] = counts.get(vertex, 0) + 1
    return frozenset(vertex for vertex, count in counts.items() if count > HUB_REPORTS)


@dataclass(frozen=True)
class Atom:
    claim: bytes
    vertices: frozenset
    roots: frozenset

    def shares(self, other):
        return not self.vertices.isdisjoint(other.vertices)


def not_joining_of(reports, members, paying):
    """The reports that saw a service paying out; `paying`: vertices under a deposit or hot notice."""
    return frozenset(claim for claim, head in reports.items()
                     if head.field("method") == "multi-input" and not paying.isdisjoint(members.get(claim, ())))


def atoms_of(reports, members, stripped, dead_roots):
    return frozenset(Atom(claim, frozenset(members.get(claim, ())) - stripped, alive_roots(head, dead_roots))
                     for claim, head in reports.items())


def components(things, linked):
    """The connected components of `things` under a symmetric relation, by trying every pair."""
    left, found = set(things), set()
    while left:
        reached, edge = set(), {left.pop()}
        while edge:
            thing = edge.pop()
            reached.add(thing)
            near = {other for other in left if linked(thing, other)}
            left -= near
            edge |= near
        found.add(frozenset(reached))
    return frozenset(found)


def vertices_in(atoms):
    return frozenset().union(*(atom.vertices for atom in atoms))


def roots_in(atoms):
    return frozenset().union(*(atom.roots for atom in atoms))


def is_big(atom):                                                                                  # stage 1
    return len(atom.vertices) > BIG_ATOM_MEMBERS


def one_block(a, b):                                                                               # stage 2
    return 2 * len(a.vertices & b.vertices) > min(len(a.vertices), len(b.vertices))


def blocks_of(atoms):                                                                              # stage 2
    return components([atom for atom in atoms if is_big(atom)], one_block)


def groups_of(atoms):                                                                              # stage 3
    return components([atom for atom in atoms if not is_big(atom)], Atom.shares)


def touched(group, blocks):                                                                        # stage 4
    return frozenset(block for block in blocks if any(a.shares(b) for a in group for b in block))


@dataclass(frozen=True)
class Link:
    """What stage 5 finds between two blocks."""
    shared: frozenset           # vertices
    bridges: frozenset          # groups
    heaviest_shared: int
    heaviest_bridge: int
    roots_of_bridges: int
    smaller_vertices: int

    def joined(self):
        return (max(self.heaviest_shared, self.heaviest_bridge) >= 2 or self.roots_of_bridges >= 2
                or len(self.shared) * 10 > self.smaller_vertices)

    def tentative(self):
        return not self.joined() and bool(self.shared or self.bridges)


def link_of(a, b, touches):                                                                        # stage 5
    def weight(vertex):
        return min(len(roots_in([atom for atom in block if vertex in atom.vertices])) for block in (a, b))

    shared = vertices_in(a) & vertices_in(b)
    bridges = frozenset(group for group, blocks in touches.items() if a in blocks and b in blocks)
    return Link(shared=shared, bridges=bridges,
                heaviest_shared=max((weight(vertex) for vertex in shared), default=0),
                heaviest_bridge=max((len(roots_in(group)) for group in bridges), default=0),
                roots_of_bridges=len(roots_in([atom for group in bridges for atom in group])),
                smaller_vertices=min(len(vertices_in(a)), len(vertices_in(b))))


def clusters_of(blocks, touches, links):                                                           # stage 6
    """Sets of atoms, also those without a vertex."""
    clusters = set()
    taken = set()
    for joined in components(blocks, lambda a, b: links[frozenset((a, b))].joined()):
        belonging = [group for group, blocks in touches.items() if blocks and blocks <= joined]
        taken.update(belonging)
        clusters.add(frozenset(atom for part in [*joined, *belonging] for atom in part))
    clusters.update(group for group in touches if group not in taken)
    return frozenset(clusters)


def lowest_claim(atoms):
    return min(atom.claim for atom in atoms)


def components_of(clusters):
    """The clusters that exist, in their order."""
    exist = [cluster for cluster in clusters if vertices_in(cluster)]
    exist.sort(key=lambda cluster: (min(vertices_in(cluster)), lowest_claim(cluster)))
    return exist


def tentative_of(clusters):
    """The pairs of reports that share a member and stand in different clusters."""
    where = {atom: cluster for cluster in clusters for atom in cluster}
    pairs = [(a.claim, b.claim) for a in where for b in where
             if a.claim < b.claim and where[a] != where[b] and a.shares(b)]
    return sorted(pairs)


# §8 The digest -----------------------------------------------------------------------------------------

def opened_of(entries):
    total = sum(int.from_bytes(blake(b"opened" + b"\0" + record.id), "big") for record in entries)
    return (total % 2 ** 256).to_bytes(32, "big").hex()


# The whole ---------------------------------------------------------------------------------------------

class Views:
    """Every stage's result, kept so that tests and cases.py can look between the stages."""

    def __init__(self, world):
        self.rules = int(world.get("rules", 1))
        self.horizon_ms = int(world["horizon_ms"])
        self.entries, self.disputed = read_entries(world)
        self.view = in_view(self.entries, self.horizon_ms)
        self.heads = heads_of(self.view)
        self.live = live_of(self.heads, self.horizon_ms)
        self.dead_roots = dead_roots_of(self.heads)
        self.misstated = misstatements_of(self.live, self.entries)
        self.sound = sound_of(self.live, self.dead_roots, self.misstated)
        self.dossiers = dossiers_of(self.live, self.sound, self.dead_roots)
        self.services = effects.services_of(world) if self.rules >= 2 else []
        self.effective = effects.effective_of(self.sound, self.dead_roots)
        self.covers = self.services + [effects.cover_of(self.live[claim]) for claim in self.effective]
        self.covered = effects.covered_of(self.covers)
        self.members = members_of(self.view)
        self.reports = live_reports_of(self.sound)
        self.hubs = hubs_of(self.reports, self.members)
        self.not_joining = not_joining_of(self.reports, self.members, effects.paying_of(self.covers))
        self.joining = {claim: head for claim, head in self.reports.items() if claim not in self.not_joining}
        self.atoms = atoms_of(self.joining, self.members, self.hubs | self.covered, self.dead_roots)
        self.blocks = blocks_of(self.atoms)
        self.groups = groups_of(self.atoms)
        self.touches = {group: touched(group, self.blocks) for group in self.groups}
        self.links = {frozenset((a, b)): link_of(a, b, self.touches)
                      for a in self.blocks for b in self.blocks if a != b}
        self.clusters = components_of(clusters_of(self.blocks, self.touches, self.links))
        self.tentative = tentative_of(self.clusters)

    def printed(self):
        said = {
            "opened": opened_of(self.entries),
            "entries": len(self.entries),
            "claims": len(self.live),
            "wallets": len({head.subject() for head in self.live.values() if head.kind == WALLET}),
            "clusters": len(self.clusters),
            "dossiers": self.dossiers,
            "components": [{"id": min(vertices_in(cluster)).hex(),
                            "size": len(vertices_in(cluster)),
                            "reports": sorted(atom.claim.hex() for atom in cluster),
                            "vertices": sorted(vertex.hex() for vertex in vertices_in(cluster))}
                           for cluster in self.clusters],
            "tentative": [[a.hex(), b.hex()] for a, b in self.tentative],
        }
        disputed = {"disputed": sorted(record.id.hex() for record in self.disputed)}
        return said if self.rules < 2 else {**said, **effects.printed(self), **disputed}


def run(world):
    return Views(world).printed()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--parts", default="")
    parser.add_argument("file", nargs="?")
    given = parser.parse_args()
    parts = [name for name in given.parts.split(",") if name]
    with (open(given.file, encoding="utf-8") if given.file else sys.stdin) as source:
        for line in source if given.lines else [source.read()]:
            if not line.strip():
                continue
            said = run(json.loads(line))
            said = {name: said[name] for name in parts if name in said} if parts else said
            print(json.dumps(said, separators=(",", ":")) if given.lines else json.dumps(said, indent=1), flush=True)


if __name__ == "__main__":
    main()
