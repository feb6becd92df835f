#!/usr/bin/env python3
"""Writes tests/vectors/record-kinds.txt: records of kinds 5 to 14 and of derived sources, with their claims and
subjects, made without a line of Tocsin's code.

BLAKE2b comes from Python's standard library, Ed25519 from the package cryptography (OpenSSL), the protobuf
encoding and Base58 from the few lines below, identities from docs/RULES.md, fields from
proto/schema/record.proto. Every field of every kind stands in some record. Run it from the root of the tree."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

OUT = "tests/vectors/record-kinds.txt"
CIRCLE, ORG, OTHER = bytes([0x11]) * 32, bytes([0x22]) * 32, bytes([0x33]) * 32
ISSUED = 1742000000000


def B(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def prefixed(parts):
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def b(text):
    return text.encode()


def claim(kind, parts, org=ORG):
    return B(b"tocsin/claim/1\n", CIRCLE, org, bytes([kind]), prefixed(parts))


# ---- protobuf ----


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def msg(*fields):
    """(number, value) in ascending order; None is absent, an int a varint, text and bytes prefixed, a list repeated."""
    out = b""
    for number, value in fields:
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            if isinstance(one, int):
                out += varint(number << 3) + varint(one)
            else:
                one = b(one) if isinstance(one, str) else one
                out += varint(number << 3 | 2) + varint(len(one)) + one
    return out


def base58(data):
    digits, number, out = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = digits[rest] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


# ---- wallets: (chain, address, tag, subject) ----

KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"tocsin record vector").digest())
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
BTC_CHAIN, ETH_CHAIN, SOL_CHAIN = "bip122:000000000019d6689c085ae165831e93", "eip155:1", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
BTC = (BTC_CHAIN, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "", bytes.fromhex("01e8df018c7e326cc253faac7e46cdc51e68542c420103"))
OLD = (BTC_CHAIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "", bytes.fromhex("0162e907b15cbf27d5425399ebf6f0fb50ebb88f180101"))
ETH = (ETH_CHAIN, "0xdAC17F958D2ee523a2206206994597C13D831ec7", "", bytes.fromhex("05dac17f958d2ee523a2206206994597c13d831ec70807"))
XRP = ("xrpl:0", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "4711", bytes.fromhex("01b5f762798a53d543a014caf8b297cff8f2f937e80a07"))
SOL = (SOL_CHAIN, base58(PUBLIC), "", bytes([6]) + PUBLIC + bytes([12, 7]))
BTC_TX, ETH_TX = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "0x" + "ab" * 32


def wallet(w):
    return msg((1, w[0]), (2, w[1]), (3, w[2] or None))


def wallet_parts(w):
    return [w[3], b(w[2]), b(w[0])]


def place(chain, tx=None, kind=None, index=None, flow=None):
    return msg((1, chain), (2, tx), (3, kind), (4, index), (5, flow))


def place_parts(tx=None, kind=None, index=None, flow=None):
    return [b(tx or ""), bytes([kind]) if kind else b"", b(index or ""), flow or b""]


def party(w):
    return msg((1, w[1]), (2, w[2] or None))


def asset(name, amount=None, decimals=None):
    return msg((1, name), (2, amount), (3, decimals))


def fiat(currency, minor, source):
    return msg((1, currency), (2, minor), (3, source))


def hashed(subject_class, payload):
    return bytes([subject_class]) + payload + b"\0\0"


def of_incident(slug):
    return hashed(242, B(b"tocsin/incident/1\n", b(slug)))


def of_place(chain, *parts):
    return hashed(241, B(b"tocsin/transfer/1\n", prefixed([b(chain)] + place_parts(*parts))))


# ---- statements ----


OWN = (msg((1, 1)), b"\x01")
LIST = (msg((1, 2), (2, "ofac-sdn"), (3, "2025-03-21")), b"\x02ofac-sdn")
VENDOR = (msg((1, 3), (2, "trm")), b"\x03trm")


def named_source(source):
    """As retractions and targets have it: ground and id."""
    return msg((1, source[1][0]), (2, source[1][1:].decode() or None)) if source[1][0] != 4 else msg((1, 4))


def record(statement):
    return msg((1, statement))


def statement(kind, body, field, source, roots, note=None, revision=7, confidence=80, tlp=3, valid=1900000000000):
    return msg((1, kind), (2, revision), (3, ISSUED), (4, valid), (5, tlp), (9, confidence), (10, "percent" if confidence else None),
               (11, source), (12, roots), (13, note), (field, body))


FIELD = {1: 20, 2: 21, 5: 24, 6: 25, 7: 26, 8: 27, 9: 28, 10: 29, 11: 30, 12: 31, 13: 32, 14: 33}


class Case:
    """A record with a head, and the retraction of it."""

    def __init__(self, what, kind, body, named, parts, subject, source=OWN, roots=None):
        self.what, self.kind, self.subject = what, kind, subject
        self.claim = claim(kind, parts)
        root = {1: b"\x01" + self.claim, 2: source[1], 3: source[1]}.get(source[1][0])
        self.record = record(statement(kind, body, FIELD[kind], source[0], roots or [root], note="a note"))
        where = {1: 4, 2: 5}.get(kind, 6)
        inner = "lazarus-42" if kind == 2 else named if kind == 1 else msg((FIELD[kind], named))
        retraction = msg((1, self.claim), (2, kind), (3, 2), (where, inner))
        self.retraction = record(statement(4, retraction, 23, named_source(source), [], confidence=None, valid=None, revision=8))


def target(kind, parts, named, org, source=None):
    return msg((1, claim(kind, parts, org)), (2, org), (3, kind), (4, source), (5, msg((FIELD[kind], named))))


FLOW, INQUIRY = bytes([0x66]) * 32, bytes([0x77]) * 32
DOCUMENTS = [bytes([1]) * 32, bytes([2]) * 32]


def transfers():
    where = (BTC_TX, 4, "12")
    parties = sorted([BTC, OLD], key=lambda w: w[3])
    full = msg((1, place(BTC_CHAIN, *where)), (2, [party(w) for w in parties]), (3, party(OLD)),
               (4, asset("native", bytes([0xFF]) * 32, 8)), (5, 840000), (6, 1741000000000), (7, fiat("USD", 123456789, "trm")),
               (8, place(ETH_CHAIN, ETH_TX, 3, "0.1.4294967295")), (9, 2))
    yield Case("an output, with everything", 5, full, msg((1, place(BTC_CHAIN, *where))),
               [b(BTC_CHAIN)] + place_parts(*where), of_place(BTC_CHAIN, *where), source=VENDOR)
    for what, kind, index in (("native", 1, None), ("a log", 2, "0"), ("a trace", 3, "0.1.4"), ("an instruction", 5, "3.0")):
        where = (ETH_TX, kind, index)
        yield Case(what, 5, msg((1, place(ETH_CHAIN, *where)), (3, party(ETH)), (4, asset("eip155:1/erc20:" + ETH[1])),
                                (6, 1741000000000)),
                   msg((1, place(ETH_CHAIN, *where))), [b(ETH_CHAIN)] + place_parts(*where), of_place(ETH_CHAIN, *where))
    flow = (None, None, None, FLOW)
    yield Case("a flow note", 5, msg((1, place("xrpl:0", *flow)), (2, party(XRP)), (4, asset("native", b"", 6)), (6, 1741000000000)),
               msg((1, place("xrpl:0", *flow))), [b"xrpl:0"] + place_parts(*flow), of_place("xrpl:0", *flow))


def incidents():
    thefts = [place(BTC_CHAIN, BTC_TX), place(ETH_CHAIN, ETH_TX)]
    yield Case("everything", 6,
               msg((1, "bybit-2025"), (2, "Bybit, cold wallet"), (3, 1740090000000), (4, 1740093600000),
                   (5, [asset("eip155:1/slip44:60", b"\x01\x00", 18), asset("native")]), (6, fiat("USD", 150000000000, "own-price")),
                   (7, "Bybit \u20ac"), (8, "confirmed"), (9, thefts)),
               msg((1, "bybit-2025")), [b"bybit-2025"], of_incident("bybit-2025"), source=LIST)
    ref = lambda org, slug: msg((1, org), (2, slug))
    same = msg((1, ref(ORG, "bybit-2025")), (2, ref(OTHER, "bybit")))
    yield Case("two incidents", 7, same, same, [ORG, b"bybit-2025", OTHER, b"bybit"], of_incident("bybit-2025"))
    actor = lambda *more: msg((2, ref(OTHER, "bybit")), (3, "lazarus"), *more)
    yield Case("of an incident", 8, actor((4, "court"), (5, DOCUMENTS)), actor(),
               [b"", b"", b"", OTHER, b"bybit", b"lazarus", b"\x03trm"], of_incident("bybit"), source=VENDOR)


def wallets():
    for w in (XRP, ETH):
        actor = lambda *more: msg((1, wallet(w)), (3, "lazarus"), *more)
        yield Case("of a wallet", 8, actor((4, "on-chain")), actor(), wallet_parts(w) + [b"", b"", b"lazarus", b"\x01"], w[3])
    where = (BTC_TX, 4, "0")
    seen = lambda *more: msg((1, wallet(BTC)), (2, place(BTC_CHAIN, *where)), *more)
    yield Case("everything", 9, seen((3, 1741000000001), (4, 1), (5, party(OLD)), (6, "deposit")), seen(),
               wallet_parts(BTC) + place_parts(*where), BTC[3])
    flow = (None, None, None, FLOW)
    seen = lambda *more: msg((1, wallet(XRP)), (2, place("xrpl:0", *flow)), *more)
    yield Case("without a transaction", 9, seen((3, 1741000000001), (4, 2)), seen(),
               wallet_parts(XRP) + place_parts(*flow), XRP[3])
    yield Case("clearance", 11, msg((1, wallet(XRP)), (2, 1741000000002), (3, "customer-due-diligence")), msg((1, wallet(XRP))),
               wallet_parts(XRP) + [b"\x02ofac-sdn"], XRP[3], source=LIST)


def notice_text(w, role, operator=b"", name=""):
    return b("tocsin service notice 1 ") + b(B(b"tocsin/notice/1\n", ORG, prefixed(
        wallet_parts(w) + [b(role), operator, b(name)])).hex())


def notices():
    yield Case("bare", 10, msg((1, wallet(ETH)), (4, "router")), msg((1, wallet(ETH))), wallet_parts(ETH), ETH[3])
    text = notice_text(SOL, "hot", ORG, "some-exchange")
    signature = msg((1, "ed25519"), (2, PUBLIC), (3, KEY.sign(text)))
    case = Case("signed by the key of the address", 10,
                msg((1, wallet(SOL)), (2, ORG), (3, "some-exchange"), (4, "hot"), (5, signature)), msg((1, wallet(SOL))),
                wallet_parts(SOL), SOL[3])
    case.text, case.proof = text, 1
    yield case
    for what, w, scheme, key, proof in (("by another key", SOL, "ed25519", b"\x01" * 32, 2), ("of another text", SOL, "ed25519", PUBLIC, 2),
                                        ("by a scheme that is not verified", ETH, "eip-191", b"", 3)):
        signature = msg((1, scheme), (2, key), (3, KEY.sign(b"something else")))
        case = Case("signed " + what, 10, msg((1, wallet(w)), (4, "hot"), (5, signature)), msg((1, wallet(w))), wallet_parts(w), w[3])
        case.text, case.proof = notice_text(w, "hot"), proof
        yield case


def wallet_claim(w):
    """The identity of a wallet claim on the vendor's ground: parts and fields."""
    parts = wallet_parts(w) + [b"perpetrator", b"theft", b"lazarus", b"bybit-2025", b"\x03trm"]
    return parts, msg((1, w[0]), (2, w[1]), (3, w[2] or None), (4, "perpetrator"), (5, "theft"), (6, "lazarus"), (7, "bybit-2025"))


def disputes():
    parts, named = wallet_claim(XRP)
    of_wallet = target(1, parts, named, OTHER, named_source(VENDOR))
    wallet_id = claim(1, parts, OTHER)
    yield Case("of a wallet claim", 12, msg((1, of_wallet), (2, 5), (3, "wrong-address")), msg((1, of_wallet)), [wallet_id], XRP[3])
    cluster_id = claim(2, [b"lazarus-42"], OTHER)
    of_cluster = target(2, [b"lazarus-42"], msg((1, "lazarus-42")), OTHER)
    yield Case("of a cluster", 12, msg((1, of_cluster), (2, 2**64 - 1), (3, "method")), msg((1, of_cluster)), [cluster_id],
               hashed(240, cluster_id))
    where = (BTC_TX, 4, "12")
    of_transfer = target(5, [b(BTC_CHAIN)] + place_parts(*where), msg((1, place(BTC_CHAIN, *where))), OTHER)
    yield Case("of a transfer", 12, msg((1, of_transfer), (2, 1), (3, "amount")), msg((1, of_transfer)),
               [claim(5, [b(BTC_CHAIN)] + place_parts(*where), OTHER)], of_place(BTC_CHAIN, *where), source=LIST)
    ask = msg((1, INQUIRY), (2, of_wallet))
    yield Case("about a wallet claim", 13, ask, ask, [INQUIRY, wallet_id], XRP[3])
    asked = claim(13, [INQUIRY, wallet_id], OTHER)
    reply = lambda *more: msg((1, asked), (2, OTHER), (3, INQUIRY), (4, of_wallet), *more)
    yield Case("about a wallet claim", 14, reply((5, "court"), (6, DOCUMENTS)), reply(), [asked], XRP[3])


def undisclosed(salt, root):
    return b"\x04" + B(b"tocsin/undisclosed/1\n", salt, root)


def derived():
    records = [msg((1, bytes([n]) * 32), (2, bytes([n + 1]) * 32), (3, index)) for n, index in ((1, 0), (2, 2**64 - 1))]
    source = (msg((1, 4), (4, records)), b"\x04")
    salt = bytes([0x55]) * 32
    roots = sorted([b"\x01" + bytes([9]) * 32, b"\x02ofac-sdn", b"\x03trm", undisclosed(salt, b"\x03elliptic")])
    parts = wallet_parts(BTC) + [b"perpetrator", b"theft", b"", b"", b"\x04"]
    body = msg((1, BTC[0]), (2, BTC[1]), (4, "perpetrator"), (5, "theft"))
    yield Case("derived from two records", 1, body, body, parts, BTC[3], source=source, roots=roots)
    yield Case("derived", 2, msg((1, "lazarus-42"), (3, "thief")), None, [b"lazarus-42"], hashed(240, claim(2, [b"lazarus-42"])),
               source=source, roots=[undisclosed(salt, b"\x01" + bytes([9]) * 32)])


def main():
    cases = [case for group in (transfers, incidents, wallets, notices, disputes, derived) for case in group()]
    with open(OUT, "w", encoding="utf-8") as out:
        out.write("# Records of kinds 5 to 14 and of derived sources, by tests/unit/record/make_vectors.py: encoded, and their claims and\n"
                  "# subjects computed, in Python from docs/RULES.md and proto/schema/record.proto alone. retraction: the record that ends\n"
                  "# the claim (revision 8, reason false-positive, issued at the same moment). text, proof: of a signed service notice.\n"
                  "# The circle is 11…, the org 22….\n")
        for case in cases:
            out.write(f"\n# {case.what}\nkind = {case.kind}\nrecord = {case.record.hex()}\nclaim = {case.claim.hex()}\n"
                      f"subject = {case.subject.hex()}\n")
            out.write(f"retraction = {case.retraction.hex()}\n")
            if hasattr(case, "text"):
                out.write(f"text = {case.text.decode()}\nproof = {case.proof}\n")
        salt, root = bytes(range(32)), b"\x01" + bytes([9]) * 32
        out.write("\n# a root that is not told\nkind = 0\n"
                  f"salt = {salt.hex()}\nroot = {root.hex()}\nundisclosed = {undisclosed(salt, root).hex()}\n")


if __name__ == "__main__":
    main()
