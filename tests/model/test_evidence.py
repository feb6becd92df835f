"""The second checker of evidence bundles on those that evidence_make.py made: `good-…` verify, `bad-…` do not."""

import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import evidence_check  # noqa: E402
import evidence_make  # noqa: E402

BUNDLES = sorted((ROOT / "fuzz" / "corpus" / "fuzz_evidence").glob("*-*.json"))


class Evidence(unittest.TestCase):
    def test_what_was_made_is_judged_as_it_says(self):
        self.assertGreaterEqual(len(BUNDLES), 68)
        for path in BUNDLES:
            with self.subTest(path.stem):
                data = path.read_bytes()
                try:
                    circle = json.loads(data)["proof"].split("tocsin/")[1][:64]
                    proven = evidence_check.check(data, circles=[circle])["proven"]
                except evidence_check.Refused:
                    proven = False
                self.assertEqual(proven, path.stem.startswith("good-"))

    def test_who_vouches_for_a_retired_key_must_be_known(self):
        data = next(each for each in BUNDLES if each.stem == "good-head-before-its-key-was-retired").read_bytes()
        found = evidence_check.check(data)
        orgs = [found["org"], *(each[0] for each in found["receipts"])]
        self.assertEqual([evidence_check.check(data, orgs=orgs[:count])["proven"] for count in (1, 2)], [False, True])

    def test_the_bundles_are_those_that_are_made(self):
        name, case = next(iter(evidence_make.cases()))
        path = next(each for each in BUNDLES if each.stem == name)
        self.assertEqual(json.loads(path.read_text(encoding="utf-8")), case.bundle)


if __name__ == "__main__":
    unittest.main()
