#!/usr/bin/env python3
"""A circle that wants two officers to approve a wallet claim: one cannot, nor the same twice; what they sign is what they saw."""

import datetime
import hashlib
import json
import sys

import scenario

sys.path.insert(0, str(scenario.ROOT / "tests"))
import evidence_check  # noqa: E402
from scenario import expect, wait_for


def wallet(number):
    return "0x" + f"{number:040x}"


def submit(node, number, *more, ok=(0,)):
    return node.tocsin("submit", "wallet", wallet(number), "--chain", "ETH", "--category", "theft", *more, ok=ok).last


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pending(node):
    return node.tocsin("pending").lines


def whole(node, draft):
    """The draft as it is told, and the hash of the statement in it."""
    told = node.tocsin("pending", draft).last
    return told, sha256(bytes.fromhex(told["statement"]))


class Officer:
    """A person with a key file."""

    def __init__(self, nodes, name, org):
        self.nodes, self.key, self.public = nodes, nodes.directory / f"{name}.key", nodes.directory / f"{name}.json"
        secret = f"file:{nodes.passphrase}"
        text = nodes["a"].tocsin("keys", "new", self.key, "--org", org, "--secret", secret, as_json=False).out
        self.public.write_text(text, encoding="utf-8")

    def says(self, word, node, draft, digest, *more, ok=(0,)):
        return node.tocsin(word, draft, "--key", self.key, "--secret", f"file:{self.nodes.passphrase}", "--hash",
                           digest, *more, ok=ok)


def make_officers(nodes):
    a = nodes["a"]
    officers = {name: Officer(nodes, name, a.org()) for name in ("two", "three", "four")}
    officers["stranger"] = Officer(nodes, "stranger", nodes["b"].org())
    for name, scope in (("two", "submit"), ("three", "submit"), ("four", "freeze")):
        a.tocsin("officer", "add", officers[name].public, "--scope", scope)
    return officers


def ask_for_two(nodes):
    a = nodes["a"]
    refused = a.tocsin("circle", "propose", "--approvals", "purse=2", ok=(2,), as_json=False).err
    expect("'purse' is no kind" in refused, f"a kind that is none: {refused!r}")
    made = a.tocsin("circle", "propose", "--approvals", "wallet=2").last
    shown = a.tocsin("circle", "show", nodes.circle, as_json=False).out
    expect("rules    up to TLP:RED, kept without a term" in shown and "officers wallet: 2 of" in shown, f"circle show: {shown}")
    expect(made["state"] == "in-force" and made["changes"] == [{"what": "approvals", "before": None, "after": "wallet=2"}],
           f"not in force: {made}")
    expect(a.tocsin("circle", "show", "desk").last["policy"]["approvals"] == {"wallet": 2}, "the policy is not shown")
    wait_for("all have the charter", lambda: all(node.tocsin("circle", "show", "desk").last["version"] == made["version"]
                                                 for node in nodes))


def one_is_not_enough(nodes, officers):
    a, b = nodes["a"], nodes["b"]
    dry = submit(a, 1, "--dry-run")
    expect(dry["drafted"] == 1 and pending(a) == [], f"a dry run drafted: {dry}")
    said = submit(a, 1)
    expect(said["drafted"] == 1, f"no draft: {said}")
    (draft,) = pending(a)
    expect((draft["needed"], draft["approved_by"], draft["kind"], draft["state"], draft["officers"])
           == (2, 0, "wallet", "waiting", [1, 2, 3]), f"not as it stands: {draft}")
    told, digest = whole(a, draft["draft"])
    expect({reader["name"] for reader in told["readers"]} == {node.name for node in nodes}, f"readers: {told}")
    words = a.tocsin("pending", draft["draft"][:8], as_json=False).out
    expect(digest in words and wallet(1) in words and "desk" in words, f"not shown: {words}")
    asked = a.tocsin("approve", draft["draft"], ok=(2,), as_json=False)
    expect("--hash" in asked.err and wallet(1) in asked.out, f"approved unasked: {asked.err!r}")
    other = officers["two"].says("approve", a, draft["draft"], "00" * 32, ok=(6,))
    expect("nothing is signed" in other.err, f"another digest: {other.err!r}")
    first = officers["two"].says("approve", a, draft["draft"], digest).last
    expect((first["officer"], first["approved_by"], first["record"]) == (2, 1, None), f"one officer wrote: {first}")
    again = officers["two"].says("approve", a, draft["draft"], digest, ok=(1,))
    expect("approved this already" in again.err, f"the same officer twice: {again.err!r}")
    freezes = officers["four"].says("approve", a, draft["draft"], digest, ok=(5,))
    expect("scope 'submit'" in freezes.err, f"without the scope: {freezes.err!r}")
    stranger = officers["stranger"].says("approve", a, draft["draft"], digest, ok=(2,))
    expect("another org" in stranger.err, f"another org's officer: {stranger.err!r}")
    same = a.tocsin("approve", draft["draft"], "--hash", digest, ok=(5,), as_json=False)
    expect("another one has to approve" in same.err, f"one person as two officers: {same.err!r}")
    expect(not a.lookup(wallet(1))["claims"] and not b.lookup(wallet(1))["claims"], "written by one officer")
    return draft["draft"], digest


def exhibit(nodes, record):
    """Whoever was not there sees who approved it, here and in the checker that shares nothing with it."""
    b, path = nodes["b"], nodes.directory / "exhibit"
    wait_for("B can prove it", lambda: b.tocsin("bundle", record, "--output", path, ok=None).code == 0)
    said = b.tocsin("verify", path, "--circle", nodes.circle).last
    expect(said["proven"] and said["officers_needed"] == 2 and said["approvals"]
           == [{"officer": 2, "standing": "counts"}, {"officer": 3, "standing": "counts"}], f"the exhibit says {said}")
    words = b.tocsin("verify", path, "--circle", nodes.circle, as_json=False).out
    approved = "approved by officers 2 and 3 of the author: their signatures hold, and had not lapsed by its own clock"
    expect(approved in words and "CHAIN OF CUSTODY\n" in words, f"not in words: {words}")
    alone = b.tocsin("verify", path, ok=(6,), as_json=False).out
    expect("CHAIN OF CUSTODY, AS THE BUNDLE TELLS IT" in alone, f"claimed without an anchor: {alone}")
    try:
        other = evidence_check.check(path.read_bytes(), (), [nodes.circle])
    except evidence_check.Refused as why:
        raise scenario.Failure(f"the other checker refuses it: {why}") from why
    expect((other["officers_needed"], other["approvals"]) == (2, [[2, True], [3, True]]), f"the other checker: {other}")


def away_from_the_node(nodes, officers, draft, digest):
    a, b = nodes["a"], nodes["b"]
    path, signature = nodes.directory / "draft.json", nodes.directory / "signature.json"
    told, _ = whole(a, draft)
    changed = dict(told, statement=told["statement"].replace(wallet(1)[2:].encode().hex(), wallet(2)[2:].encode().hex()))
    expect(changed != told, "nothing was changed")
    path.write_text(json.dumps(changed), encoding="utf-8")
    by = ("--key", officers["three"].key, "--secret", f"file:{nodes.passphrase}")
    caught = a.tocsin("approve", "--draft", path, *by, "--output", signature, "--hash", digest, ok=(6,))
    expect("nothing is signed" in caught.err and not signature.exists(), f"a changed draft: {caught.err!r}")
    shown = sha256(bytes.fromhex(changed["statement"]))
    a.tocsin("approve", "--draft", path, *by, "--output", signature, "--hash", shown, as_json=False)
    fooled = a.tocsin("approve", "--signature", signature, ok=(6,))
    expect("not of this statement" in fooled.err, f"another statement's signature: {fooled.err!r}")
    signature.unlink()
    path.write_text(json.dumps(told), encoding="utf-8")
    a.tocsin("approve", "--draft", path, *by, "--output", signature, "--hash", digest, as_json=False)
    done = a.tocsin("approve", "--signature", signature).last
    expect((done["officer"], done["approved_by"]) == (3, 2) and len(done["record"]) == 64, f"not written: {done}")
    expect(pending(a) == [], "the draft is still there")
    wait_for("B has the claim", lambda: b.lookup(wallet(1))["claims"])
    (claim,) = b.lookup(wallet(1))["claims"]
    expect(claim["record"] == done["record"] and b.lookup(wallet(1))["unapproved"] == [], f"B shows {claim}")
    exhibit(nodes, done["record"])
    audited(a, b, draft, done["record"])
    expect(submit(a, 1)["unchanged"] == 1, "what was approved is not known")


def audited(a, b, draft, record):
    """By the wallet alone: who drafted it, who looked, who approved, what was written then, and who could read that."""
    lines = a.tocsin("audit", "--wallet", wallet(1), "--limit", "1000").lines
    commands = {line["command"] for line in lines}
    expect({"submit", "draft", "approve", "lookup"} <= commands, f"not all who dealt with it: {commands}")
    expect([line["drafted"]["drafts"] for line in lines if "drafted" in line] == [[draft]], f"who drafted it: {lines}")
    (wrote,) = [line for line in lines if "about" in line]
    expect(wrote["command"] == "approve" and [one["record"] for one in wrote["about"]] == [record], f"what was written: {wrote}")
    expect({reader["name"] for reader in wrote["about"][0]["readers"]} == {b.name, "Org C"}, f"for whom: {wrote}")
    refused = a.tocsin("audit", "--wallet", wallet(1), "--command", "approve", "--outcome", "denied").lines
    expect(len({line.get("of", line["number"]) for line in refused}) == 2, f"two who might not: {refused}")
    same = a.tocsin("audit", "--record", record, "--command", "approve", "--limit", "1000").lines
    expect(same == [line for line in lines if line["command"] == "approve"], "by the record, others")


def rejected(nodes, officers):
    a = nodes["a"]
    submit(a, 3)
    (draft,) = pending(a)
    _, digest = whole(a, draft["draft"])
    done = officers["two"].says("reject", a, draft["draft"], digest, "--reason", "wrong wallet").last
    expect((done["decision"], done["record"]) == ("rejected", None) and pending(a) == [], f"not rejected: {done}")
    gone = officers["three"].says("approve", a, draft["draft"], digest, ok=(1,))
    expect("0 drafts begin with" in gone.err, f"approved after all: {gone.err!r}")
    told = [line for line in a.tocsin("audit", "--command", "reject").lines if line.get("request")]
    expect(told[-1]["request"]["reason"] == "wrong wallet" and told[-1]["request"]["draft"] == draft["draft"],
           f"the audit says {told}")


def overtaken_and_restarted(nodes, officers):
    a, b = nodes["a"], nodes["b"]
    submit(a, 4)
    submit(a, 4, "--confidence", "60")
    drafts = pending(a)
    expect(len(drafts) == 2, f"two drafts of one claim: {drafts}")
    a.stop()
    a.start()
    a.wait_up()
    expect({draft["draft"] for draft in pending(a)} == {draft["draft"] for draft in drafts}, "lost in a restart")
    waits = a.tocsin("audit", "--wallet", wallet(4)).lines
    expect(len([line for line in waits if "drafted" in line]) == 2, f"what waits is not found by its wallet: {waits}")
    a.stop()
    for file in a.state.rglob("data.mdb"):
        if "log" in file.parts:
            expect(wallet(4)[2:].encode() not in file.read_bytes(), "a draft lies open on the disk")
    a.start()
    a.wait_up()
    for number, draft in enumerate(drafts):
        _, digest = whole(a, draft["draft"])
        officers["two"].says("approve", a, draft["draft"], digest)
        if number == 0:
            done = a.tocsin("approve", draft["draft"], "--hash", digest, ok=(5,))
            done = officers["three"].says("approve", a, draft["draft"], digest).last
            expect(done["record"], f"not written: {done}")
            wait_for("B has it", lambda: b.lookup(wallet(4))["claims"])
    wait_for("the other is overtaken", lambda: [draft["state"] for draft in pending(a)] == ["overtaken"])
    stale = officers["three"].says("approve", a, drafts[1]["draft"], digest, ok=(1,))
    expect("newer revision" in stale.err, f"an overtaken draft was written: {stale.err!r}")
    expect(len(b.lookup(wallet(4))["claims"]) == 1, "two claims")
    a.tocsin("retract", wallet(4), "--category", "theft")  # of a kind that needs nobody
    wait_for("it is taken back", lambda: not b.lookup(wallet(4))["claims"])


def drafted(node, lapse_ms):
    """The one draft that waits lapses after so long; it is rejected."""
    (draft,) = [draft for draft in pending(node) if draft["state"] == "waiting"]
    span = draft["not_after_ms"] - 1000 * int(datetime.datetime.fromisoformat(draft["at"].replace("Z", "+00:00")).timestamp())
    expect(lapse_ms <= span < lapse_ms + 1000, f"it lapses after {span} ms, not {lapse_ms}")
    _, digest = whole(node, draft["draft"])
    node.tocsin("reject", draft["draft"], "--hash", digest, as_json=False)


def until_when(nodes):
    """Whoever says it settles how long officers have, within bounds; they sign that, so it is told before they do."""
    a = nodes["a"]
    for span in ("59s", "31d", "1w", "0s", "soon"):
        refused = submit_refused(a, span)
        expect("from 1m to 30d" in refused, f"--lapse {span}: {refused!r}")
    said = a.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft", "--lapse", "2h", as_json=False).out
    expect("1 of these wait 2h for officers" in said, f"not told: {said!r}")
    drafted(a, 7_200_000)
    a.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft", "--hold", "1s", "--lapse", "3h")
    wait_for("what was held is drafted", lambda: [draft for draft in pending(a) if draft["state"] == "waiting"])
    drafted(a, 10_800_000)
    a.stop()
    a.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft", "--lapse", "4h")
    a.start()
    a.wait_up()
    wait_for("what was spooled is drafted", lambda: [draft for draft in pending(a) if draft["state"] == "waiting"])
    drafted(a, 14_400_000)
    a.tocsin("circle", "propose", "--approvals", "wallet=2", "--approvals", "retraction=2")
    submit(a, 1, "--confidence", "70", "--lapse", "60s")
    said = a.tocsin("retract", wallet(1), "--category", "theft", "--lapse", "30d", as_json=False).out
    expect("waits for officers" in said and "Retracted" not in said, f"a retraction that waits: {said!r}")
    spans = {draft["kind"]: draft["not_after_ms"] for draft in pending(a) if draft["state"] == "waiting"}
    expect(29 * 86_400_000 < spans["retraction"] - spans["wallet"] < 30 * 86_400_000, f"the lapses are {spans}")


def submit_refused(node, span):
    return node.tocsin("submit", "wallet", wallet(5), "--chain", "ETH", "--category", "theft", "--lapse", span, ok=(2,), as_json=False).err


def for_fewer(nodes, officers):
    """What was for all and is to be for one: nothing ends before the officers approve, then both in one."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    expect(c.lookup(wallet(1))["claims"], "C does not have it to begin with")
    dry = a.tocsin("submit", "wallet", wallet(1), "--chain", "ETH", "--category", "theft", "--releasable-to", b.name, "--dry-run", as_json=False).out
    expect("Org C" in dry, f"a dry run does not say that C loses it: {dry!r}")
    said = submit(a, 1, "--releasable-to", b.name)
    expect((said["drafted"], said["changed"]) == (1, 1), f"not drafted: {said}")
    (draft,) = [draft for draft in pending(a) if draft["state"] == "waiting"]
    told, digest = whole(a, draft["draft"])
    expect([loser["name"] for loser in told["ends_for"]] == ["Org C"], f"who loses it: {told}")
    expect("retracted for those who have it now: Org C." in a.tocsin("pending", draft["draft"], as_json=False).out, "not in words")
    officers["two"].says("approve", a, draft["draft"], digest)
    expect(c.lookup(wallet(1))["claims"], "it ended before it was approved")
    done = officers["three"].says("approve", a, draft["draft"], digest).last
    wait_for("C has it no more", lambda: not c.lookup(wallet(1))["claims"])
    wait_for("B keeps it", lambda: [claim["record"] for claim in b.lookup(wallet(1))["claims"]] == [done["record"]])
    expect(b.lookup(wallet(1))["unapproved"] == c.lookup(wallet(1))["unapproved"] == [], "something was not approved")
    (wrote,) = [line for line in a.tocsin("audit", "--record", done["record"], "--command", "approve").lines if "wrote" in line]
    expect(wrote["wrote"]["until"] - wrote["wrote"]["from"] == 2, f"not in one round: {wrote}")


def run(nodes):
    nodes.init()
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("desk", "approvals")
    officers = make_officers(nodes)
    ask_for_two(nodes)
    draft, digest = one_is_not_enough(nodes, officers)
    away_from_the_node(nodes, officers, draft, digest)
    rejected(nodes, officers)
    overtaken_and_restarted(nodes, officers)
    nodes.level()
    for_fewer(nodes, officers)
    until_when(nodes)
    nodes["b"].stop()
    scenario.same_as_model(nodes, nodes["b"])


if __name__ == "__main__":
    sys.exit(scenario.main("approvals", run))
