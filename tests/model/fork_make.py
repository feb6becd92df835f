"""Proofs of forks, made without a line of ours: vectors for proto/feed/fork, from the words of docs/decisions/0082.

Two logs of one feed, alike below `index`. python3 fork_make.py > ../vectors/feed-forks.txt
"""

import base64

import wire
from wire import GENERATION, CIRCLE, ORG, LANES, SIGN_SEED, b, h, u8, u16, u64
from wire_crypto import ed25519_public, ed25519_sign


def root_of(leaves):
    if not leaves:
        return h(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return h(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(index, leaves):
    """RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return path_of(index, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(index - k, leaves[k:]) + [root_of(leaves[:k])]


def growth_of(size, leaves, whole=True):
    """RFC 6962 §2.1.2."""
    if size == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if size <= k:
        return growth_of(size, leaves[:k], whole) + [root_of(leaves[k:])]
    return growth_of(size - k, leaves[k:], False) + [root_of(leaves[:k])]


def note_of(lane, leaves, seed=SIGN_SEED):
    name = wire.origin(lane)
    body = ("%s\n%d\n%s\n" % (name, len(leaves), base64.b64encode(root_of(leaves)).decode())).encode()
    key = ed25519_public(seed)
    line = h(name.encode() + b"\n\x01" + key)[:4] + ed25519_sign(seed, body)
    return body + b"\n\xe2\x80\x94 " + name.encode() + b" " + base64.b64encode(line) + b"\n"


def side_of(index, leaves, lane="bulk", seed=SIGN_SEED, shown=None, below=None):
    note = note_of(lane, leaves, seed)
    growth = growth_of(index, leaves) if index else []
    path = path_of(index, leaves)
    return (u16(len(note)) + note + (below or root_of(leaves[:index])) + (shown or leaves[index])
            + u8(len(growth)) + b"".join(growth) + u8(len(path)) + b"".join(path))


def fork_of(index, one, other, lane="bulk"):
    sides = b"".join(u16(len(side)) + side for side in (one, other))
    return CIRCLE + ORG + u8(LANES[lane]) + u64(GENERATION) + u64(index) + sides


def log(size, index=None):
    """Leaves of a log of so many entries; from `index` on those of another."""
    return [h(b"leaf %d" % i if index is None or i < index else b"other %d" % i) for i in range(size)]


def cases():
    for index, first, second in ((0, 1, 1), (0, 3, 9), (1, 2, 2), (4, 5, 8), (5, 6, 6), (6, 7, 100), (64, 65, 65),
                                 (99, 130, 100), (127, 128, 129)):
        name = "entry %d of %d and of %d" % (index, first, second)
        yield name, True, index, fork_of(index, side_of(index, log(first)), side_of(index, log(second, index)))
    one, other = log(9), log(9, 5)
    stranger = bytes(32)
    yield "one tree twice", False, 5, fork_of(5, side_of(5, one), side_of(5, one))
    yield "one tree that grew", False, 5, fork_of(5, side_of(5, one), side_of(5, log(12)))
    yield "trees that differ before", False, 6, fork_of(6, side_of(6, one), side_of(6, other))
    yield "another signer", False, 5, fork_of(5, side_of(5, one), side_of(5, other, seed=stranger))
    yield "heads of another feed", False, 5, fork_of(5, side_of(5, one), side_of(5, other, lane="alert"))
    yield "a proof named for another feed", False, 5, fork_of(5, side_of(5, one), side_of(5, other), lane="alert")
    yield "a leaf that is not there", False, 5, fork_of(5, side_of(5, one), side_of(5, one, shown=other[5]))
    yield "a common part made up", False, 6, fork_of(6, side_of(6, one), side_of(6, other, below=root_of(one[:6])))


def main():
    print("# Proofs of forks: `holds` says what becomes of each under `key`. Made by tests/model/fork_make.py.")
    for name, holds, index, proof in cases():
        print("\nname = %s\nholds = %s\nindex = %d\nkey = %s\nproof = %s"
              % (name, "true" if holds else "false", index, ed25519_public(SIGN_SEED).hex(), proof.hex()))


if __name__ == "__main__":
    main()
