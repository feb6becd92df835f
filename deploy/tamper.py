"""Changes one byte of an entry in a stopped node's log, on the disk, past every check: what a broken disk or a
dishonest member would do. Knows of the product only how an entry begins (proto/feed/entry.h)."""

import pathlib

HEADER_BYTES = 48
RECORD_START = bytes([1, 2, 0, 0])   # version 1, kind record, no flags
NO_TERM = bytes([255] * 4)           # keep until day
SEAL_BYTES, PAD_BYTES = 40, 64       # nonce and tag; what texts are padded to


def entries_in(data):
    """Offset and size of whatever looks like a record entry."""
    at = data.find(RECORD_START)
    while at >= 0:
        epoch = int.from_bytes(data[at + 4:at + 8], "big")
        kept_until = data[at + 8:at + 12]
        size = int.from_bytes(data[at + 12:at + 16], "big")
        whole = HEADER_BYTES + size
        padded = size > SEAL_BYTES and (size - SEAL_BYTES) % PAD_BYTES == 0
        if 1 <= epoch < 1000 and kept_until == NO_TERM and padded and size <= 32768 and at + whole <= len(data):
            yield at, whole
        at = data.find(RECORD_START, at + 1)


def change_new_entry(log_file, before):
    """Flips the last bit of the body of every copy of an entry that `before`, the file as it was, had not."""
    path = pathlib.Path(log_file)
    data = bytearray(path.read_bytes())
    fresh = {bytes(data[at:at + whole]) for at, whole in entries_in(data)}
    fresh = sorted(entry for entry in fresh if entry not in before)
    if not fresh:
        raise RuntimeError("no new entry was found in the log")
    entry = fresh[0]
    changed = 0
    at = data.find(entry)
    while at >= 0:
        data[at + len(entry) - 1] ^= 1
        changed += 1
        at = data.find(entry, at + 1)
    with open(path, "r+b") as file:
        file.write(data)
    return changed
