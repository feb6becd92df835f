#!/usr/bin/env python3
"""The reference model against cases worked by hand from docs/RULES.md §1 to §5 and §8, table by table.

Digests were made with coreutils' `b2sum -l 256` and sums with `bc`, not with the model.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import model    # noqa: E402
from sentences import OFAC, OWN, T, VENDOR, World, account, id32, key, twin  # noqa: E402


class WhatIsInV(unittest.TestCase):
    """§1"""

    def test_a_record_that_comes_twice_is_one(self):
        world = World()
        world.wallet()
        world.records.append(dict(world.records[0]))
        self.assertEqual(world.seen()["entries"], 1)

    def test_two_records_with_one_id_are_no_world(self):
        world = World()
        world.wallet(id=1)
        world.wallet(id=1, confidence=60)
        self.assertRaises(ValueError, world.seen)

    def test_a_record_five_minutes_ahead_counts_and_a_millisecond_more_waits(self):
        world = World()
        world.wallet(org=1, issued=T + 300_000)
        world.wallet(org=2, issued=T + 300_001)
        self.assertEqual(world.seen()["claims"], 1)

    def test_a_waiting_record_is_counted_as_an_entry_and_in_opened(self):
        world, without = World(), World()
        for both in (world, without):
            both.wallet(id=1)
        world.wallet(id=2, revision=2, issued=T + 300_001)
        self.assertEqual((world.seen()["entries"], world.seen()["claims"]), (2, 1))
        self.assertNotEqual(world.seen()["opened"], without.seen()["opened"])

    def test_a_waiting_record_does_not_replace_retract_or_kill_until_the_horizon_has_moved(self):
        world = World()
        world.wallet(confidence=50)
        world.unsay(revision=2, issued=T + 360_000)
        self.assertEqual(world.scores(), {"theft": 500})
        world.horizon_ms = T + 60_000
        self.assertEqual(world.seen()["dossiers"], [])

    def test_a_waiting_members_record_adds_nobody(self):
        world = World()
        world.report("a", [1])
        world.members("a", [account(2)], revision=2, issued=T + 300_001)
        self.assertEqual(world.seen()["components"][0]["vertices"], [key(1)])

    def test_before_the_first_tick_the_horizon_is_0(self):
        world = World(horizon_ms=0)
        world.wallet(org=1, issued=300_000, until=1)
        world.wallet(org=2, issued=300_001)
        self.assertEqual(world.seen()["claims"], 1)

    def test_the_higher_revision_is_newer_whenever_it_was_issued(self):
        world = World()
        world.wallet(revision=2, id=1, issued=T - 1000, confidence=70)
        world.wallet(revision=1, id=2, issued=T, confidence=20)
        self.assertEqual(world.scores(), {"theft": 700})

    def test_revisions_are_numbers_not_texts_and_keep_64_bits(self):
        world = World()
        world.wallet(revision=10, id=1, confidence=70)
        world.wallet(revision=9, id=2, confidence=20)
        self.assertEqual(world.scores(), {"theft": 700})
        world.wallet(revision=2 ** 53 + 1, id=3, confidence=80)
        world.wallet(revision=2 ** 53, id=4, confidence=10)
        self.assertEqual(world.scores(), {"theft": 800})

    def test_at_one_revision_the_higher_record_id_is_newer(self):
        world = World()
        world.wallet(revision=3, id=8, confidence=70)
        world.wallet(revision=3, id=7, confidence=20)
        self.assertEqual(world.scores(), {"theft": 700})

    def test_a_head_expires_exactly_at_the_horizon(self):
        world = World()
        world.wallet(org=1, until=T - 1)
        world.wallet(org=2, until=T)
        world.wallet(org=3, until=T + 1, confidence=70)
        world.wallet(org=4, until=0, confidence=70, source=OFAC, roots=[OFAC])
        self.assertEqual(world.seen()["claims"], 2)

    def test_members_records_and_retractions_do_not_expire(self):
        world = World()
        world.head("a")
        world.members("a", [account(1)], until=T - 1)
        world.wallet()
        world.unsay(until=T - 1)
        seen = world.seen()
        self.assertEqual((seen["claims"], seen["clusters"], seen["wallets"]), (1, 1, 0))


class Identity(unittest.TestCase):
    """§2"""

    place = {"circle": "11" * 32, "org": "22" * 32, "id": "00" * 32, "revision": "1", "issued_at_ms": 0,
             "valid_until_ms": 0, "confidence": 50, "roots": ["01"]}
    wallet = {**place, "kind": 1, "subject": "05" + "aa" * 20 + "0808", "vertex": "05" + "aa" * 20, "tag": "7",
              "chain": "eip155:1", "role": "perpetrator", "category": "theft", "actor": "", "incident": "bridge-2024",
              "source": OFAC}
    # b2sum -l 256 of "tocsin/claim/1\n", 32 × 11, 32 × 22, 01, 0017 05 20 × aa 0808, 0001 "7", 0008 "eip155:1",
    # 000b "perpetrator", 0005 "theft", 0000, 000b "bridge-2024", 0009 02 "ofac-sdn"
    wallet_claim = "16546a698f521e24d2d32a010e23431074c943f41d1abd4ab8caaf542ee22278"
    # the same with the tag 0002 "é" as UTF-8
    accent_claim = "3cf7e3776d89837b55140787a3555042b21e91601fe2f86283a9ea7f5a040edf"
    # the same start, 02, 0006 "gang-1"; and 0007 "bä-nde" as UTF-8
    gang_claim = "53dc8144f16587f52cfd7deea430af3b681ac0e9fe583b02c8706b6e69839eac"
    umlaut_claim = "83419e4b0c27e34c1870b73063ff1501d119f4fe4b83674e82cb408d8a82617c"

    def claim(self, said):
        return model.read_record(said).claim.hex()

    def test_a_wallet_claim_is_the_hash_of_its_parts(self):
        self.assertEqual(self.claim(self.wallet), self.wallet_claim)
        self.assertEqual(self.claim({**self.wallet, "tag": "é"}), self.accent_claim)

    def test_a_cluster_claim_is_the_hash_of_its_name(self):
        self.assertEqual(self.claim({**self.place, "kind": 2, "cluster": "gang-1", "service": False}), self.gang_claim)
        self.assertEqual(self.claim({**self.place, "kind": 2, "cluster": "bä-nde", "service": False}),
                         self.umlaut_claim)

    def test_a_members_record_has_the_claim_of_its_cluster(self):
        self.assertEqual(self.claim({**self.place, "kind": 3, "cluster": "gang-1", "members": []}), self.gang_claim)

    def test_a_retraction_has_the_claim_of_its_target(self):
        self.assertEqual(self.claim({**self.wallet, "kind": 4, "target_kind": 1}), self.wallet_claim)
        self.assertEqual(self.claim({**self.place, "kind": 4, "target_kind": 2, "cluster": "gang-1"}), self.gang_claim)

    def test_a_retraction_of_anything_else_is_refused(self):
        self.assertRaises(ValueError, self.claim, {**self.place, "kind": 4, "target_kind": 3, "cluster": "gang-1"})

    def test_an_absent_part_is_an_empty_one(self):
        absent = dict(self.wallet)
        del absent["actor"]
        self.assertEqual(self.claim(absent), self.wallet_claim)
        self.assertEqual(self.claim({**self.wallet, "actor": None}), self.wallet_claim)

    def test_every_part_makes_another_claim_and_nothing_else_does(self):
        parts = {"circle": "12" * 32, "org": "23" * 32, "subject": "05" + "aa" * 20 + "0908", "tag": "8",
                 "chain": "eip155:56", "role": "victim", "category": "scam", "actor": "a", "incident": "", "source": OWN}
        claims = {self.claim({**self.wallet, part: value}) for part, value in parts.items()}
        self.assertEqual(len(claims | {self.wallet_claim}), 11)
        for part, value in {"revision": "2", "issued_at_ms": 1, "valid_until_ms": 1, "confidence": 1,
                            "roots": ["02aa"], "vertex": "06", "id": "01" * 32}.items():
            self.assertEqual(self.claim({**self.wallet, part: value}), self.wallet_claim, part)

    def test_the_lengths_keep_the_parts_apart(self):
        ab = {**self.wallet, "actor": "ab", "incident": "c"}
        self.assertNotEqual(self.claim(ab), self.claim({**ab, "actor": "a", "incident": "bc"}))


class WhichClaimsAreLive(unittest.TestCase):
    """§3"""

    def test_a_retraction_ends_lower_revisions(self):
        world = World()
        world.wallet(revision=1)
        world.unsay(revision=2)
        seen = world.seen()
        self.assertEqual((seen["entries"], seen["claims"], seen["wallets"], seen["dossiers"]), (2, 0, 0, []))

    def test_a_newer_record_is_live_again(self):
        world = World()
        world.wallet(revision=1, confidence=20)
        world.unsay(revision=2)
        world.wallet(revision=3, confidence=60)
        self.assertEqual(world.scores(), {"theft": 600})

    def test_a_retraction_that_is_older_than_the_head_ends_nothing_of_it(self):
        world = World()
        world.wallet(revision=2)
        world.unsay(revision=1)
        self.assertEqual(world.scores(), {"theft": 500})

    def test_at_one_revision_the_record_id_decides_between_claim_and_retraction(self):
        for retraction, live in ((5, 1), (7, 0)):
            world = World()
            world.wallet(revision=2, id=6)
            world.unsay(revision=2, id=retraction)
            self.assertEqual(world.seen()["claims"], live)

    def test_a_tombstone_ends_what_comes_later_with_a_lower_revision(self):
        world = World()
        world.unsay(revision=5)
        self.assertEqual(world.seen()["claims"], 0)
        world.wallet(revision=4)
        self.assertEqual(world.seen()["claims"], 0)
        world.wallet(revision=6)
        self.assertEqual(world.seen()["claims"], 1)

    def test_only_the_issuing_org_in_its_circle_ends_a_claim(self):
        world = World()
        world.wallet(org=1, circle=1)
        world.unsay(org=2, circle=1)
        world.unsay(org=1, circle=2)
        self.assertEqual(world.seen()["claims"], 1)

    def test_an_older_record_without_expiry_does_not_come_back(self):
        world = World()
        world.wallet(revision=1, until=0)
        world.wallet(revision=2, until=T)
        self.assertEqual(world.seen()["claims"], 0)

    def test_a_newer_record_renews_an_expired_one(self):
        world = World()
        world.wallet(revision=1, until=T - 5)
        world.wallet(revision=2, until=T + 60_000)
        self.assertEqual(world.seen()["claims"], 1)
        world.horizon_ms = T + 60_000
        self.assertEqual(world.seen()["claims"], 0)

    def test_members_records_are_no_heads(self):
        world = World()
        world.members("a", [account(1)], revision=1)
        self.assertEqual((world.seen()["claims"], world.seen()["clusters"]), (0, 0))
        world.head("a", revision=1)
        world.disband("a", revision=2)
        world.members("a", [account(1)], revision=3)
        self.assertEqual((world.seen()["claims"], world.seen()["clusters"]), (0, 0))

    def test_claims_counts_both_kinds_and_reports_that_join_nothing(self):
        world = World()
        world.wallet()
        world.head("low", confidence=10)
        world.head("exchange", service=True)
        world.head("gone")
        world.disband("gone")
        self.assertEqual(world.seen()["claims"], 3)

    def test_wallets_counts_subjects_once_in_any_tag_and_role(self):
        world = World()
        world.wallet(org=1)
        world.wallet(org=2)
        world.wallet(org=1, tag="7")
        world.wallet(org=1, subject=twin(1), role="victim")
        world.wallet(org=1, subject=account(2), until=T)
        self.assertEqual(world.seen()["wallets"], 2)


class Roots(unittest.TestCase):
    """§4. With one root a record a live claim cannot lose it; these are the rules for when it has more."""

    def test_the_root_counts_and_not_the_source(self):
        world = World()     # an unknown list counts as the submitter's own: two roots, two orgs
        world.wallet(org=1, source="02" + b"village-watch".hex())
        world.wallet(org=2, source="02" + b"village-watch".hex())
        # 10⁹ · 0.5 · 0.5 = 2.5·10⁸
        self.assertEqual(world.scores(), {"theft": 750})

    def test_a_list_and_a_vendor_of_one_name_are_two_roots(self):
        world = World()
        world.quote("02" + b"x".hex(), org=1)
        world.quote("03" + b"x".hex(), org=2)
        self.assertEqual(world.scores(), {"theft": 750})

    def test_an_own_root_dies_with_the_retraction_of_its_claim(self):
        world = World()
        root = "01" + world.wallet(subject=account(9))
        claim = world.wallet(org=2, roots=[root])
        dossier = world.seen()["dossiers"][0]
        self.assertEqual((dossier["score"], dossier["claims"]), (500, [claim]))
        world.unsay(subject=account(9))
        (dossier,) = world.seen()["dossiers"]     # source withdrawn: it stands and adds nothing
        self.assertEqual((dossier["score"], dossier["categories"], dossier["claims"]), (0, [], [claim]))
        self.assertEqual((world.seen()["claims"], world.seen()["wallets"]), (1, 1))

    def test_a_retraction_that_is_not_the_head_kills_no_root(self):
        world = World()
        root = "01" + world.wallet(subject=account(9), revision=3)
        world.unsay(subject=account(9), revision=2)
        world.wallet(org=2, roots=[root])
        self.assertEqual(world.seen()["dossiers"][0]["score"], 500)

    def test_a_root_whose_claim_is_unknown_or_expired_is_alive(self):
        world = World()
        root = "01" + world.wallet(subject=account(9), until=T)
        world.wallet(org=2, roots=[root])
        world.wallet(org=3, roots=["01" + id32(77)])
        self.assertEqual(world.scores(), {"theft": 750})

    def test_a_waiting_retraction_kills_no_root(self):
        world = World()
        root = "01" + world.wallet(subject=account(9), until=T)
        world.unsay(subject=account(9), issued=T + 300_001)
        world.wallet(org=2, roots=[root])
        self.assertEqual(world.scores(), {"theft": 500})

    def test_a_tombstone_without_its_target_kills_the_root(self):
        world = World()
        root = "01" + world.unsay(subject=account(9))
        world.wallet(org=2, roots=[root])
        self.assertEqual(world.scores(), {})

    def test_of_several_roots_the_dead_ones_add_no_lineage(self):
        world = World()
        dead = "01" + world.unsay(subject=account(9))
        world.wallet(org=2, roots=[dead, OFAC])
        world.quote(OFAC, org=3)
        (dossier,) = world.seen()["dossiers"]
        self.assertEqual(dossier["categories"], [{"category": "theft", "score": 500, "lineages": 1, "orgs": 2}])

    def test_a_dead_root_is_only_dead_as_an_own_root(self):
        world = World()
        claim = world.unsay(subject=account(9))
        world.wallet(org=2, roots=["02" + claim])
        self.assertEqual(world.scores(), {"theft": 500})


class Scores(unittest.TestCase):
    """§5"""

    def test_one_lineage(self):
        world = World()
        world.wallet(confidence=50)
        # 10⁹ · 50/100 = 5·10⁸; 1000 − 500
        self.assertEqual(world.scores(), {"theft": 500})

    def test_two_lineages_of_two_orgs(self):
        world = World()
        world.wallet(org=1, confidence=50)
        world.wallet(org=2, confidence=50)
        # 10⁹ · 0.5 · 0.5 = 2.5·10⁸; 1000 − 250
        self.assertEqual(world.scores(), {"theft": 750})

    def test_five_copies_of_one_list_are_one_lineage(self):
        world = World()
        for org in range(1, 6):
            world.quote(OFAC, org=org, confidence=50)
        (dossier,) = world.seen()["dossiers"]
        # k = min(1, 5)
        self.assertEqual(dossier["categories"], [{"category": "theft", "score": 500, "lineages": 1, "orgs": 5}])

    def test_one_org_with_three_lineages_is_one_voice_and_its_best(self):
        world = World()
        world.wallet(confidence=20)
        world.quote(OFAC, confidence=70)
        world.quote(VENDOR, confidence=60)
        (dossier,) = world.seen()["dossiers"]
        # k = min(3, 1); the best is 70
        self.assertEqual(dossier["categories"], [{"category": "theft", "score": 700, "lineages": 3, "orgs": 1}])

    def test_one_org_in_two_circles_is_one_org(self):
        world = World()
        world.wallet(circle=1)
        world.wallet(circle=2)
        (dossier,) = world.seen()["dossiers"]
        self.assertEqual(dossier["categories"], [{"category": "theft", "score": 500, "lineages": 2, "orgs": 1}])

    def test_the_best_lineages_are_chosen(self):
        world = World()
        world.wallet(org=1, confidence=30)
        world.wallet(org=2, confidence=60)
        world.quote(OFAC, org=2, confidence=80)
        # k = min(3, 2): 60 and 80. 10⁹ · 0.4 = 4·10⁸, · 0.2 = 8·10⁷; 1000 − 80
        self.assertEqual(world.scores(), {"theft": 920})

    def test_a_lineage_has_its_highest_confidence(self):
        world = World()
        world.quote(OFAC, org=1, confidence=30)
        world.quote(OFAC, org=2, confidence=60)
        world.quote(OFAC, org=3, confidence=40)
        self.assertEqual(world.scores(), {"theft": 600})

    def test_a_confidence_is_capped_at_95(self):
        for confidence, score in ((94, 940), (95, 950), (96, 950), (100, 950)):
            world = World()
            world.wallet(confidence=confidence)
            self.assertEqual(world.scores(), {"theft": score})

    def test_the_cap_comes_before_the_product(self):
        world = World()
        world.wallet(org=1, confidence=100)
        world.wallet(org=2, confidence=50)
        # 10⁹ · 0.5 · 0.05 = 2.5·10⁷; 1000 − 25
        self.assertEqual(world.scores(), {"theft": 975})

    def test_the_thousandth_is_rounded_up_against_the_accused_score(self):
        world = World()
        world.wallet(org=1, confidence=33)
        world.wallet(org=2, confidence=57)
        # 10⁹ · 0.67 = 670000000, · 0.43 = 288100000; ⌈288.1⌉ = 289; 1000 − 289
        self.assertEqual(world.scores(), {"theft": 711})

    def score_of_orgs(self, *confidences):
        world = World()
        for org, confidence in enumerate(confidences, 1):
            world.wallet(org=org, confidence=confidence)
        return world.scores()["theft"]

    def test_each_product_is_rounded_down(self):
        # 10⁹ → 780000000 → 491400000 → 299754000 → 182849940 → 111538463.4: 111538463 → 58000000.76: 58000000; 58
        # unrounded it would be 58000000.968, so 59
        self.assertEqual(self.score_of_orgs(22, 37, 39, 39, 39, 48), 942)

    def test_the_products_are_taken_in_ascending_confidence(self):
        # 10⁹ → 930000000 → 762600000 → 602454000 → 475938660 → 295081969.2: 295081969 → 180000001.09: 180000001; 181
        # descending it would end at 180000000, so 180
        self.assertEqual(self.score_of_orgs(39, 7, 21, 38, 18, 21), 819)

    def test_no_score_is_above_999(self):
        # 10⁹ → 5·10⁷ → 2500000 → 125000 → 6250 → 312 → 15 → 0: 1000 − 0
        self.assertEqual(self.score_of_orgs(95, 95, 95, 95, 95, 95, 95), 999)

    def test_confidence_0_is_a_category_of_score_0(self):
        world = World()
        world.wallet(confidence=0)
        self.assertEqual(world.scores(), {"theft": 0})

    def test_only_perpetrator_and_intermediary_score(self):
        world = World()
        for role in ("victim", "service", "deposit", "lookalike"):
            world.wallet(role=role, confidence=90)
        (dossier,) = world.seen()["dossiers"]
        self.assertEqual((dossier["score"], dossier["categories"], len(dossier["claims"])), (0, [], 4))
        world.wallet(role="intermediary", confidence=30)
        self.assertEqual(world.scores(), {"theft": 300})
        world.wallet(role="perpetrator", org=2, confidence=40)
        # 10⁹ · 0.7 · 0.6 = 4.2·10⁸
        self.assertEqual(world.scores(), {"theft": 580})

    def test_each_category_is_for_itself_and_the_highest_is_the_dossiers(self):
        world = World()
        world.wallet(org=1, category="theft", confidence=50)
        world.wallet(org=2, category="scam", confidence=60)
        world.wallet(org=3, category="hack", confidence=50)
        (dossier,) = world.seen()["dossiers"]
        self.assertEqual(dossier["score"], 600)
        # by score down, then by id up
        self.assertEqual([(category["category"], category["score"]) for category in dossier["categories"]],
                         [("scam", 600), ("hack", 500), ("theft", 500)])

    def test_claims_of_all_circles_are_in_one_dossier(self):
        world = World()
        claims = [world.wallet(org=1, circle=1), world.wallet(org=2, circle=2)]
        (dossier,) = world.seen()["dossiers"]
        self.assertEqual((dossier["score"], dossier["claims"]), (750, sorted(claims)))

    def test_claims_on_several_chains_of_one_subject_are_in_one_dossier(self):
        world = World()
        world.wallet(org=1, chain="eip155:1")
        world.wallet(org=2, chain="eip155:56")
        self.assertEqual(world.scores(), {"theft": 750})

    def test_key_twins_have_dossiers_of_their_own(self):
        world = World()
        world.wallet(org=1, subject=account(1))
        world.wallet(org=2, subject=twin(1))
        self.assertEqual([(dossier["subject"], dossier["score"]) for dossier in world.seen()["dossiers"]],
                         [(account(1), 500), (twin(1), 500)])

    def test_claims_with_another_tag_are_counted_and_not_scored(self):
        world = World()
        world.wallet(org=1, tag="", confidence=50)
        world.wallet(org=2, tag="7", confidence=60)
        world.wallet(org=3, tag="7", confidence=60, role="victim")
        world.wallet(org=2, tag="8", confidence=70, until=T)
        world.wallet(org=2, tag="7", subject=account(2))
        self.assertEqual([(d["subject"], d["tag"], d["score"], d["tagged"]) for d in world.seen()["dossiers"]],
                         [(account(1), "", 500, 2), (account(1), "7", 600, 1), (account(2), "7", 500, 0)])

    def test_dossiers_are_sorted_by_subject_then_tag_in_bytes(self):
        world = World()
        for subject, tag in ((account(2), ""), (account(1), "é"), (account(1), "z"), (account(1), "10"),
                             (account(1), "9"), (account(1), "")):
            world.wallet(subject=subject, tag=tag)
        self.assertEqual([(d["subject"], d["tag"]) for d in world.seen()["dossiers"]],
                         [(account(1), ""), (account(1), "10"), (account(1), "9"), (account(1), "z"),
                          (account(1), "é"), (account(2), "")])


class Digest(unittest.TestCase):
    """§8"""

    def opened(self, *ids):
        world = World()
        for number in ids:
            world.wallet(id=number, org=number)
        return world.seen()["opened"]

    def test_of_nothing_it_is_0(self):
        self.assertEqual(self.opened(), "00" * 32)

    def test_of_one_record_it_is_the_hash_of_its_id(self):
        self.assertEqual(self.opened(1), "512d0f52dfa0afdfbe7872a1622a703b0863312caa4cbae19585947d3fec1042")
        self.assertEqual(self.opened(5), "01adb4e38c03fba1ed63e3f7b85273886db80ecee6368344984f3dfbc6ff8e07")

    def test_of_several_it_is_their_sum_without_its_carry(self):
        self.assertEqual(self.opened(3, 4), SUM_OF_3_AND_4)
        self.assertEqual(self.opened(4, 3), SUM_OF_3_AND_4)


# d8512c51… + f6b0e414… − 2²⁵⁶, by bc
SUM_OF_3_AND_4 = "cf02106634d57ed9e5bc1d405b08e06aa294c0f88d4cdeca49afa6b9e511a5aa"


if __name__ == "__main__":
    unittest.main()
