#!/usr/bin/env python3
"""Writes tests/vectors/store-log-rows.txt: rows of the log as store/README.md lays them out, computed with nothing but
Python's standard library. The store that has them: one bulk feed of three entries in circle c1…, org 0a…, generation
1767225600, none of them a grant; a row of the journal in each lane; a pending range; a circle; a peer; the owner; a
submission; two heads cosigned by org 0b…, the second one twice; a decision.

    python3 tests/unit/store/make_vectors.py > tests/vectors/store-log-rows.txt
"""
import hashlib
import struct

CIRCLE, ORG, CHARTER, DRAFT = b"\xc1" * 32, b"\x0a" * 32, b"\xc4" * 32, b"\xd1" * 32
COSIGNER = b"\x0b" * 32
GENERATION, BULK, TIME = 1767225600, 1, 1767225600000


def u8(n):
    return struct.pack(">B", n)


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def blake2b(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def row(table, key, payload):
    """A row that no hash covers."""
    check = blake2b(b"tocsin/row/1\n", table.encode() + b"\0", u16(len(key)), key, payload)[:8]
    write(table, key, b"\x01" + check + payload)


def write(table, key, value):
    print(f"table = {table}\nkey = {key.hex()}\nvalue = {value.hex()}\n")


def entry(index):
    header = u8(1) + u8(2) + u16(0) + u32(1) + u32(0xFFFFFFFF) + u32(64) + b"\x77" * 32
    return header + bytes((index >> (8 * (i % 8)) ^ i) & 0xFF for i in range(64))


print("# Rows of the log, by tests/unit/store/make_vectors.py (Python's hashlib; shares nothing with the store).")
print("# In order of table and key, as the layout of store/README.md has them.\n")

feed_id = blake2b(b"tocsin/feed/1\n", CIRCLE, ORG, u8(BULK), u64(GENERATION))
entries = [entry(i) for i in range(3)]
leaves = [sha256(b"\0", feed_id, u64(i), e[:48], sha256(e[48:])) for i, e in enumerate(entries)]
pair = sha256(b"\x01", leaves[0], leaves[1])
number = u32(1)

row("state", b"entry_bytes", u64(sum(map(len, entries))))
row("state", b"layout", u8(3))
row("state", b"owner", ORG)
no_head = u64(0) + bytes(32)
row("feeds", number, feed_id + CIRCLE + ORG + u8(BULK) + u64(GENERATION) + u8(0) + no_head + no_head
    + u64(3) + pair + leaves[2])
row("feed_ids", feed_id, number)
row("circle_feeds", CIRCLE + number, b"")
for i, e in enumerate(entries):
    write("entries", number + u64(i), e)
write("hashes", number + u8(0) + u64(0), u8(1) + b"".join(leaves))
row("journal", u8(0) + u64(1), u8(6) + u32(0) + u64(0) + u64(0) + u64(TIME))
row("journal", u8(1) + u64(1), u8(1) + u32(1) + u64(0) + u64(3) + u64(0))
row("pending", number + u64(1), u64(3) + u32(7) + u64(1767225600000))
row("circles", CIRCLE, u8(3) + CHARTER + u32(2) + u64(GENERATION) + u64(TIME))
row("peers", ORG, b"tcp://node.example:7117")
row("submissions", DRAFT, b"{}")
made = u64(TIME // 1000 + 60) + b"\xe7" * 32 + b"\xe5" * 64
row("cosigs", number + u64(2) + COSIGNER, made)
row("cosigs", number + u64(3) + COSIGNER, made)
row("cosigners", number + COSIGNER, u64(3) + u64(TIME // 1000 + 61) + made[8:] + u32(2))


def text(words):
    return u16(len(words)) + words


LOW, HIGH = b"\x01" + b"\x11" * 20, b"\x05" + b"\x22" * 20
pair = u8(21) + LOW + u8(21) + HIGH
# What is sealed, and not as it is sealed: the nonce is random. The store key is 5c….
write("overlay", hashlib.blake2b(b"tocsin/row-key/1\n" + b"overlay" + pair, digest_size=32, key=b"\x5c" * 32).digest(),
      pair + u8(2) + u64(TIME) + text(b"uid 1000") + text(b"bip122:a") + text(b"eip155:1:b") + text(b"two people"))
