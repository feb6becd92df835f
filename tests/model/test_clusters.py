#!/usr/bin/env python3
"""The reference model against clusters worked by hand from docs/RULES.md §6, row by row."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from sentences import EU, OFAC, T, UN, World, account, key, twin    # noqa: E402


class Membership(unittest.TestCase):
    """§6, the first table"""

    def vertices(self, world):
        """Of the only cluster; none without one."""
        components = world.seen()["components"]
        self.assertLessEqual(len(components), 1)
        return components[0]["vertices"] if components else []

    def test_the_newest_record_that_names_the_vertex_decides(self):
        world = World()
        world.report("a", [1, 2, 3])
        world.members("a", [(account(1), "remove"), (account(2), "remove")], revision=3)
        world.members("a", [account(1)], revision=2)
        world.members("a", [account(2)], revision=4)
        self.assertEqual(self.vertices(world), [key(2), key(3)])

    def test_at_one_revision_the_higher_record_id_decides(self):
        for first, second in ((9, 8), (8, 9)):
            world = World()
            world.head("a")
            world.members("a", [(account(1), "remove"), account(2)], revision=1, id=first)
            world.members("a", [account(1), (account(2), "remove")], revision=1, id=second)
            self.assertEqual(self.vertices(world), [key(2) if first == 9 else key(1)])

    def test_within_one_record_the_last_op_decides(self):
        world = World()
        world.head("a")
        world.members("a", [account(1), (account(2), "remove"), (account(1), "remove"), account(2)])
        self.assertEqual(self.vertices(world), [key(2)])

    def test_a_key_twin_is_the_same_member(self):
        world = World()
        world.report("a", [1, 2])
        self.assertEqual(world.seen()["components"][0]["size"], 2)
        world.members("a", [twin(2)], revision=2)
        self.assertEqual(world.seen()["components"][0]["size"], 2)
        world.members("a", [(twin(1), "remove")], revision=2)
        self.assertEqual(self.vertices(world), [key(2)])

    def test_a_membership_may_be_older_or_newer_than_its_head(self):
        world = World()
        world.members("a", [account(1)], revision=1)
        world.head("a", revision=5)
        world.members("a", [account(2)], revision=9)
        self.assertEqual(self.vertices(world), [key(1), key(2)])

    def test_members_are_those_of_the_org_and_circle_of_the_cluster(self):
        world = World()
        world.report("a", [1])
        world.members("a", [account(2)], org=2)
        world.members("a", [account(3)], circle=2)
        self.assertEqual(self.vertices(world), [key(1)])

    def test_a_retraction_ends_memberships_and_a_later_head_does_not_bring_them_back(self):
        world = World()
        world.report("a", [1, 2])
        world.disband("a", revision=2)
        self.assertEqual(self.vertices(world), [])
        world.head("a", revision=3)
        self.assertEqual(self.vertices(world), [])
        world.members("a", [account(2)], revision=3)
        self.assertEqual(self.vertices(world), [key(2)])

    def test_a_membership_at_the_retractions_revision_is_ended_whatever_the_ids(self):
        for retraction in (5, 7):
            world = World()
            world.members("a", [account(1)], revision=2, id=6)
            world.disband("a", revision=2, id=retraction)
            world.members("a", [account(2)], revision=3)
            world.head("a", revision=3)
            self.assertEqual(self.vertices(world), [key(2)])

    def test_the_highest_of_several_retractions_ends(self):
        world = World()
        world.members("a", [account(1)], revision=3)
        world.disband("a", revision=4)
        world.disband("a", revision=2)
        world.head("a", revision=5)
        self.assertEqual(self.vertices(world), [])

    def test_an_old_retraction_ends_lower_memberships_under_a_live_head(self):
        world = World()
        world.members("a", [account(1)], revision=1)
        world.head("a", revision=9)
        world.members("a", [account(2)], revision=9)
        self.assertEqual(self.vertices(world), [key(1), key(2)])
        world.disband("a", revision=3)      # it came late, and counts all the same
        self.assertEqual(self.vertices(world), [key(2)])

    def test_expiry_ends_no_membership(self):
        world = World()
        world.head("a", revision=1, until=T)
        world.members("a", [account(1)], revision=1)
        self.assertEqual(self.vertices(world), [])
        world.head("a", revision=2)
        self.assertEqual(self.vertices(world), [key(1)])

    def test_a_report_needs_confidence_50_no_service_and_an_alive_root(self):
        world = World()
        dead = "01" + world.unsay(subject=account(9))
        world.report("joins", [1], confidence=50)
        world.report("low", [2], confidence=49)
        world.report("exchange", [3], service=True)
        world.report("withdrawn", [4], root=dead)
        world.report("half", [5, 1])
        world.records[-2]["roots"] = [dead, OFAC]
        self.assertEqual(world.clusters(), [["half", "joins"]])

    def test_the_head_alone_says_confidence_and_service(self):
        world = World()
        world.report("a", [1], confidence=90)
        world.head("a", revision=2, confidence=40)
        world.report("b", [2], service=True)
        world.head("b", revision=2, service=False)
        self.assertEqual(world.clusters(), [["b"]])

    def test_reports_that_do_not_join_link_nothing(self):
        world = World()
        world.report("a", [1, 2])
        world.report("b", [3, 4])
        world.report("exchange", [2, 3], service=True)
        world.report("low", [2, 3], confidence=49)
        self.assertEqual(world.clusters(), [["a"], ["b"]])

    def hub_world(self, count):
        """Vertex 1 in so many live reports, by two orgs in two circles, each with a member of its own."""
        world = World()
        for number in range(count):
            world.report(f"r{number}", [1, 1000 + number], org=1 + number % 2, circle=1 + number % 3 % 2)
        return world

    def test_256_reports_are_no_hub(self):
        world = self.hub_world(256)
        self.assertEqual([component["size"] for component in world.seen()["components"]], [257])

    def test_257_reports_are_a_hub_and_the_reports_stay(self):
        world = self.hub_world(257)
        seen = world.seen()
        self.assertEqual([component["size"] for component in seen["components"]], [1] * 257)
        self.assertNotIn(key(1), {vertex for component in seen["components"] for vertex in component["vertices"]})
        self.assertEqual(seen["tentative"], [])

    def test_only_live_reports_make_a_hub(self):
        world = self.hub_world(256)
        world.report("low", [1], confidence=49)
        world.report("exchange", [1], service=True)
        world.report("expired", [1], until=T)
        world.report("gone", [1])
        world.disband("gone")
        world.report("left", [1])
        world.members("left", [(account(1), "remove")], revision=2)
        self.assertEqual(world.seen()["clusters"], 1)

    def test_twins_make_a_hub_together(self):
        world = self.hub_world(256)
        world.head("twin")
        world.members("twin", [twin(1)])
        self.assertEqual(world.seen()["clusters"], 256)

    def test_a_cluster_without_vertices_does_not_exist(self):
        world = self.hub_world(257)
        world.report("only-the-hub", [1])
        world.head("nobody")
        seen = world.seen()
        self.assertEqual((seen["claims"], seen["clusters"]), (259, 257))


class Joining(unittest.TestCase):
    """§6, the second table. `lot(n, at)` is n accounts from number `at` on."""

    @staticmethod
    def lot(count, at):
        return list(range(at, at + count))

    def test_small_reports_that_share_a_member_are_one_cluster(self):
        world = World()
        world.report("a", [1, 2], root=OFAC)
        world.report("b", [2, 3], root=OFAC)
        world.report("c", [3, 4], root=OFAC)
        world.report("d", [5], root=OFAC)
        (first, second) = world.seen()["components"]
        self.assertEqual(world.clusters(), [["a", "b", "c"], ["d"]])
        self.assertEqual((first["id"], first["size"], first["vertices"]), (key(1), 4, [key(n) for n in (1, 2, 3, 4)]))
        self.assertEqual((second["id"], second["size"]), (key(5), 1))

    def test_clusters_are_sorted_by_their_smallest_vertex(self):
        world = World()
        for number in range(20, 0, -1):
            world.report(f"r{number}", [number, 100 - number])
        self.assertEqual([component["id"] for component in world.seen()["components"]],
                         [key(number) for number in range(1, 21)])

    def test_1000_members_are_small_and_1001_are_big(self):
        for first, second, clusters in ((1000, 1000, 1), (1001, 1000, 1), (1001, 1001, 2)):
            world = World()     # they share number 5000 only; big ones need more than that
            world.report("a", self.lot(first - 1, 1) + [5000])
            world.report("b", self.lot(second - 1, 6000) + [5000])
            self.assertEqual(world.seen()["clusters"], clusters, (first, second))

    def test_a_hub_is_stripped_before_the_size_is_taken(self):
        world = World()
        world.report("a", self.lot(1000, 10000) + [1])
        world.report("b", self.lot(1000, 20000) + [1, 10000])
        self.assertEqual(len(world.views().blocks), 2)
        for number in range(255):
            world.report(f"r{number}", [1])
        views = world.views()
        # a has 1000 left and is a group that touches b, which has 1001
        self.assertEqual((len(views.hubs), len(views.blocks)), (1, 1))
        self.assertEqual(world.clusters(), [["a", "b"]])

    def half_world(self, shared):
        """Big a and b of 1002 members share so many; big c and its copy, of two lineages, share one of those."""
        world = World()
        world.report("a", self.lot(1002, 1), root=OFAC)
        world.report("b", self.lot(1002, 1003 - shared), root=EU)
        c = self.lot(1001, 10000) + [1002]
        world.report("c", c, root=OFAC)
        world.report("copy", c, root=UN)
        return world

    def test_more_than_half_of_the_smaller_is_one_block(self):
        world = self.half_world(502)
        self.assertEqual(sorted(len(block) for block in world.views().blocks), [2, 2])
        # number 1002 has two roots in either block
        self.assertEqual(world.clusters(), [["a", "b", "c", "copy"]])

    def test_exactly_half_is_not_one_block(self):
        world = self.half_world(501)
        self.assertEqual(sorted(len(block) for block in world.views().blocks), [1, 1, 2])
        # a and b join by 501 of 1002; number 1002 has one root in a and one in b, so c stays tentative
        self.assertEqual(world.clusters(), [["a", "b"], ["c", "copy"]])
        self.assertEqual(world.tentative(), [["a", "c"], ["a", "copy"], ["b", "c"], ["b", "copy"]])

    def test_half_is_of_the_smaller_one(self):
        world = World()
        world.report("a", self.lot(1001, 1))
        world.report("b", self.lot(3000, 501))      # 501 shared: more than half of 1001, a sixth of 3000
        self.assertEqual(len(world.views().blocks), 1)

    def test_blocks_are_components(self):
        world = World()
        world.report("a", self.lot(1001, 1))
        world.report("b", self.lot(1001, 401))
        world.report("c", self.lot(1001, 801))      # 601 with b, 201 with a
        self.assertEqual([len(block) for block in world.views().blocks], [3])

    def big_pair(self, shared, size=1010, of_b=1100, root_a=OFAC, root_b=EU):
        """Big a and big b, which share so many accounts from number 1 on."""
        world = World()
        world.report("a", self.lot(shared, 1) + self.lot(size - shared, 10000), root=root_a)
        world.report("b", self.lot(shared, 1) + self.lot(of_b - shared, 20000), root=root_b)
        return world

    def test_more_than_a_tenth_of_the_smaller_joins(self):
        world = self.big_pair(102)      # 1020 > 1010, though not > 1100
        self.assertEqual(len(world.views().blocks), 2)
        self.assertEqual((world.clusters(), world.tentative()), ([["a", "b"]], []))

    def test_exactly_a_tenth_does_not_join(self):
        world = self.big_pair(101)      # 1010
        self.assertEqual((world.clusters(), world.tentative()), ([["a"], ["b"]], [["a", "b"]]))

    def test_the_tenth_is_of_the_block_and_not_of_its_atom(self):
        world = World()
        world.report("a", self.lot(1002, 1))
        world.report("more", self.lot(1002, 501))       # with a one block of 1502
        world.report("b", self.lot(101, 1) + self.lot(1500, 20000))     # 1010 > 1002, not > 1502
        self.assertEqual(world.clusters(), [["a", "more"], ["b"]])

    def test_the_tenth_is_not_of_the_groups_of_a_block(self):
        world = self.big_pair(101, size=1001)       # 1010 > 1001
        world.report("around-a", self.lot(20, 9981) + [10000])      # a and its group have 1021
        self.assertEqual(world.clusters(), [["a", "around-a", "b"]])

    def test_blocks_that_share_nothing_are_apart(self):
        world = self.big_pair(0)
        self.assertEqual((world.clusters(), world.tentative()), ([["a"], ["b"]], []))

    def test_one_shared_vertex_of_one_root_on_either_side_is_tentative(self):
        world = self.big_pair(1)
        self.assertEqual((world.clusters(), world.tentative()), ([["a"], ["b"]], [["a", "b"]]))

    def test_a_shared_vertex_of_two_roots_on_both_sides_joins(self):
        world = self.big_pair(1)
        world.report("copy-a", [1] + self.lot(1009, 10000), root=EU)
        world.report("copy-b", [1] + self.lot(1099, 20000), root=OFAC)
        self.assertEqual(world.clusters(), [["a", "b", "copy-a", "copy-b"]])

    def test_a_shared_vertex_of_two_roots_on_one_side_is_tentative(self):
        world = self.big_pair(1)
        world.report("copy-a", [1] + self.lot(1009, 10000), root=EU)
        self.assertEqual(world.clusters(), [["a", "copy-a"], ["b"]])

    def test_a_shared_vertex_counts_roots_and_not_reports(self):
        world = self.big_pair(1)
        world.report("copy-a", [1] + self.lot(1009, 10000), root=OFAC)
        world.report("copy-b", [1] + self.lot(1099, 20000), root=EU)
        self.assertEqual(world.clusters(), [["a", "copy-a"], ["b", "copy-b"]])

    def test_a_shared_vertex_counts_the_atoms_that_contain_it(self):
        world = self.big_pair(1)
        world.report("part-a", self.lot(1009, 10000), root=EU)      # of a's block, without number 1
        world.report("part-b", self.lot(1099, 20000), root=OFAC)
        self.assertEqual(world.clusters(), [["a", "part-a"], ["b", "part-b"]])

    def test_two_shared_vertices_of_one_root_each_do_not_add_up(self):
        world = self.big_pair(2)
        world.report("part-a", [1] + self.lot(1008, 10000), root=OFAC)
        self.assertEqual(world.clusters(), [["a", "part-a"], ["b"]])

    def bridged(self, *bridges):
        """Big a and b that share nothing, and small reports as lists of (end of a, end of b, root)."""
        world = self.big_pair(0)
        for number, (in_a, in_b, root) in enumerate(bridges):
            world.report(f"s{number}", [in_a, in_b], root=root)
        return world

    def test_a_bridge_of_one_root_is_tentative_and_stands_alone(self):
        world = self.bridged((10000, 20000, OFAC))
        self.assertEqual(world.clusters(), [["a"], ["b"], ["s0"]])
        self.assertEqual(world.tentative(), [["a", "s0"], ["b", "s0"]])

    def test_a_bridge_of_two_roots_joins_and_belongs(self):
        world = self.bridged((10000, 20000, OFAC), (10000, 20001, EU))      # they share 10000: one group
        self.assertEqual(world.clusters(), [["a", "b", "s0", "s1"]])
        self.assertEqual(world.tentative(), [])

    def test_a_bridge_counts_roots_and_not_reports(self):
        world = self.bridged((10000, 20000, OFAC), (10000, 20001, OFAC))
        self.assertEqual(world.clusters(), [["a"], ["b"], ["s0", "s1"]])

    def test_a_bridge_has_the_roots_of_all_its_atoms(self):
        world = self.bridged((10000, 20000, OFAC))
        world.report("pier", [30000], root=EU)
        self.assertEqual(world.seen()["clusters"], 4)
        world.report("s1", [10000, 30000], root=OFAC)       # now the pier is of the group
        self.assertEqual(world.clusters(), [["a", "b", "pier", "s0", "s1"]])

    def test_two_bridges_of_one_root_each_join_when_the_roots_differ(self):
        world = self.bridged((10000, 20000, OFAC), (10001, 20001, EU))
        self.assertEqual(sorted(len(group) for group in world.views().groups), [1, 1])
        self.assertEqual(world.clusters(), [["a", "b", "s0", "s1"]])

    def test_two_bridges_of_the_same_root_are_tentative(self):
        world = self.bridged((10000, 20000, OFAC), (10001, 20001, OFAC))
        self.assertEqual(world.clusters(), [["a"], ["b"], ["s0"], ["s1"]])

    def test_a_shared_vertex_and_a_bridge_do_not_add_up(self):
        world = self.big_pair(1, root_a=OFAC, root_b=OFAC)
        world.report("s0", [10000, 20000], root=EU)
        self.assertEqual(world.seen()["clusters"], 3)

    def test_the_roots_of_the_blocks_are_not_those_of_the_bridge(self):
        world = self.big_pair(0, root_a=EU, root_b=UN)
        world.report("s0", [10000, 20000], root=OFAC)
        self.assertEqual(world.seen()["clusters"], 3)

    def test_dead_roots_join_nothing(self):
        world = World()
        dead = "01" + world.unsay(subject=account(9))
        world.report("a", self.lot(1001, 10000), root=OFAC)
        world.report("b", self.lot(1001, 20000), root=OFAC)
        world.report("s0", [10000, 20000], root=OFAC)
        world.records[-2]["roots"] = [OFAC, dead]
        self.assertEqual(world.seen()["clusters"], 3)
        world.records[-2]["roots"] = [OFAC, EU]
        self.assertEqual(world.seen()["clusters"], 1)

    def test_a_group_belongs_to_the_one_block_it_touches(self):
        world = self.big_pair(0)
        world.report("near", [10000, 30000])
        world.report("far", [30000, 30001])
        world.report("elsewhere", [30002])
        self.assertEqual(world.clusters(), [["a", "far", "near"], ["b"], ["elsewhere"]])

    def three_blocks(self, pairs):
        """Big a, b and c of 1010, each pair sharing as many as said."""
        world, at = World(), 1
        lots = {"a": [], "b": [], "c": []}
        for (first, second), shared in pairs.items():
            both = self.lot(shared, at)
            at += shared
            lots[first] += both
            lots[second] += both
        for number, (name, lot) in enumerate(lots.items(), 1):
            world.report(name, lot + self.lot(1010 - len(lot), 10000 * number), root=OFAC)
        return world

    def test_a_group_of_several_blocks_belongs_when_all_of_them_are_one_cluster(self):
        world = self.three_blocks({"ab": 102, "bc": 102})
        world.report("touch", [10500, 20500, 30500], root=OFAC)
        self.assertEqual((world.clusters(), world.tentative()), ([["a", "b", "c", "touch"]], []))

    def test_a_group_of_several_blocks_stands_alone_when_one_is_elsewhere(self):
        world = self.three_blocks({"ab": 102})
        world.report("touch", [10500, 20500, 30500], root=OFAC)
        self.assertEqual(world.clusters(), [["a", "b"], ["c"], ["touch"]])
        self.assertEqual(world.tentative(), [["a", "touch"], ["b", "touch"], ["c", "touch"]])

    def test_a_bridge_of_two_roots_joins_all_the_blocks_it_touches(self):
        world = self.three_blocks({})
        world.report("s0", [10500, 20500], root=OFAC)
        world.report("s1", [10500, 30500], root=EU)
        self.assertEqual(world.clusters(), [["a", "b", "c", "s0", "s1"]])

    def test_a_tentative_pair_that_others_bring_together_is_not_tentative(self):
        world = self.three_blocks({"ab": 102, "bc": 102, "ac": 1})
        self.assertEqual((world.clusters(), world.tentative()), ([["a", "b", "c"]], []))

    def test_each_pair_of_blocks_is_judged_by_itself(self):
        world = self.three_blocks({"ab": 102, "bc": 60, "ac": 60})
        # a and b as one would share 120 with c: more than a tenth of 1010; each for itself does not
        self.assertEqual(world.clusters(), [["a", "b"], ["c"]])

    def test_two_clusters_with_one_smallest_vertex_stay_two_in_the_order_of_their_claims(self):
        world = self.big_pair(1)
        first, second = world.seen()["components"]
        self.assertEqual((first["id"], second["id"]), (key(1), key(1)))
        self.assertLess(first["reports"], second["reports"])
        self.assertEqual(world.seen()["clusters"], 2)

    def test_a_cluster_counts_each_vertex_once(self):
        world = self.big_pair(102)
        (component,) = world.seen()["components"]
        # 1010 + 1100 − 102
        self.assertEqual((component["size"], len(component["vertices"])), (2008, 2008))


if __name__ == "__main__":
    unittest.main()
