#!/usr/bin/env python3
"""Every test that docs/THREATS.md names exists and is run; every row has one, or says in fixed words that it has none.

    threats.py ROOT         checks the page; prints every fault and exits 1

Each kind of fault is planted first: a check that cannot fail is none.
"""

import collections
import pathlib
import re
import sys

NAME = re.compile(r"`([a-z]+/[a-z_]+\.(?:c|py)):([a-z0-9_]+)`")
ANY = re.compile(r"`([^`]*\.(?:c|py):[^`]*)`")
STATES = ("not built yet", "built, not tried")
COLUMNS = ["sentence", "attack it closes", "tried by"]


def source(root, path):
    group = path.split("/")[0]
    base = root / "tests"
    return base / path if group in ("sim", "scenario", "property") else base / "unit" / path


def is_run(root, path, name):
    """Defined in the file, and named there once more, in its list of tests or by who calls it; the simulator is one
    program in several files."""
    file = source(root, path)
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    defined = rf"^def {name}\(" if path.endswith(".py") else rf"^([a-z][\w ]*[ *]|){name}\([^;]*?^\{{"
    used = "".join(each.read_text(encoding="utf-8") for each in file.parent.glob("*.c")) if path.startswith("sim/") else text
    return bool(re.search(defined, text, re.MULTILINE | re.DOTALL)) and len(re.findall(rf"\b{name}\b", used)) > 1


def rows(text):
    """(line number, cells) of the tables about sentences."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else None
        if cells is None:
            inside = False
        elif cells == COLUMNS:
            inside = True
        elif inside and not line.startswith("|---"):
            yield number, cells


def check(root, text):
    faults, counts = [], collections.Counter()
    for number, cells in rows(text):
        named = cells[2] if len(cells) == 3 else ""
        state = next((words for words in STATES if named.startswith(words)), None)
        if len(cells) != 3 or (state is None and not NAME.search(named)):
            faults.append(f"{number}: neither a test nor one of: {'; '.join(STATES)}")
        counts[state or "tried"] += 1
    for number, line in enumerate(text.splitlines(), 1):
        for whole in ANY.findall(line):
            match = NAME.fullmatch(f"`{whole}`")
            if match is None or not is_run(root, *match.groups()):
                faults.append(f"{number}: {whole}: there is no such test, or nothing runs it")
    return faults, counts


def self_test(root):
    head = f"| {' | '.join(COLUMNS)} |\n|---|---|---|\n"
    good = "`feed/test_addressed.c:a_copy_in_another_place_opens_for_nobody`"
    for cell, wrong in ((good, False), ("not built yet", False), ("later", True), ("", True),
                        (good.replace("nobody`", "anybody`"), True), (good.replace("_addressed", "_nothing"), True),
                        (good.replace("nobody`", "no body`"), True), ("`feed/test_addressed.c:seal_nothing`", True)):
        if bool(check(root, f"{head}| a | b | {cell} |\n")[0]) != wrong:
            sys.exit(f"threats: the check does not judge {cell!r} rightly")


def main():
    root = pathlib.Path(sys.argv[1])
    self_test(root)
    faults, counts = check(root, (root / "docs" / "THREATS.md").read_text(encoding="utf-8"))
    for fault in faults:
        print(f"docs/THREATS.md:{fault}", file=sys.stderr)
    print(", ".join(f"{count} {state}" for state, count in counts.items()))
    sys.exit(1 if faults or counts["tried"] == 0 else 0)


if __name__ == "__main__":
    main()
