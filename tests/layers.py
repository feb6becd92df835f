#!/usr/bin/env python3
"""The layer check: who may include whom, and which outside headers stay behind which fence (docs/ARCHITECTURE.md).

    layers.py ROOT          checks the tree; prints every violation and exits 1
    layers.py --self-test   plants each kind of violation and checks that it is found

The self-test runs before every check of the tree: a check that cannot fail is none.
"""

import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# A layer may include itself and these.
MAY = {
    "proto": {"proto"},
    "store": {"proto", "store"},
    "node": {"proto", "store", "node"},
    "tools": {"proto", "store", "tools"},
}
ENGINE_MAY_STORE = {"store/log.h", "store/erase.h", "store/memo.h"}  # node/engine reads and writes the log through this one contract

# An outside header, and the paths that may name it. Tests may name anything.
FENCES = [
    (r"sodium(/.*)?\.h", r"proto/(crypto|session)/.*"),
    (r"openssl/.*", r"proto/crypto/hash\.c"),
    (r"protobuf-c/.*|.*\.pb-c\.h", r"proto/.*"),
    (r"jansson\.h", r"proto/format/.*|node/control[^/]*|tools/.*"),
    (r"lmdb\.h", r"store/(env|txn|table)\.c"),
    (r"nng/.*", r"node/link/.*|node/control[^/]*\.[ch]|tools/node_client\.c"),
]
KERNEL = r"(dirent|fcntl|pthread|signal|sys/.*|termios|time|unistd)\.h"
PURE = {"time.h": r"proto/base/text\.c"}  # broken-down dates from a given moment; no clock


def includes(path):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), path.read_text(), flags=re.DOTALL)
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(2)


def layer_fault(name, header):
    layer, other = name.split("/")[0], header.split("/")[0]
    if layer not in MAY or other not in MAY and other != "tests":
        return None
    if other not in MAY[layer]:
        return f"{layer} may not include {other}"
    if name.startswith("node/engine/") and other == "store" and header not in ENGINE_MAY_STORE:
        return "node/engine knows of the store the log only"
    if name.startswith("node/engine/") and other == "node" and not header.startswith(("node/engine/", "node/clock.h")):
        return "node/engine includes nothing else of the node"
    return None


def fence_fault(name, header):
    if name.split("/")[0] not in MAY:
        return None
    for pattern, allowed in FENCES:
        if re.fullmatch(pattern, header) and not re.fullmatch(allowed, name):
            return f"{header} stays behind its fence ({allowed})"
    if name.startswith("proto/") and re.fullmatch(KERNEL, header):
        if not re.fullmatch(PURE.get(header, "(?!)"), name) and not secret_memory(name, header):
            return f"proto is pure: no {header}"
    return None


def secret_memory(name, header):
    """The slab of secrets is locked memory shared by threads: the one place in proto that needs a mutex."""
    return name == "proto/crypto/secret.c" and header in ("pthread.h", "sys/mman.h")


def check(root):
    faults, count = [], 0
    for layer in MAY:
        for path in sorted((root / layer).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            count += 1
            for line, header in includes(path):
                fault = layer_fault(name, header) or fence_fault(name, header)
                if fault:
                    faults.append(f"{name}:{line}: {fault}")
    return faults, count


PLANTED = [
    ("proto/base/a.c", '#include "store/log.h"', True),
    ("store/a.c", '#include "node/core.h"', True),
    ("tools/a.c", '#include "node/core.h"', True),
    ("node/a.c", '#include "tools/cli.h"', True),
    ("proto/a.h", '#include "tests/support/check.h"', True),
    ("node/engine/a.c", '#include "store/views.h"', True),
    ("node/engine/a.c", '#include "node/core.h"', True),
    ("store/a.c", "#include <sodium.h>", True),
    ("proto/crypto/seal.c", "#include <openssl/evp.h>", True),
    ("node/a.c", "#include <protobuf-c/protobuf-c.h>", True),
    ("store/a.c", '#include "record.pb-c.h"', True),
    ("store/a.c", "#include <jansson.h>", True),
    ("store/feed/log.c", "#include <lmdb.h>", True),
    ("tools/ask.c", "  #  include <nng/nng.h>", True),
    ("proto/base/a.c", "#include <time.h>", True),
    ("proto/base/a.c", "#include <pthread.h>", True),
    ("proto/crypto/seal.c", "#include <sodium.h>", False),
    ("store/env.c", "#include <lmdb.h>", False),
    ("tools/node_client.c", "#include <nng/nng.h>", False),
    ("node/engine/a.c", '#include "store/log.h"', False),
    ("node/engine/a.c", '#include "store/erase.h"', False),
    ("tools/a.c", '#include "store/query.h"', False),
    ("proto/base/a.c", '/* #include "store/log.h" */', False),
]


def self_test():
    for name, line, wrong in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(line + "\n")
            faults, _ = check(pathlib.Path(folder))
            if bool(faults) != wrong:
                sys.exit(f"layers: the check itself is broken: {name} with {line!r} gives {faults}")


def main():
    self_test()
    if sys.argv[1:] == ["--self-test"]:
        print(f"layers: {len(PLANTED)} planted cases judged as they should be")
        return 0
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    faults, count = check(root)
    if count < 100:
        sys.exit(f"layers: only {count} files were found under {root}")
    print("\n".join(faults) if faults else f"layers: {count} files, no violation")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
