#!/usr/bin/env python3
"""Makes the bundles of tests/fuzz/corpus/fuzz_evidence from fixed seeds, with the primitives of wire_crypto.py and no code
of the product: cases that real nodes do not come into by themselves. `good-…` must verify, `bad-…` must not.

    evidence_make.py FOLDER
"""

import base64
import hashlib
import json
import pathlib
import sys

from fork_make import growth_of, path_of, root_of
from wire_crypto import ed25519_public, ed25519_sign, x25519, xchacha20poly1305_seal
from wire import LANES, b, h, u16, u32, u64

GENERATION = 1767225600
START_S = GENERATION + 100
SENDER_KEY = bytes(range(0x80, 0xA0))


def seed(text):
    return hashlib.sha256(text.encode()).digest()


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def pb(*fields):
    """(number, value) each; None is left out."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif value is not None:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


class Org:
    """Its keys by name; a name with another number is another key."""

    def __init__(self, name):
        self.name = name
        self.id = b(b"tocsin/org/1\n" + self.public("root1"))
        self.cards = []

    def public(self, key):
        return ed25519_public(seed(self.name + key))

    def sign(self, key, data):
        return ed25519_sign(seed(self.name + key), data)

    def proven(self, key):
        return pb((1, self.public(key)), (2, self.sign(key, b"tocsin/pop/1\n" + self.id + self.public(key))))

    def card(self, root="root1", turned=None, following="root2", sign="sign1", cosign="cosign1", retired=(), claims=None):
        """The next card. `turned`: the root that it leaves; `claims`: an org id that is not its own."""
        previous = self.cards[-1][1] if self.cards else None
        officer = pb((1, 1), (2, self.public("officer")),
                     (3, self.sign("officer", b"tocsin/pop/1\n" + (claims or self.id) + self.public("officer"))), (4, 4))
        body = pb((1, claims or self.id), (2, self.public(root)), (3, len(self.cards) + 1), (4, previous),
                  (5, b(self.public(following))), (6, self.public(turned) if turned else None), (7, self.name.encode()),
                  (10, self.proven(sign)), (11, self.proven(cosign)), (12, x25519(seed(self.name + "link"))),
                  (13, x25519(seed(self.name + "seal"))), (14, officer),
                  *((15, pb((1, self.public(key)), (2, at_ms))) for key, at_ms in retired))
        hashed = b(b"tocsin/card/1\n" + body)
        by = [self.sign(key, b"tocsin/card-sig/1\n" + hashed) for key in (root, turned) if key]
        self.cards.append((pb((1, body), (2, by[0]), (3, by[1] if turned else None)), hashed))
        return self


def charter(members, signers, previous=None, circle=None, version=1, quorum=1, serial=1):
    """`members`: (org, role), each with the card of `serial`."""
    rows = [pb((1, org.id), (2, role), (3, b"exchange"), (5, serial), (6, org.cards[serial - 1][1]))
            for org, role in sorted(members, key=lambda row: row[0].id)]
    body = pb((1, version), (2, seed("nonce") if version == 1 else None), (3, circle), (4, previous), (5, b"north-sea"),
              (7, quorum), *((8, row) for row in rows), (9, pb((1, 4), (3, 1))))
    hashed = b(b"tocsin/charter/1\n" + body)
    signatures = [pb((1, org.id), (2, org.public("officer")),
                     (3, org.sign("officer", b"tocsin/charter-sig/1\n" + hashed + org.id)))
                  for org in sorted(signers, key=lambda org: org.id)]
    return pb((1, body), *((2, each) for each in signatures)), hashed, b(b"tocsin/circle/1\n" + body)


def tree(leaves):
    """The root, and the path of each of up to four leaves (RFC 6962 §2.1)."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    (left, before), (right, after) = tree(leaves[:split]), tree(leaves[split:])
    return h(b"\x01" + left + right), [path + [right] for path in before] + [path + [left] for path in after]


def text64(data):
    return base64.b64encode(data).decode()


def line(name, kind, public, stamp, signature):
    return f"\u2014 {name} {text64(h(name.encode() + bytes([10, kind]) + public)[:4] + stamp + signature)}\n"


class Case:
    """An author, a witness and a charter; what a case changes is an argument."""

    def __init__(self, author, witness, charters, sign="sign1", cosigned=(("cosign1", START_S),), epoch=1, content=b"a record",
                 inner=None, author_cosigns=None, lane="bulk", kind=2, circle=None, **granted):
        circle, number = circle or charters[0][2], bytes([LANES[lane]])
        self.origin = f"tocsin/{circle.hex()}/{author.id.hex()}/{lane}/{GENERATION}"
        self.feed = b(b"tocsin/feed/1\n" + circle + author.id + number + u64(GENERATION))
        says = {"card": author.cards[0][1], "serial": 1, "charter": charters[-1][1], "version": len(charters), **granted}
        grant_body = (says["card"] + u64(says["serial"]) + says["charter"] + u32(says["version"]) + bytes(32) + b"\x01"
                      + u16(0) + u16(0))
        grant = b"\x01\x01" + u16(0) + u32(epoch) + b"\xff" * 4 + u32(len(grant_body)) + bytes(32) + grant_body
        entry, plaintext = self.seal(content, kind)
        leaves = [h(b"\x00" + self.feed + u64(i) + e[:48] + h(e[48:])) for i, e in enumerate((grant, entry, grant))]
        root, paths = tree(leaves)
        head = f"{self.origin}\n3\n{text64(root)}\n"
        lines = line(self.origin, 1, author.public(sign), b"", author.sign(sign, head.encode()))
        every = [(witness, *each) for each in cosigned] + [(author, *each) for each in author_cosigns or ()]
        for org, key, time_s in every:
            said = f"cosignature/v1\ntime {time_s}\n{head}".encode()
            lines += line(f"tocsin/{org.id.hex()}", 4, org.public(key), u64(time_s), org.sign(key, said))
        proof = "c2sp.org/tlog-proof@v1\nindex 1\n" + "".join(text64(each) + "\n" for each in paths[1])
        cards = [card for org in sorted((author, witness), key=lambda org: org.id) for card, _ in org.cards]
        self.bundle = {"format": "tocsin/evidence/1", "entry": text64(entry), "plaintext": text64(plaintext),
                       "proof": proof + "\n" + head + "\n" + lines, "receipts": [], "grant": text64(grant),
                       "grant_index": 0, "grant_path": text64(b"".join(paths[0])), "cards": [text64(c) for c in cards],
                       "charters": [text64(each[0]) for each in charters]}
        if inner is not None:
            self.bundle["inner"] = text64(inner(self.feed) if callable(inner) else inner)

        self.author, self.leaves, self.paths = author, leaves, paths

    def granted_at(self, index):
        self.bundle["grant_index"], self.bundle["grant_path"] = index, text64(b"".join(self.paths[index]))
        return self

    def signed_twice(self):
        top, lines = self.bundle["proof"].rsplit("\n\n", 1)
        self.bundle["proof"] = top + "\n\n" + lines.splitlines(keepends=True)[0] + lines
        return self

    def fork(self, index=2, key="sign1", other_key=None, feed=None, path=None, lane="bulk"):
        """Tells of another history that differs from `index` on, of four entries. `lane`: of another feed of the author,
        in whose trees the same entries stand."""
        circle, org = (bytes.fromhex(each) for each in self.origin.split("/")[1:3])
        other = self.leaves[:index] + [h(b"other %d" % i) for i in range(index, 4)]
        origin = self.origin.replace("/bulk/", f"/{lane}/")
        sides = [self.side(index, leaves, by, origin) for leaves, by in ((self.leaves, key), (other, other_key or key))]
        self.bundle["fork"] = text64((feed or circle) + org + bytes([LANES[lane]]) + u64(GENERATION) + u64(index)
                                     + b"".join(u16(len(each)) + each for each in sides))
        found = b"".join(path_of(1, self.leaves[:index])) if index > 1 else b""
        self.bundle["fork_path"] = text64(found if path is None else path)
        return self

    def twice(self):
        """As a fork, but both sides are one."""
        told = base64.b64decode(self.bundle["fork"])
        size = int.from_bytes(told[81:83], "big")
        return told[:81] + told[81:83 + size] * 2

    def side(self, index, leaves, key, origin):
        head = f"{origin}\n{len(leaves)}\n{text64(root_of(leaves))}\n"
        signed = line(origin, 1, self.author.public(key), b"", self.author.sign(key, head.encode()))
        note, growth, path = (head + "\n" + signed).encode(), growth_of(index, leaves), path_of(index, leaves)
        return (u16(len(note)) + note + root_of(leaves[:index]) + leaves[index] + bytes([len(growth)]) + b"".join(growth)
                + bytes([len(path)]) + b"".join(path))

    def elsewhere(self, witness, key, time_s, index=1, holds=None, origin=None, named="tocsin/"):
        """As many entries, of which the record is one and the others are not those."""
        leaves = [h(b"other"), holds or self.leaves[1], h(b"others")]
        if index != 1:
            leaves[0], leaves[1] = leaves[1], leaves[0]
        root, paths = tree(leaves)
        head = f"{origin or self.origin}\n3\n{text64(root)}\n"
        made = witness.sign(key, f"cosignature/v1\ntime {time_s}\n{head}".encode())
        self.bundle["receipts"].append(
            f"c2sp.org/tlog-proof@v1\nindex {index}\n" + "".join(text64(each) + "\n" for each in paths[index]) + "\n" + head
            + "\n" + line(f"{named}{witness.id.hex()}", 4, witness.public(key), u64(time_s), made))
        return self

    def cards_as(self, order):
        self.bundle["cards"] = order(self.bundle["cards"])
        return self

    def seal(self, content, kind):
        content = content(self.feed) if callable(content) else content
        plaintext = seed("salt") + u64(START_S * 1000) + u32(len(content)) + content
        plaintext += bytes(-len(plaintext) % 64)
        commit = h(b"tocsin/commit/1\n" + self.feed + u64(1) + plaintext)
        header = bytes([1, kind]) + u16(0) + u32(1) + u32(20819) + u32(len(plaintext) + 40) + commit
        nonce = seed("nonce")[:24]
        aad = b"tocsin/entry/1\n" + self.feed + u64(1) + header
        return header + nonce + xchacha20poly1305_seal(SENDER_KEY, nonce, plaintext, aad), plaintext


def inner_text(_):
    text = seed("inner salt") + u32(8) + b"a secret"
    return text + bytes(256 - len(text))


def addressed(feed):
    """Boxes and ciphertext are nobody's: a checker without keys cannot tell."""
    text = inner_text(feed)
    commit = h(b"tocsin/addressed-commit/1\n" + feed + u64(1) + text)
    return b"\xa1\x04" + bytes(32 + 4 * 88) + commit + bytes(24 + len(text) + 16)


def cases():
    def author(**changes):
        return Org("Author").card(**changes)

    def witness(**changes):
        return Org("Witness").card(**changes)

    def first(a, w, role=2):
        return [charter([(a, role), (w, 1)], [w])]

    a, w = author(), witness()
    yield "good-plain", Case(a, w, first(a, w))
    yield "good-nobody-else", Case(a, w, first(a, w), cosigned=())
    yield "good-author-cosigns", Case(a, w, first(a, w), author_cosigns=[("cosign1", START_S)])
    yield "bad-two-receipts-of-one-org", Case(a, w, first(a, w), cosigned=[("cosign1", START_S), ("cosign1", START_S + 1)])
    yield "bad-cosigned-at-no-time", Case(a, w, first(a, w), cosigned=[("cosign1", 0)])
    yield "good-alert", Case(a, w, first(a, w), lane="alert")
    yield "bad-record-in-the-keys-lane", Case(a, w, first(a, w), lane="keys")
    yield "bad-observer-writes", Case(a, w, first(a, w, role=3))
    yield "bad-epoch-of-another-grant", Case(a, w, first(a, w), epoch=2)
    def receipted(**changes):
        return Case(a, w, first(a, w), cosigned=()).elsewhere(w, "cosign1", START_S, **changes)
    yield "good-receipt-of-another-head", receipted()
    yield "bad-receipt-of-another-record", receipted(holds=h(b"another record"))
    yield "bad-receipt-of-another-place", receipted(index=0)
    yield "bad-receipt-of-another-feed", receipted(origin=receipted().origin[:-1] + "9")
    yield "bad-receipt-under-a-longer-name", receipted(named="tocsin/x")
    yield "bad-cards-out-of-order", Case(a, w, first(a, w)).cards_as(lambda cards: cards[::-1])
    yield "bad-grant-after-the-record", Case(a, w, first(a, w)).granted_at(2)
    yield "bad-grant-of-another-serial", Case(a, w, first(a, w), serial=2)
    yield "bad-grant-by-anothers-card", Case(a, w, first(a, w), card=w.cards[0][1])
    yield "bad-grant-under-another-charter", Case(a, w, first(a, w), charter=seed("?"))
    yield "bad-grant-under-another-version", Case(a, w, first(a, w), version=2)
    yield "bad-author-no-member", Case(a, w, [charter([(w, 1)], [w])])
    yield "bad-entry-no-record", Case(a, w, first(a, w), kind=3)
    yield "bad-inner-text-where-none-belongs", Case(a, w, first(a, w), inner=inner_text)
    yield "bad-signed-twice-by-the-author", Case(a, w, first(a, w)).signed_twice()
    yield "bad-charter-twice", Case(a, w, first(a, w) * 2, version=1)
    yield "bad-head-by-a-key-of-nobody", Case(a, w, first(a, w), sign="sign9")
    yield "good-addressed", Case(a, w, first(a, w), content=addressed, inner=inner_text)
    yield "bad-addressed-to-others", Case(a, w, first(a, w), content=addressed)
    yield "bad-addressed-another-text", Case(a, w, first(a, w), content=addressed, inner=lambda _: bytes(256))

    yield "good-forked-later", Case(a, w, first(a, w)).fork()
    yield "bad-forked-there", Case(a, w, first(a, w)).fork(index=1)
    yield "bad-fork-by-a-key-of-nobody", Case(a, w, first(a, w)).fork(other_key="sign9")
    yield "bad-fork-of-another-feed", Case(a, w, first(a, w)).fork(feed=seed("?"))
    yield "bad-fork-of-another-lane", Case(a, w, first(a, w)).fork(lane="alert")
    yield "bad-fork-that-the-record-is-not-before", Case(a, w, first(a, w)).fork(path=seed("?"))
    one_history = Case(a, w, first(a, w)).fork()
    one_history.bundle["fork"] = text64(one_history.twice())
    yield "bad-fork-of-one-history", one_history

    one = charter([(a, 2), (w, 1)], [w])
    two = charter([(a, 1), (w, 1)], [w], one[1], one[2], 2, 2)
    yield "good-second-charter", Case(a, w, [one, two])
    yield "bad-signed-by-a-member", Case(a, w, [one, charter([(a, 1), (w, 1)], [a], one[1], one[2], 2, 2)])
    yield "bad-half-a-quorum", Case(a, w, [one, two, charter([(a, 1)], [w], two[1], one[2], 3)])
    yield "good-whole-quorum", Case(a, w, [one, two, charter([(a, 1)], [a, w], two[1], one[2], 3)])
    yield "bad-charters-of-another-circle", Case(a, w, [one, two], circle=seed("theirs"))
    yield "bad-second-charter-twice", Case(a, w, [one, two, two], version=2)
    yield "bad-another-charter-before", Case(a, w, [one, charter([(a, 1), (w, 1)], [w], seed("?"), one[2], 2, 2)])

    turned = START_S + 50
    a = author().card(sign="sign2", cosign="cosign2", retired=[("sign1", turned * 1000), ("cosign1", turned * 1000)])
    yield "good-head-by-a-new-key", Case(a, w, first(a, w), sign="sign2")
    own = [text64(card) for card, _ in a.cards]
    yield "bad-cards-without-the-first", Case(a, w, first(a, w), sign="sign2", card=a.cards[1][1], serial=2).cards_as(
        lambda cards: [each for each in cards if each != own[0]])
    yield "bad-head-older-than-its-grant", Case(a, w, first(a, w), cosigned=[("cosign1", turned - 1)], card=a.cards[1][1],
                                                serial=2)
    yield "good-head-before-its-key-was-retired", Case(a, w, first(a, w), cosigned=[("cosign1", turned - 1)])
    yield "bad-head-by-a-retired-key", Case(a, w, first(a, w), cosigned=[("cosign1", turned)])
    yield "bad-head-by-a-retired-key-unseen", Case(a, w, first(a, w), cosigned=())
    yield "bad-head-by-a-retired-key-where-another-was-seen", Case(a, w, first(a, w), cosigned=()).elsewhere(
        w, "cosign1", turned - 1)
    yield "bad-head-by-a-retired-key-seen-by-itself", Case(a, w, first(a, w), cosigned=(),
                                                          author_cosigns=[("cosign1", turned - 1)])
    yield "bad-head-by-a-retired-key-seen-by-a-stranger", Case(a, w, [charter([(a, 1)], [a])],
                                                               cosigned=[("cosign1", turned - 1)])
    both = charter([(a, 1), (w, 2)], [a])
    yield "good-head-seen-by-who-left", Case(a, w, [both, charter([(a, 1)], [a], both[1], both[2], 2)],
                                             cosigned=[("cosign1", turned - 1)])
    yield "good-forked-by-a-key-retired-since", Case(a, w, first(a, w), sign="sign2").fork()
    yield "bad-forked-by-a-key-retired-from-cosigning", Case(a, w, first(a, w), sign="sign2").fork(other_key="cosign1")
    yield "good-cosigned-before", Case(a, w, first(a, w), sign="sign2", author_cosigns=[("cosign1", turned - 1)])
    yield "bad-cosigned-since", Case(a, w, first(a, w), sign="sign2", author_cosigns=[("cosign1", turned)])
    yield "bad-cosigned-by-a-sign-key", Case(a, w, first(a, w), sign="sign2", author_cosigns=[("sign1", turned - 1)])
    a = author().card(sign="sign2", cosign="cosign2", retired=[("sign1", turned * 1000), ("cosign1", turned * 1000 + 1)])
    yield "good-cosigned-before-in-that-second", Case(a, w, first(a, w), sign="sign2", author_cosigns=[("cosign1", turned)])
    early = author().card(sign="sign2", retired=[("sign1", (GENERATION - 1) * 1000)])
    yield "bad-forked-by-a-key-retired-before-the-feed", Case(early, w, first(early, w), sign="sign2").fork()
    a = author().card(cosign="cosign2")
    yield "bad-cosigned-by-a-key-that-is-gone", Case(a, w, first(a, w), author_cosigns=[("cosign1", START_S)])

    a, w = author().card(), witness().card()
    newer = [charter([(a, 2), (w, 1)], [w], serial=2)]
    yield "good-card-as-new-as-the-charter-demands", Case(a, w, newer, card=a.cards[1][1], serial=2)
    yield "bad-card-older-than-the-charter-demands", Case(a, w, newer)

    w = witness()
    a = author().card(root="root2", turned="root1", following="root3")
    yield "good-another-root", Case(a, w, first(a, w))
    a = author().card(root="root9", turned="root1", following="root3")
    yield "bad-root-not-committed-to", Case(a, w, first(a, w))
    a = author().card(following="root9")
    yield "bad-another-next-root", Case(a, w, first(a, w))
    a = author().card(sign="sign2", retired=[("sign1", turned * 1000)]).card()
    yield "bad-retired-key-again", Case(a, w, first(a, w))
    thief = Org("Thief")
    thief.id = w.id
    thief.card()
    yield "bad-org-of-another", Case(a := author(), thief, first(a, w))


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, case in cases():
        (folder / f"{name}.json").write_text(json.dumps(case.bundle, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
