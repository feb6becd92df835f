"""Worked examples of every layout of proto/README.md, from fixed inputs. Written from the byte tables alone.

examples() gives an ordered list of cases, each an ordered list of (key, text); bytes are hexadecimal.
"""

import base64
import hashlib
import struct

from wire_crypto import box_seal, chacha20, ed25519_public, ed25519_sign, x25519, xchacha20poly1305_seal

CIRCLE = bytes(range(0x00, 0x20))
ORG = bytes(range(0xE0, 0x100))
SIGN_SEED = bytes(range(0x40, 0x60))
SENDER_KEY = bytes(range(0x80, 0xA0))
CARD = bytes([0xCA] * 32)
CHARTER = bytes([0xC4] * 32)
GENERATION = 1767225600
EPOCH = 3
LANES = {"alert": 0, "bulk": 1, "keys": 2}
NO_TERM = 0xFFFFFFFF


def b(data, key=b"", size=32):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def h(data):
    return hashlib.sha256(data).digest()


def u8(value):
    return struct.pack(">B", value)


def u16(value):
    return struct.pack(">H", value)


def u32(value):
    return struct.pack(">I", value)


def u64(value):
    return struct.pack(">Q", value)


def seeded(seed, size):
    """What the first call for random bytes gets under a test seed."""
    return chacha20(u64(seed) + bytes(24), u64(0), size)


# --- feeds ------------------------------------------------------------------------------------------------------


def feed_id(lane):
    return b(b"tocsin/feed/1\n" + CIRCLE + ORG + u8(LANES[lane]) + u64(GENERATION))


def origin(lane):
    return "tocsin/%s/%s/%s/%d" % (CIRCLE.hex(), ORG.hex(), lane, GENERATION)


def key_id():
    return b(b"tocsin/epoch/1\n" + CIRCLE + ORG + u64(GENERATION) + u32(EPOCH), key=SENDER_KEY)


def header(kind, epoch, keep_until_day, body_bytes, commit=bytes(32)):
    return u8(1) + u8(kind) + u16(0) + u32(epoch) + u32(keep_until_day) + u32(body_bytes) + commit


def leaf(lane, index, entry):
    return h(b"\x00" + feed_id(lane) + u64(index) + entry[:48] + h(entry[48:]))


def padded_size(lane, needed):
    if lane == "bulk":
        return (needed + 63) // 64 * 64
    size = 256
    while size < needed:
        size *= 2
    return size


def record_case(lane, index, seed, record):
    time_ms, keep_until_day = 1767225600123, 20819
    nonce, salt = seeded(seed, 56)[:24], seeded(seed, 56)[24:]
    plaintext = salt + u64(time_ms) + u32(len(record)) + record
    plaintext += bytes(padded_size(lane, len(plaintext)) - len(plaintext))
    commit = h(b"tocsin/commit/1\n" + feed_id(lane) + u64(index) + plaintext)
    head = header(2, EPOCH, keep_until_day, 24 + len(plaintext) + 16, commit)
    aad = b"tocsin/entry/1\n" + feed_id(lane) + u64(index) + head
    body = nonce + xchacha20poly1305_seal(SENDER_KEY, nonce, plaintext, aad)
    entry = head + body
    case = [("case", "record-" + lane), ("lane", lane), ("index", index), ("epoch", EPOCH),
            ("keep_until_day", keep_until_day), ("sender_key", SENDER_KEY), ("time_ms", time_ms), ("seed", seed),
            ("record", record), ("nonce", nonce), ("plaintext", plaintext), ("commit", commit), ("aad", aad),
            ("entry", entry), ("leaf", leaf(lane, index, entry))]
    return case, entry


def grant_case(lane, index, first, boxes):
    body = (CARD + u64(7) + CHARTER + u32(2) + key_id() + u8(1) + u16(first) + u16(len(boxes)) + b"".join(boxes))
    entry = header(1, EPOCH, NO_TERM, len(body)) + body
    case = [("case", "grant-" + lane), ("lane", lane), ("index", index), ("epoch", EPOCH), ("card", CARD),
            ("card_serial", 7), ("charter", CHARTER), ("charter_version", 2), ("key_id", key_id()), ("first", first),
            ("count", len(boxes)), ("boxes", b"".join(boxes)), ("entry", entry), ("leaf", leaf(lane, index, entry))]
    return case, entry


def erasure_case(record_leaf):
    rows = u64(1) + record_leaf + u64(300) + bytes([0xAB] * 32)
    body = feed_id("alert") + u16(2) + rows
    entry = header(3, EPOCH, NO_TERM, len(body)) + body
    return [("case", "erasure"), ("lane", "bulk"), ("index", 2), ("epoch", EPOCH), ("feed_id", feed_id("alert")),
            ("first_index", 1), ("first_leaf", record_leaf), ("second_index", 300), ("second_leaf", bytes([0xAB] * 32)),
            ("entry", entry), ("leaf", leaf("bulk", 2, entry))]


def note_key_hash(name, public):
    return h(name.encode() + b"\n\x01" + public)[:4]


def checkpoint_case(leaves):
    name, public = origin("alert"), ed25519_public(SIGN_SEED)
    root = h(b"\x01" + leaves[0] + leaves[1])
    body = "%s\n%d\n%s\n" % (name, len(leaves), base64.b64encode(root).decode())
    line = note_key_hash(name, public) + ed25519_sign(SIGN_SEED, body.encode())
    note = "%s\n\u2014 %s %s\n" % (body, name, base64.b64encode(line).decode())
    return [("case", "checkpoint"), ("lane", "alert"), ("size", 2), ("sign_seed", SIGN_SEED), ("sign_public", public),
            ("first_leaf", leaves[0]), ("second_leaf", leaves[1]), ("root", root), ("frontier", u64(2) + root),
            ("key_hash", note_key_hash(name, public)), ("note", note.replace("\n", "\\n"))]


# --- boxes, values at rest ---------------------------------------------------------------------------------------


def box_case():
    reader_secret, seed = bytes(range(0x60, 0x80)), 5
    reader = x25519(reader_secret)
    return [("case", "box"), ("seed", seed), ("reader_secret", reader_secret), ("reader_public", reader),
            ("content", SENDER_KEY), ("box", box_seal(seeded(seed, 32), reader, SENDER_KEY))]


def addressed_case():
    """Two readers and two boxes for nobody, in the order of their hints."""
    place, record = feed_id("bulk") + u64(9), b"for two"
    secrets = [bytes([0x31 + i] * 32) for i in range(4)]
    own, key, nonce, salt = bytes([0x21] * 32), bytes([0x22] * 32), bytes([0x23] * 24), bytes([0x24] * 32)
    ephemeral = x25519(own)
    rows = []
    for number, secret in enumerate(secrets):
        hint = b(b"tocsin/hint/1\n" + place + ephemeral, key=x25519(secret, ephemeral))[:8]
        rows.append(hint + box_seal(bytes([0x41 + number] * 32), x25519(secret), key))
    text = salt + u32(len(record)) + record
    text += bytes(-len(text) % 256)
    commit = h(b"tocsin/addressed-commit/1\n" + place + text)
    sealed = xchacha20poly1305_seal(key, nonce, text, b"tocsin/addressed/1\n" + place)
    content = u8(0xA1) + u8(len(rows)) + ephemeral + b"".join(sorted(rows)) + commit + nonce + sealed
    return [("case", "addressed"), ("lane", "bulk"), ("index", 9), ("first_reader", secrets[0]),
            ("second_reader", secrets[1]), ("e_secret", own), ("e", ephemeral), ("r", key), ("record", record),
            ("salt", salt), ("commit", commit), ("content", content)]


def rest_case():
    store_key, seed, table, key, value = bytes([0x5A] * 32), 6, "drafts", bytes(range(4)), b"a draft"
    nonce = seeded(seed, 24)
    table_key = b(b"tocsin/store/1\n" + table.encode(), key=store_key)
    sealed = nonce + xchacha20poly1305_seal(table_key, nonce, value, table.encode() + b"\x00" + key)
    return [("case", "rest"), ("seed", seed), ("store_key", store_key), ("table", table), ("key", key),
            ("value", value), ("sealed", sealed)]


# --- identities and what is signed over them -----------------------------------------------------------------------


def identity_case():
    root = ed25519_public(SIGN_SEED)
    org_id = b(b"tocsin/org/1\n" + root)
    card_body, charter_body = b"the exact bytes of a card", b"the exact bytes of a charter"
    card_hash, charter_hash = b(b"tocsin/card/1\n" + card_body), b(b"tocsin/charter/1\n" + charter_body)
    return [("case", "identity"), ("root_seed", SIGN_SEED), ("root_public", root), ("org_id", org_id),
            ("card_body", card_body), ("card_hash", card_hash),
            ("card_signature", ed25519_sign(SIGN_SEED, b"tocsin/card-sig/1\n" + card_hash)),
            ("charter_body", charter_body), ("charter_hash", charter_hash),
            ("charter_signature", ed25519_sign(SIGN_SEED, b"tocsin/charter-sig/1\n" + charter_hash + org_id)),
            ("circle_id", b(b"tocsin/circle/1\n" + charter_body)),
            ("possession_signature", ed25519_sign(SIGN_SEED, b"tocsin/pop/1\n" + org_id + root)),
            ("fingerprint", fingerprint(org_id, card_hash))]


def fingerprint(org_id, card_hash):
    text = base64.b32encode(b(b"tocsin/fp/1\n" + org_id + card_hash)[:20]).decode().lower()
    return "-".join(text[i:i + 4] for i in range(0, len(text), 4))


def claim_case():
    kind, cluster = 2, b"heist-2026"
    parts = u16(len(cluster)) + cluster
    return [("case", "claim"), ("circle", CIRCLE), ("org", ORG), ("kind", kind), ("cluster", cluster.decode()),
            ("claim_id", b(b"tocsin/claim/1\n" + CIRCLE + ORG + u8(kind) + parts))]


# --- links ------------------------------------------------------------------------------------------------------


def heads_case(root):
    rows = sorted([feed_id("alert") + u64(2) + root, feed_id("keys") + u64(1) + bytes([0x77] * 32)])
    return [("case", "heads"), ("rows", b"".join(rows)), ("digest", h(b"tocsin/heads/1\n" + b"".join(rows)))]


def mac1_case():
    responder, version, message = x25519(bytes([0x71] * 32)), 1, bytes(range(40))
    key = b(b"tocsin/mac1/1\n" + responder)
    return [("case", "mac1"), ("responder_public", responder), ("version", version), ("message", message),
            ("mac1_key", key), ("mac1", b(u8(version) + message, key=key, size=16)),
            ("prologue", b"tocsin/link/1\n" + u8(version))]


def feed_cases():
    return [[("case", "feed-" + lane), ("circle", CIRCLE), ("org", ORG), ("lane", lane), ("generation", GENERATION),
             ("origin", origin(lane)), ("feed_id", feed_id(lane))] for lane in LANES]


def examples():
    boxes = [box_seal(seeded(seed, 32), x25519(bytes([seed] * 32)), SENDER_KEY) for seed in (8, 9)]
    first, first_entry = grant_case("alert", 0, 0, [])
    alert, alert_entry = record_case("alert", 1, 1, b"an alert")
    bulk, _ = record_case("bulk", 1, 2, bytes(range(100)))
    keys, _ = grant_case("keys", 0, 0, boxes)
    leaves = [leaf("alert", 0, first_entry), leaf("alert", 1, alert_entry)]
    cases = feed_cases() + [[("case", "key-id"), ("sender_key", SENDER_KEY), ("epoch", EPOCH), ("key_id", key_id())],
                            first, alert, bulk, keys, erasure_case(leaves[1]), checkpoint_case(leaves), box_case(),
                            addressed_case(),
                            rest_case(), identity_case(), claim_case(), heads_case(h(b"\x01" + leaves[0] + leaves[1])),
                            mac1_case()]
    return [[(key, value.hex() if isinstance(value, bytes) else str(value)) for key, value in case] for case in cases]
