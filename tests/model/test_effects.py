#!/usr/bin/env python3
"""What kinds 5 to 14 do, worked by hand from docs/RULES.md §9 and the rows of §5 and §6 marked R2."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import effects          # noqa: E402
import model            # noqa: E402
import wire_crypto      # noqa: E402
from sentences import AWAY, EU, OFAC, T, World, account, id32, key, twin     # noqa: E402

SEED = bytes(range(32))
SOL = "06" + wire_crypto.ed25519_public(SEED).hex() + "0c07"


class Effect(unittest.TestCase):
    """Which notices have effect."""

    def effects(self, world):
        return [notice["effect"] for notice in world.seen()["notices"]]

    def test_alone_it_is_stated_only_and_with_its_own_org_as_operator_it_has_effect(self):
        for operator, effect in ((None, False), (2, False), (1, True)):
            world = World()
            world.notice(operator=operator)
            self.assertEqual(self.effects(world), [effect])

    def test_two_lineages_give_effect_to_all_that_say_it(self):
        world = World()
        world.notice(org=1)
        world.notice(org=2)
        self.assertEqual(self.effects(world), [True, True])

    def test_an_org_in_two_circles_and_two_orgs_on_one_list_are_one(self):
        world = World()
        world.notice(circle=1)
        world.notice(circle=2)
        self.assertEqual(self.effects(world), [False, False])
        world = World()
        for org in (1, 2):
            world.notice(org=org, source=OFAC, roots=[OFAC])
        self.assertEqual(self.effects(world), [False, False])

    def test_they_agree_on_vertex_tag_and_role(self):
        for other, agree in (({}, True), ({"subject": twin(1)}, True), ({"subject": account(2)}, False),
                             ({"tag": "7"}, False), ({"role": "cold"}, False), ({"chain": "eip155:56"}, True)):
            world = World()
            world.notice(org=1)
            world.notice(org=2, **other)
            self.assertEqual(self.effects(world), [agree, agree], other)

    def test_a_role_that_the_terms_do_not_know_has_no_effect(self):
        world = World()
        world.notice("till", operator=1)
        world.notice("", operator=2, org=2)
        self.assertEqual(self.effects(world), [False, False])

    def test_a_withdrawn_or_misstated_notice_says_nothing(self):
        world = World()
        dead = "01" + world.unsay(org=9)
        world.notice(operator=1, roots=[dead], source="04", derived_from=AWAY)
        self.assertEqual(self.effects(world), [False])
        world.notice(org=2)
        self.assertEqual(self.effects(world), [False, False])
        world.notice(org=3)
        self.assertEqual(sorted(self.effects(world)), [False, True, True])

    def test_a_retracted_or_expired_one_says_nothing(self):
        world = World()
        world.notice(org=1)
        world.notice(org=2, until=T)
        self.assertEqual(self.effects(world), [False])
        world.notice(org=3)
        world.unsay_it(10, world.on(), org=1)
        self.assertEqual(self.effects(world), [False])

    def sign(self, world, org=1, **where):
        world.notice(subject=SOL, chain="sol", **where)
        said = world.records[-1]
        said.update({"scheme": "ed25519", "key": SOL[2:66], "signature": ""})
        head = model.read_record({**said, "org": id32(org)})
        said["signature"] = wire_crypto.ed25519_sign(SEED, effects.notice_text(head)).hex()
        return said

    def test_the_signature_of_the_addresss_key_gives_effect(self):
        world = World()
        self.sign(world)
        self.assertEqual([(n["proof"], n["effect"]) for n in world.seen()["notices"]], [("verified", True)])

    def test_a_signature_for_another_issuer_role_or_operator_is_wrong(self):
        for change in ({"org": id32(2)}, {"service_role": "cold"}, {"operator_name": "x"}, {"operator_org": id32(3)},
                       {"tag": "7"}, {"chain": "sal"}, {"key": "00" * 32}):
            world = World()
            self.sign(world)
            world.records[-1].update(change)
            self.assertEqual([(n["proof"], n["effect"]) for n in world.seen()["notices"]], [("wrong", False)], change)

    def test_a_good_signature_by_a_key_that_is_not_the_addresss_is_wrong(self):
        world = World()
        said = self.sign(world)
        said["key"] = wire_crypto.ed25519_public(bytes(32)).hex()
        said["signature"] = wire_crypto.ed25519_sign(bytes(32), effects.notice_text(world.views().entries[0])).hex()
        self.assertEqual([(n["proof"], n["effect"]) for n in world.seen()["notices"]], [("wrong", False)])

    def test_other_schemes_are_not_verified_and_none_is_unsigned(self):
        world = World()
        self.sign(world)["scheme"] = "eip-191"
        world.notice(org=2, subject=account(2))
        self.assertEqual(sorted((n["proof"], n["effect"]) for n in world.seen()["notices"]),
                         [("not-verified", False), ("unsigned", False)])


class Covering(unittest.TestCase):
    """What a notice covers, whose it is, and whether it is contested."""

    def cover(self, world, subject, tag=""):
        views = world.views()
        found = effects.covering(views, bytes.fromhex(subject), bytes.fromhex(subject[:-4]), tag)
        return [(cover.role, effects.contested(cover, views.sound))
                for cover in sorted(found, key=lambda cover: cover.role)]

    def test_without_a_tag_it_covers_key_twins_in_any_tag(self):
        world = World()
        world.notice(operator=1)
        world.wallet(subject=twin(1), tag="7", role="victim")
        world.wallet(subject=account(2), role="victim")
        self.assertEqual(self.cover(world, twin(1), "7"), [("hot", False)])
        self.assertEqual(self.cover(world, account(2)), [])

    def test_with_a_tag_it_covers_its_subject_with_that_tag(self):
        world = World()
        world.notice(operator=1, tag="7")
        for subject, tag in ((account(1), ""), (account(1), "8"), (twin(1), "7")):
            world.wallet(subject=subject, tag=tag, role="victim")
            self.assertEqual(self.cover(world, subject, tag), [])
        self.assertEqual(self.cover(world, account(1), "7"), [("hot", False)])

    def test_it_is_contested_by_a_live_perpetrator_claim_on_what_it_covers(self):
        world = World()
        world.notice(operator=1)
        world.notice("deposit", operator=1, tag="7")
        world.wallet(subject=twin(1), role="intermediary")
        self.assertEqual(self.cover(world, account(1)), [("hot", False)])
        world.wallet(subject=twin(1))
        self.assertEqual(self.cover(world, account(1)), [("hot", True)])
        self.assertEqual(self.cover(world, account(1), "7"), [("deposit", False), ("hot", True)])
        world.unsay(subject=twin(1))
        self.assertEqual(self.cover(world, account(1)), [("hot", False)])

    def test_the_addressee_is_the_org_that_names_itself(self):
        world = World()
        world.notice(org=1, operator=2)
        world.notice(org=2, operator=2)
        (row,) = world.seen()["beside"]
        self.assertEqual(sorted((notice["effect"], notice["addressee"]) for notice in row["notices"]),
                         [(True, False), (True, True)])

    def test_several_roles_count_all(self):
        world = World()
        world.notice("hot", operator=1)
        world.notice("pool", org=2, operator=2)
        self.assertEqual(self.cover(world, account(1)), [("hot", False), ("pool", False)])

    def test_what_is_built_in_covers_from_the_beginning(self):
        world = World()
        world.services = [{"vertex": key(1), "role": "burn"}]
        world.clearance(subject=twin(1))
        self.assertEqual(self.cover(world, twin(1)), [("burn", False)])
        (row,) = world.seen()["beside"]
        self.assertEqual((row["service"], row["contested"]), ("burn", False))
        world.wallet(subject=account(1), tag="7")
        self.assertEqual([row["contested"] for row in world.seen()["beside"]], [True, True])


class Clusters(unittest.TestCase):
    """§6, rows R2."""

    def world(self, *notices, method="", **service):
        world = World()
        world.report("a", [1, 2], method=method)
        world.report("b", [2, 3])
        for role in notices:
            world.notice(role, subject=account(2), operator=1, **service)
        world.rules = 2
        return world

    def test_a_covered_vertex_is_stripped_whatever_its_role(self):
        self.assertEqual(self.world().clusters(), [["a", "b"]])
        for role in effects.SERVICE_ROLES:
            world = self.world(role)
            self.assertEqual(world.clusters(), [["a"], ["b"]])
            self.assertEqual([part["size"] for part in world.seen()["components"]], [1, 1])

    def test_a_notice_with_a_tag_or_without_effect_strips_nothing(self):
        self.assertEqual(self.world("hot", tag="7").clusters(), [["a", "b"]])
        self.assertEqual(self.world("hot", tag="7", method="multi-input").clusters(), [["a", "b"]])
        world = self.world()
        world.notice("hot", subject=account(2))
        self.assertEqual(world.clusters(), [["a", "b"]])

    def test_a_contested_notice_keeps_its_effect(self):
        world = self.world("hot")
        world.wallet(subject=account(2))
        self.assertEqual(world.clusters(), [["a"], ["b"]])

    def test_a_multi_input_report_with_a_deposit_or_hot_member_joins_nothing(self):
        for role in effects.SERVICE_ROLES:
            joins = role not in ("deposit", "hot")
            self.assertEqual(self.world(role, method="multi-input").clusters(), [["a"], ["b"]] if joins else [["b"]])

    def test_it_counts_for_hubs(self):
        world = World()
        for number in range(257):
            world.report(f"r{number}", [1, 2, 10 + number], method="multi-input" if number == 0 else "")
        world.notice("hot", subject=account(10), operator=1)
        seen = world.seen()
        self.assertEqual(seen["clusters"], 256)      # 1 and 2 are hubs: every other report is alone
        world.unsay_it(2, {"cluster": "r5"})
        self.assertEqual(world.seen()["clusters"], 1)

    def test_a_hub_among_its_members_still_says_that_a_service_paid(self):
        world = World()
        for number in range(257):
            world.report(f"r{number}", [1, 10 + number], method="multi-input" if number < 3 else "")
        world.notice("hot", operator=1)
        self.assertEqual(world.seen()["clusters"], 254)

    def test_built_in_vertices_are_covered(self):
        world = self.world()
        world.services = [{"vertex": key(2), "role": "burn"}]
        self.assertEqual(world.clusters(), [["a"], ["b"]])


class BesideAWallet(unittest.TestCase):
    """§5, what stands beside the claims."""

    def test_a_notice_of_a_twin_stands_beside_where_it_covers_and_with_it_what_is_said_of_it(self):
        world = World()
        notice = world.notice(subject=twin(1), operator=1)
        dispute = world.dispute(world.last(), org=2)
        world.clearance(subject=account(1))
        world.notice("cold", subject=twin(1), org=3)        # stated only: it stands where it is about
        here, there = world.seen()["beside"]
        self.assertEqual((here["subject"], [row["claim"] for row in here["notices"]]), (account(1), [notice]))
        self.assertEqual([row["claim"] for row in here["disputes"]], [dispute])
        self.assertEqual(len(there["notices"]), 2)

    def test_another_tag_stands_elsewhere(self):
        world = World()
        world.wallet()
        world.wallet(tag="7")
        world.dispute(world.last(), org=2)
        world.notice(tag="7", operator=1)
        self.assertEqual([(row["tag"], len(row["disputes"]), len(row["notices"])) for row in world.seen()["beside"]],
                         [("", 0, 0), ("7", 1, 1)])

    def test_replies_stand_at_their_inquiry(self):
        world = World()
        world.wallet()
        target = world.last()
        one, two = world.inquiry(target, 1, org=2), world.inquiry(target, 2, org=2)
        answer = world.reply(target, 2, 1)
        world.reply(target, 3, 1)       # to what nobody asked
        (row,) = world.seen()["beside"]
        self.assertEqual({inquiry["claim"]: inquiry["replies"] for inquiry in row["inquiries"]},
                         {one: [{"claim": answer, "answer": True}], two: []})

    def test_what_adds_nothing_is_marked(self):
        world = World()
        dead = "01" + world.unsay(org=9)
        claim = world.clearance(source="04", roots=[dead], derived_from=AWAY)
        (row,) = world.seen()["beside"]
        self.assertEqual((row["withdrawn"], row["misstated"]), ([claim], []))


class BesideClaims(unittest.TestCase):
    """Disputes, inquiries, replies, clearances: shown, and nothing else."""

    def test_none_of_them_changes_a_score(self):
        world = World()
        world.wallet(confidence=80)
        before = world.seen()
        target = world.last()
        world.dispute(target, org=2)
        world.inquiry(target, org=2)
        world.reply(target, asker=2)
        world.clearance(org=1)
        world.clearance(org=2)
        world.attribution(org=2)
        world.sighting(org=2)
        after = world.seen()
        self.assertEqual(after["dossiers"], before["dossiers"])
        self.assertEqual(after["claims"], 8)

    def test_a_wallet_with_none_but_these_stands_beside(self):
        for say in (World.clearance, World.attribution, World.sighting, World.notice):
            world = World()
            say(world)
            seen = world.seen()
            self.assertEqual((seen["dossiers"], len(seen["beside"]), seen["wallets"]), ([], 1, 0))

    def test_a_dispute_stays_through_later_revisions_and_tells_which_it_saw(self):
        world = World()
        claim = world.wallet()
        dispute = world.dispute(world.last(), org=2, circle=1)
        self.assertEqual(world.seen()["disputes"], [{"claim": dispute, "target": claim, "current": True}])
        world.wallet(revision=2)
        self.assertEqual(world.seen()["disputes"], [{"claim": dispute, "target": claim, "current": False}])

    def test_it_is_without_effect_while_its_target_is_not_live_and_ends_with_its_own_retraction(self):
        world = World()
        world.wallet()
        target = world.last()
        world.dispute(target, org=2)
        world.unsay()
        self.assertEqual(world.seen()["disputes"], [])
        world.wallet(revision=3)
        self.assertEqual(len(world.seen()["disputes"]), 1)
        world.unsay_it(12, {"target": target}, org=1)        # not whose it is
        self.assertEqual(len(world.seen()["disputes"]), 1)
        world.unsay_it(12, {"target": target}, org=2)
        self.assertEqual(world.seen()["disputes"], [])

    def test_a_dispute_is_of_the_claim_of_its_circle_and_org(self):
        world = World()
        world.wallet()
        target = world.last()
        world.dispute(target, org=2, circle=2)
        world.dispute({**target, "org": id32(3)}, org=2)
        self.assertEqual(world.seen()["disputes"], [])

    def test_a_reply_of_the_targets_org_is_the_answer(self):
        world = World()
        claim = world.wallet()
        target = world.last()
        inquiry = world.inquiry(target, org=2)
        answer = world.reply(target, asker=2)
        remark = world.reply(target, asker=2, org=3)
        seen = world.seen()
        self.assertEqual(seen["inquiries"], [{"claim": inquiry, "target": claim}])
        self.assertEqual({reply["claim"]: reply["answer"] for reply in seen["replies"]}, {answer: True, remark: False})
        self.assertEqual({reply["inquiry"] for reply in seen["replies"]}, {inquiry})


class Incidents(unittest.TestCase):
    """§9, incidents"""

    def events(self, world):
        return [(row["slug"], row["event"]["slug"]) for row in world.seen()["incidents"]]

    def same(self, world):
        return [pair["accepted"] for pair in world.seen()["same"]]

    def two(self, thefts_a=(), thefts_b=()):
        world = World()
        world.incident("a", thefts_a, org=1)
        world.incident("b", thefts_b, org=2)
        return world

    def test_one_org_alone_proposes_and_joins_nothing(self):
        world = self.two()
        world.same((1, "a"), (2, "b"), org=1)
        self.assertEqual((self.same(world), self.events(world)), ([False], [("a", "a"), ("b", "b")]))

    def test_a_shared_theft_accepts_what_is_proposed_and_nothing_else(self):
        world = self.two([("eip155:1", "aa"), ("eip155:1", "bb")], [("eip155:1", "bb")])
        self.assertEqual((self.same(world), self.events(world)), ([], [("a", "a"), ("b", "b")]))
        world.same((1, "a"), (2, "b"), org=3)
        self.assertEqual((self.same(world), self.events(world)), ([True], [("a", "a"), ("b", "a")]))
        for theft in (("eip155:56", "bb"), ("eip155:1", "cc")):
            world = self.two([("eip155:1", "bb")], [theft])
            world.same((1, "a"), (2, "b"), org=3)
            self.assertEqual(self.same(world), [False])

    def test_two_lineages_accept(self):
        world = self.two()
        world.same((1, "a"), (2, "b"), org=3)
        world.same((1, "a"), (2, "b"), org=4)
        self.assertEqual(self.same(world), [True])

    def test_a_dead_root_is_no_lineage(self):
        world = self.two()
        dead = "01" + world.unsay(org=9)
        world.same((1, "a"), (2, "b"), org=3, source=OFAC, roots=[OFAC])
        world.same((1, "a"), (2, "b"), org=4, source="04", roots=[dead, OFAC], derived_from=AWAY)
        self.assertEqual(self.same(world), [False])

    def test_both_orgs_accept_even_on_one_lineage_and_one_suffices_for_its_own_two(self):
        world = self.two()
        for org in (1, 2):
            world.same((1, "a"), (2, "b"), org=org, source=OFAC, roots=[OFAC])
        self.assertEqual(self.same(world), [True])
        world = World()
        world.same((1, "a"), (1, "b"), org=1)
        world.same((2, "a"), (2, "b"), org=1)
        self.assertEqual(self.same(world), [True, False])

    def test_events_are_components_named_by_the_lowest(self):
        world = World()
        for org, slug in ((1, "c"), (2, "b"), (3, "a")):
            world.incident(slug, org=org)
        for pair in (((1, "c"), (2, "b")), ((2, "b"), (3, "a"))):
            for org in (4, 5):
                world.same(*pair, org=org)
        self.assertEqual(self.events(world), [("c", "c"), ("b", "c"), ("a", "c")])

    def test_an_incident_is_of_its_org_in_all_circles(self):
        world = World()
        world.incident("a", circle=1)
        world.incident("a", circle=2)
        self.assertEqual([len(row["claims"]) for row in world.seen()["incidents"]], [2])

    def meant(self, world):
        (row,) = world.seen()["meant"]
        return [incident["org"] for incident in row["incidents"]]

    def test_a_bare_slug_is_its_orgs_own_else_the_only_one_else_candidates(self):
        world = World()
        world.wallet(org=1, incident="a")
        world.rules = 2
        self.assertEqual(self.meant(world), [])
        world.incident("a", org=3)
        self.assertEqual(self.meant(world), [id32(3)])
        world.incident("a", org=2)
        self.assertEqual(self.meant(world), [id32(2), id32(3)])
        world.incident("a", org=1)
        self.assertEqual(self.meant(world), [id32(1)])

    def test_a_withdrawn_same_as_or_incident_has_no_effect(self):
        world = self.two()
        dead = "01" + world.unsay(org=9)
        world.same((1, "a"), (1, "b"), org=1, source="04", roots=[dead], derived_from=AWAY)
        self.assertEqual(self.same(world), [])
        world = self.two([("eip155:1", "aa")])
        world.same((1, "a"), (3, "c"), org=4)
        dead = "01" + world.unsay(org=9)
        world.incident("c", [("eip155:1", "aa")], org=3, source="04", roots=[dead], derived_from=AWAY)
        self.assertEqual((self.same(world), len(world.seen()["incidents"])), ([False], 3))


class Movements(unittest.TestCase):
    """§9, transfers"""

    def movement(self, world):
        (found,) = world.seen()["movements"]
        return found

    def test_equal_versions_are_one_and_others_conflict(self):
        world = World()
        world.transfer(org=1)
        world.transfer(org=2)
        self.assertFalse(self.movement(world)["conflict"])
        other = world.transfer(org=3, units="6", id=1)
        found = self.movement(world)
        self.assertEqual((found["conflict"], len(found["versions"]), found["versions"][1]), (True, 2, [other]))

    def test_most_lineages_are_drawn_then_the_lowest_record_id(self):
        world = World()
        high = world.transfer(org=1, units="5", id=9)
        low = world.transfer(org=2, units="6", id=8)
        self.assertEqual(self.movement(world)["versions"], [[low], [high]])
        world.transfer(org=3, units="5", id=10, source=EU, roots=[EU])
        self.assertEqual(self.movement(world)["versions"][1], [low])
        self.assertEqual(self.movement(world)["told_by"], high)

    def test_a_flow_note_is_one_and_a_sighting_stands_at_its_transfer(self):
        world = World()
        world.transfer(tx="", flow="66" * 32)
        world.sighting(place={"flow": "66" * 32})
        self.assertEqual((self.movement(world)["note"], self.movement(world)["sightings"]), (True, []))
        world = World()
        world.transfer()
        seen = world.sighting()
        world.sighting(place={"tx": "aa", "index_kind": 2, "index": "0"})
        self.assertEqual(self.movement(world)["sightings"], [seen])

    def test_another_place_is_another_movement(self):
        world = World()
        world.transfer()
        world.transfer(tx="bb")
        world.transfer(chain="eip155:56")
        self.assertEqual(len(world.seen()["movements"]), 3)

    def test_a_bridge_is_what_the_drawn_version_says(self):
        world = World()
        world.transfer(org=1, id=9, bridge={"chain": "eip155:56", "tx": "cc", "index_kind": 1})
        self.assertNotEqual(self.movement(world)["bridge"], "")
        world.transfer(org=2, id=8)
        self.assertEqual(self.movement(world)["bridge"], "")

    def test_a_version_on_dead_roots_alone_is_not_drawn(self):
        world = World()
        dead = "01" + world.unsay(org=9)
        world.transfer(id=1, source="04", roots=[dead], derived_from=AWAY)
        world.transfer(id=2, org=2, units="6")
        found = self.movement(world)
        self.assertEqual((len(found["claims"]), len(found["versions"]), found["conflict"]), (2, 1, False))


if __name__ == "__main__":
    unittest.main()
