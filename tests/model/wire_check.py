#!/usr/bin/env python3
"""Checks the worked examples of proto/README.md and tests/vectors/feed-wire.txt against the model in wire.py.

wire_check.py SOURCE_DIR          exit 1 on the first difference
wire_check.py SOURCE_DIR --write  writes the vectors (the README is written by hand)

In the README, an example is a block fenced as ```wire CASE with lines "key = value"; what does not fit a line goes
on in lines that begin with a space. An example may leave keys out, but every key it has must be the model's.
"""

import pathlib
import sys

import wire

HEAD = """# Worked examples of the layouts of proto/README.md, computed by tests/model/wire.py: Python written from the byte
# tables, with its own ChaCha20, Poly1305, Ed25519, X25519 and Salsa20. Text has the escapes \\n \\t \\\\ \\xHH.
"""
CASES_MIN = 16


def vector_text(cases):
    blocks = ["".join("%s = %s\n" % (key, value) if value else "%s =\n" % key for key, value in case) for case in cases]
    return HEAD + "".join("\n" + block for block in blocks)


def readme_examples(text):
    """(case, key, value) of every line of every ```wire block."""
    found, name, inside = [], None, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```wire "):
            name, inside = line[len("```wire "):].strip(), True
        elif line.startswith("```"):
            inside = False
        elif inside and line.startswith(" "):
            if not found:
                sys.exit("README line %d goes on with nothing" % number)
            found[-1][2] += line.strip()
        elif inside and line.strip():
            key, sign, value = line.partition(" =")
            if not sign:
                sys.exit("README line %d is neither 'key = value' nor goes on" % number)
            found.append([name, key.strip(), value.strip()])
    return found


def check_readme(path, cases):
    model = {dict(case)["case"]: dict(case) for case in cases}
    seen = set()
    for name, key, value in readme_examples(path.read_text(encoding="utf-8")):
        expected = model.get(name, {}).get(key)
        if expected is None:
            sys.exit("%s: the model has no %s of %s" % (path, key, name))
        if value != expected:
            sys.exit("%s: %s of %s is %s, not %s" % (path, key, name, expected, value))
        seen.add(name)
    missing = set(model) - seen
    if missing:
        sys.exit("%s has no worked example of %s" % (path, ", ".join(sorted(missing))))


def main():
    source = pathlib.Path(sys.argv[1])
    vectors = source / "tests" / "vectors" / "feed-wire.txt"
    cases = wire.examples()
    if len(cases) < CASES_MIN:
        sys.exit("the model has only %d cases" % len(cases))
    if sys.argv[2:] == ["--write"]:
        vectors.write_text(vector_text(cases), encoding="utf-8")
        return
    if vectors.read_text(encoding="utf-8") != vector_text(cases):
        sys.exit("%s is not what the model computes" % vectors)
    check_readme(source / "proto" / "README.md", cases)


if __name__ == "__main__":
    main()
