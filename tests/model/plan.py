#!/usr/bin/env python3
"""The random worlds of worlds.py as plain lines, for a test that says them again as real records.

    plan.py [--seed S] [--count N] [--big] [--rules 1|2]

Fields are separated by tabs; absent ones are empty, ids and subjects are hex. A world is a line
    world  seed  horizon_ms
then one line for each record, then `end`. Every record begins with
    kind  circle  org  revision  issued_at_ms  valid_until_ms  seen
(seen 0: it is written, and never in E) and goes on by kind:
    3         cluster  members, separated by commas, each + or - and its subject
    4         source  kind and identity of its target
    any other confidence  source  derivation  identity  body
A source is its identity part in hex. A derivation, of the source 04, is a word, a colon, and sources separated by commas:
the word says what is done to the roots afterwards (`less`: one goes, `more`: one comes; empty: nothing); a source is the
line of its record in the world, from 1 (earlier than this one; 0: of a record that nobody has), then `s` if it is sealed from
the readers of this one, `p` when its place is told wrongly, `i` when its id is.

    kind  identity                                          body
    1     subject tag chain role category actor incident
    2     cluster                                           service (0 or 1)  method
    5     place                                             from  to  units  place of the bridge
    6     slug                                              thefts
    7     org slug org slug
    8     subject tag chain org slug actor
    9     subject tag place
    10    subject tag chain                                 role  operator org  operator name  signature
    11    subject tag chain
    12    target                                            revision seen
    13    inquiry target
    14    asker inquiry target

A place is chain, transaction, index kind, index, flow; a target org, kind, source, identity. Parties are subjects separated by
commas, thefts chain|transaction likewise. A signature is + and the seed of the key that signs, - and a seed when it signs something
else, or `eip-191`. Record ids, claim ids and roots are not said: the feeds that the records go into give them others.
"""

import argparse

import worlds

HEADER = ["kind", "circle", "org", "revision", "issued_at_ms", "valid_until_ms"]
WALLET_FIELDS = ["subject", "tag", "chain"]


def members_of(record):
    return ",".join(("-" if member["op"] == "remove" else "+") + member["subject"] for member in record["members"])


def fields_of(said, names):
    return [said.get(name) for name in names]


def place_of(place, chain=None):
    if not place:
        return [""] * 5
    return [chain or place["chain"], place.get("tx"), place.get("index_kind") or 0, place.get("index"), place.get("flow")]


def identity_of(kind, said):
    if kind == 1:
        return fields_of(said, [*WALLET_FIELDS, "role", "category", "actor", "incident"])
    if kind == 2:
        return [said["cluster"]]
    if kind == 5:
        return place_of(said["place"])
    if kind == 6:
        return [said["slug"]]
    if kind == 7:
        return [said[end][name] for end in ("first", "second") for name in ("org", "slug")]
    if kind == 8:
        return [*fields_of(said, WALLET_FIELDS), *fields_of(said.get("of") or {}, ["org", "slug"]), said["actor"]]
    if kind == 9:
        return [said["subject"], said["tag"], *place_of(said["place"], said["chain"])]
    if kind in (10, 11):
        return fields_of(said, WALLET_FIELDS)
    target = said["target"]
    target = [target["org"], target["kind"], target.get("source") or "01", *identity_of(target["kind"], target)]
    return fields_of(said, {12: [], 13: ["inquiry"], 14: ["asker", "inquiry"]}[kind]) + target


def body_of(said):
    kind = said["kind"]
    if kind == 2:
        return [int(said["service"]), said.get("method")]
    if kind == 5:
        sides = [",".join(party["subject"] for party in said[side]) for side in ("from", "to")]
        return [*sides, said["amount"]["units"], *place_of(said["bridge"])]
    if kind == 6:
        return [",".join(theft["chain"] + "|" + theft["tx"] for theft in said["thefts"])]
    if kind == 10:
        return fields_of(said, ["service_role", "operator_org", "operator_name", "sign"])
    return [said["revision_seen"]] if kind == 12 else []


def source_of(said):
    """Of a head; a report of rules 1 has only a root."""
    if "source" in said:
        return said["source"]
    return "01" if said["roots"][0].startswith("01") else said["roots"][0]


def derivation_of(said, lines):
    if source_of(said) != "04":
        return ""
    letters = {"place": "p", "id": "i", "away": "", "": ""}
    sources = [str(lines.get(source["of"], 0)) + ("s" if source["sealed"] else "") + letters[source["wrong"]]
               for source in said["derived_from"]]
    return said["change"] + ":" + ",".join(sources)


def line_of(said, seen, lines):
    kind, fields = said["kind"], fields_of(said, HEADER) + [int(seen)]
    if kind == 3:
        fields += [said["cluster"], members_of(said)]
    elif kind == 4:
        target_kind = said["target_kind"]
        fields += [said.get("source") or "01", target_kind, *identity_of(target_kind, said)]
    else:
        fields += [said["confidence"], source_of(said), derivation_of(said, lines), *identity_of(kind, said), *body_of(said)]
    return "\t".join("" if field is None else str(field) for field in fields)


def in_order(world):
    """(record, whether it is in E), each after those it is derived from."""
    told = [(said, True) for said in world["records"]] + [(said, False) for said in world.get("unseen", [])]
    by_id = {said["id"]: (said, seen) for said, seen in told}
    done, ordered = set(), []

    def tell(said, seen):
        for source in said.get("derived_from") or []:
            if source["of"] in by_id and source["of"] not in done:
                tell(*by_id[source["of"]])
        done.add(said["id"])
        ordered.append((said, seen))

    for said, seen in told:
        if said["id"] not in done:
            tell(said, seen)
        elif seen and world.get("rules", 1) == 1:
            ordered.append((said, seen))    # it came twice
    return ordered


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--big", action="store_true")
    parser.add_argument("--rules", type=int, choices=[1, 2], default=1)
    given = parser.parse_args()
    for seed in range(given.seed, given.seed + given.count):
        world = worlds.generate(seed, given.big, rules=given.rules)
        print("world", seed, world["horizon_ms"], sep="\t")
        lines = {}
        for number, (said, seen) in enumerate(in_order(world), start=1):
            print(line_of(said, seen, lines))
            lines.setdefault(said["id"], number)
        print("end")


if __name__ == "__main__":
    main()
