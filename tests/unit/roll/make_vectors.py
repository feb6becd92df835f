#!/usr/bin/env python3
"""Writes tests/vectors/roll-signed.txt: cards and charters made without a line of Tocsin's code.

Ed25519 and X25519 come from the Python package cryptography (OpenSSL), BLAKE2b and base32 from
Python's standard library, the protobuf encoding from the few lines below, the layouts from
PROTOCOL.md section 5 and proto/schema/roll.proto. Run it from the root of the tree."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

OUT = "tests/vectors/roll-signed.txt"


def B(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def seed(name):
    return hashlib.sha256(b"tocsin roll vector " + name.encode()).digest()


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def ed(name):
    return raw(Ed25519PrivateKey.from_private_bytes(seed(name)).public_key())


def sign(name, message):
    return Ed25519PrivateKey.from_private_bytes(seed(name)).sign(message)


def x(name):
    return raw(X25519PrivateKey.from_private_bytes(seed(name)).public_key())


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(*rows):
    """Rows (number, value); None is absent."""
    return b"".join(field(number, value) for number, value in rows if value is not None)


def org_id(root):
    return B(b"tocsin/org/1\n", ed(root))


def proof(org, name):
    return sign(name, b"tocsin/pop/1\n" + org + ed(name))


def node_key(org, name):
    return fields((1, ed(name)), (2, proof(org, name)))


def card(who, first_root, root, next_root, serial, name, sign_key, previous=None, previous_root=None,
         kind=None, country=None, officers=(), retired=(), endpoints=(), valid_from=None,
         valid_until=None, duty=None):
    org = org_id(first_root)
    rows = [
        (1, org), (2, ed(root)), (3, serial), (4, previous), (5, B(ed(next_root))),
        (6, ed(previous_root) if previous_root else None), (7, name), (8, kind), (9, country),
        (10, node_key(org, sign_key)), (11, node_key(org, who + " cosign")),
        (12, x(who + " link")), (13, x(who + " seal"))]
    for number, key, scopes, title in officers:
        rows.append((14, fields((1, number), (2, ed(key)), (3, proof(org, key)), (4, scopes),
                                (5, title))))
    for key, at in retired:
        rows.append((15, fields((1, ed(key)), (2, at))))
    for endpoint in endpoints:
        rows.append((16, endpoint))
    rows += [(17, valid_from), (18, valid_until), (19, duty)]
    body = fields(*rows)
    digest = B(b"tocsin/card/1\n", body)
    message = b"tocsin/card-sig/1\n" + digest
    signed = fields((1, body), (2, sign(root, message)),
                    (3, sign(previous_root, message) if previous_root else None))
    text = base64.b32encode(B(b"tocsin/fp/1\n", org, digest)[:20]).decode().lower()
    return {
        "org": org.hex(), "serial": serial, "name": name, "root": ed(root).hex(),
        "next-root": B(ed(next_root)).hex(), "seed-root": seed(root).hex(),
        "seed-previous-root": seed(previous_root).hex() if previous_root else "-",
        "seed-sign": seed(sign_key).hex(), "sign-proof": proof(org, sign_key).hex(),
        "officers": len(officers), "retired": len(retired), "endpoints": len(endpoints),
        "hash": digest.hex(),
        "fingerprint": "-".join(text[i:i + 4] for i in range(0, 32, 4)), "signed": signed.hex()}


def member(org, role, kind, country, serial, card_hash):
    return fields((1, org), (2, role), (3, kind), (4, country), (5, serial), (6, card_hash))


LANES = ("alert", "bulk", "keys")


def pin(circle, org, generation, lane, size, root, signer):
    """The row of a pin, and the author's signed note (C2SP tlog-checkpoint) that it stands for."""
    origin = "tocsin/%s/%s/%s/%d" % (circle.hex(), org.hex(), LANES[lane], generation)
    text = "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode())
    key = hashlib.sha256(origin.encode() + b"\n\x01" + ed(signer)).digest()[:4]
    signature = key + sign(signer, text.encode())
    row = fields((1, org), (2, generation), (3, lane), (4, size), (5, root), (6, signature))
    note = "%s\n\u2014 %s %s\n" % (text, origin, base64.b64encode(signature).decode())
    return (org, generation, lane), row, note.encode()


def charter(version, name, quorum, members, policy, signers, nonce=None, circle=None, previous=None,
            purpose=None, pins=()):
    rows = [(1, version), (2, nonce), (3, circle), (4, previous), (5, name), (6, purpose),
            (7, quorum)]
    rows += [(8, member(*row)) for row in sorted(members)]
    rows.append((9, fields(*policy)))
    rows += [(11, row) for _, row, _ in sorted(pins)]
    body = fields(*rows)
    digest = B(b"tocsin/charter/1\n", body)
    first = B(b"tocsin/circle/1\n", body) if version == 1 else circle
    signatures = sorted((org, ed(key), sign(key, b"tocsin/charter-sig/1\n" + digest + org))
                        for org, key in signers)
    signed = field(1, body) + b"".join(
        field(2, fields((1, org), (2, key), (3, signature))) for org, key, signature in signatures)
    return {
        "version": version, "name": name, "quorum": quorum, "members": len(members),
        "hash": digest.hex(), "circle": first.hex(), "signatures": len(signatures),
        "seed-officer": seed(signers[0][1]).hex(), "signer": signers[0][0].hex(),
        "body": body.hex(), "signed": signed.hex()}


def main():
    a1 = card("a", "a root 1", "a root 1", "a root 2", 1, "Amber Exchange", "a sign 1",
              kind="exchange", country="EE", duty="+372 555 0100",
              officers=[(1, "a officer 1", 7, "duty officer"), (2, "a officer 2", 1, None)],
              endpoints=["tcp://node.amber.example:7117", "tcp://[2001:db8::7]:7117"],
              valid_from=1767225600000)
    a2 = card("a", "a root 1", "a root 1", "a root 2", 2, "Amber Exchange", "a sign 2",
              previous=bytes.fromhex(a1["hash"]), kind="exchange", country="EE",
              officers=[(1, "a officer 1", 7, "duty officer")],
              retired=[("a sign 1", 1769904000000), ("a officer 2", 1769904000001)],
              endpoints=["ipc:///run/tocsin/a.ipc"], valid_from=1767225600000,
              valid_until=1798761600000)
    a3 = card("a", "a root 1", "a root 2", "a root 3", 3, "Bernstein Börse", "a sign 2",
              previous=bytes.fromhex(a2["hash"]), previous_root="a root 1",
              officers=[(1, "a officer 1", 7, "duty officer")],
              retired=[("a root 1", 1772323200000)])
    b1 = card("b", "b root 1", "b root 1", "b root 2", 1, "B", "b sign 1",
              officers=[(4000000000, "b officer", 4, None)])
    a, b, c = org_id("a root 1"), org_id("b root 1"), org_id("c root 1")
    ca, cb = bytes.fromhex(a1["hash"]), bytes.fromhex(b1["hash"])
    one = charter(1, "Baltic desk", 2,
                  [(a, 1, "exchange", "EE", 1, ca), (b, 1, "police", None, 1, cb)],
                  [(1, 4), (2, 730), (3, 1), (4, 86400000)],
                  [(a, "a officer 1"), (b, "b officer")], nonce=seed("nonce"),
                  purpose="Thefts that pass through the Baltic.\nNothing else.")
    two = charter(2, "Baltic desk", 2,
                  [(a, 1, "exchange", "EE", 2, bytes.fromhex(a2["hash"])),
                   (b, 1, "police", None, 1, cb), (c, 3, "fiu", "LV", 1, B(b"card of c"))],
                  [(1, 5), (3, 2), (5, 1 << 28), (6, 1 << 23)],
                  [(b, "b officer"), (a, "a officer 1")],
                  circle=bytes.fromhex(one["circle"]), previous=bytes.fromhex(one["hash"]))
    circle, gone = bytes.fromhex(one["circle"]), a
    pins = [pin(circle, gone, 1767225600, 1, 88101, B(b"bulk"), "a sign 2"),
            pin(circle, gone, 1767225600, 0, 1204, B(b"alert"), "a sign 2"),
            pin(circle, gone, 1700000000, 2, 1, B(b"keys"), "a sign 2")]
    three = charter(3, "Baltic desk", 1,
                    [(b, 1, "police", None, 1, cb), (c, 3, "fiu", "LV", 1, B(b"card of c"))],
                    [(1, 5), (3, 2)], [(b, "b officer"), (a, "a officer 1")], circle=circle,
                    previous=bytes.fromhex(two["hash"]), pins=pins)
    three["pins"] = len(pins)
    three["seed-pin-signer"] = seed("a sign 2").hex()
    three["notes"] = b"".join(note for _, _, note in sorted(pins)).hex()
    cases = [("card", a1), ("card", a2), ("card", a3), ("card", b1), ("charter", one),
             ("charter", two), ("charter", three)]
    with open(OUT, "w", encoding="utf-8") as out:
        out.write("# Cards and charters, made by tests/unit/roll/make_vectors.py: Ed25519 and X25519 of OpenSSL\n"
                  "# (Python cryptography), BLAKE2b of Python's hashlib, an encoder of its own. In this order: card 1,\n"
                  "# its successor, a rotation of the root, a card of another org, charter 1 of both, charter 2, and\n"
                  "# charter 3, which removes the first org and closes its feeds.\n")
        for kind, case in cases:
            out.write("\n" + "case = %s\n" % kind + "".join("%s = %s\n" % row for row in case.items()))


main()
