"""RULES.md §9, what kinds 5 to 14 do, and the printed parts of rules 2.

`live` and `sound` are claim id -> head; sound claims are the live ones that are neither source withdrawn nor misstated:
whatever is not sound is shown and has no effect.
"""

import functools
from dataclasses import dataclass

import identity
import wire_crypto
from identity import (ATTRIBUTION, CLEARANCE, DISPUTE, INCIDENT, INQUIRY, NOTICE, REPLY, SAME_AS, SIGHTING, TRANSFER,
                      WALLET, blake, incident_key, joined, raw)

SERVICE_ROLES = ("deposit", "hot", "cold", "contract", "pool", "bridge", "router", "burn", "precompile")
PAYING_ROLES = ("deposit", "hot")       # §6: a multi-input report that names one joins nothing
CLASS_OF_ED25519 = 6


def of_kind(claims, kind):
    return [head for head in claims.values() if head.kind == kind]


def agreement(heads, dead_roots):
    """On how many lineages, and by how many orgs, something rests."""
    roots = frozenset().union(*(head.roots() for head in heads)) - dead_roots
    return min(len(roots), len({head.org for head in heads}))


def grouped(heads, key):
    groups = {}
    for head in heads:
        groups.setdefault(key(head), []).append(head)
    return groups


def ids(heads):
    return sorted(head.claim.hex() for head in heads)


# Service notices --------------------------------------------------------------------------------------

def notice_text(head):
    said = head.said
    parts = [raw(said["subject"])]
    parts += [head.field(name).encode() for name in ("tag", "chain", "service_role")]
    parts += [raw(said.get("operator_org")), head.field("operator_name").encode()]
    return b"tocsin service notice 1 " + blake(b"tocsin/notice/1\n" + head.org + joined(parts)).hex().encode()


@functools.lru_cache(maxsize=None)
def signed(key, text, signature):
    return wire_crypto.ed25519_verify(key, text, signature)


def proof(head):
    """What can be said of its signature."""
    scheme = head.field("scheme")
    if not scheme:
        return "unsigned"
    subject = head.subject()
    if scheme != "ed25519" or subject[0] != CLASS_OF_ED25519:
        return "not-verified"
    key = raw(head.said["key"])
    good = key == subject[1:33] and signed(key, notice_text(head), raw(head.said["signature"]))
    return "verified" if good else "wrong"


def names_itself(head):
    return raw(head.said.get("operator_org")) == head.org


def effective_of(sound, dead_roots):
    """The claims of the notices that have effect."""
    known = [head for head in of_kind(sound, NOTICE) if head.field("service_role") in SERVICE_ROLES]
    saying = grouped(known, lambda head: (head.vertex(), head.field("tag"), head.field("service_role")))
    return frozenset(head.claim for key, heads in saying.items() for head in heads
                     if names_itself(head) or proof(head) == "verified" or agreement(heads, dead_roots) >= 2)


@dataclass(frozen=True)
class Cover:
    """What a notice with effect says: of a vertex as a whole, or of one subject with a tag."""
    vertex: bytes
    subject: bytes      # of the notice with a tag; b"" without
    tag: str
    role: str
    claim: str          # "" for what is built in
    addressee: str      # org

    def covers(self, subject, vertex, tag):
        return (subject, tag) == (self.subject, self.tag) if self.tag else vertex == self.vertex


def cover_of(head):
    tag = head.field("tag")
    return Cover(head.vertex(), head.subject() if tag else b"", tag, head.field("service_role"), head.claim.hex(),
                 head.org.hex() if names_itself(head) else "")


def services_of(world):
    """What is built in; the table comes with the world."""
    return [Cover(raw(row["vertex"]), b"", "", row["role"], "", "") for row in world.get("services") or []]


def covered_of(covers):
    return frozenset(cover.vertex for cover in covers if not cover.tag)


def paying_of(covers):
    return frozenset(cover.vertex for cover in covers if not cover.tag and cover.role in PAYING_ROLES)


def contested(cover, sound):
    return any(head.field("role") == "perpetrator" and cover.covers(head.subject(), head.vertex(), head.field("tag"))
               for head in of_kind(sound, WALLET))


# What stands beside the claims of a wallet ------------------------------------------------------------

BESIDE = {NOTICE: "notices", CLEARANCE: "clearances", ATTRIBUTION: "attributions", SIGHTING: "sightings"}


def about_wallets(live):
    return [head for head in live.values()
            if head.kind == WALLET or head.kind in BESIDE and head.said.get("subject")]


def covering(views, subject, vertex, tag):
    """What is in effect on a wallet: notices, then what is built in."""
    found = [cover for cover in views.covers if cover.covers(subject, vertex, tag)]
    return sorted(found, key=lambda cover: (cover.claim == "", cover.claim))


def notice_row(head, views):
    effect = head.claim in views.effective
    return {"claim": head.claim.hex(), "proof": proof(head), "effect": effect,
            "addressee": effect and names_itself(head),
            "contested": effect and contested(cover_of(head), views.sound)}


def beside_of(views):
    """By wallet: everything that a dossier shows besides its wallet claims."""
    wallets = grouped(about_wallets(views.live), lambda head: (head.subject(), head.field("tag").encode()))
    found = []
    for (subject, tag), heads in sorted(wallets.items()):
        covers = covering(views, subject, heads[0].vertex(), tag.decode())
        others = [views.live[raw(cover.claim)] for cover in covers if cover.claim]
        shown = {head.claim: head for head in [*heads, *others]}
        notices = in_order(head for head in shown.values() if head.kind == NOTICE)
        found.append({
            "subject": subject.hex(), "tag": tag.decode(),
            **{name: ids(head for head in heads if head.kind == kind)
               for kind, name in BESIDE.items() if kind != NOTICE},
            "notices": [notice_row(head, views) for head in notices],
            "disputes": [{"claim": row["claim"], "current": row["current"]}
                         for row in disputes_of(views.live) if raw(row["target"]) in shown],
            "inquiries": [{"claim": row["claim"], "replies": replies_to(row["claim"], views.live)}
                          for row in inquiries_of(views.live) if raw(row["target"]) in shown],
            "service": "".join(sorted({cover.role for cover in covers if not cover.claim})),
            "contested": any(contested(cover, views.sound) for cover in covers),
            "withdrawn": ids(head for head in shown.values() if not head.roots() - views.dead_roots),
            "misstated": ids(head for head in shown.values() if head.claim in views.misstated)})
    return found


def notices_of(views):
    return [notice_row(head, views) for head in in_order(of_kind(views.live, NOTICE))]


def in_order(heads):
    return sorted(heads, key=lambda head: head.claim)


# Disputes, inquiries, replies -------------------------------------------------------------------------

def target_of(head):
    return identity.target_claim(head.circle, head.said["target"])


def shown(live, kind):
    """Those whose target is live too."""
    return in_order(head for head in of_kind(live, kind) if target_of(head) in live)


def disputes_of(live):
    return [{"claim": head.claim.hex(), "target": target_of(head).hex(),
             "current": int(head.said["revision_seen"]) == live[target_of(head)].revision}
            for head in shown(live, DISPUTE)]


def inquiries_of(live):
    return [{"claim": head.claim.hex(), "target": target_of(head).hex()} for head in shown(live, INQUIRY)]


def replies_of(live):
    return [{"claim": head.claim.hex(), "target": target_of(head).hex(),
             "inquiry": identity.inquiry_claim(head.circle, head.said).hex(),
             "answer": head.org == raw(head.said["target"]["org"])}
            for head in shown(live, REPLY)]


def replies_to(inquiry, live):
    return [{"claim": row["claim"], "answer": row["answer"]} for row in replies_of(live) if row["inquiry"] == inquiry]


# Incidents --------------------------------------------------------------------------------------------

def existing_of(live):
    """(org, slug) -> the live claims of it, in all circles."""
    return grouped(of_kind(live, INCIDENT), lambda head: (head.org, head.field("slug").encode()))


def thefts_of(incident, sound):
    return frozenset((theft["chain"], theft["tx"]) for head in existing_of(sound).get(incident, [])
                     for theft in head.said["thefts"])


def pair_of(head):
    return tuple(sorted([incident_key(head.said["first"]), incident_key(head.said["second"])]))


def proposed_of(sound):
    """Pair -> the same-as claims that name it."""
    return grouped(of_kind(sound, SAME_AS), pair_of)


def why_accepted(pair, heads, sound, dead_roots):
    """The reasons there are; none: it is only proposed."""
    first, second = pair
    said_by = {head.org for head in heads}
    return [name for name, holds in [
        ("theft", not thefts_of(first, sound).isdisjoint(thefts_of(second, sound))),
        ("lineages", agreement(heads, dead_roots) >= 2),
        ("orgs", {first[0], second[0]} <= said_by)] if holds]


def accepted_of(sound, dead_roots):
    return frozenset(pair for pair, heads in proposed_of(sound).items()
                     if why_accepted(pair, heads, sound, dead_roots))


def event_of(incident, accepted):
    """The incidents that are one with it."""
    event, grown = {incident}, True
    while grown:
        more = {other for pair in accepted if not event.isdisjoint(pair) for other in pair} - event
        event |= more
        grown = bool(more)
    return event


def named(incident):
    return {"org": incident[0].hex(), "slug": incident[1].decode()}


def incidents_of(views):
    accepted = accepted_of(views.sound, views.dead_roots)
    return [{**named(incident), "claims": ids(heads), "event": named(min(event_of(incident, accepted)))}
            for incident, heads in sorted(existing_of(views.live).items())]


def same_of(views):
    accepted = accepted_of(views.sound, views.dead_roots)
    return [{"first": named(pair[0]), "second": named(pair[1]), "accepted": pair in accepted}
            for pair in sorted(proposed_of(views.sound))]


def meant_by(head, existing):
    """The incidents that the bare slug of a wallet claim may mean: one is meant, several are candidates."""
    slug = head.field("incident").encode()
    if (head.org, slug) in existing:
        return [(head.org, slug)]
    return sorted(incident for incident in existing if incident[1] == slug)


def meant_of(live):
    existing = existing_of(live)
    return [{"claim": head.claim.hex(), "incidents": [named(incident) for incident in meant_by(head, existing)]}
            for head in in_order(of_kind(live, WALLET)) if head.field("incident")]


# Transfers --------------------------------------------------------------------------------------------

def side(parties):
    return frozenset((party["subject"], identity.text(party.get("tag"))) for party in parties)


def version_of(head):
    amount = head.said.get("amount")
    stated = (amount["asset"], amount.get("units"), amount.get("decimals")) if amount else None
    return side(head.said["from"]), side(head.said["to"]), stated


def versions_of(heads, dead_roots):
    """Lists of heads, the one that is drawn first."""
    versions = list(grouped(heads, version_of).values())
    return sorted(versions, key=lambda version: (-agreement(version, dead_roots), lowest(version).id))


def lowest(heads):
    return min(heads, key=lambda head: head.id)


def movements_of(views):
    places = grouped(of_kind(views.live, TRANSFER), lambda head: head.filed)
    seen = grouped((head for head in of_kind(views.live, SIGHTING) if head.said["place"].get("tx")),
                   lambda head: identity.of_place({**head.said["place"], "chain": head.said["chain"]}))
    found = []
    for subject, heads in sorted(places.items()):
        versions = versions_of([head for head in heads if head.claim in views.sound], views.dead_roots)
        drawn = lowest(versions[0]) if versions else None
        bridge = drawn.said.get("bridge") if drawn else None
        found.append({
            "subject": subject.hex(), "note": not heads[0].said["place"].get("tx"), "claims": ids(heads),
            "versions": [ids(version) for version in versions], "conflict": len(versions) > 1,
            "told_by": drawn.claim.hex() if drawn else "",
            "bridge": identity.of_place(bridge).hex() if bridge else "",
            "sightings": ids(seen.get(subject, []))})
    for movement in found:      # either side names the other
        movement["linked"] = sorted({*filter(None, [movement["bridge"]]),
                                     *(other["subject"] for other in found if other["bridge"] == movement["subject"])})
    return found


def moves_of(views):
    """By wallet: the movements that some live claim has it in, on which side, and whether the version drawn has."""
    movements = {movement["subject"]: movement for movement in movements_of(views)}
    found = {}
    for head in of_kind(views.live, TRANSFER):
        told_by = movements[head.filed.hex()]["told_by"]
        drawn = views.live[raw(told_by)].said if told_by else {"from": [], "to": []}
        for way, parties in (("in", "to"), ("out", "from")):
            for wallet in side(head.said[parties]):
                found.setdefault(wallet, set()).add((way, head.filed.hex(), wallet in side(drawn[parties])))
    return [{"subject": subject, "tag": tag, "moves": [list(move) for move in sorted(found[subject, tag])]}
            for subject, tag in sorted(found)]


# Everything that rules 2 print ------------------------------------------------------------------------

def printed(views):
    live = views.live
    return {
        "filed": sorted([record.id.hex(), record.claim.hex(), record.filed.hex()] for record in views.entries),
        "live": sorted([claim.hex(), head.id.hex()] for claim, head in live.items()),
        "withdrawn": sorted(claim.hex() for claim, head in live.items() if not head.roots() - views.dead_roots),
        "misstated": sorted([claim.hex(), word] for claim, word in views.misstated.items()),
        "notices": notices_of(views),
        "beside": beside_of(views),
        "disputes": disputes_of(live), "inquiries": inquiries_of(live), "replies": replies_of(live),
        "incidents": incidents_of(views), "same": same_of(views), "meant": meant_of(live),
        "movements": movements_of(views), "moves": moves_of(views),
    }
