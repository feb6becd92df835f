#!/usr/bin/env python3
"""The random worlds of worlds.py as plain lines, for a test that says them again as real records.

    plan.py [--seed S] [--count N] [--big]

Fields are separated by tabs; absent ones are empty, ids and subjects are hex. A world is a line
    world  seed  horizon_ms
then one line for each record, then `end`. Every record begins with
    kind  circle  org  revision  issued_at_ms  valid_until_ms
and goes on by kind:
    1      confidence  subject  tag  chain  role  category  actor  incident  source
    2      confidence  cluster  service (0 or 1)  root
    3      cluster  members, separated by commas, each + or - and its subject
    4      1  subject  tag  chain  role  category  actor  incident  source
    4      2  cluster
Record ids and roots of the world are not said: the feeds that the records go into give them others.
"""

import argparse

import worlds

WALLET_FIELDS = ["subject", "tag", "chain", "role", "category", "actor", "incident", "source"]


def members_of(record):
    return ",".join(("-" if member["op"] == "remove" else "+") + member["subject"] for member in record["members"])


def body_of(record):
    kind = record["kind"]
    if kind == 1:
        return [record["confidence"], *(record.get(name) for name in WALLET_FIELDS)]
    if kind == 2:
        return [record["confidence"], record["cluster"], int(record["service"]), record["roots"][0]]
    if kind == 3:
        return [record["cluster"], members_of(record)]
    if record["target_kind"] == 1:
        return [1, *(record.get(name) for name in WALLET_FIELDS)]
    return [2, record["cluster"]]


def line_of(record):
    head = [record[name] for name in ["kind", "circle", "org", "revision", "issued_at_ms", "valid_until_ms"]]
    return "\t".join("" if field is None else str(field) for field in head + body_of(record))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--big", action="store_true")
    given = parser.parse_args()
    for seed in range(given.seed, given.seed + given.count):
        world = worlds.generate(seed, given.big)
        print("world", seed, world["horizon_ms"], sep="\t")
        for record in world["records"]:
            print(line_of(record))
        print("end")


if __name__ == "__main__":
    main()
