#!/usr/bin/env python3
"""Writes tests/vectors/feed-cosignatures.txt: published examples as they stand, and cosignatures made with Python's
`cryptography` (OpenSSL), which shares nothing with the project."""
import base64
import hashlib
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = pathlib.Path(__file__).resolve().parents[3]


def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def message_of(body, time):
    return f"cosignature/v1\ntime {time}\n{body}"


def line_of(name, key, time, signature):
    key_id = hashlib.sha256(name.encode() + b"\n\x04" + key).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + time.to_bytes(8, 'big') + signature).decode()}\n"


def case(why, name, body, time, line, key=None, seed=None):
    rows = [f"why = {why}", f"name = {name}", f"body = {escaped(body)}", f"time = {time}",
            f"message = {escaped(message_of(body, time))}", f"line = {escaped(line)}"]
    if key:
        rows.append(f"key = {key.hex()}")
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(line.split()[-1])[12:],
                                                       message_of(body, time).encode())
    if seed:
        rows.append(f"seed = {seed.hex()}")
    return "\n".join(rows) + "\n"


def made(why, name, body, time, byte):
    seed = bytes([byte]) * 32
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    line = line_of(name, key, time, secret.sign(message_of(body, time).encode()))
    return case(why, name, body, time, line, key, seed)


CASES = [
    case("c2sp.org/tlog-cosignature, its example (the key is not published)", "witness.example.com/w1",
         "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", 1679315147,
         "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
         "mbIUBkBIfZ+qnA==\n"),
    case("a checkpoint of the log arche2025h1.staging.ct.transparency.dev as witnessed by remora.n621.de in May 2026",
         "remora.n621.de",
         "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n",
         0x6A122120,
         "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n",
         base64.b64decode("BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")[1:]),
    made("a feed of ours", "tocsin/" + "0b" * 32,
         "tocsin/" + "c1" * 32 + "/" + "0a" * 32 + "/alert/1767225600\n3\n" +
         base64.b64encode(bytes(range(32))).decode() + "\n", 1767225661, 7),
    made("the largest time", "example.com/w", "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
         2**63 - 1, 8),
    made("an extension line is signed too", "example.com/w",
         "example.com/log\n1\n0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=\nextension\n", 1, 9),
]

HEAD = """# Cosignatures (c2sp.org/tlog-cosignature, cosignature/v1): the published example, one by a public witness, and some made
# with Python's cryptography. Written by tests/unit/feed/make_cosignatures.py. Escapes: \\n \\t \\\\.

"""

if __name__ == "__main__":
    (ROOT / "tests/vectors/feed-cosignatures.txt").write_text(HEAD + "\n".join(CASES), encoding="utf-8")
