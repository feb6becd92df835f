#!/usr/bin/env python3
"""Identity, filing and signatures of the model against tests/vectors/record-kinds.txt, which other code wrote from
docs/RULES.md; and which records rules 1 and 2 count."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import effects      # noqa: E402
import identity     # noqa: E402
import model        # noqa: E402
from sentences import AWAY, OWN, World, account, id32, twin   # noqa: E402

CIRCLE, ORG, OTHER = "11" * 32, "22" * 32, "33" * 32
FLOW, INQUIRY = "66" * 32, "77" * 32
BTC_CHAIN, SOL_CHAIN = "bip122:000000000019d6689c085ae165831e93", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
BTC_TX, ETH_TX = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "0x" + "ab" * 32
TRM = "03" + b"trm".hex()
BTC = {"subject": "01e8df018c7e326cc253faac7e46cdc51e68542c420103", "tag": "", "chain": BTC_CHAIN}
ETH = {"subject": "05dac17f958d2ee523a2206206994597c13d831ec70807", "tag": None, "chain": "eip155:1"}
XRP = {"subject": "01b5f762798a53d543a014caf8b297cff8f2f937e80a07", "tag": "4711", "chain": "xrpl:0"}
OUTPUT = {"chain": BTC_CHAIN, "tx": BTC_TX, "index_kind": 4, "index": "12"}


def at(kind, index=""):
    return {"kind": 5, "place": {"chain": "eip155:1", "tx": ETH_TX, "index_kind": kind, "index": index}}


OF_WALLET = {"org": OTHER, "kind": 1, **XRP, "role": "perpetrator", "category": "theft", "actor": "lazarus",
             "incident": "bybit-2025", "source": TRM}

# In the order of the file, up to the signed notices, of which each has its own key.
CASES = [
    {"kind": 5, "place": OUTPUT, "source": TRM}, at(1), at(2, "0"), at(3, "0.1.4"), at(5, "3.0"),
    {"kind": 5, "place": {"chain": "xrpl:0", "flow": FLOW}},
    {"kind": 6, "slug": "bybit-2025"},
    {"kind": 7, "first": {"org": ORG, "slug": "bybit-2025"}, "second": {"org": OTHER, "slug": "bybit"}},
    {"kind": 8, "of": {"org": OTHER, "slug": "bybit"}, "actor": "lazarus", "source": TRM},
    {"kind": 8, **XRP, "actor": "lazarus", "source": OWN}, {"kind": 8, **ETH, "actor": "lazarus", "source": OWN},
    {"kind": 9, **BTC, "place": {"chain": BTC_CHAIN, "tx": BTC_TX, "index_kind": 4, "index": "0"}},
    {"kind": 9, **XRP, "place": {"chain": "xrpl:0", "flow": FLOW}},
    {"kind": 11, **XRP, "source": "02" + b"ofac-sdn".hex()},
    {"kind": 10, **ETH, "service_role": "router"}, None, None, None, None,
    {"kind": 12, "target": OF_WALLET},
    {"kind": 12, "target": {"org": OTHER, "kind": 2, "cluster": "lazarus-42"}},
    {"kind": 12, "target": {"org": OTHER, "kind": 5, "place": OUTPUT}},
    {"kind": 13, "inquiry": INQUIRY, "target": OF_WALLET},
    {"kind": 14, "inquiry": INQUIRY, "asker": OTHER, "target": OF_WALLET},
    {"kind": 1, **BTC, "role": "perpetrator", "category": "theft", "source": "04"},
    {"kind": 2, "cluster": "lazarus-42", "source": "04"},
]


def vectors():
    blocks = (HERE.parent / "vectors" / "record-kinds.txt").read_text().split("\n\n")[1:]
    return [dict(line.split(" = ") for line in block.splitlines() if not line.startswith("#")) for block in blocks]


class Identity(unittest.TestCase):
    """§2"""

    def test_claims_and_subjects_are_those_of_the_vectors(self):
        *cases, undisclosed = vectors()
        self.assertEqual(len(cases), len(CASES))
        for said, case in zip(CASES, cases):
            if said is None:
                continue
            self.assertEqual(said["kind"], int(case["kind"]))
            for record in (said, {**said, "kind": 4, "target_kind": said["kind"]}):
                here = (bytes.fromhex(CIRCLE), bytes.fromhex(ORG), record)
                self.assertEqual(identity.claim_of(*here).hex(), case["claim"])
                self.assertEqual(identity.filed_of(*here).hex(), case["subject"])
        salted = World()
        salted.quote("02")
        salted.stand(0)
        salted.records[0]["salt"] = undisclosed["salt"]
        record = model.read_record(salted.records[0])
        self.assertEqual(model.undisclosed(record, bytes.fromhex(undisclosed["root"])).hex(), undisclosed["undisclosed"])

    def test_notices_are_signed_over_the_texts_of_the_vectors(self):
        texts = 0
        for case in vectors():
            if "text" not in case:
                continue
            raw = bytes.fromhex(case["record"])
            signed = case["proof"] == "1"
            sol = case["subject"].startswith("06")
            said = {"kind": 10, "subject": case["subject"], "vertex": "", "tag": "", "service_role": "hot",
                    "chain": SOL_CHAIN if sol else "eip155:1", "operator_org": ORG if signed else "",
                    "operator_name": "some-exchange" if signed else "", "scheme": "ed25519" if sol else "eip-191",
                    "key": case["subject"][2:66] if sol else "", "signature": ""}
            head = model.read_record({**said, "id": id32(1), "circle": CIRCLE, "org": ORG, "revision": 1, "roots": [OWN],
                                      "issued_at_ms": 0, "valid_until_ms": 0, "confidence": 50})
            texts += 1
            self.assertEqual(effects.notice_text(head).decode(), case["text"])
            if signed:      # the only 64 bytes of that length in it
                start = raw.index(b"\x1a\x40") + 2
                head.said["signature"] = raw[start:start + 64].hex()
            self.assertEqual(effects.proof(head), {"1": "verified", "2": "wrong", "3": "not-verified"}[case["proof"]])
        self.assertEqual(texts, 4)

    def test_a_signature_of_another_moment_key_or_length_is_wrong(self):
        import wire_crypto
        # RFC 8032 §7.1, test 2
        key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        good = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        self.assertTrue(wire_crypto.ed25519_verify(key, b"\x72", good))
        for text, signature in ((b"\x73", good), (b"\x72", good[:63]), (b"\x72", good[:32] + bytes(32)),
                                (b"\x72", good[:32] + b"\xff" * 32), (b"\x72", b"\xff" * 32 + good[32:])):
            self.assertFalse(wire_crypto.ed25519_verify(key, text, signature))

    def test_the_same_as_is_one_claim_whichever_incident_stands_first(self):
        world = World()
        there = world.same((1, "b"), (2, "a"))
        world.records[-1]["first"], world.records[-1]["second"] = world.records[-1]["second"], world.records[-1]["first"]
        self.assertEqual(world.views().entries[0].claim.hex(), there)
        self.assertEqual(world.views().entries[0].filed, identity.of_incident(b"b"))

    def test_what_a_claim_is_derived_from_is_no_part_of_it(self):
        world = World()
        world.say(11, world.on(), derived_from=[{"record": id32(1), "feed": id32(1), "index": 1}], roots=["0201"])
        world.say(11, world.on(), derived_from=[{"record": id32(2), "feed": id32(1), "index": 2}], roots=["0202"])
        self.assertEqual(world.seen()["claims"], 1)


class WhichRulesCount(unittest.TestCase):
    """§1, needs a newer version"""

    def world(self):
        world = World()
        world.wallet()
        world.clearance()                                                   # a new kind
        world.unsay_it(11, world.on(), org=2)                               # a retraction of one
        world.wallet(org=2, source="04", roots=["02aa"])                    # a derived source
        world.records[-1]["derived_from"] = AWAY
        world.unsay(org=3, source="04")                                     # a retraction of one
        return world

    def test_rules_1_count_no_new_kind_no_derived_source_and_no_retraction_of_either(self):
        world = self.world()
        world.rules = 1
        self.assertEqual(world.seen()["entries"], 1)

    def test_rules_2_count_all(self):
        self.assertEqual(self.world().seen()["entries"], 5)

    def test_rules_1_print_what_they_always_printed(self):
        world = World()
        world.wallet()
        self.assertEqual(list(world.seen()), ["opened", "entries", "claims", "wallets", "clusters", "dossiers",
                                              "components", "tentative"])


class Filing(unittest.TestCase):
    """§2, filed under"""

    def test_a_dispute_of_a_dispute_free_target_is_filed_with_it_and_so_is_its_retraction(self):
        world = World()
        world.wallet()
        target = world.last()
        world.dispute(target, org=2)
        world.unsay_it(12, {"target": target}, org=2)
        world.inquiry(target, org=2)
        world.reply(target, asker=2)
        self.assertEqual({subject for _, _, subject in world.seen()["filed"]}, {account(1)})

    def test_members_and_retractions_are_filed_with_their_cluster(self):
        world = World()
        claim = world.head("a")
        world.members("a", [account(1), twin(1)])
        world.disband("a")
        world.rules = 2
        self.assertEqual({subject for _, _, subject in world.seen()["filed"]}, {"f0" + claim + "0000"})

    def test_all_that_is_said_of_one_movement_or_slug_is_together_whoever_says_it(self):
        world = World()
        world.transfer()
        world.transfer(org=2, circle=2, sender=5)
        self.assertEqual(len({subject for _, _, subject in world.seen()["filed"]}), 1)
        world.incident("hack")
        world.incident("hack", org=2)
        world.attribution(of=(1, "hack"))
        world.same((1, "hack"), (2, "other"))
        self.assertEqual(len({subject for _, _, subject in world.seen()["filed"]}), 2)


if __name__ == "__main__":
    unittest.main()
