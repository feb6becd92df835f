"""Small worlds written down by hand, for the tests of the model."""

import model

T = 28_333_334 * 60_000
OWN, OFAC, EU, UN = "01", "02" + b"ofac-sdn".hex(), "02" + b"eu-fsf".hex(), "02" + b"un-sc".hex()
VENDOR = "03" + b"chainalysis".hex()


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

    def add(self, kind, org, circle, revision, id, issued, until, fields):
        said = {"id": id32(len(self.records) + 1000 if id is None else id), "circle": id32(circle), "org": id32(org),
                "kind": kind, "revision": str(revision), "issued_at_ms": issued, "valid_until_ms": until, **fields}
        claim = model.claim_id(bytes.fromhex(said["circle"]), bytes.fromhex(said["org"]), model.claim_kind(said),
                               model.identity(said)).hex()
        if kind in (1, 2) and said["roots"] is None:
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
             service=False):
        return self.add(2, org, circle, revision, id, issued, until, {
            "confidence": confidence, "roots": roots, "cluster": name, "service": service})

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

    def views(self):
        return model.Views({"horizon_ms": self.horizon_ms, "records": self.records})

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
