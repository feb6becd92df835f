#!/usr/bin/env python3
"""A second checker of evidence bundles, written from docs/EVIDENCE.md and proto/README.md: no code of the product, the
standard library, and the Ed25519 of tests/model. `tocsin verify` must come to the same verdict.

    evidence_check.py FILE [--org FINGERPRINT|ID]... [--circle ID]... [--trust FILE]...

Prints one JSON object; exits 0 when it is proven who wrote the record, 6 when not.
"""

import argparse
import base64
import functools
import hashlib
import json
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "model"))

import wire_crypto  # noqa: E402

LANES = {"alert": 0, "bulk": 1}
DASH = "\u2014 "


class Refused(Exception):
    """What does not hold, in one sentence."""


def need(condition, sentence):
    if not condition:
        raise Refused(sentence)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def blake2b(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def unbase64(text):
    need(isinstance(text, str), "not a text")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("not base64") from None
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


def decimal(text):
    need(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"), "not a decimal number")
    need(int(text) < 2**64, "a number past 64 bits")
    return int(text)


def unhex(text):
    need(len(text) == 64 and not set(text) - set("0123456789abcdef"), "not an id in hexadecimal")
    return bytes.fromhex(text)


@functools.lru_cache(maxsize=None)
def in_subgroup(data):
    point = wire_crypto._decode(data) if len(data) == 32 else None
    return point is not None and point != (0, 1) and wire_crypto._times(wire_crypto.ORDER, point) == (0, 1)


@functools.lru_cache(maxsize=None)
def verify(key, message, signature):
    return (in_subgroup(key) and len(signature) == 64 and in_subgroup(signature[:32])
            and wire_crypto.ed25519_verify(key, message, signature))


# --- protobuf, as far as cards and charters need it ---------------------------------------------------------------


def varint(data, at):
    value = shift = 0
    while True:
        need(at < len(data) and shift < 64, "a number that does not end")
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at


def put_varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def message(data, fields):
    """`fields`: number -> (name, kind, count), kind bytes or int, count 1 (must), "?" (may) or "*"."""
    found = {name: [] for name, _, _ in fields.values()}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        need(wire in (0, 2), "a wire type that is not used")
        value, at = varint(data, at)
        if wire == 2:
            need(at + value <= len(data), "a field past the end")
            value, at = data[at:at + value], at + value
        if number >= 1000:
            continue
        need(number in fields, f"field {number} of a newer version")
        name, kind, _ = fields[number]
        need(isinstance(value, kind), f"'{name}' of another type")
        found[name].append(value)
    for name, kind, count in fields.values():
        if count == "*":
            continue
        need(len(found[name]) <= 1 and (count == "?" or found[name]), f"'{name}' {len(found[name])} times")
        found[name] = found[name][0] if found[name] else (b"" if kind is bytes else 0)
    return found


def fields(number, *values):
    return b"".join(put_varint(number << 3 | 2) + put_varint(len(value)) + value for value in values)


SIGNED_CARD = {1: ("body", bytes, 1), 2: ("by_root", bytes, 1), 3: ("by_previous", bytes, "?")}
CARD = {1: ("org", bytes, 1), 2: ("root", bytes, 1), 3: ("serial", int, 1), 4: ("previous", bytes, "?"),
        5: ("next_root", bytes, 1), 6: ("previous_root", bytes, "?"), 7: ("name", bytes, 1), 8: ("kind", bytes, "?"),
        9: ("country", bytes, "?"), 10: ("sign", bytes, 1), 11: ("cosign", bytes, 1), 12: ("link", bytes, 1),
        13: ("seal", bytes, 1), 14: ("officers", bytes, "*"), 15: ("retired", bytes, "*"),
        16: ("endpoints", bytes, "*"), 17: ("from", int, "?"), 18: ("until", int, "?"), 19: ("duty", bytes, "?"),
        20: ("compromised", int, "?")}
NODE_KEY = {1: ("key", bytes, 1), 2: ("proof", bytes, 1)}
OFFICER = {1: ("number", int, 1), 2: ("key", bytes, 1), 3: ("proof", bytes, 1), 4: ("scopes", int, 1),
           5: ("title", bytes, "?")}
RETIRED = {1: ("key", bytes, 1), 2: ("at", int, 1)}
SIGNED_CHARTER = {1: ("body", bytes, 1), 2: ("signatures", bytes, "*")}
CHARTER_SIGNATURE = {1: ("org", bytes, 1), 2: ("officer", bytes, 1), 3: ("signature", bytes, 1)}
CHARTER = {1: ("version", int, 1), 2: ("nonce", bytes, "?"), 3: ("circle", bytes, "?"), 4: ("previous", bytes, "?"),
           5: ("name", bytes, 1), 6: ("purpose", bytes, "?"), 7: ("quorum", int, 1), 8: ("members", bytes, "*"),
           9: ("policy", bytes, 1), 10: ("joined", bytes, "?"), 11: ("pins", bytes, "*"),
           12: ("registry", bytes, "*")}
PIN = {1: ("org", bytes, 1), 2: ("generation", int, 1), 3: ("lane", int, 1), 4: ("size", int, 1), 5: ("root", bytes, 1),
       6: ("signature", bytes, 1)}
MEMBER = {1: ("org", bytes, 1), 2: ("role", int, 1), 3: ("kind", bytes, 1), 4: ("country", bytes, "?"),
          5: ("serial_min", int, 1), 6: ("card", bytes, 1)}
POLICY = {1: ("tlp_max", int, 1), 2: ("retention", int, "?"), 3: ("history", int, 1), 4: ("delay", int, "?"),
          5: ("bulk", int, "?"), 6: ("alert", int, "?"), 7: ("approvals", bytes, "*")}
RULE = {1: ("kind", int, 1), 2: ("k", int, 1), 3: ("scope", int, 1)}
RECORD = {1: ("statement", bytes, 1), 2: ("approvals", bytes, "*")}
APPROVAL = {1: ("officer", bytes, 1), 2: ("draft", bytes, 1), 3: ("not_after", int, 1), 4: ("decision", int, 1),
            5: ("signature", bytes, 1)}
ADMIN, WRITES, SCOPE_CHARTER, APPROVED = 1, (1, 2), 4, 1


# --- cards --------------------------------------------------------------------------------------------------------


def read_card(data):
    envelope = message(data, SIGNED_CARD)
    again = fields(1, envelope["body"]) + fields(2, envelope["by_root"])
    again += fields(3, envelope["by_previous"]) if envelope["by_previous"] else b""
    need(again == data, "a card's envelope in another encoding")
    card = message(envelope["body"], CARD)
    card["hash"] = blake2b(b"tocsin/card/1\n", envelope["body"])
    signed = b"tocsin/card-sig/1\n" + card["hash"]
    need(verify(card["root"], signed, envelope["by_root"]), "a card that its root did not sign")
    need(bool(card["previous_root"]) == bool(envelope["by_previous"]), "a rotation without both signatures")
    if card["previous_root"]:
        need(verify(card["previous_root"], signed, envelope["by_previous"]), "a rotation that the root before did not sign")
    keys = [message(card["sign"], NODE_KEY), message(card["cosign"], NODE_KEY)]
    card["sign"], card["cosign"] = keys[0]["key"], keys[1]["key"]
    card["officers"] = [message(each, OFFICER) for each in card["officers"]]
    card["retired"] = {each["key"]: each["at"] for each in (message(one, RETIRED) for one in card["retired"])}
    for each in keys + card["officers"]:
        need(verify(each["key"], b"tocsin/pop/1\n" + card["org"] + each["key"], each["proof"]), "no proof of possession")
    text = base64.b32encode(blake2b(b"tocsin/fp/1\n", card["org"], card["hash"])[:20]).decode().lower()
    card["fingerprint"] = "-".join(text[i:i + 4] for i in range(0, 32, 4))
    return card


def follows(before, card):
    need(card["serial"] == before["serial"] + 1 and card["previous"] == before["hash"], "a card that does not follow")
    if card["root"] == before["root"]:
        need(not card["previous_root"] and card["next_root"] == before["next_root"], "another next root, unrotated")
    else:
        need(card["previous_root"] == before["root"] and blake2b(card["root"]) == before["next_root"],
             "a root that was not committed to")
    used = {card["root"], card["sign"], card["cosign"], *(each["key"] for each in card["officers"])}
    need(not used & set(before["retired"]), "a retired key in use again")
    numbers = {each["number"]: each["key"] for each in before["officers"]}
    need(all(numbers.get(each["number"], each["key"]) == each["key"] for each in card["officers"]),
         "an officer's number goes to another key")


def read_cards(items):
    cards = {}
    for data in items:
        card = read_card(data)
        chain = cards.setdefault(card["org"], [])
        if chain:
            need(list(cards)[-1] == card["org"], "cards out of order")
            follows(chain[-1], card)
        else:
            need(list(cards) == sorted(cards), "cards out of order")
            need(card["serial"] == 1 and not card["previous"], "a chain that does not begin with a first card")
            need(blake2b(b"tocsin/org/1\n", card["root"]) == card["org"], "an org id that is not its first root's hash")
        chain.append(card)
    need(cards, "no cards")
    return cards


# --- charters -----------------------------------------------------------------------------------------------------


def read_charter(data):
    envelope = message(data, SIGNED_CHARTER)
    need(fields(1, envelope["body"]) + fields(2, *envelope["signatures"]) == data, "a charter's envelope re-encoded")
    charter = message(envelope["body"], CHARTER)
    charter["hash"] = blake2b(b"tocsin/charter/1\n", envelope["body"])
    charter["signatures"] = [message(each, CHARTER_SIGNATURE) for each in envelope["signatures"]]
    need([fields(1, each["org"]) + fields(2, each["officer"]) + fields(3, each["signature"])
          for each in charter["signatures"]] == envelope["signatures"], "a charter's signature re-encoded")
    order = [(each["org"], each["officer"]) for each in charter["signatures"]]
    need(order == sorted(set(order)), "a charter's signatures out of order")
    for each in charter["signatures"]:
        signed = b"tocsin/charter-sig/1\n" + charter["hash"] + each["org"]
        need(verify(each["officer"], signed, each["signature"]), "a charter's signature that does not verify")
    rows = [message(each, MEMBER) for each in charter["members"]]
    charter["members"] = {each["org"]: each for each in rows}
    need([each["org"] for each in rows] == sorted(charter["members"]), "members out of order")
    pins = [message(each, PIN) for each in charter["pins"]]
    charter["pins"] = {(each["org"], each["generation"], each["lane"]): each for each in pins}
    need([(each["org"], each["generation"], each["lane"]) for each in pins] == sorted(charter["pins"]), "pins out of order")
    if charter["version"] == 1:
        need(len(charter["nonce"]) == 32 and not charter["previous"] and not charter["circle"], "not a first charter")
        charter["circle"] = blake2b(b"tocsin/circle/1\n", envelope["body"])
    return charter


def check_votes(charter, judge, by_hash):
    voted = set()
    for each in charter["signatures"]:
        member = judge["members"].get(each["org"])
        card = by_hash.get(member["card"]) if member and member["role"] == ADMIN else None
        if card and card["org"] == each["org"] and card["serial"] >= member["serial_min"]:
            voted |= {each["org"] for officer in card["officers"]
                      if officer["key"] == each["officer"] and officer["scopes"] & SCOPE_CHARTER}
    admins = sum(1 for member in judge["members"].values() if member["role"] == ADMIN)
    need(admins / 2 < judge["quorum"] <= admins and len(voted) >= judge["quorum"], "no quorum of admins")


def is_open(charter, place):
    org, generation, _ = place
    member = charter["members"].get(org)
    newest = max((each[1] for each in charter["pins"] if each[0] == org), default=0)
    return bool(member) and member["role"] in WRITES and generation > newest


def check_follows(charter, parent, parents):
    """What a version closed stays closed; where two branches end in one, the longer part of both stands."""
    need(charter["circle"] == parent["circle"] and charter["version"] > parent["version"], "it does not follow")
    for place, pin in charter["pins"].items():
        here = [each["pins"][place] for each in parents if place in each["pins"]]
        need(pin in here or (not here and any(is_open(each, place) for each in parents)), "a pin of what was closed")
        before = parent["pins"].get(place, pin)
        need(pin == before or pin["size"] > before["size"], "a pin that changed")
    need(parent["pins"].keys() <= charter["pins"].keys(), "a closed feed is open again")


def read_charters(items, cards):
    by_hash = {card["hash"]: card for chain in cards.values() for card in chain}
    charters = {}
    for data in items:
        charter = read_charter(data)
        need(charter["hash"] not in charters, "a charter is there twice")
        parents = [charter]
        if charters:
            need(charter["previous"] in charters and (not charter["joined"] or charter["joined"] in charters),
                 "it follows one that is not before it")
            parents = [charters[each] for each in (charter["previous"], charter["joined"]) if each]
            need(charter["version"] == parents[0]["version"] + 1, "a version is missing")
            for parent in parents:
                check_follows(charter, parent, parents)
        else:
            need(charter["version"] == 1, "a version is missing")
        for parent in parents:
            check_votes(charter, parent, by_hash)
        charters[charter["hash"]] = charter
    need(charters, "no charter")
    return list(charters.values())


# --- proofs -------------------------------------------------------------------------------------------------------


def included(leaf, index, size, path, root):
    """RFC 9162 §2.1.3.2."""
    if index >= size:
        return False
    place, last, value = index, size - 1, leaf
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = sha256(b"\x01", other, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = sha256(b"\x01", value, other)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def grown(first, old, second, new, path):
    """RFC 9162 §2.1.4.2, of trees that are not empty."""
    if first == second:
        return old == new and not path
    if first > second or not path:
        return False
    path = ([old] if first & (first - 1) == 0 else []) + list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = other = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            one, other = sha256(b"\x01", each, one), sha256(b"\x01", each, other)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            other = sha256(b"\x01", other, each)
        place, last = place >> 1, last >> 1
    return last == 0 and one == old and other == new


def read_head_text(text):
    """A checkpoint in a signed note: what it says, and its signature lines."""
    need(text.count("\n\n") >= 1 and text.endswith("\n"), "no signed note")
    need(all(each == "\n" or each >= " " for each in text), "a control character")
    body, lines = text.rsplit("\n\n", 1)
    body += "\n"
    origin, size, root, *extensions = body[:-1].split("\n")
    need(origin and all(extensions), "an empty line in a checkpoint")
    signatures = []
    for line in lines[:-1].split("\n"):
        need(line.startswith(DASH) and line.count(" ") == 2, "no signature line")
        name, value = line[len(DASH):].split(" ")
        signatures.append((name, unbase64(value)))
    head = {"body": body.encode(), "origin": origin, "size": decimal(size), "root": unbase64(root),
            "signatures": signatures}
    need(len(head["root"]) == 32, "a hash that is not 32 bytes")
    return head


def read_proof(text):
    """c2sp.org/tlog-proof@v1 without extra data."""
    need(isinstance(text, str) and text.count("\n\n") >= 2, "no tlog-proof")
    top, rest = text.split("\n\n", 1)
    first, number, *path = top.split("\n")
    need(first == "c2sp.org/tlog-proof@v1" and number.startswith("index "), "no tlog-proof")
    proof = {"index": decimal(number[6:]), "path": [unbase64(each) for each in path], **read_head_text(rest)}
    need(all(len(each) == 32 for each in proof["path"]), "a hash that is not 32 bytes")
    return proof


def key_id(name, kind, key):
    return sha256(name.encode(), b"\n", bytes([kind]), key)[:4]


def in_use(newest, key, present, time_s):
    return key == present or time_s * 1000 < newest["retired"].get(key, 0)


def read_receipt(proof, name, value, cards):
    need(name.startswith("tocsin/") and len(value) == 76, "no cosignature")
    org = unhex(name[7:])
    time_s, = struct.unpack(">Q", value[4:12])
    need(0 < time_s < 2**63, "a cosignature of no time")
    signed = b"cosignature/v1\ntime %d\n" % time_s + proof["body"]
    for card in reversed(cards.get(org, [])):
        if key_id(name, 4, card["cosign"]) == value[:4] and verify(card["cosign"], signed, value[12:]):
            newest = cards[org][-1]
            need(in_use(newest, card["cosign"], newest["cosign"], time_s), "a cosign key that was retired")
            return {"org": org, "time": time_s, "size": proof["size"], "root": proof["root"]}
    raise Refused("a cosignature that does not verify")


def read_head(proof, chain):
    own = [value for name, value in proof["signatures"] if name == proof["origin"]]
    need(len(own) == 1, "not one signature of the author")
    for card in reversed(chain):
        if own[0][:4] == key_id(proof["origin"], 1, card["sign"]) and verify(card["sign"], proof["body"], own[0][4:]):
            return card
    raise Refused("a head that the author did not sign")


# --- the whole ----------------------------------------------------------------------------------------------------


def split_entry(entry):
    need(48 <= len(entry) <= 32768, "an entry's size")
    version, kind, flags, epoch, keep, size = struct.unpack(">BBHIII", entry[:16])
    need(version == 1 and flags == 0 and epoch >= 1 and size == len(entry) - 48, "an entry's header")
    return {"kind": kind, "epoch": epoch, "keep": keep, "commit": entry[16:48], "body": entry[48:]}


def leaf_of(feed, index, entry):
    return sha256(b"\x00", feed, u64(index), entry[:48], sha256(entry[48:]))


def check_text(bundle, feed, index, entry):
    text = bundle["plaintext"]
    need(len(text) == len(entry["body"]) - 40 and len(text) % 64 == 0 and len(text) >= 44, "a plaintext's size")
    need(sha256(b"tocsin/commit/1\n", feed, u64(index), text) == entry["commit"], "another plaintext was committed to")
    size, = struct.unpack(">I", text[40:44])
    need(44 + size <= len(text) and not any(text[44 + size:]), "a plaintext's padding")
    record, sealed = text[44:44 + size], struct.unpack(">Q", text[32:40])[0]
    need((record[:1] == b"\xa1") == (bundle.get("inner") is not None), "an inner text where none belongs, or none")
    if record[:1] != b"\xa1":
        return record, sealed
    inner, at = bundle["inner"], 34 + record[1] * 88
    need(record[1] in (4, 8, 16, 32, 64) and len(record) == at + 32 + 24 + len(inner) + 16, "an addressed record's size")
    commit = sha256(b"tocsin/addressed-commit/1\n", feed, u64(index), inner)
    need(commit == record[at:at + 32], "another inner text was committed to")
    need(len(inner) % 256 == 0 and len(inner) >= 36, "an inner text's size")
    size, = struct.unpack(">I", inner[32:36])
    need(36 + size <= len(inner) < 36 + size + 256 and not any(inner[36 + size:]), "an inner text's padding")
    return inner[36:36 + size], sealed


def approvals_of(record, sealed, circle, org, card, charter):
    """How many officers the kind needs, and of each approval whose it is and whether it counts (RULES §13)."""
    try:
        said = message(record, RECORD)
        given = [message(each, APPROVAL) for each in said["approvals"]]
        tag, at = varint(said["statement"], 0)
        kind = varint(said["statement"], at)[0] if tag == 8 else 0
    except (Refused, IndexError):
        return 0, []
    rules = [message(each, RULE) for each in message(charter["policy"], POLICY)["approvals"]]
    rule = next((each for each in rules if each["kind"] == kind), {"k": 0, "scope": 7})
    found, draft, counted = [], None, set()
    for each in given:
        officer = next((one for one in card["officers"] if one["key"] == each["officer"]), None)
        signed = (b"tocsin/approval/1\n" + circle + org + each["draft"] + u64(each["not_after"]) + bytes([each["decision"]])
                  + sha256(said["statement"]))
        holds = (officer is not None and officer["scopes"] & rule["scope"] and each["decision"] == APPROVED
                 and sealed <= each["not_after"] and draft in (None, each["draft"])
                 and verify(each["officer"], signed, each["signature"]))
        number = officer["number"] if officer else 0
        found.append([number, bool(holds) and number not in counted])
        if holds:
            draft = each["draft"]
            counted.add(number)
    return rule["k"], found


def check_grant(bundle, feed, proof, entry, signer, cards, charter, org):
    grant = split_entry(bundle["grant"])
    body = grant["body"]
    need(grant["kind"] == 1 and len(body) >= 113 and not any(grant["commit"]) and grant["keep"] == 2**32 - 1, "no grant")
    card, serial, named, version, _, alg, first, count = struct.unpack(">32sQ32sI32sBHH", body[:113])
    need(alg == 1 and len(body) == 113 + 80 * count and first + count <= 500, "a grant's body")
    path = bundle["grant_path"]
    need(len(path) % 32 == 0, "a grant's path")
    index = bundle["grant_index"]
    leaf = leaf_of(feed, index, bundle["grant"])
    need(included(leaf, index, proof["size"], [path[i:i + 32] for i in range(0, len(path), 32)], proof["root"]),
         "a grant that is not under the head")
    need(index < proof["index"] and grant["epoch"] == entry["epoch"], "a grant that does not judge the entry")
    need(any(each["hash"] == card and each["serial"] == serial <= signer["serial"] for each in cards[org]),
         "a grant by another card")
    need(named == charter["hash"] and version == charter["version"], "a grant under another charter")
    member = charter["members"].get(org)
    need(member and member["role"] in WRITES and serial >= member["serial_min"], "the author may not write there")


def cut(data, *sizes):
    """The first parts of data, each of so many bytes, and the rest."""
    parts = []
    for size in sizes:
        need(len(data) >= size, "a fork that is cut short")
        parts, data = parts + [data[:size]], data[size:]
    return (*parts, data)


def hashes_of(data):
    (count, rest) = cut(data, 1)
    need(count[0] <= 64, "too many hashes")
    hashes, rest = cut(rest, 32 * count[0])
    return [hashes[i:i + 32] for i in range(0, len(hashes), 32)], rest


def read_side(side, index, origin, keys):
    """What one history shows of itself: a signed head, the root below `index`, and the leaf there."""
    size, rest = cut(side, 2)
    note, root, leaf, rest = cut(rest, struct.unpack(">H", size)[0], 32, 32)
    growth, rest = hashes_of(rest)
    path, rest = hashes_of(rest)
    need(not rest, "a side of a fork with more behind it")
    head = read_head_text(note.decode())
    need(head["origin"] == origin, "a head of another feed")
    own = [value for name, value in head["signatures"] if name == origin]
    need(any(value[:4] == key_id(origin, 1, key) and verify(key, head["body"], value[4:]) for value in own for key in keys),
         "a head of a fork that the author did not sign")
    need(included(leaf, index, head["size"], path, head["root"]), "a leaf that is not under its head")
    if index == 0:
        need(not growth and root == sha256(), "a tree of nothing with another root")
    else:
        need(grown(index, root, head["size"], head["root"], growth), "a head that does not grow out of the common part")
    return root, leaf, head


def check_fork(bundle, feed, proof, record, cards, org, circle, lane, generation):
    """From which entry on two histories differ; None where the bundle tells of none."""
    need(("fork" in bundle) == ("fork_path" in bundle), "a fork without its path, or a path alone")
    if "fork" not in bundle:
        return None
    named = circle + org + bytes([LANES[lane]]) + u64(generation)
    name, index, rest = cut(bundle["fork"], len(named), 8)
    need(name == named, "a fork of another feed")
    index, = struct.unpack(">Q", index)
    newest = cards[org][-1]
    signs = {card["sign"] for card in cards[org]}
    keys = [newest["sign"], *(key for key, at_ms in newest["retired"].items() if key in signs and at_ms // 1000 >= generation)]
    sides = []
    for _ in range(2):
        size, rest = cut(rest, 2)
        side, rest = cut(rest, struct.unpack(">H", size)[0])
        sides.append(read_side(side, index, proof["origin"], keys))
    need(not rest, "a fork with more behind it")
    (one, one_leaf, _), (other, other_leaf, _) = sides
    need(one == other and one_leaf != other_leaf, "no fork: the trees do not part there")
    need(proof["index"] < index, "a record in dispute: it is not shown who wrote it")
    path = bundle["fork_path"]
    need(len(path) % 32 == 0, "a path that is no list of hashes")
    need(included(record, proof["index"], index, [path[i:i + 32] for i in range(0, len(path), 32)], one),
         "a record that is not in the part that both have")
    return index


MEMBERS = {"format": str, "entry": bytes, "plaintext": bytes, "inner": bytes, "proof": str, "receipts": [str],
           "grant": bytes, "grant_index": int, "grant_path": bytes, "cards": [bytes], "charters": [bytes],
           "fork": bytes, "fork_path": bytes}
MAY_LACK = {"inner", "fork", "fork_path"}


def no_twice(pairs):
    need(len(dict(pairs)) == len(pairs), "a member twice")
    return dict(pairs)


def read_bundle(data):
    try:
        raw = json.loads(data, object_pairs_hook=no_twice)
    except ValueError:
        raise Refused("no JSON") from None
    need(isinstance(raw, dict) and raw.get("format") == "tocsin/evidence/1", "no evidence bundle")
    need(set(MEMBERS) - MAY_LACK <= set(raw) <= set(MEMBERS), "members that are missing or unknown")
    bundle = {}
    for name, value in raw.items():
        kind = MEMBERS[name]
        if isinstance(kind, list):
            need(isinstance(value, list), f"'{name}' is no list")
            bundle[name] = [unbase64(each) if kind == [bytes] else each for each in value]
        else:
            need(kind is bytes or type(value) is kind, f"'{name}' is of another type")
            bundle[name] = unbase64(value) if kind is bytes else value
    need(bundle["grant_index"] >= 0, "'grant_index' below 0")
    need(bundle.get("inner") != b"", "'inner' is empty")
    need(bundle.get("fork") != b"", "'fork' is empty")
    return bundle


def check(data, orgs=(), circles=(), listed_orgs=(), listed_circles=()):
    """The verdict on a bundle's bytes. Refused: its parts do not belong together."""
    bundle = read_bundle(data)
    cards = read_cards(bundle["cards"])
    charters = read_charters(bundle["charters"], cards)
    proof = read_proof(bundle["proof"])
    parts = proof["origin"].split("/")
    need(len(parts) == 5 and parts[0] == "tocsin" and parts[3] in LANES, "an origin that is no feed's")
    circle, org, generation = unhex(parts[1]), unhex(parts[2]), decimal(parts[4])
    need(circle == charters[0]["circle"] and org in cards, "charters or cards of others")
    feed = blake2b(b"tocsin/feed/1\n", circle, org, bytes([LANES[parts[3]]]), u64(generation))
    entry = split_entry(bundle["entry"])
    need(entry["kind"] == 2, "no record")
    record = leaf_of(feed, proof["index"], bundle["entry"])
    receipts = []
    heads = [proof] + [read_proof(each) for each in bundle["receipts"]]
    for head in heads:
        need(head["origin"] == proof["origin"] and head["index"] == proof["index"], "a head of something else")
        need(included(record, head["index"], head["size"], head["path"], head["root"]), "an entry that is not under a head")
        for name, value in head["signatures"]:
            if head is not proof or name != proof["origin"]:
                receipts.append(read_receipt(head, name, value, cards))
    need(len({each["org"] for each in receipts}) == len(receipts), "two receipts of one org")
    signer, newest = read_head(proof, cards[org]), cards[org][-1]
    vouching = [each["org"] for each in receipts if each["org"] != org
                and each["size"] == proof["size"] and each["root"] == proof["root"]
                and any(each["org"] in charter["members"] for charter in charters)
                and in_use(newest, signer["sign"], newest["sign"], each["time"])]
    retired = signer["sign"] != newest["sign"]
    need(not retired or vouching, "a head by a retired key")
    check_grant(bundle, feed, proof, entry, signer, cards, charters[-1], org)
    text, sealed = check_text(bundle, feed, proof["index"], entry)
    forked = check_fork(bundle, feed, proof, record, cards, org, circle, parts[3], generation)
    judge = next(each for each in cards[org] if each["hash"] == split_entry(bundle["grant"])["body"][:32])
    needed, approvals = approvals_of(text, sealed, circle, org, judge, charters[-1])

    def names(anchor, which):
        return any(anchor.lower() in (card["fingerprint"], card["org"].hex()) for card in cards.get(which, ()))

    every = [*orgs, *listed_orgs]
    circle_known = circle.hex() in [each.lower() for each in (*circles, *listed_circles)]
    for each in receipts:
        each["known"] = any(names(anchor, each["org"]) for anchor in every) or (
            circle_known and each["org"] in charters[-1]["members"])
    known = circle_known or any(names(anchor, org) for anchor in every)
    vouched = not retired or circle_known or any(names(anchor, each) for anchor in every for each in vouching)
    involved = {org, *(each["org"] for each in receipts)}
    found = all(any(names(anchor, which) for which in involved) for anchor in orgs) and all(
        each.lower() == circle.hex() for each in circles)
    return {"proven": known and vouched and found, "author_known": known, "circle_known": circle_known, "vouched": vouched,
            "record": record.hex(),
            "org": org.hex(), "circle": circle.hex(), "lane": parts[3], "generation": generation,
            "index": proof["index"], "size": proof["size"], "forked_from": forked, "officers_needed": needed, "approvals": approvals,
            "receipts": sorted([each["org"].hex(), each["time"], each["size"], each["known"]] for each in receipts)}


def trusted(paths):
    orgs, circles = [], []
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            words = line.split("#")[0].split()
            if words:
                {"org": orgs, "circle": circles}[words[0]].append(words[1])
    return orgs, circles


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    for name in ("org", "circle", "trust"):
        parser.add_argument(f"--{name}", action="append", default=[])
    options = parser.parse_args()
    try:
        verdict = check(pathlib.Path(options.file).read_bytes(), options.org, options.circle, *trusted(options.trust))
    except Refused as why:
        verdict = {"proven": False, "why": str(why)}
    print(json.dumps(verdict))
    return 0 if verdict["proven"] else 6


if __name__ == "__main__":
    sys.exit(main())
