#!/usr/bin/env python3
"""Shares over GF(2^8) by tables of logarithms (generator 3), to compare with: writes tests/vectors/crypto-shamir.txt.

The first cases are products of FIPS 197 section 4.2 and 4.2.1, which the tables must give too."""

import random

LOG, EXP = [0] * 256, [0] * 510
value = 1
for power in range(255):
    LOG[value], EXP[power], EXP[power + 255] = power, value, value
    value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
    value &= 0xFF


def times(a, b):
    return 0 if a == 0 or b == 0 else EXP[LOG[a] + LOG[b]]


def main():
    print("# Made by tests/unit/crypto/make_shamir.py; the products are those of FIPS 197 section 4.2.\n")
    for a, b, product in ((0x57, 0x83, 0xC1), (0x57, 0x13, 0xFE), (0x57, 0x02, 0xAE), (0x57, 0x10, 0x07)):
        assert times(a, b) == product
        print(f"product = {a:02x}{b:02x}{product:02x}\n")
    draw = random.Random(1979)
    for needed, made in ((2, 2), (2, 3), (3, 5), (5, 5), (8, 32)):
        secret = draw.randbytes(8)
        rows = [[byte] + [draw.randrange(256) for _ in range(needed - 1)] for byte in secret]
        print(f"secret = {secret.hex()}")
        places, shares = bytearray(), bytearray()
        for x in sorted(draw.sample(range(1, made + 1), needed)):
            share = bytearray()
            for row in rows:
                total, at = 0, 1
                for coefficient in row:
                    total ^= times(coefficient, at)
                    at = times(at, x)
                share.append(total)
            places.append(x)
            shares += share
        print(f"x = {places.hex()}\nshares = {shares.hex()}\n")


if __name__ == "__main__":
    main()
