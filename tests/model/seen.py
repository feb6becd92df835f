#!/usr/bin/env python3
"""Counts how often each case of RULES.md (cases.py) occurs in some files of worlds, and fails when one never does.

    seen.py [--rules 1|2] [--but CASE]… FILE…       files of worlds, one a line; CASE: one that they cannot show

Worlds of thousands of records are only asked for what no other world showed.
"""

import argparse
import collections
import json
import sys

import cases

LONG_LINE = 200_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=1)
    parser.add_argument("--but", action="append", default=[])
    parser.add_argument("files", nargs="+")
    given = parser.parse_args()
    expected = cases.expected(False, False) | cases.expected(True, False)
    if given.rules >= 2:
        expected |= cases.expected(False, False, 2)
    expected -= set(given.but)
    counts, worlds, long_worlds = collections.Counter(), 0, []
    for name in given.files:
        with open(name, encoding="utf-8") as file:
            for line in file:
                worlds += 1
                if len(line) > LONG_LINE:
                    long_worlds.append(line)
                else:
                    counts.update(cases.cases_of(json.loads(line)))
    for line in long_worlds:
        if all(counts[case] for case in expected):
            break
        counts.update(cases.cases_of(json.loads(line)))
    print(f"{worlds} worlds")
    for case in sorted(expected):
        print(f"{counts[case]:8} {case}")
    for case in sorted(case for case in expected if not counts[case]):
        print(f"never occurred: {case}", file=sys.stderr)
    return 0 if all(counts[case] for case in expected) else 1


if __name__ == "__main__":
    sys.exit(main())
