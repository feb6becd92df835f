#!/usr/bin/env python3
"""Writes tests/vectors/rules-approvals.txt: officers' approvals, made without a line of Tocsin's code.

Ed25519 comes from the Python package cryptography (OpenSSL), SHA-256 from the standard library, the
layout from PROTOCOL §5 as docs/RULES.md restates it. Run it by hand; the file is checked in."""
import hashlib
import os
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DOMAIN = b"tocsin/approval/1\n"
APPROVED, REJECTED = 1, 2


def seed_of(name):
    return hashlib.sha256(b"approval vector " + name.encode()).digest()


def id_of(name):
    return hashlib.sha256(b"approval id " + name.encode()).digest()


def signed_bytes(circle, org, draft, not_after_ms, decision, statement):
    return (DOMAIN + circle + org + draft + struct.pack(">QB", not_after_ms, decision)
            + hashlib.sha256(statement).digest())


def case(name, statement, not_after_ms, decision):
    key = Ed25519PrivateKey.from_private_bytes(seed_of(name))
    circle, org, draft = id_of(name + " circle"), id_of(name + " org"), id_of(name + " draft")
    message = signed_bytes(circle, org, draft, not_after_ms, decision, statement)
    return [("seed", seed_of(name).hex()), ("circle", circle.hex()), ("org", org.hex()), ("draft", draft.hex()),
            ("not_after", str(not_after_ms)), ("decision", str(decision)), ("statement", statement.hex()),
            ("officer", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()),
            ("signature", key.sign(message).hex())]


def cases():
    yield case("an ordinary one", b"\x08\x01\x10\x07\x18\x01", 1_770_000_000_000, APPROVED)
    yield case("a rejection", b"\x08\x01\x10\x07\x18\x01", 1_770_000_000_000, REJECTED)
    yield case("an empty statement", b"", 1, APPROVED)
    yield case("a moment of all bytes", bytes(range(256)) * 100, 0x0102030405060708, APPROVED)
    yield case("the last moment", b"x", 2 ** 64 - 1, REJECTED)


def main():
    target = os.path.join(os.path.dirname(__file__), "..", "..", "vectors", "rules-approvals.txt")
    with open(sys.argv[1] if len(sys.argv) > 1 else target, "w", encoding="ascii") as out:
        out.write("# Officers' approvals, written by tests/unit/rules/make_approvals.py.\n")
        for fields in cases():
            out.write("\n" + "".join(f"{key} = {value}\n" for key, value in fields))


if __name__ == "__main__":
    main()
