"""Random small worlds of rules 2: all kinds, derived sources, notices and what they cover, incidents, answers.

Everything is drawn from a few wallets, places, slugs and orgs, so that nearly all of it collides. `generate` is called by
worlds.py.
"""

import functools

import effects
import identity
import model
import wire_crypto
import worlds
from identity import (ATTRIBUTION, CLEARANCE, CLUSTER, DISPUTE, HEADS, INCIDENT, INQUIRY, NOTICE, REPLY, SAME_AS,
                      SIGHTING, TRANSFER, WALLET)
from worlds import BSC, BTC, ETH, LTC, TRON, Wallet

XRP, SOL = "xrpl:0", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
NULL20, ONE20 = bytes(20), bytes(19) + b"\x01"      # nobody has their keys
SERVICES = [{"vertex": "01" + NULL20.hex(), "role": "burn"}, {"vertex": "05" + NULL20.hex(), "role": "burn"},
            {"vertex": "05" + ONE20.hex(), "role": "precompile"}]
NOTICE_ROLES = ["deposit", "deposit", "hot", "hot", "hot", "cold", "pool", "burn", "till"]     # no term
SLUGS = ["bridge-2024", "hack", "hack-2"]
KEY_SEEDS = [b"%032d" % number for number in range(3)]
EVERY_ROOT = 64
AMOUNTS = ["0", "5", "5", "6", str(2 ** 200)]


@functools.lru_cache(maxsize=None)
def public_key(seed):
    return wire_crypto.ed25519_public(seed)


@functools.lru_cache(maxsize=None)
def signature(seed, text):
    return wire_crypto.ed25519_sign(seed, text)


def key_wallets(rng):
    """Some with tags, some with a key that signs, some of nobody."""
    hash160 = rng.randbytes(20)
    seed = rng.choice(KEY_SEEDS)
    signer = Wallet(6, True, public_key(seed), 12, 7, [SOL])
    signer.seed = seed
    return rng.choice([
        [Wallet(1, True, hash160, 10, 7, [XRP])],
        [Wallet(1, True, hash160, 10, 7, [XRP]), Wallet(1, True, hash160, 1, 1, [BTC])],
        [signer],
        [Wallet(5, True, rng.choice([NULL20, ONE20]), 8, 8, [ETH, BSC])],
        [Wallet(5, True, NULL20, 9, 8, [TRON]), Wallet(1, True, NULL20, 1, 1, [BTC])],
    ])


class World(worlds.World):
    """A world in the making, of rules 2."""

    def __init__(self, rng):
        super().__init__(rng)
        pairs = [key_wallets(rng) for _ in range(rng.randint(1, 3))]
        known = {wallet.subject for pair in pairs for wallet in pair}
        self.wallets = ([*{wallet.subject: wallet for pair in pairs for wallet in pair}.values()]
                        + [wallet for wallet in self.wallets if wallet.subject not in known])[:12]
        self.unseen = []
        self.feeds = {}         # (circle, org) -> [feed, next index]
        self.txs = {chain: [self.transaction(chain) for _ in range(2)] for chain in (BTC, ETH, BSC)}
        self.flows = [rng.randbytes(32).hex() for _ in range(2)]
        self.said = []          # (place, kind, identity fields) of claims that can be a target
        self.busy = None        # a wallet that much is about
        self.calm = rng.random() < 0.4      # nothing waits or expires: what is said together stands together

    def transaction(self, chain):
        number = self.rng.randbytes(32).hex()
        return number if chain == BTC else "0x" + number

    # Records

    def add(self, place, kind, fields):
        """Where it stands, and whether it is in E at all."""
        key = (place["circle"], place["org"])
        feed = self.feeds.setdefault(key, [self.rng.randbytes(32).hex(), 1])
        seen = kind not in HEADS or self.rng.random() > 0.06
        dates = worlds.SURE if self.calm else {}
        super().add(place, kind, {"source": "01", **dates, **fields, "feed": feed[0], "index": feed[1],
                                  "salt": self.rng.randbytes(32).hex()})
        feed[1] += 1
        if not seen:
            self.unseen.append(self.records.pop())

    def wallet(self, chains=None):
        fits = [wallet for wallet in self.wallets if chains is None or set(wallet.chains) & set(chains)]
        if self.busy in fits and self.rng.random() < 0.4:
            return self.busy
        return self.rng.choice(fits) if fits else None

    def on(self, chains=None):
        wallet = self.wallet(chains)
        tag = self.rng.choice(["", "", "7", "104"]) if wallet.chains == [XRP] else ""
        chain = self.rng.choice([chain for chain in wallet.chains if chains is None or chain in chains])
        return {"subject": wallet.subject, "vertex": wallet.vertex, "tag": tag, "chain": chain}

    def wallet_identity(self):
        fields = super().wallet_identity()
        return {**fields, **self.on(), "incident": self.rng.choice(["", *SLUGS]),
                "source": "04" if self.rng.random() < 0.25 else fields["source"]}

    # Sources and roots

    def derivation(self, claim):
        """`source`, `roots`, `derived_from`, and how plan.py tells it; None without anything to derive from."""
        pool = [said for said in self.records + self.unseen if len(said.get("roots") or []) < EVERY_ROOT // 4]
        if not pool:
            return None
        chosen = self.rng.sample(pool, min(len(pool), self.rng.choice([1, 1, 1, 2, 2, 3])))
        roots, sources = set(), []
        for said in chosen:
            sealed = self.rng.random() < 0.35
            written = {bytes.fromhex(root) for root in said.get("roots") or []}
            if not sealed and b"\x01" + claim in written:
                sealed = True       # nobody derives a claim from itself
            salt = bytes.fromhex(said["salt"])
            roots |= {self.sealed(root, salt) if sealed else root for root in written}
            wrong = self.rng.choice(["", "", "", "", "", "", "", "place", "id"])
            index = said["index"] + 1000 if wrong == "place" else said["index"]
            record = self.rng.randbytes(32).hex() if wrong == "id" else said["id"]
            sources.append({"record": record, "feed": said["feed"], "index": index,
                            "of": said["id"], "sealed": sealed, "wrong": wrong})
        change = self.rng.choice(["", "", "", "", "", "less", "more"])
        stray = b"\x04" + self.rng.randbytes(32)
        if change == "less" and roots:
            roots.remove(min(roots))
        if change == "more" or not roots:
            change = change or "more"
            roots.add(stray)
        return {"source": "04", "roots": sorted(root.hex() for root in roots), "change": change,
                "derived_from": sorted(sources, key=lambda source: source["record"])}

    @staticmethod
    def sealed(root, salt):
        if root[:1] not in (b"\x01", b"\x03"):
            return root
        return b"\x04" + identity.blake(b"tocsin/undisclosed/1\n" + salt + root)

    def ground(self, place, kind, fields):
        """Of one record of a claim: the source, unless it is part of what the claim is, and the roots."""
        claim = self.claim_of(place, kind, fields)
        source = fields.get("source")
        if source is None:
            source = "04" if self.rng.random() < 0.3 else self.source().hex()
        derived = self.derivation(claim) if source == "04" else None
        if derived is not None:
            return derived
        if source == "04":      # there was nothing to derive from: of something that nobody has
            away = {"record": self.rng.randbytes(32).hex(), "feed": self.rng.randbytes(32).hex(), "index": 1,
                    "of": "", "sealed": False, "wrong": "away"}
            return {"source": "04", "roots": ["04" + self.rng.randbytes(32).hex()], "change": "more",
                    "derived_from": [away]}
        return {"source": source, "roots": self.roots(claim, bytes.fromhex(source))}

    # Claims of any kind

    def say(self, place, kind, fields, body=lambda: {}, **more):
        """Some revisions of a claim, some of them retractions."""
        if kind not in (DISPUTE, INQUIRY, REPLY):
            self.said.append((place, kind, fields))
        for _ in range(self.rng.choice([1, 1, 1, 1, 2, 2, 3])):
            if self.rng.random() < (0.1 if self.calm else 0.14):
                self.retract(place, kind, {name: value for name, value in fields.items() if name != "vertex"})
            else:
                self.add(place, kind, {"confidence": self.rng.choice(worlds.CONFIDENCES), **fields, **body(),
                                       **self.ground(place, kind, fields), **more})

    def wallet_claim(self, place, fields, **more):
        self.say(place, WALLET, fields, **more)

    def head(self, place, name, **more):
        body = {"service": self.rng.random() < 0.1, "method": self.rng.choice(["", "multi-input", "multi-input"])}
        self.said.append((place, CLUSTER, {"cluster": name}))
        self.add(place, CLUSTER, {"confidence": self.rng.choice(worlds.REPORT_CONFIDENCES), "cluster": name, **body,
                                  **self.ground(place, CLUSTER, {"cluster": name}), **more})

    def notice(self, place, role, fields, **more):
        wallet = next(wallet for wallet in self.wallets if wallet.subject == fields["subject"])

        def body():
            operator = self.rng.choice(["", "", place["org"], self.rng.choice(self.orgs)])
            said = {"service_role": role, "operator_org": operator,
                    "operator_name": self.rng.choice(["", "", "some-exchange"]),
                    "scheme": "", "key": "", "signature": "", "sign": ""}
            if hasattr(wallet, "seed") and self.rng.random() < 0.6:
                self.sign(place, {**fields, **said}, said, wallet.seed)
            elif self.rng.random() < 0.05:
                said.update({"scheme": "eip-191", "key": "", "signature": "00" * 65, "sign": "eip-191"})
            return said

        self.say(place, NOTICE, fields, body, **more)

    def sign(self, place, notice, said, seed):
        """By the key of the wallet, or over something else."""
        good = self.rng.random() < 0.7
        head = model.Record(id=b"", circle=b"", org=bytes.fromhex(place["org"]), kind=NOTICE, revision=1, issued_at_ms=0,
                            valid_until_ms=0, claim=b"", filed=b"", said=notice)
        text = effects.notice_text(head) if good else b"something else"
        said.update({"scheme": "ed25519", "key": public_key(seed).hex(), "signature": signature(seed, text).hex(),
                     "sign": ("+" if good else "-") + seed.hex()})

    def quoting(self, chance):
        """What puts several claims on one root."""
        if self.rng.random() > chance:
            return {}
        listed = (b"\x02" + self.rng.choice(worlds.LISTS).encode()).hex()
        return {"source": listed, "roots": [listed]}

    def notices(self):
        """One wallet, one role for the most part, by several orgs."""
        role, fields, quoted = self.rng.choice(NOTICE_ROLES), self.on(), self.quoting(0.15)
        signers = [wallet for wallet in self.wallets if hasattr(wallet, "seed")]
        if signers and self.rng.random() < 0.4:
            wallet = self.rng.choice(signers)
            fields = {"subject": wallet.subject, "vertex": wallet.vertex, "tag": "", "chain": SOL}
        if self.rng.random() < 0.3:
            other = {**fields, "tag": self.rng.choice(["", "7"]) if fields["chain"] == XRP else "", "actor": "",
                     "role": "perpetrator", "category": "theft", "incident": "", "source": "01"}
            self.wallet_claim(self.place(), other)
        for org in self.rng.sample(self.orgs, self.rng.randint(1, len(self.orgs))):
            said = dict(fields)
            if self.rng.random() < 0.15:
                twins = [wallet for wallet in self.wallets if wallet.vertex == fields["vertex"]]
                twin = self.rng.choice(twins)
                said.update({"subject": twin.subject, "chain": twin.chains[0],
                             "tag": fields["tag"] if twin.chains == [XRP] else ""})
            other = self.rng.random() < 0.15
            self.notice({"circle": self.rng.choice(self.circles), "org": org},
                        self.rng.choice(NOTICE_ROLES) if other else role, said, **quoted)
        if self.rng.random() < 0.3 and len(self.circles) > 1:
            for circle in self.circles:
                self.notice({"circle": circle, "org": self.orgs[0]}, role, fields)

    def paid_out(self):
        """A report that saw a service, and another that shares a wallet with it."""
        some = [self.wallet() for _ in range(3)]
        for number, method in enumerate(["multi-input", ""]):
            place, name = self.place(), f"paid-{number}"
            self.head(place, name, method=method, service=False, confidence=60, valid_until_ms=0)
            self.members(place, name, [(wallet, "add") for wallet in some[number:number + 2]], **worlds.SURE)
        for org in self.orgs[:2]:
            fields = {"subject": some[1].subject, "vertex": some[1].vertex, "tag": "", "chain": some[1].chains[0]}
            self.notice({"circle": self.circles[0], "org": org}, self.rng.choice(["deposit", "hot", "cold"]), fields)

    def tagged(self):
        """One account of a wallet is a service's: the others are not, and its cluster stays."""
        wallets = [wallet for wallet in self.wallets if wallet.chains == [XRP]]
        if not wallets:
            return
        wallet, place = self.rng.choice(wallets), self.place()
        fields = {"subject": wallet.subject, "vertex": wallet.vertex, "tag": "7", "chain": XRP}
        more = {"service_role": self.rng.choice(["deposit", "hot"]), "operator_org": place["org"], **worlds.SURE}
        self.notice(place, "deposit", fields, **more)
        accused = {**fields, "tag": self.rng.choice(["", "104"]), "actor": "", "role": "perpetrator",
                   "category": "theft", "incident": "", "source": "01"}
        self.wallet_claim(self.place(), accused, **worlds.SURE)
        self.head(place, "tagged", service=False, confidence=60, **worlds.SURE)
        self.members(place, "tagged", [(wallet, "add"), (self.wallet(), "add")], **worlds.SURE)

    def place_of(self, chain, flows=0.2):
        if self.rng.random() < flows:
            return {"chain": chain, "tx": "", "index_kind": 0, "index": "", "flow": self.rng.choice(self.flows)}
        kind, index = (4, self.rng.choice(["0", "12"])) if chain == BTC else self.rng.choice(
            [(1, ""), (2, "0"), (2, "12"), (3, "0.1.4")])
        return {"chain": chain, "tx": self.rng.choice(self.txs[chain]), "index_kind": kind, "index": index, "flow": ""}

    def parties(self, chain, least):
        some = {self.on([chain])["subject"] for _ in range(self.rng.randint(least, 2))}
        return [{"subject": subject, "tag": ""} for subject in sorted(some)]

    def chains(self):
        return [chain for chain in (BTC, ETH, BSC) if self.wallet([chain]) is not None]

    def transfers(self):
        if not self.chains():
            return
        chain = self.rng.choice(self.chains())
        fields = {"place": self.place_of(chain)}
        sender, receiver, units = self.parties(chain, 1), self.parties(chain, 0), self.rng.choice(AMOUNTS)

        def body():
            other = self.rng.random() < 0.25
            bridge = self.place_of(self.rng.choice([c for c in (BTC, ETH, BSC) if c != chain]), 0)
            return {"from": sender, "to": receiver,
                    "amount": {"asset": "native", "units": self.rng.choice(AMOUNTS) if other else units, "decimals": 18},
                    "bridge": bridge if self.rng.random() < 0.3 else None}

        for _ in range(self.rng.choice([1, 2, 3, 4])):
            self.say(self.place(), TRANSFER, fields, body)
        if self.rng.random() < 0.2:     # all but one say the same
            amounts = [{"asset": "native", "units": units, "decimals": 18} for units in ("7", "7", "8")]
            for org, amount in zip(self.orgs, self.rng.sample(amounts, 3)):
                self.say({"circle": self.circles[0], "org": org}, TRANSFER, fields,
                         lambda amount=amount: {**body(), "amount": amount}, **worlds.SURE)
        if self.rng.random() < 0.7:
            there = self.on([chain])
            self.say(self.place(), SIGHTING, {**there, "place": {**fields["place"], "chain": chain}})

    def crossings(self):
        """Bridges named from the other side, or from both."""
        for place, kind, fields in [*self.said]:
            if kind != TRANSFER or not fields["place"]["tx"] or self.rng.random() < 0.4:
                continue
            here = fields["place"]
            chains = [chain for chain in self.chains() if chain != here["chain"]]
            if not chains:
                continue
            there = self.place_of(self.rng.choice(chains), 0)
            amount = {"asset": "native", "units": "5", "decimals": 18}
            self.say(self.place(), TRANSFER, {"place": there}, lambda there=there, here=here: {
                "from": self.parties(there["chain"], 1), "to": [], "amount": amount, "bridge": here}, **worlds.SURE)
            if self.rng.random() < 0.5:
                self.say(place, TRANSFER, {"place": here}, lambda there=there, here=here: {
                    "from": self.parties(here["chain"], 1), "to": [], "amount": amount, "bridge": there}, **worlds.SURE)

    def thefts(self):
        chains = self.rng.sample([BTC, BSC, ETH], self.rng.choice([0, 1, 2, 3]))
        return sorted(({"chain": chain, "tx": self.rng.choice(self.txs[chain])} for chain in chains),
                      key=lambda theft: (theft["chain"], theft["tx"]))

    def incidents(self):
        named = []
        same = self.thefts() if self.rng.random() < 0.4 else None
        for _ in range(self.rng.randint(1, 4)):
            place, slug = self.place(), self.rng.choice(SLUGS)
            named.append((place["org"], slug))
            self.say(place, INCIDENT, {"slug": slug}, lambda: {"thefts": self.thefts() if same is None else same})
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            first, second = (self.rng.choice([*named, (self.rng.choice(self.orgs), self.rng.choice(SLUGS))])
                             for _ in range(2))
            if first == second:
                continue
            first, second = sorted([first, second])
            fields = {"first": {"org": first[0], "slug": first[1]}, "second": {"org": second[0], "slug": second[1]}}
            quoted = self.quoting(0.4)
            orgs = [first[0], second[0]] if quoted else [self.rng.choice(self.orgs)] if same else self.rng.choices(self.orgs, k=self.rng.choice([1, 1, 2, 3]))
            for org in orgs:
                self.say({**self.place(), "org": org}, SAME_AS, fields, **quoted)

    def attribution(self):
        if self.rng.random() < 0.3:
            fields = {"of": {"org": self.rng.choice(self.orgs), "slug": self.rng.choice(SLUGS)}}
        else:
            fields = self.on()
        self.say(self.place(), ATTRIBUTION, {**fields, "actor": self.rng.choice(["lazarus", "apt-x"]),
                                             "source": self.rng.choice(["04", self.source().hex()])})

    def clearance(self):
        self.say(self.place(), CLEARANCE, {**self.on(), "source": self.rng.choice(["04", self.source().hex()])})

    def disavowed(self):
        """Others rest on a claim that its org retracts, or that it does not let everybody see."""
        place = self.place()
        fields = {**self.wallet_identity(), "role": "perpetrator", "source": "01"}
        own = {"confidence": 80, **fields, "roots": self.roots(self.claim_of(place, WALLET, fields), b"\x01")}
        before = len(self.records)
        self.add(place, WALLET, {**own, "revision": "1", **worlds.SURE})
        source = self.records[-1] if len(self.records) > before else self.unseen[-1]
        for kind in self.rng.choices([WALLET, WALLET, CLEARANCE, NOTICE], k=self.rng.choice([1, 2])):
            said = {**fields, "source": "04"} if kind == WALLET else {**self.on(), "source": "04"}
            more = {"service_role": "hot", "operator_org": "", "sign": ""} if kind == NOTICE else {}
            sealed = self.rng.random() < 0.3
            root = bytes.fromhex(source["roots"][0])
            root = self.sealed(root, bytes.fromhex(source["salt"])) if sealed else root
            self.add(self.place(), kind, {"confidence": self.rng.choice(worlds.CONFIDENCES), **said, **more, "roots": [root.hex()],
                                          "change": "", "derived_from": [
                                              {"record": source["id"], "feed": source["feed"], "index": source["index"],
                                               "of": source["id"], "sealed": sealed, "wrong": ""}]})
        if self.rng.random() < 0.7:
            self.retract(place, WALLET, {name: value for name, value in fields.items() if name != "vertex"},
                         revision="2", **worlds.SURE)

    def target(self):
        """A claim that somebody made, or hardly so; and the circle it is in."""
        place, kind, fields = self.rng.choice(self.said)
        org = self.rng.choice([place["org"]] * 9 + [self.rng.choice(self.orgs)])
        named = {name: value for name, value in fields.items() if name != "vertex"}
        return place["circle"], {"org": org, "kind": kind, **named}

    def answers(self):
        """A dispute of a claim, or a question about it and replies."""
        circle, target = self.target()
        place = {"circle": circle, "org": self.rng.choice(self.orgs)}
        if self.rng.random() < 0.5:
            if place["org"] == target["org"]:
                return      # who said it retracts it
            self.say(place, DISPUTE, {"target": target},
                     lambda: {"revision_seen": str(self.rng.choice(worlds.REVISIONS)), "reason": "wrong-address"})
            return
        inquiry = self.rng.choice(self.flows)
        if self.rng.random() < 0.8:
            self.say(place, INQUIRY, {"inquiry": inquiry, "target": target})
        for _ in range(self.rng.choice([0, 1, 2])):
            answering = self.rng.choice([target["org"], self.rng.choice(self.orgs)])
            self.say({"circle": circle, "org": answering}, REPLY,
                     {"asker": place["org"], "inquiry": inquiry, "target": target})

    def finished(self, seed):
        return {**super().finished(seed), "rules": 2, "services": SERVICES, "unseen": self.unseen}


def small_world(rng):
    world = World(rng)
    world.busy = rng.choice([None, rng.choice(world.wallets)])
    for _ in range(rng.randint(1, 4)):
        place, fields = world.place(), world.wallet_identity()
        world.wallet_claim(place, fields)
        if rng.random() < 0.4:
            place, fields = world.varied(place, fields)
            world.wallet_claim(place, fields)
    for number in range(rng.randint(0, 4)):
        world.cluster_claim(world.place(), f"c{number % 3}")
    scenes = [World.notices, World.notices, World.paid_out, World.transfers, World.incidents, World.attribution,
              World.clearance, World.disavowed, World.tagged]
    for scene in rng.choices(scenes, k=rng.randint(1, 4)):
        scene(world)
    for _ in range(rng.choice([0, 1, 2, 3])):
        world.answers()
    world.crossings()
    return world
