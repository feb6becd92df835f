"""§13: whether enough officers approved a record.

A record tells `approval` where its circle asks for officers: {"needed", "scope", "circle", "org", "statement" (hex), "sealed_ms",
"officers": [{"number", "key", "scopes"}], "approvals": [{"officer", "draft", "not_after_ms", "decision", "signature"}]}; `officers`
are those of the card that judges, `needed` and `scope` are of the charter that judges."""

import hashlib
import struct

import wire_crypto

APPROVED = 1


def signed_bytes(circle, org, statement, approval):
    return (b"tocsin/approval/1\n" + circle + org + bytes.fromhex(approval["draft"])
            + struct.pack(">QB", int(approval["not_after_ms"]), approval["decision"]) + hashlib.sha256(statement).digest())


def counted(case):
    """The numbers of the officers who count."""
    circle, org, statement = (bytes.fromhex(case[name]) for name in ("circle", "org", "statement"))
    numbers, draft = set(), None
    for approval in case["approvals"]:
        officer = next((officer for officer in case["officers"] if officer["key"] == approval["officer"]), None)
        if officer is None or not officer["scopes"] & case["scope"] or approval["decision"] != APPROVED:
            continue
        if int(case["sealed_ms"]) > int(approval["not_after_ms"]) or draft not in (None, approval["draft"]):
            continue
        if not wire_crypto.ed25519_verify(bytes.fromhex(approval["officer"]), signed_bytes(circle, org, statement, approval),
                                          bytes.fromhex(approval["signature"])):
            continue
        draft = approval["draft"]
        numbers.add(officer["number"])
    return numbers


def enough(said):
    case = said.get("approval")
    return case is None or len(counted(case)) >= case["needed"]
