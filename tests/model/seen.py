#!/usr/bin/env python3
"""Fails when a case of RULES.md (cases.py) occurs in none of the worlds of some files.

    seen.py [--but CASE]… FILE…       files of worlds, one a line; CASE: one that they cannot show
"""

import argparse
import json
import sys

import cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--but", action="append", default=[])
    parser.add_argument("files", nargs="+")
    given = parser.parse_args()
    missing = (cases.expected(False, False) | cases.expected(True, False)) - set(given.but)
    for name in given.files:
        with open(name, encoding="utf-8") as file:
            for line in file:
                if not missing:
                    break
                missing -= set(cases.cases_of(json.loads(line)))
    for case in sorted(missing):
        print(f"never occurred: {case}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
