#!/usr/bin/env python3
"""Makes an entry whose body opens under two sender keys, as Poly1305 allows: prints it as a test vector.

XChaCha20-Poly1305 does not commit to its key. With both one-time keys (r, s) known, one free block X of the
ciphertext is solved for in sum1 + X r1^k + s1 = sum2 + X r2^k + s2 (mod 2^130 - 5, up to a few multiples of 2^128).
The header, commitment included, is authenticated too, so the commitment must be chosen before X: it fits neither text.
"""

import struct

import wire
from wire_crypto import _pad16, _xor, chacha20, hchacha20, poly1305

PRIME = 2**130 - 5
PLAIN_BYTES = 64


def one_time_key(key, nonce):
    block = chacha20(hchacha20(key, nonce[:16]), bytes(4) + nonce[16:], 32)
    return int.from_bytes(block[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(block[16:], "little")


def blocks_of(data):
    return [int.from_bytes(data[i:i + 16] + b"\x01", "little") for i in range(0, len(data), 16)]


def evaluate(blocks, r):
    total = 0
    for block in blocks:
        total = (total + block) * r % PRIME
    return total


def solve(authenticated, free, one, two):
    """The value of block number `free` with which both tags are the same, or None."""
    blocks = blocks_of(authenticated)
    blocks[free] = 0
    power = len(blocks) - free
    slope = (pow(one[0], power, PRIME) - pow(two[0], power, PRIME)) % PRIME
    for carry in range(-8, 9):
        right = evaluate(blocks, two[0]) + two[1] - evaluate(blocks, one[0]) - one[1] + carry * 2**128
        value = right * pow(slope, -1, PRIME) % PRIME
        if not 2**128 <= value < 2**129:
            continue
        solved = (value - 2**128).to_bytes(16, "little")
        changed = authenticated[:16 * free] + solved + authenticated[16 * free + 16:]
        if poly1305(one[2], changed) == poly1305(two[2], changed):
            return solved, poly1305(one[2], changed)
    return None


def main():
    key_one, key_two, nonce = bytes([0x11] * 32), bytes([0x22] * 32), bytes(range(24))
    keys = [one_time_key(key, nonce) + (chacha20(hchacha20(key, nonce[:16]), bytes(4) + nonce[16:], 32),)
            for key in (key_one, key_two)]
    record = b"for one reader only"
    for attempt in range(1000):
        plaintext = bytes(28) + struct.pack(">I", attempt) + wire.u64(1767225600123) + wire.u32(len(record)) + record
        plaintext += bytes(PLAIN_BYTES - len(plaintext))
        sealed = _xor(plaintext, chacha20(hchacha20(key_one, nonce[:16]), bytes(4) + nonce[16:], PLAIN_BYTES, 1))
        head = wire.header(2, wire.EPOCH, 20819, 24 + PLAIN_BYTES + 16, bytes([0xC0] * 32))
        aad = b"tocsin/entry/1\n" + wire.feed_id("bulk") + wire.u64(9) + head
        authenticated = _pad16(aad) + _pad16(sealed) + struct.pack("<QQ", len(aad), len(sealed))
        free = len(_pad16(aad)) // 16
        found = solve(authenticated, free, keys[0], keys[1])
        if found:
            body = nonce + found[0] + sealed[16:] + found[1]
            for key, value in (("lane", "bulk"), ("index", "9"), ("key_one", key_one.hex()), ("key_two", key_two.hex()),
                               ("record_one", record.hex()), ("aad", aad.hex()), ("entry", (head + body).hex())):
                print("%s = %s" % (key, value))
            return


if __name__ == "__main__":
    main()
