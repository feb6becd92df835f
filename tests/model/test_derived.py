#!/usr/bin/env python3
"""Derived sources worked by hand from docs/RULES.md §4: what roots become, who is misstated, what is withdrawn."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import identity     # noqa: E402
from sentences import OFAC, T, VENDOR, World, account, id32     # noqa: E402


def sealed(root, salt=7):
    """As in the table: B("tocsin/undisclosed/1\\n" ‖ salt ‖ root)."""
    return "04" + identity.blake(b"tocsin/undisclosed/1\n" + bytes.fromhex(id32(salt)) + bytes.fromhex(root)).hex()


class Derivation(unittest.TestCase):
    """Org 2 derives a wallet claim from what org 1 said."""

    def setUp(self):
        self.world = World()
        self.own = "01" + self.world.wallet(circle=2)
        self.source = self.world.stand(3)

    def derive(self, roots, sources=None, **where):
        world = self.world
        return world.say(1, {**world.on(), "role": "perpetrator", "category": "theft"}, org=2, roots=roots,
                         derived_from=sources or [self.source], **where)

    def words(self):
        return [word for _, word in self.world.seen()["misstated"]]


class Misstated(Derivation):
    """Understated, overstated."""

    def test_a_root_stands_unchanged_or_sealed_with_the_salt_of_its_record(self):
        self.derive([self.own])
        self.assertEqual(self.words(), [])
        self.derive([sealed(self.own)], revision=2)
        self.assertEqual(self.words(), [])
        self.derive([sealed(self.own, salt=8)], revision=3)
        self.assertEqual(self.words(), ["both"])

    def test_a_root_that_is_missing_is_understated_and_one_too_many_overstated(self):
        self.derive([OFAC])
        self.assertEqual(self.words(), ["both"])
        self.derive([self.own, OFAC], revision=2)
        self.assertEqual(self.words(), ["overstated"])
        self.world.quote(OFAC, circle=2)
        other = self.world.stand(4)
        self.derive([self.own], [self.source, other], revision=3)
        self.assertEqual(self.words(), ["understated"])

    def test_a_list_stays_a_list_and_a_vendor_may_be_sealed(self):
        self.world.quote(OFAC, circle=2)
        quoted = self.world.stand(4)
        self.derive([sealed(OFAC)], [quoted])
        self.assertEqual(self.words(), ["both"])
        self.derive([OFAC], [quoted], revision=2)
        self.assertEqual(self.words(), [])
        self.world.quote(VENDOR, circle=2)
        sold = self.world.stand(5)
        self.derive([sealed(VENDOR)], [sold], revision=3)
        self.assertEqual(self.words(), [])

    def test_a_sealed_root_stays_as_it_is_along_a_chain(self):
        self.derive([sealed(self.own)])
        first = self.world.stand(8, salt=9)
        self.world.say(11, self.world.on(), org=3, roots=[sealed(self.own)], derived_from=[first])
        self.assertEqual(self.words(), [])
        self.world.say(11, self.world.on(), org=3, revision=2, roots=[sealed(sealed(self.own), salt=9)],
                       derived_from=[first])
        self.assertEqual(self.words(), ["both"])

    def test_what_is_not_held_accuses_nobody_of_too_many(self):
        away = {"record": id32(99), "feed": id32(1), "index": 99}
        self.derive([self.own, OFAC], [self.source, away])
        self.assertEqual(self.words(), [])
        self.derive([OFAC], [self.source, away], revision=2)
        self.assertEqual(self.words(), ["understated"])
        self.derive([OFAC], [away], revision=3)
        self.assertEqual(self.words(), [])

    def test_held_is_the_record_of_that_id_at_that_place(self):
        for wrong in ({"index": 4}, {"feed": id32(2)}, {"record": id32(5)}):
            self.derive([OFAC], [{**self.source, **wrong}], revision=len(self.world.records))
            self.assertEqual(self.words(), [], wrong)

    def test_a_source_that_waits_is_held(self):
        self.world.records[0]["issued_at_ms"] = T + 300_001
        self.derive([OFAC])
        self.assertEqual(self.words(), ["both"])

    def test_only_live_heads_are_flagged(self):
        self.derive([OFAC])
        self.derive([self.own], revision=2)
        self.assertEqual(self.words(), [])
        self.derive([OFAC], revision=3, until=T)
        self.assertEqual(self.words(), [])

    def test_a_misstated_claim_is_counted_and_shown_and_adds_nothing(self):
        self.derive([OFAC], confidence=90)
        seen = self.world.seen()
        self.assertEqual((seen["claims"], seen["dossiers"][0]["score"], len(seen["dossiers"][0]["claims"])), (2, 500, 2))
        self.assertEqual(seen["dossiers"][0]["categories"][0]["orgs"], 1)

    def test_a_misstated_cluster_joins_nothing(self):
        self.world.head("a", org=2, source="04", derived_from=[self.source], roots=[OFAC])
        self.world.members("a", [account(1)], org=2)
        self.assertEqual(self.world.seen()["clusters"], 0)
        self.world.head("a", org=2, source="04", derived_from=[self.source], roots=[self.own], revision=2)
        self.assertEqual(self.world.seen()["clusters"], 1)

    def test_a_source_without_roots_makes_every_root_one_too_many(self):
        self.world.members("a", [account(1)])
        members = self.world.stand(9)
        self.derive([self.own], [members])
        self.assertEqual(self.words(), ["overstated"])


class Withdrawn(Derivation):
    """Dead roots, seen from where they were derived."""

    def withdrawn(self):
        return self.world.seen()["withdrawn"]

    def test_a_claim_is_withdrawn_when_its_only_root_is_retracted(self):
        claim = self.derive([self.own])
        self.assertEqual(self.withdrawn(), [])
        self.world.unsay(circle=2)
        self.assertEqual((self.withdrawn(), self.world.seen()["claims"]), ([claim], 1))
        self.assertEqual(self.world.scores(), {})
        self.world.wallet(circle=2, revision=3)
        self.assertEqual(self.withdrawn(), [])

    def test_an_undisclosed_root_is_always_alive(self):
        self.derive([sealed(self.own)])
        self.world.unsay(circle=2)
        self.assertEqual((self.withdrawn(), self.words()), ([], []))

    def test_one_alive_root_is_enough_and_expiry_kills_none(self):
        self.world.quote(OFAC, circle=2)
        self.derive([self.own, OFAC], [self.source, self.world.stand(4)])
        self.world.unsay(circle=2)
        self.assertEqual(self.withdrawn(), [])
        self.assertEqual(self.world.seen()["dossiers"][0]["categories"][0]["lineages"], 1)

    def test_one_sealed_root_through_two_records_counts_twice(self):
        world = self.world
        world.wallet(circle=2, revision=2)
        again = world.stand(4, salt=8)
        self.derive([sealed(self.own), sealed(self.own, salt=8)], [self.source, again])
        world.wallet(org=3)
        self.assertEqual(self.words(), [])
        self.assertEqual(world.seen()["dossiers"][0]["categories"][0]["lineages"], 4)


if __name__ == "__main__":
    unittest.main()
