"""RULES.md §2: kinds, what names a claim, and where it is filed.

Works on the objects of a world (README.md), which are never changed. Kind 3 and 4 have no identity of their own: they
have that of the claim they are about.
"""

import hashlib

WALLET, CLUSTER, MEMBERS, RETRACTION = 1, 2, 3, 4
TRANSFER, INCIDENT, SAME_AS, ATTRIBUTION, SIGHTING, NOTICE, CLEARANCE, DISPUTE, INQUIRY, REPLY = range(5, 15)

HEADS = frozenset(range(1, 15)) - {MEMBERS, RETRACTION}
SOURCE_IN_IDENTITY = (WALLET, ATTRIBUTION, CLEARANCE)
TARGETED = (DISPUTE, INQUIRY, REPLY)

OWN, LIST, VENDOR, DERIVED = b"\x01", b"\x02", b"\x03", b"\x04"     # grounds, as the first byte of a source


def text(value):
    """Absent and empty are the same."""
    return value if value is not None else ""


def raw(value):
    return bytes.fromhex(text(value))


def blake(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def part(value):
    return len(value).to_bytes(2, "big") + value


def joined(parts):
    return b"".join(part(one) for one in parts)


def is_head(said):
    return said["kind"] in HEADS


def about(said):
    """The object with the identity of the claim that a record is about, and its kind."""
    if said["kind"] == MEMBERS:
        return CLUSTER, said
    if said["kind"] == RETRACTION:
        return int(said["target_kind"]), said
    return said["kind"], said


def ground(said):
    """Of the source; a record of a cluster need not tell it in rules 1."""
    return raw(said.get("source"))[:1] or OWN


# The identity parts of each kind, in the order of the table -------------------------------------------

def wallet_parts(said):
    return [raw(said["subject"]), text(said.get("tag")).encode(), text(said.get("chain")).encode()]


def place_parts(place):
    """Chain first; then transaction id, index kind, index, flow id."""
    return [place["chain"].encode(), *within_chain(place)]


def within_chain(place):
    kind = int(place.get("index_kind") or 0)
    return [text(place.get("tx")).encode(), bytes([kind]) if kind else b"", text(place.get("index")).encode(),
            raw(place.get("flow"))]


def source_part(said):
    """Derived is one byte, whatever it is derived from."""
    return raw(said["source"])


def incident_key(ref):
    return raw(ref["org"]), ref["slug"].encode()


def target_claim(circle, target):
    return claim_id(circle, raw(target["org"]), int(target["kind"]), identity(circle, int(target["kind"]), target))


def identity_parts(circle, kind, said):
    if kind == WALLET:
        names = ("role", "category", "actor", "incident")
        return [*wallet_parts(said), *(text(said.get(name)).encode() for name in names), source_part(said)]
    if kind == CLUSTER:
        return [said["cluster"].encode()]
    if kind == TRANSFER:
        return place_parts(said["place"])
    if kind == INCIDENT:
        return [said["slug"].encode()]
    if kind == SAME_AS:
        first, second = sorted([incident_key(said["first"]), incident_key(said["second"])])
        return [*first, *second]
    if kind == ATTRIBUTION:
        wallet = wallet_parts(said) if said.get("subject") else [b"", b"", b""]
        incident = incident_key(said["of"]) if said.get("of") else (b"", b"")
        return [*wallet, *incident, text(said.get("actor")).encode(), source_part(said)]
    if kind == SIGHTING:
        return [*wallet_parts(said), *within_chain(said["place"])]
    if kind == NOTICE:
        return wallet_parts(said)
    if kind == CLEARANCE:
        return [*wallet_parts(said), source_part(said)]
    if kind == DISPUTE:
        return [target_claim(circle, said["target"])]
    if kind == INQUIRY:
        return [raw(said["inquiry"]), target_claim(circle, said["target"])]
    if kind == REPLY:
        return [inquiry_claim(circle, said)]
    raise ValueError(f"kind {kind} has no claim")


def identity(circle, kind, said):
    return joined(identity_parts(circle, kind, said))


def inquiry_claim(circle, reply):
    """What a reply answers: the inquiry of the org that asked, about the same target."""
    return claim_id(circle, raw(reply["asker"]), INQUIRY, identity(circle, INQUIRY, reply))


def claim_id(circle, org, kind, identity_bytes):
    return blake(b"tocsin/claim/1\n" + circle + org + bytes([kind]) + identity_bytes)


def claim_of(circle, org, said):
    kind, named = about(said)
    return claim_id(circle, org, kind, identity(circle, kind, named))


# Filed under ------------------------------------------------------------------------------------------

def of_cluster(claim):
    return bytes([240]) + claim + b"\0\0"


def of_place(place):
    return bytes([241]) + blake(b"tocsin/transfer/1\n" + joined(place_parts(place))) + b"\0\0"


def of_incident(slug):
    return bytes([242]) + blake(b"tocsin/incident/1\n" + slug) + b"\0\0"


def filed(circle, org, kind, said):
    """The subject of a claim in the views."""
    if kind == CLUSTER:
        return of_cluster(claim_id(circle, org, CLUSTER, identity(circle, CLUSTER, said)))
    if kind == TRANSFER:
        return of_place(said["place"])
    if kind == INCIDENT:
        return of_incident(said["slug"].encode())
    if kind == SAME_AS:
        return of_incident(min(incident_key(said["first"]), incident_key(said["second"]))[1])
    if kind == ATTRIBUTION and not said.get("subject"):
        return of_incident(said["of"]["slug"].encode())
    if kind in TARGETED:
        target = said["target"]
        return filed(circle, raw(target["org"]), int(target["kind"]), target)
    return raw(said["subject"])


def filed_of(circle, org, said):
    kind, named = about(said)
    return filed(circle, org, kind, named)


# Which rules count a record ---------------------------------------------------------------------------

def rules_of(said):
    """The lowest version that counts it: new kinds and derived sources need 2, and so does a retraction of either."""
    kind, _ = about(said)
    return 2 if kind > RETRACTION or ground(said) == DERIVED else 1
