"""Small worlds written down by hand, for the tests of the model."""

import identity
import model

T = 28_333_334 * 60_000
OWN, OFAC, EU, UN = "01", "02" + b"ofac-sdn".hex(), "02" + b"eu-fsf".hex(), "02" + b"un-sc".hex()
VENDOR = "03" + b"chainalysis".hex()
AWAY = [{"record": f"{99:064x}", "feed": f"{99:064x}", "index": 1}]     # sources that are not held


def id32(number):
    return f"{number:064x}"


def key(number):
    """A vertex: an account key. Numbers are in the order of the bytes."""
    return f"05{number:040x}"


def account(number):
    return key(number) + "0808"


def twin(number):
    """Another subject of the same vertex."""
    return key(number) + "0908"


class World:
    """A world as a list of sentences. Record ids go up unless given; each sentence returns its claim id."""

    def __init__(self, horizon_ms=T):
        self.horizon_ms = horizon_ms
        self.records = []
        self.rules = 1
        self.services = []

    def add(self, kind, org, circle, revision, id, issued, until, fields):
        said = {"id": id32(len(self.records) + 1000 if id is None else id), "circle": id32(circle), "org": id32(org),
                "kind": kind, "revision": str(revision), "issued_at_ms": issued, "valid_until_ms": until, **fields}
        self.rules = max(self.rules, identity.rules_of(said))
        claim = identity.claim_of(bytes.fromhex(said["circle"]), bytes.fromhex(said["org"]), said).hex()
        if kind in identity.HEADS and said["roots"] is None:
            said["roots"] = ["01" + claim]
        self.records.append(said)
        return claim

    def wallet(self, org=1, circle=1, revision=1, id=None, issued=T, until=0, confidence=50, roots=None, subject=None,
               tag="", chain="eip155:1", role="perpetrator", category="theft", actor="", incident="", source=OWN):
        subject = account(1) if subject is None else subject
        return self.add(1, org, circle, revision, id, issued, until, {
            "confidence": confidence, "roots": roots, "subject": subject, "vertex": subject[:42], "tag": tag,
            "chain": chain, "role": role, "category": category, "actor": actor, "incident": incident,
            "source": source})

    def quote(self, listed, **more):
        """A claim on a known list: its root is the list."""
        return self.wallet(source=listed, roots=[listed], **more)

    def unsay(self, org=1, circle=1, revision=2, id=None, issued=T, until=0, subject=None, tag="", chain="eip155:1",
              role="perpetrator", category="theft", actor="", incident="", source=OWN):
        return self.add(4, org, circle, revision, id, issued, until, {
            "target_kind": 1, "subject": account(1) if subject is None else subject, "tag": tag, "chain": chain,
            "role": role, "category": category, "actor": actor, "incident": incident, "source": source})

    def head(self, name, org=1, circle=1, revision=1, id=None, issued=T, until=0, confidence=50, roots=None,
             service=False, method="", **more):
        return self.add(2, org, circle, revision, id, issued, until, {
            "confidence": confidence, "roots": roots, "cluster": name, "service": service, "method": method, **more})

    def members(self, name, ops, org=1, circle=1, revision=1, id=None, issued=T, until=0):
        """`ops`: subjects, or (subject, op) pairs."""
        ops = [(op, "add") if isinstance(op, str) else op for op in ops]
        return self.add(3, org, circle, revision, id, issued, until, {
            "cluster": name,
            "members": [{"subject": subject, "vertex": subject[:42], "op": op} for subject, op in ops]})

    def disband(self, name, org=1, circle=1, revision=2, id=None, issued=T, until=0):
        return self.add(4, org, circle, revision, id, issued, until, {"target_kind": 2, "cluster": name})

    def report(self, name, numbers, root=None, **more):
        """A live report with these accounts as members."""
        claim = self.head(name, roots=None if root is None else [root], **more)
        self.members(name, [account(number) for number in numbers],
                     **{part: more[part] for part in ("org", "circle") if part in more})
        return claim

    # Rules 2. `where` names org, circle, revision, id, issued, until, confidence, roots and the source.

    def say(self, kind, fields, org=1, circle=1, revision=1, id=None, issued=T, until=0, confidence=50, roots=None,
            source=OWN, derived_from=None):
        said = {"confidence": confidence, "roots": roots, "source": source, **fields}
        if derived_from is not None:
            said["source"], said["derived_from"] = "04", derived_from
        return self.add(kind, org, circle, revision, id, issued, until, said)

    def unsay_it(self, kind, fields, org=1, circle=1, revision=2, id=None, issued=T, until=0, source=OWN):
        self.rules = 2
        return self.add(4, org, circle, revision, id, issued, until, {"target_kind": kind, "source": source, **fields})

    @staticmethod
    def on(subject=None, tag="", chain="eip155:1"):
        subject = account(1) if subject is None else subject
        return {"subject": subject, "vertex": subject[:-4], "tag": tag, "chain": chain}

    def notice(self, role="hot", subject=None, tag="", chain="eip155:1", operator=None, name="", **where):
        fields = {**self.on(subject, tag, chain), "service_role": role, "operator_name": name,
                  "operator_org": id32(operator) if operator is not None else ""}
        return self.say(10, fields, **where)

    def clearance(self, subject=None, tag="", **where):
        return self.say(11, self.on(subject, tag), **where)

    def attribution(self, actor="lazarus", subject=None, of=None, **where):
        fields = {"of": {"org": id32(of[0]), "slug": of[1]}} if of else self.on(subject)
        return self.say(8, {**fields, "actor": actor}, **where)

    def sighting(self, place=None, subject=None, **where):
        place = place or {"tx": "aa", "index_kind": 1}
        return self.say(9, {**self.on(subject), "place": place}, **where)

    def incident(self, slug="hack", thefts=(), **where):
        return self.say(6, {"slug": slug, "thefts": [{"chain": chain, "tx": tx} for chain, tx in thefts]}, **where)

    def same(self, first, second, **where):
        first, second = sorted([first, second])
        return self.say(7, {"first": {"org": id32(first[0]), "slug": first[1]},
                            "second": {"org": id32(second[0]), "slug": second[1]}}, **where)

    def transfer(self, tx="aa", flow="", sender=1, receiver=2, units="5", bridge=None, chain="eip155:1", **where):
        place = {"chain": chain, "tx": tx, "index_kind": 1, "index": ""} if tx else {"chain": chain, "flow": flow}
        return self.say(5, {"place": place, "from": [{"subject": account(sender), "tag": ""}],
                            "to": [{"subject": account(receiver), "tag": ""}],
                            "amount": {"asset": "native", "units": units, "decimals": 18}, "bridge": bridge}, **where)

    @staticmethod
    def target(said, org=1):
        """Of a record: what names its claim."""
        kind, named = identity.about(said)
        return {"org": id32(org), "kind": kind, **{name: value for name, value in named.items()
                if name not in ("org", "kind", "id", "circle", "revision", "issued_at_ms", "valid_until_ms", "roots")}}

    def last(self, org=1):
        """The target that the last record is."""
        return self.target(self.records[-1], org)

    def dispute(self, target, revision_seen=1, **where):
        return self.say(12, {"target": target, "revision_seen": str(revision_seen), "reason": "error"}, **where)

    def inquiry(self, target, number=1, **where):
        return self.say(13, {"inquiry": id32(number), "target": target}, **where)

    def reply(self, target, asker=1, number=1, **where):
        return self.say(14, {"asker": id32(asker), "inquiry": id32(number), "target": target}, **where)

    def stand(self, index, salt=7, feed=1):
        """Where the last record stands, so that another can be derived from it."""
        self.records[-1].update({"feed": id32(feed), "index": index, "salt": id32(salt)})
        return {"record": self.records[-1]["id"], "feed": id32(feed), "index": index}

    def views(self):
        return model.Views({"horizon_ms": self.horizon_ms, "records": self.records, "rules": self.rules,
                            "services": self.services})

    def seen(self):
        return self.views().printed()

    def scores(self):
        """category -> score of the only dossier."""
        (dossier,) = self.seen()["dossiers"]
        return {category["category"]: category["score"] for category in dossier["categories"]}

    def clusters(self):
        """The clusters by the names of their reports, sorted."""
        names = {record.claim.hex(): record.said["cluster"] for record in self.views().entries if record.kind == 2}
        return sorted(sorted(names[claim] for claim in component["reports"])
                      for component in self.seen()["components"])

    def tentative(self):
        names = {record.claim.hex(): record.said["cluster"] for record in self.views().entries if record.kind == 2}
        return sorted(sorted(names[claim] for claim in pair) for pair in self.seen()["tentative"])
