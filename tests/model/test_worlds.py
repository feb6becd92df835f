#!/usr/bin/env python3
"""What must hold of the model in every random world, and what the random worlds must show."""

import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cases    # noqa: E402
import cases_two    # noqa: E402
import model    # noqa: E402
import worlds   # noqa: E402
from sentences import EU, OFAC, OWN, VENDOR     # noqa: E402


class RandomWorlds(unittest.TestCase):
    """What must hold in all of them."""

    def test_order_and_repetition_mean_nothing(self):
        for seed in range(1, 120):
            world = worlds.generate(seed, derived=seed % 2 == 0)
            rng = random.Random(seed)
            records = world["records"] + rng.choices(world["records"], k=5)
            rng.shuffle(records)
            self.assertEqual(model.run({**world, "records": records}), model.run(world), seed)

    def test_order_and_repetition_mean_nothing_under_rules_2(self):
        for seed in range(1, 200):
            world = worlds.generate(seed, rules=2)
            rng = random.Random(seed)
            records = world["records"] + rng.choices(world["records"], k=5) if world["records"] else []
            rng.shuffle(records)
            self.assertEqual(model.run({**world, "records": records}), model.run(world), seed)

    def test_order_means_nothing_among_big_reports(self):
        for seed in range(1, 9):
            world = worlds.generate(seed, big=True)
            records = list(reversed(world["records"]))
            self.assertEqual(model.run({**world, "records": records}), model.run(world), seed)

    def test_a_seed_is_a_world(self):
        self.assertEqual(worlds.generate(7), worlds.generate(7))
        self.assertNotEqual(worlds.generate(7)["records"], worlds.generate(8)["records"])

    def test_no_members_record_is_too_long(self):
        for seed in range(1, 6):
            for said in worlds.generate(seed, big=True)["records"]:
                self.assertLessEqual(len(said.get("members", [])), 512)

    def test_records_are_as_their_writers_would_write_them(self):
        """§4: one root, own or as the source says, unless the world is a derived one."""
        for seed in range(1, 200):
            for said in worlds.generate(seed)["records"]:
                if said["kind"] not in (1, 2):
                    continue
                own = "01" + model.read_record(said).claim.hex()
                (root,) = said["roots"]
                allowed = (own, said["source"]) if said["kind"] == 1 else (own, OFAC, EU, VENDOR)
                self.assertIn(root, allowed)
                self.assertNotEqual(root, OWN)

    def test_derived_roots_are_as_their_writers_would_write_them(self):
        """§4: nobody is misstated but who was made to be, and nobody rests on himself."""
        for seed in range(1, 300):
            world = worlds.generate(seed, rules=2)
            changed = {said["id"]: said["change"] for said in world["records"] if said.get("change")}
            views = model.Views(world)
            for claim in views.misstated:
                self.assertIn(views.live[claim].id.hex(), changed)
            for record in views.entries:
                self.assertNotIn(b"\x01" + record.claim, record.roots() if record.said["source"] == "04" else ())
                self.assertLessEqual(len(record.roots()), 64)

    def test_rules_2_worlds_are_small(self):
        for seed in range(1, 300):
            world = worlds.generate(seed, rules=2)
            wallets = {said["subject"] for said in world["records"] if said.get("subject")}
            self.assertLessEqual(len(wallets), 12)
            self.assertLessEqual(len({said["org"] for said in world["records"]}), 4)

    def every_case_of(self, count, **options):
        counts = {name for seed in range(1, count + 1) for name in cases.cases_of(worlds.generate(seed, **options))}
        expected = cases.expected(options.get("big", False), options.get("derived", False), options.get("rules", 1))
        self.assertEqual(sorted(expected - counts), [])
        self.assertEqual(sorted(counts - (cases.SMALL | cases.BIG | cases.DERIVED | cases_two.TWO)), [])

    def test_small_worlds_show_every_case(self):
        self.every_case_of(1000)

    def test_worlds_of_rules_2_show_every_case(self):
        self.every_case_of(1000, rules=2)

    def test_derived_worlds_show_every_case(self):
        self.every_case_of(800, derived=True)

    def test_big_worlds_show_every_case(self):
        self.every_case_of(100, big=True)


if __name__ == "__main__":
    unittest.main()
