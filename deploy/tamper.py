"""Changes one bit of an entry in a stopped node's log, on the disk, past every check: what a broken disk or a
dishonest member would do. Which entry, a bundle says that the node gave of it while it ran (docs/EVIDENCE.md)."""

import base64
import json
import pathlib


def change_entry(log_file, bundle):
    """Flips the last bit of the body of every copy of the entry: the storage leaves old copies of its pages behind."""
    path = pathlib.Path(log_file)
    entry = base64.b64decode(json.loads(pathlib.Path(bundle).read_bytes())["entry"])
    data = bytearray(path.read_bytes())
    at = data.find(entry)
    if at < 0:
        raise RuntimeError("the entry is not in the log")
    while at >= 0:
        data[at + len(entry) - 1] ^= 1
        at = data.find(entry, at + 1)
    with open(path, "r+b") as file:
        file.write(data)
