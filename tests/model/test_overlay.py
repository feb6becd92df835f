#!/usr/bin/env python3
"""docs/RULES.md §11 worked by hand, and the laws that hold in every case."""

import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from overlay import answer, random_case    # noqa: E402

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "rules-overlay.txt"


def said(reports, decisions, outside=""):
    return answer({"reports": reports, "decisions": decisions, "outside": outside})


class ByHand(unittest.TestCase):
    def test_a_report_that_names_both_is_set_aside(self):
        self.assertEqual(said("1,2/a 2,3/a 1,3,4/a", "split 1 3"),
                         {"aside": "2", "groups": "0 1", "sizes": "2 2", "effects": "parted"})

    def test_a_chain_is_cut_where_the_wallets_are_equally_far(self):
        self.assertEqual(said("1,2/a 2,3/a 3,4/a 4,5/a", "split 1 5")["groups"], "0,1 2,3")
        self.assertEqual(said("1,2/a 2,3/a 3,4/a", "split 1 4")["groups"], "0 1 2")

    def test_a_confirmation_joins_clusters_and_wallets_in_none(self):
        self.assertEqual(said("1,2/a 3,4/b", "confirm 2 3; confirm 4 9"),
                         {"aside": "", "groups": "0+1+w9", "sizes": "5", "effects": "joined joined"})

    def test_splits_are_stronger_than_confirmations(self):
        self.assertEqual(said("1,2/a 3,4/b", "confirm 2 3; split 1 4"),
                         {"aside": "", "groups": "0 1", "sizes": "2 2", "effects": "contradicted none"})

    def test_a_split_never_joins_what_v_has_apart(self):
        # The small ones touch both big ones and so belong to neither; cut in two, each half touches one only.
        self.assertEqual(said("1000-2100/a 3000-4100/a 1000,7/a 7,3000/a", "split 1000 3000")["groups"], "0 1 2 3")


class Laws(unittest.TestCase):
    CASES = [random_case(seed) for seed in range(5000, 5150)]

    def test_the_order_of_decisions_means_nothing(self):
        for case in self.CASES:
            decisions = case["decisions"].split("; ")
            turned = ["{} {} {}".format(kind, b, a) for kind, a, b in map(str.split, decisions)]
            random.Random(1).shuffle(turned)
            first, second = answer(case), answer({**case, "decisions": "; ".join(turned)})
            for key in ("aside", "groups", "sizes"):
                self.assertEqual(first[key], second[key], case)

    def test_no_split_pair_is_in_one_group(self):
        for case in self.CASES:
            groups = [{wallet for part in group.split("+") for wallet in self.wallets_of(part, case)}
                      for group in answer(case)["groups"].split()]
            for kind, a, b in map(str.split, case["decisions"].split("; ")):
                if kind == "split" and not {a, b} & {case.get("outside")}:
                    self.assertFalse(any({a, b} <= group for group in groups), case)

    def wallets_of(self, part, case):
        if part[0] == "w":
            return [part[1:]]
        reports = case["reports"].split()
        return [wallet for index in part.split(",") for wallet in reports[int(index)].split("/")[0].split(",")]


class Vectors(unittest.TestCase):
    def test_they_are_what_the_model_says(self):
        cases = [dict(line.split(" = ", 1) if " = " in line else (line[:-2], "") for line in case.splitlines()
                      if not line.startswith("#"))
                 for case in VECTORS.read_text(encoding="utf-8").split("\n\n")]
        cases = [case for case in cases if case]
        self.assertEqual(len(cases), 200)
        for case in cases:
            self.assertLessEqual(answer(case).items(), case.items())
        for effect in ("parted", "joined", "contradicted", "outside", "none"):
            self.assertTrue(any(effect in case["effects"] for case in cases), effect)


if __name__ == "__main__":
    unittest.main()
