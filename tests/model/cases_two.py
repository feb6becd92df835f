"""Which cases of rules 2 a world shows (cases.py): kinds 5 to 14, derived sources, and the rows marked R2."""

import effects
import identity
import model
from identity import (ATTRIBUTION, CLEARANCE, CLUSTER, DERIVED, DISPUTE, INCIDENT, INQUIRY, MEMBERS, NOTICE, REPLY,
                      RETRACTION, SAME_AS, SIGHTING, TRANSFER, WALLET, raw)

KIND_NAMES = {WALLET: "wallet", CLUSTER: "cluster", MEMBERS: "members", RETRACTION: "retraction", TRANSFER: "transfer",
              INCIDENT: "incident", SAME_AS: "same-as", ATTRIBUTION: "attribution", SIGHTING: "sighting",
              NOTICE: "notice", CLEARANCE: "clearance", DISPUTE: "dispute", INQUIRY: "inquiry", REPLY: "reply"}
NEW = [name for kind, name in KIND_NAMES.items() if kind > RETRACTION]
TARGETS = [name for kind, name in KIND_NAMES.items() if kind in identity.HEADS and kind not in identity.TARGETED]

TWO = {
    *(f"{what} {name}{after}" for name in NEW for what, after in [
        ("1 a", " record waits"), ("1 a", " head expired"), ("2 a live", ""), ("3 a retraction ends a", "")]),
    *(f"2 a dispute, inquiry or reply about a {name}" for name in TARGETS),
    "2 an attribution of an incident", "2 a flow note", "2 filed with what another org said of it",
    "3 a retraction without its target", "3 live again after a retraction",
    "4 source derived", "4 derived from several records", "4 derived from what is derived",
    "4 a retraction or members record as a source",
    "4 a root unchanged", "4 a root that is sealed", "4 a list's root from a source", "4 a sealed root passed on",
    "4 understated", "4 overstated", "4 both", "4 too many, but a source is not held",
    "4 a source that is not held", "4 a source at another place", "4 another record at the place",
    "4 a held source that waits", "4 a held source that is not its claim's head", "4 a held source in another circle",
    "4 a dead root beside one that is alive", "4 a source is withdrawn", "4 withdrawn by a derived root",
    "4 a sealed root of a claim that was retracted", "4 one root through two records",
    "4 a misstated wallet claim", "4 a misstated report", "4 a withdrawn wallet claim", "4 a misstated notice",
    "4 a derived claim scores", "4 a derived report joins",
    *(f"5 a wallet with {name} only" for name in effects.BESIDE.values()),
    "5 a tagged wallet beside", "5 a score that a misstated claim would raise",
    *(f"6 a member covered by {role}" for role in ("deposit", "hot", "cold", "pool", "burn", "precompile")),
    "6 a built-in service is stripped", "6 an atom of size 0 because all is covered",
    "6 a multi-input report with a deposit or hot member", "6 a multi-input report with another service as member",
    "6 a report of another method with a deposit or hot member", "6 a member under a notice with a tag",
    "6 a member under a notice without effect", "6 a cluster that covering takes apart",
    "9 a notice of its own org", "9 a notice with a signature only", "9 a notice by two lineages only",
    "9 a notice stated only", "9 a notice that names another org", "9 a notice of an operator outside",
    "9 a wrong signature", "9 a notice of a role that is no term", "9 a signature that is not verified", "9 two orgs on one root do not agree",
    "9 an org in two circles does not agree", "9 roles that differ do not agree",
    "9 a notice of a twin agrees", "9 a key twin is covered", "9 a notice with a tag covers", "9 several roles on one",
    "9 an addressee", "9 a contested notice", "9 a contested built-in service", "9 contested through a twin",
    "9 a perpetrator beside what a tagged notice covers",
    "9 a dispute of the head", "9 a dispute of another revision", "9 a dispute whose target is not live",
    "9 a dispute whose target is not in V", "9 a disputed claim scores",
    "9 a question", "9 a question about what is not live", "9 an answer", "9 a remark", "9 a reply without its inquiry",
    "9 a slug of its own org", "9 a slug of the only org", "9 a slug with candidates", "9 a slug of nobody",
    "9 an incident said twice", "9 a same-as of incidents that nobody states",
    "9 only proposed", "9 accepted by a theft only", "9 accepted by two lineages only", "9 accepted by both orgs only",
    "9 accepted by the one org of both", "9 a theft shared without a same-as", "9 an event of three",
    "9 a withdrawn or misstated same-as",
    "9 equal versions", "9 versions in conflict", "9 drawn by lineages", "9 drawn by record id", "9 a bridge",
    "9 a bridge that both sides name", "9 a bridge that only the other side names", "9 a move that is not drawn",
    "9 a sighting at a transfer", "9 a transfer that is not sound",
}


def cases_of(world, views):
    """Of a world of rules 2."""
    for part in (kind_cases, derived_cases, effect_of_sound_cases, cover_cases, stripping_cases, notice_cases,
                 answer_cases, incident_cases, event_cases, movement_cases):
        yield from part(world, views)


def kind_cases(_, views):
    together = {}
    for head in views.live.values():
        if head.kind > RETRACTION:
            yield f"2 a live {KIND_NAMES[head.kind]}"
        if head.kind in identity.TARGETED:
            yield f"2 a dispute, inquiry or reply about a {KIND_NAMES[int(head.said['target']['kind'])]}"
        if head.kind == ATTRIBUTION and head.said.get("of"):
            yield "2 an attribution of an incident"
        if head.kind == TRANSFER and head.said["place"].get("flow"):
            yield "2 a flow note"
        if head.filed[0] >= 241:
            together.setdefault(head.filed, set()).add(head.org)
    yield from ("2 filed with what another org said of it" for orgs in together.values() if len(orgs) > 1)


# §4 ----------------------------------------------------------------------------------------------------

def derived_cases(_, views):
    by_place = {(raw(record.said["feed"]), int(record.said["index"])): record for record in views.entries}
    by_id = {record.id: record for record in views.entries}
    in_view = set(views.view)
    for claim, head in views.live.items():
        if identity.ground(head.said) != DERIVED:
            continue
        yield "4 source derived"
        sources = head.said["derived_from"]
        held = model.held_sources(head, by_place)
        if len(sources) > 1:
            yield "4 derived from several records"
        if claim in views.misstated:
            yield f"4 {views.misstated[claim]}"
        elif len(held) < len(sources) and not head.roots() <= {
                form for record in held for root in record.roots() for form in model.may_stand_for(record, root)}:
            yield "4 too many, but a source is not held"
        for source in sources:
            there = by_place.get((raw(source["feed"]), int(source["index"])))
            if there is None and raw(source["record"]) in by_id:
                yield "4 a source at another place"
            elif there is None:
                yield "4 a source that is not held"
            elif there.id != raw(source["record"]):
                yield "4 another record at the place"
        yield from held_cases(head, held, views, in_view)


def held_cases(head, held, views, in_view):
    meant = {}      # root of a source -> what stands for it
    for record in held:
        if record.kind in (MEMBERS, RETRACTION):
            yield "4 a retraction or members record as a source"
            continue
        if record not in in_view:
            yield "4 a held source that waits"
        elif views.heads[record.claim] is not record:
            yield "4 a held source that is not its claim's head"
        if record.circle != head.circle:
            yield "4 a held source in another circle"
        if identity.ground(record.said) == DERIVED:
            yield "4 derived from what is derived"
        for root in record.roots():
            hidden = model.undisclosed(record, root)
            if root in head.roots():
                yield {1: "4 a root unchanged", 3: "4 a root unchanged", 2: "4 a list's root from a source",
                       4: "4 a sealed root passed on"}[root[0]]
            if hidden in head.roots():
                meant.setdefault(root, set()).add(hidden)
                yield "4 a root that is sealed"
                if root in views.dead_roots:
                    yield "4 a sealed root of a claim that was retracted"
    yield from ("4 one root through two records" for forms in meant.values() if len(forms) > 1)


def effect_of_sound_cases(_, views):
    for claim, head in views.live.items():
        derived = identity.ground(head.said) == DERIVED
        withdrawn = not model.alive_roots(head, views.dead_roots)
        scoring = head.kind == WALLET and head.field("role") in model.SCORING_ROLES
        if withdrawn and derived:
            yield "4 withdrawn by a derived root"
        if withdrawn and scoring:
            yield "4 a withdrawn wallet claim"
        if claim in views.misstated and head.kind in (WALLET, NOTICE):
            yield f"4 a misstated {'wallet claim' if head.kind == WALLET else 'notice'}"
        if claim in views.misstated and head.kind == CLUSTER and views.members.get(claim):
            yield "4 a misstated report"
        if claim in views.misstated and scoring and not withdrawn:
            others = [other for other in views.sound.values() if other.kind == WALLET
                      and (other.subject(), other.field("tag")) == (head.subject(), head.field("tag"))
                      and other.field("category") == head.field("category")
                      and other.field("role") in model.SCORING_ROLES]
            if others and model.category_of("", [*others, head], views.dead_roots)["score"] \
                    > model.category_of("", others, views.dead_roots)["score"]:
                yield "5 a score that a misstated claim would raise"
        if derived and claim in views.sound and scoring:
            yield "4 a derived claim scores"
        if derived and any(claim == atom.claim for cluster in views.clusters for atom in cluster):
            yield "4 a derived report joins"


# §5, §6 ------------------------------------------------------------------------------------------------

def cover_cases(_, views):
    with_claims = {(head.subject(), head.field("tag")) for head in effects.of_kind(views.live, WALLET)}
    vertices = {head.subject(): head.vertex() for head in effects.about_wallets(views.live)}
    about = effects.grouped(effects.about_wallets(views.live), lambda head: (head.subject(), head.field("tag")))
    perpetrators = [head for head in effects.of_kind(views.sound, WALLET) if head.field("role") == "perpetrator"]
    for (subject, tag), heads in about.items():
        kinds = {head.kind for head in heads}
        if (subject, tag) not in with_claims and len(kinds) == 1:
            yield f"5 a wallet with {effects.BESIDE[min(kinds)]} only"
        if tag:
            yield "5 a tagged wallet beside"
        covers = effects.covering(views, subject, vertices[subject], tag)
        if len({cover.role for cover in covers}) > 1:
            yield "9 several roles on one"
        for cover in covers:
            yield from covered_cases(cover, subject, perpetrators, views)


def covered_cases(cover, subject, perpetrators, views):
    contested = effects.contested(cover, views.sound)
    if cover.addressee:
        yield "9 an addressee"
    if not cover.claim:
        if contested:
            yield "9 a contested built-in service"
        return
    notice = views.live[raw(cover.claim)]
    if notice.subject() != subject:
        yield "9 a key twin is covered"
    if cover.tag:
        yield "9 a notice with a tag covers"
        if not contested and any(head.subject() == subject for head in perpetrators):
            yield "9 a perpetrator beside what a tagged notice covers"
    if contested and not any(head.subject() == notice.subject() for head in perpetrators):
        yield "9 contested through a twin"


def stripping_cases(_, views):
    paying = effects.paying_of(views.covers)
    by_vertex = {}
    for cover in views.covers:
        by_vertex.setdefault(cover.vertex, []).append(cover)
    stated = {head.vertex() for head in effects.of_kind(views.live, NOTICE) if head.claim not in views.effective}
    for claim, head in views.reports.items():
        members = frozenset(views.members.get(claim, ()))
        for vertex in members:
            for cover in by_vertex.get(vertex, []):
                if cover.tag and vertex not in views.covered:
                    yield "6 a member under a notice with a tag"
                if not cover.tag:
                    yield f"6 a member covered by {cover.role}"
                    if not cover.claim:
                        yield "6 a built-in service is stripped"
            if vertex in stated and vertex not in by_vertex:
                yield "6 a member under a notice without effect"
        if members and members <= views.covered and claim not in views.not_joining:
            yield "6 an atom of size 0 because all is covered"
        multi = head.field("method") == "multi-input"
        if members & paying:
            yield ("6 a multi-input report with a deposit or hot member" if multi
                   else "6 a report of another method with a deposit or hot member")
        elif members & views.covered and multi:
            yield "6 a multi-input report with another service as member"
    bare = model.groups_of(model.atoms_of(views.reports, views.members, views.hubs, views.dead_roots))
    for group in bare:
        claims = {atom.claim for atom in group}
        parts = [cluster for cluster in views.clusters if claims & {atom.claim for atom in cluster}]
        if len(parts) > 1:
            yield "6 a cluster that covering takes apart"


# §9 ----------------------------------------------------------------------------------------------------

def notice_cases(_, views):
    live = effects.of_kind(views.live, NOTICE)
    sound = [head for head in live if head.claim in views.sound]
    for head in live:
        operator = raw(head.said.get("operator_org"))
        proof = effects.proof(head)
        if operator and operator != head.org:
            yield "9 a notice that names another org"
        if not operator and head.field("operator_name"):
            yield "9 a notice of an operator outside"
        if head.field("service_role") not in effects.SERVICE_ROLES:
            yield "9 a notice of a role that is no term"
        if proof == "wrong":
            yield "9 a wrong signature"
        if proof == "not-verified":
            yield "9 a signature that is not verified"
        if head.claim in views.sound:
            yield from why_effective(head, sound, views)
        if head.claim in views.effective and effects.contested(effects.cover_of(head), views.sound):
            yield "9 a contested notice"


def why_effective(head, sound, views):
    def key(other, role=True):
        return other.vertex(), other.field("tag"), other.field("service_role") if role else ""

    saying = [other for other in sound if key(other) == key(head)]
    agree = effects.agreement(saying, views.dead_roots) >= 2
    why = [name for name, holds in [
        ("of its own org", effects.names_itself(head)), ("with a signature only", effects.proof(head) == "verified"),
        ("by two lineages only", agree)] if holds]
    if why in (["of its own org"], ["with a signature only"], ["by two lineages only"]):
        yield f"9 a notice {why[0]}"
    if not why:
        yield "9 a notice stated only"
        orgs = {other.org for other in saying}
        if len(orgs) > 1:
            yield "9 two orgs on one root do not agree"
        if len(saying) > 1 and len(orgs) == 1:
            yield "9 an org in two circles does not agree"
        if len({other.org for other in sound if key(other, False) == key(head, False)}) > 1:
            yield "9 roles that differ do not agree"
    if agree and any(other.subject() != head.subject() for other in saying):
        yield "9 a notice of a twin agrees"


def answer_cases(_, views):
    scored = {claim for dossier in views.dossiers if dossier["categories"] for claim in dossier["claims"]}
    for head in views.live.values():
        if head.kind not in identity.TARGETED:
            continue
        target = effects.target_of(head)
        live = target in views.live
        if head.kind == DISPUTE and not live:
            yield ("9 a dispute whose target is not live" if target in views.heads
                   else "9 a dispute whose target is not in V")
        if head.kind == DISPUTE and live:
            seen = int(head.said["revision_seen"]) == views.live[target].revision
            yield "9 a dispute of the head" if seen else "9 a dispute of another revision"
            if target.hex() in scored:
                yield "9 a disputed claim scores"
        if head.kind == INQUIRY:
            yield "9 a question" if live else "9 a question about what is not live"
        if head.kind == REPLY and live:
            yield "9 an answer" if head.org == raw(head.said["target"]["org"]) else "9 a remark"
            if identity.inquiry_claim(head.circle, head.said) not in views.live:
                yield "9 a reply without its inquiry"


def incident_cases(_, views):
    existing = effects.existing_of(views.live)
    words = {0: "9 a slug of nobody", 1: "9 a slug of the only org"}
    for head in effects.of_kind(views.live, WALLET):
        if head.field("incident"):
            meant = effects.meant_by(head, existing)
            own = len(meant) == 1 and meant[0][0] == head.org
            yield "9 a slug of its own org" if own else words.get(len(meant), "9 a slug with candidates")
    if any(len(heads) > 1 for heads in existing.values()):
        yield "9 an incident said twice"
    proposed = effects.proposed_of(views.sound)
    for a in existing:
        for b in existing:
            shared = effects.thefts_of(a, views.sound) & effects.thefts_of(b, views.sound)
            if a < b and shared and (a, b) not in proposed:
                yield "9 a theft shared without a same-as"


def event_cases(_, views):
    existing = effects.existing_of(views.live)
    proposed = effects.proposed_of(views.sound)
    if any(head.claim not in views.sound for head in effects.of_kind(views.live, SAME_AS)):
        yield "9 a withdrawn or misstated same-as"
    accepted = effects.accepted_of(views.sound, views.dead_roots)
    for pair, heads in proposed.items():
        why = effects.why_accepted(pair, heads, views.sound, views.dead_roots)
        if not why:
            yield "9 only proposed"
        if why == ["theft"]:
            yield "9 accepted by a theft only"
        if why == ["lineages"]:
            yield "9 accepted by two lineages only"
        if why == ["orgs"]:
            yield ("9 accepted by the one org of both" if pair[0][0] == pair[1][0] else "9 accepted by both orgs only")
        if not set(pair) <= set(existing):
            yield "9 a same-as of incidents that nobody states"
        if len(effects.event_of(pair[0], accepted)) > 2:
            yield "9 an event of three"


def movement_cases(_, views):
    movements = effects.movements_of(views)
    if any(not drawn for row in effects.moves_of(views) for _, _, drawn in row["moves"]):
        yield "9 a move that is not drawn"
    for row in movements:
        versions = [[views.live[raw(claim)] for claim in version] for version in row["versions"]]
        if any(len(version) > 1 for version in versions):
            yield "9 equal versions"
        if row["conflict"]:
            yield "9 versions in conflict"
            first, second = (effects.agreement(version, views.dead_roots) for version in versions[:2])
            yield "9 drawn by lineages" if first > second else "9 drawn by record id"
        if row["bridge"]:
            yield "9 a bridge"
        named_there = {other["subject"] for other in movements if other["bridge"] == row["subject"]}
        if row["bridge"] in named_there:
            yield "9 a bridge that both sides name"
        if named_there - {row["bridge"]}:
            yield "9 a bridge that only the other side names"
        if row["sightings"]:
            yield "9 a sighting at a transfer"
        if len(row["claims"]) > sum(len(version) for version in versions):
            yield "9 a transfer that is not sound"
