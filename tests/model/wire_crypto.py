"""The primitives of the wire format in plain Python, from their standards: nothing here is shared with the node.

SHA-256 and BLAKE2b come from hashlib. Slow, and not constant in time: for checking examples only.
"""

import hashlib
import struct

# --- ChaCha20 (RFC 8439 §2.3), HChaCha20 (draft-irtf-cfrg-xchacha §2.2), Poly1305 (RFC 8439 §2.5) ----------------


def _rotate(value, count):
    return (value << count | value >> (32 - count)) & 0xFFFFFFFF


def _chacha_rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF
        x[d] = _rotate(x[d] ^ x[a], 16)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF
        x[b] = _rotate(x[b] ^ x[c], 12)
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF
        x[d] = _rotate(x[d] ^ x[a], 8)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF
        x[b] = _rotate(x[b] ^ x[c], 7)

    for _ in range(10):
        quarter(0, 4, 8, 12)
        quarter(1, 5, 9, 13)
        quarter(2, 6, 10, 14)
        quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)
    return x


def _chacha_state(key, last16):
    return list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key)) + list(
        struct.unpack("<4I", last16))


def _chacha_block(key, last16):
    state = _chacha_state(key, last16)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(_chacha_rounds(state), state)))


def chacha20(key, nonce, size, counter=0):
    """The key stream: with 12 bytes of nonce as in RFC 8439, with 8 as in the original design."""
    stream = b""
    while len(stream) < size:
        if len(nonce) == 12:
            stream += _chacha_block(key, struct.pack("<I", counter) + nonce)
        else:
            stream += _chacha_block(key, struct.pack("<Q", counter) + nonce)
        counter += 1
    return stream[:size]


def hchacha20(key, nonce16):
    x = _chacha_rounds(_chacha_state(key, nonce16))
    return struct.pack("<8I", *(x[0:4] + x[12:16]))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def _xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def _pad16(data):
    return data + bytes(-len(data) % 16)


def xchacha20poly1305_seal(key, nonce, text, aad):
    """draft-irtf-cfrg-xchacha §2.3 over RFC 8439 §2.8."""
    subkey, nonce12 = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    sealed = _xor(text, chacha20(subkey, nonce12, len(text), 1))
    lengths = struct.pack("<QQ", len(aad), len(sealed))
    return sealed + poly1305(chacha20(subkey, nonce12, 32), _pad16(aad) + _pad16(sealed) + lengths)


# --- Ed25519 (RFC 8032 §5.1) ------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P


def _recover_x(y):
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P)
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x % 2 == 0 else P - x


_BASE_Y = 4 * pow(5, -1, P) % P
_BASE = (_recover_x(_BASE_Y), _BASE_Y)


def _add(left, right):
    (x1, y1), (x2, y2) = left, right
    both = _D * x1 * x2 * y1 * y2
    return ((x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P)


def _times(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ~7 & (1 << 254) - 1 | 1 << 254
    return scalar, digest[32:]


def ed25519_public(seed):
    return _encode(_times(_expand(seed)[0], _BASE))


def ed25519_sign(seed, message):
    scalar, prefix = _expand(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    commitment = _encode(_times(r, _BASE))
    challenge = hashlib.sha512(commitment + ed25519_public(seed) + message).digest()
    s = (r + int.from_bytes(challenge, "little") * scalar) % ORDER
    return commitment + s.to_bytes(32, "little")


def _decode(data):
    """A point, or None where the bytes are none."""
    number = int.from_bytes(data, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    x = _recover_x(y)
    if ((y * y - 1) - x * x * (_D * y * y + 1)) % P or (x == 0 and odd):
        return None
    return (P - x if odd else x, y)


def ed25519_verify(public, message, signature):
    """RFC 8032 §5.1.7, without the cofactor."""
    if len(public) != 32 or len(signature) != 64:
        return False
    point, commitment = _decode(public), _decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if point is None or commitment is None or s >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return _times(s, _BASE) == _add(commitment, _times(challenge, point))


# --- sealed boxes: X25519 (RFC 7748 §5), XSalsa20-Poly1305, nonce from BLAKE2b (libsodium's crypto_box_seal) ------


def x25519(secret, point=(9).to_bytes(32, "little")):
    k = int.from_bytes(secret, "little") & ~7 & (1 << 255) - 1 | 1 << 254
    u = int.from_bytes(point, "little") & (1 << 255) - 1
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb)**2 % P, u * (da - cb)**2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def _salsa_rounds(state):
    x = list(state)

    def step(target, first, second, count):
        x[target] ^= _rotate((x[first] + x[second]) & 0xFFFFFFFF, count)

    columns = ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11))
    rows = ((0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14))
    for _ in range(10):
        for group in columns + rows:
            a, b, c, d = group
            step(b, a, d, 7)
            step(c, b, a, 9)
            step(d, c, b, 13)
            step(a, d, c, 18)
    return x


def _salsa_state(key, middle16):
    constant, words = struct.unpack("<4I", b"expand 32-byte k"), struct.unpack("<8I", key)
    middle = struct.unpack("<4I", middle16)
    return [constant[0], *words[:4], constant[1], *middle, constant[2], *words[4:], constant[3]]


def _hsalsa20(key, nonce16):
    x = _salsa_rounds(_salsa_state(key, nonce16))
    return struct.pack("<8I", *(x[i] for i in (0, 5, 10, 15, 6, 7, 8, 9)))


def _xsalsa20(key, nonce, size):
    subkey, stream = _hsalsa20(key, nonce[:16]), b""
    for counter in range((size + 63) // 64):
        state = _salsa_state(subkey, nonce[16:] + struct.pack("<Q", counter))
        stream += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(_salsa_rounds(state), state)))
    return stream[:size]


def box_seal(ephemeral_secret, reader_public, text):
    ephemeral = x25519(ephemeral_secret)
    nonce = hashlib.blake2b(ephemeral + reader_public, digest_size=24).digest()
    key = _hsalsa20(x25519(ephemeral_secret, reader_public), bytes(16))
    stream = _xsalsa20(key, nonce, 32 + len(text))
    sealed = _xor(text, stream[32:])
    return ephemeral + poly1305(stream[:32], sealed) + sealed
