"""Which cases of docs/RULES.md a world shows, so that a run over random worlds can tell what it never met.

The names begin with the section. A case looks at what the model's stages made of the world, never at how.
"""

import itertools

import cases_two
import model
from cases_two import KIND_NAMES
from model import CLUSTER, MEMBERS, RETRACTION, WALLET

WALLET_PARTS = ["subject", "tag", "chain", "role", "category", "actor", "incident", "source"]
ROOTS_OF_SOURCES = [("own", "own"), ("list", "list"), ("list", "own"), ("vendor", "vendor"), ("vendor", "own")]

# Every case, by the worlds that must show it: small ones do by themselves, the others with an option.
SMALL = {
    "1 a record came twice", "1 no tick yet",
    "1 a wallet record waits", "1 a cluster record waits", "1 a members record waits", "1 a retraction record waits",
    "1 issued at the limit counts", "1 issued a millisecond after the limit waits",
    "1 a waiting record is newer than the head",
    "1 at one revision the higher record id is newer", "1 the newer was issued before the older",
    "1 a wallet head expired", "1 a cluster head expired", "1 expires exactly at the horizon",
    "1 expires a millisecond after the horizon",
    "1 valid until passed on a members record, without effect",
    "1 valid until passed on a retraction, without effect",
    *(f"2 two live claims differ in {part} only" for part in ["circle", "org", *WALLET_PARTS]),
    "2 two live reports differ in circle only", "2 two live reports differ in org only",
    "2 two live reports differ in name only",
    "3 a retraction ends a wallet", "3 a retraction ends a cluster", "3 a retraction without its target",
    "3 a retraction is older than the head", "3 live again after a retraction",
    "3 at one revision the retraction is newer", "3 at one revision the retraction is older",
    "3 an older record without expiry does not come back", "3 live after an expired record",
    *(f"4 source {source}, root {root}" for source, root in ROOTS_OF_SOURCES),
    "5 tagged claims of the same subject", "5 a dossier with a tag", "5 a dossier without a category",
    "5 several categories", "5 two categories of one score, by id", "5 other roles beside scoring ones",
    "5 roots limit the corroboration", "5 orgs limit the corroboration", "5 one lineage from several orgs",
    "5 a lineage with several confidences", "5 a confidence is capped", "5 a category of score 0",
    "5 a tie at the last chosen lineage", "5 three chosen lineages", "5 the score is rounded up to the thousandth",
    "5 a product is rounded down", "5 the score stops at 999", "5 key twins with dossiers of their own",
    "6 a remove decides", "6 an add after a remove decides", "6 the last op within one record decides",
    "6 a key twin decides", "6 at one revision the higher members record decides",
    "6 a membership newer than its head", "6 a membership older than its head", "6 members without a head",
    "6 a retraction ended a membership", "6 a membership at the retraction's revision is ended",
    "6 a later head does not bring a membership back", "6 added again after a retraction",
    "6 a membership outlives an expiry",
    "6 confidence 49 joins nothing", "6 confidence 50 joins", "6 a service joins nothing",
    "6 an atom of size 0", "6 a group of one", "6 a group of several", "6 a group of which two do not share",
    "6 a group that touches no block",
}
BIG = {
    "6 exactly 256 live reports are no hub", "6 257 live reports are a hub",
    "6 257 reports, but not all live, are no hub",
    "6 an atom of exactly 1000", "6 an atom of exactly 1001", "6 small because its hub is stripped",
    "6 big atoms share exactly half", "6 big atoms share more than half", "6 a block of which two are not linked",
    "6 a block of one", "6 a block of several", "6 a group that touches one block",
    "6 a group that touches two blocks", "6 a group that touches three blocks",
    "6 joined by a shared vertex of two roots only", "6 joined by one bridge of two roots only",
    "6 joined by two bridges together only", "6 joined by more than a tenth only", "6 exactly a tenth does not join",
    "6 tentative by a shared vertex", "6 tentative by a bridge", "6 no link between two blocks",
    "6 a tentative pair in one cluster through a third", "6 three blocks in one cluster",
    "6 a touching group belongs to the cluster of its blocks", "6 a touching group stands alone",
    "6 a vertex in several clusters", "6 two clusters with one smallest vertex",
}
DERIVED = {
    "4 several roots", "4 a dead root beside one that is alive", "4 a source is withdrawn",
    "4 a root whose claim is not in V is alive", "4 a root whose claim expired is alive",
    "4 a live claim with a dead root scores", "6 a report without a root that is alive joins nothing",
}


def expected(big, derived, rules=1):
    """What a run of enough worlds must show: small worlds the rules of records and dossiers, big ones the joining."""
    if rules >= 2:
        return cases_two.TWO
    return (BIG if big else SMALL) | (DERIVED if derived else set())


def cases_of(world):
    """Names of cases, as often as they occur."""
    views = model.Views(world)
    for part in (entry_cases, head_cases, identity_cases, root_cases, dossier_cases, membership_cases,
                 report_cases, atom_cases, link_cases, cluster_cases):
        yield from part(world, views)
    if views.rules >= 2:
        yield from cases_two.cases_of(world, views)


# §1 to §4 ----------------------------------------------------------------------------------------------

def entry_cases(world, views):
    for _ in range(len(world["records"]) - len(views.entries) - len(views.disputed)):
        yield "1 a record came twice"
    if views.horizon_ms == 0:
        yield "1 no tick yet"
    in_v = set(views.view)
    for record in views.entries:
        ahead = record.issued_at_ms - views.horizon_ms
        if record not in in_v:
            yield f"1 a {KIND_NAMES[record.kind]} record waits"
            head = views.heads.get(record.claim)
            if record.kind != MEMBERS and head is not None and record.order() > head.order():
                yield "1 a waiting record is newer than the head"
        if ahead == model.SKEW_MS and record in in_v:
            yield "1 issued at the limit counts"
        if ahead == model.SKEW_MS + 1 and record not in in_v:
            yield "1 issued a millisecond after the limit waits"
        if record.kind in (MEMBERS, RETRACTION) and record in in_v and model.expired(record, views.horizon_ms):
            name = "members record" if record.kind == MEMBERS else "retraction"
            yield f"1 valid until passed on a {name}, without effect"


def by_claim(views):
    """claim id -> its records in V that can be heads, oldest first."""
    claims = {}
    for record in views.view:
        if record.kind != MEMBERS:
            claims.setdefault(record.claim, []).append(record)
    return {claim: sorted(records, key=model.Record.order) for claim, records in claims.items()}


def head_cases(_, views):
    for claim, records in by_claim(views).items():
        *older, head = records
        live = claim in views.live
        expired = {record for record in records if model.expired(record, views.horizon_ms)}
        if any(record.revision == head.revision for record in older):
            yield "1 at one revision the higher record id is newer"
            if head.kind == RETRACTION and older[-1].kind != RETRACTION:
                yield "3 at one revision the retraction is newer"
            if head.kind != RETRACTION and older[-1].kind == RETRACTION:
                yield "3 at one revision the retraction is older"
        if any(record.issued_at_ms > head.issued_at_ms for record in older):
            yield "1 the newer was issued before the older"
        if head.kind == RETRACTION:
            targets = [record for record in older if record.kind != RETRACTION]
            kind = KIND_NAMES[head.said["target_kind"]]
            yield f"3 a retraction ends a {kind}" if targets else "3 a retraction without its target"
            continue
        if head in expired:
            yield f"1 a {KIND_NAMES[head.kind]} head expired"
            if any(record.kind != RETRACTION and record not in expired for record in older):
                yield "3 an older record without expiry does not come back"
        if head.valid_until_ms == views.horizon_ms and head.valid_until_ms != 0:
            yield "1 expires exactly at the horizon"
        if head.valid_until_ms == views.horizon_ms + 1 and live:
            yield "1 expires a millisecond after the horizon"
        if any(record.kind == RETRACTION for record in older):
            yield "3 a retraction is older than the head"
            if live:
                yield "3 live again after a retraction"
        if live and any(record in expired for record in older if record.kind != RETRACTION):
            yield "3 live after an expired record"


def differing(a, b, parts):
    return [part for part in parts if a.said.get(part) != b.said.get(part)]


def identity_cases(_, views):
    for a, b in itertools.combinations(views.live.values(), 2):
        if a.kind == b.kind == WALLET:
            parts = differing(a, b, ["circle", "org", *WALLET_PARTS])
            if len(parts) == 1:
                yield f"2 two live claims differ in {parts[0]} only"
        if a.kind == b.kind == CLUSTER:
            parts = differing(a, b, ["circle", "org", "cluster"])
            if len(parts) == 1:
                yield f"2 two live reports differ in {parts[0].replace('cluster', 'name')} only"


def root_cases(_, views):
    names = {1: "own", 2: "list", 3: "vendor", 4: "derived"}
    for head in views.live.values():
        roots, alive = head.roots(), model.alive_roots(head, views.dead_roots)
        if head.kind == WALLET and len(roots) == 1 and min(roots)[0] in names:
            source, root = names[bytes.fromhex(head.said["source"])[0]], names[min(roots)[0]]
            if (source, root) in ROOTS_OF_SOURCES:
                yield f"4 source {source}, root {root}"
        if len(roots) > 1:
            yield "4 several roots"
        if not alive:
            yield "4 a source is withdrawn"
        elif alive != roots:
            yield "4 a dead root beside one that is alive"
            if head.kind == WALLET and head.field("role") in model.SCORING_ROLES:
                yield "4 a live claim with a dead root scores"
        for root in alive:
            if root[0] == 1 and root[1:] not in views.heads:
                yield "4 a root whose claim is not in V is alive"
            if root[0] == 1 and root[1:] in views.heads and root[1:] not in views.live:
                yield "4 a root whose claim expired is alive"


# §5 ----------------------------------------------------------------------------------------------------

def dossier_cases(_, views):
    vertices = {}
    for dossier in views.dossiers:
        claims = [views.live[bytes.fromhex(claim)] for claim in dossier["claims"]]
        vertices.setdefault(claims[0].said["vertex"], set()).add(dossier["subject"])
        categories = dossier["categories"]
        if dossier["tagged"]:
            yield "5 tagged claims of the same subject"
        if dossier["tag"]:
            yield "5 a dossier with a tag"
        if not categories:
            yield "5 a dossier without a category"
        if len(categories) > 1:
            yield "5 several categories"
        if any(a["score"] == b["score"] for a, b in itertools.combinations(categories, 2)):
            yield "5 two categories of one score, by id"
        if categories and any(head.field("role") not in model.SCORING_ROLES for head in claims):
            yield "5 other roles beside scoring ones"
        for category in categories:
            of_it = [head for head in claims if head.field("category") == category["category"]
                     and head.field("role") in model.SCORING_ROLES and model.alive_roots(head, views.dead_roots)]
            yield from category_cases(category, of_it, views)
    for subjects in vertices.values():
        if len(subjects) > 1:
            yield "5 key twins with dossiers of their own"


def category_cases(category, claims, views):
    said = {}       # root -> the confidences of its claims
    for head in claims:
        for root in model.alive_roots(head, views.dead_roots):
            said.setdefault(root, []).append(head.said["confidence"])
    lineages, orgs = category["lineages"], category["orgs"]
    chosen = min(lineages, orgs)
    best = sorted((max(confidences) for confidences in said.values()), reverse=True)
    if lineages < orgs:
        yield "5 roots limit the corroboration"
    if orgs < lineages:
        yield "5 orgs limit the corroboration"
        if best[chosen - 1] == best[chosen]:
            yield "5 a tie at the last chosen lineage"
    if lineages == 1 and orgs > 1:
        yield "5 one lineage from several orgs"
    if any(len(set(confidences)) > 1 for confidences in said.values()):
        yield "5 a lineage with several confidences"
    if best[0] > model.CONFIDENCE_CAP:
        yield "5 a confidence is capped"
    if category["score"] == 0:
        yield "5 a category of score 0"
    if chosen == 3:
        yield "5 three chosen lineages"
    product, scale = 10 ** 9, 1     # the exact product is product / scale
    for confidence in best[:chosen]:
        product, scale = product * (100 - min(model.CONFIDENCE_CAP, confidence)), scale * 100
    if product % scale:
        yield "5 a product is rounded down"
    if product % (scale * 10 ** 6):
        yield "5 the score is rounded up to the thousandth"
    if category["score"] == 999 and product < scale:
        yield "5 the score stops at 999"


# §6 ----------------------------------------------------------------------------------------------------

def membership_cases(_, views):
    named = {}      # (claim, vertex) -> [(record, op, subject)], one for each time it is named
    for record in views.view:
        if record.kind == MEMBERS:
            for member in record.said["members"]:
                key = (record.claim, bytes.fromhex(member["vertex"]))
                named.setdefault(key, []).append((record, member["op"], member["subject"]))
    retractions = model.last_retractions_of(views.view)
    outlived = last_expired_of(views)
    for (claim, vertex), (op, record) in model.deciding_of(views.view).items():
        within = [(o, subject) for r, o, subject in named[claim, vertex] if r is record]
        older = [(r, o, subject) for r, o, subject in named[claim, vertex] if r is not record]
        member = vertex in views.members.get(claim, ())
        head = views.heads.get(claim)
        if op == "remove" and any(o == "add" for _, o, _ in older):
            yield "6 a remove decides"
        if op == "add" and any(o == "remove" for _, o, _ in older):
            yield "6 an add after a remove decides"
        if len({o for o, _ in within}) > 1:
            yield "6 the last op within one record decides"
        if any(o != op and subject != within[-1][1] for _, o, subject in older):
            yield "6 a key twin decides"
        if any(r.revision == record.revision and o != op for r, o, _ in older):
            yield "6 at one revision the higher members record decides"
        if head is None:
            yield "6 members without a head"
        if member and claim in views.live:
            if record.revision > head.revision:
                yield "6 a membership newer than its head"
            if record.revision < head.revision:
                yield "6 a membership older than its head"
            if claim in retractions:
                yield "6 added again after a retraction"
            if record.revision <= outlived.get(claim, -1):
                yield "6 a membership outlives an expiry"
        if op == "add" and not member:
            yield "6 a retraction ended a membership"
            if record.revision == retractions[claim]:
                yield "6 a membership at the retraction's revision is ended"
            if claim in views.live:
                yield "6 a later head does not bring a membership back"


def last_expired_of(views):
    """claim id -> the highest revision of an expired record of it."""
    last = {}
    for record in views.view:
        if record.kind == CLUSTER and model.expired(record, views.horizon_ms):
            last[record.claim] = max(record.revision, last.get(record.claim, 0))
    return last


def report_cases(_, views):
    for claim, head in views.live.items():
        if head.kind != CLUSTER or not views.members.get(claim):
            continue
        if head.said["confidence"] == 49 and not head.said["service"]:
            yield "6 confidence 49 joins nothing"
        if head.said["confidence"] == 50 and claim in views.reports:
            yield "6 confidence 50 joins"
        if head.said["service"] and head.said["confidence"] >= 50:
            yield "6 a service joins nothing"
        if not model.alive_roots(head, views.dead_roots):
            yield "6 a report without a root that is alive joins nothing"
    named = {}      # vertex -> (live reports, all reports)
    for claim, members in views.members.items():
        for vertex in members:
            live, all_ = named.get(vertex, (0, 0))
            named[vertex] = (live + (claim in views.reports), all_ + 1)
    for live, all_ in named.values():
        if live == 256:
            yield "6 exactly 256 live reports are no hub"
        if live == 257:
            yield "6 257 live reports are a hub"
        if all_ > 256 >= live:
            yield "6 257 reports, but not all live, are no hub"


def atom_cases(_, views):
    for atom in views.atoms:
        size = len(atom.vertices)
        if size == 0:
            yield "6 an atom of size 0"
        if size == 1000:
            yield "6 an atom of exactly 1000"
        if size == 1001:
            yield "6 an atom of exactly 1001"
        if size <= 1000 < len(views.members.get(atom.claim, ())):
            yield "6 small because its hub is stripped"
    big = [atom for atom in views.atoms if model.is_big(atom)]
    for a, b in itertools.combinations(big, 2):
        twice, smaller = 2 * len(a.vertices & b.vertices), min(len(a.vertices), len(b.vertices))
        if twice == smaller:
            yield "6 big atoms share exactly half"
        if twice > smaller:
            yield "6 big atoms share more than half"
    for block in views.blocks:
        yield "6 a block of one" if len(block) == 1 else "6 a block of several"
        if any(not model.one_block(a, b) for a, b in itertools.combinations(block, 2)):
            yield "6 a block of which two are not linked"
    for group in views.groups:
        yield "6 a group of one" if len(group) == 1 else "6 a group of several"
        if any(not a.shares(b) for a, b in itertools.combinations(group, 2)):
            yield "6 a group of which two do not share"


def link_cases(_, views):
    words = {0: "no block", 1: "one block", 2: "two blocks", 3: "three blocks"}
    for blocks in views.touches.values():
        if len(blocks) in words:
            yield f"6 a group that touches {words[len(blocks)]}"
    for pair, link in views.links.items():
        why = [name for name, holds in [
            ("joined by a shared vertex of two roots only", link.heaviest_shared >= 2),
            ("joined by one bridge of two roots only", link.heaviest_bridge >= 2),
            ("joined by two bridges together only", link.heaviest_bridge < 2 <= link.roots_of_bridges),
            ("joined by more than a tenth only", len(link.shared) * 10 > link.smaller_vertices)] if holds]
        if len(why) == 1:
            yield f"6 {why[0]}"
        if len(link.shared) * 10 == link.smaller_vertices and link.tentative():
            yield "6 exactly a tenth does not join"
        if link.tentative():
            yield "6 tentative by a shared vertex" if link.shared else "6 tentative by a bridge"
            atoms = [min(block, key=lambda atom: atom.claim) for block in pair]
            if any(set(atoms) <= cluster for cluster in views.clusters):
                yield "6 a tentative pair in one cluster through a third"
        if not link.joined() and not link.tentative():
            yield "6 no link between two blocks"


def cluster_cases(_, views):
    for group, blocks in views.touches.items():
        if len(blocks) > 1:
            yield ("6 a touching group stands alone" if group in views.clusters
                   else "6 a touching group belongs to the cluster of its blocks")
    for cluster in views.clusters:
        if sum(1 for block in views.blocks if block <= cluster) >= 3:
            yield "6 three blocks in one cluster"
    for a, b in itertools.combinations(views.clusters, 2):
        in_a, in_b = model.vertices_in(a), model.vertices_in(b)
        if not in_a.isdisjoint(in_b):
            yield "6 a vertex in several clusters"
        if min(in_a) == min(in_b):
            yield "6 two clusters with one smallest vertex"
