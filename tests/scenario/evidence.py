#!/usr/bin/env python3
"""Evidence: bundles of real nodes, good and forged, before `tocsin verify` and a second checker without a line of the product
(tests/evidence_check.py). Both must come to the same verdict, and on what is forged to none."""

import base64
import copy
import json
import os
import random
import shutil
import subprocess
import sys

import receipts
import scenario
from scenario import ROOT, expect, wait_for

sys.path.insert(0, str(ROOT / "tests"))
import evidence_check  # noqa: E402

GONE = "0x00000000219ab540356cBB839Cbe05303d7705Fa"
AFTERWARDS = "0x742d35Cc6634C0532925a3b844Bc454e4438f44e"
OTHER = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
SECRET = "0x28C6c06298d514Db089934071355E5743bf21d60"
LATER = "0x21a31Ee1afC51d94C2eFcCAa2092aD1028285549"
ERASED = "0x" + "71" * 20
KEPT = "0x" + "72" * 20
COMPARED = ("proven", "author_known", "circle_known", "record", "org", "circle", "lane", "generation", "index")
NOBODY = "aaaa-bbbb-cccc-dddd-eeee-ffff-gggg-hhhh"


class Court:
    """Where both checkers are asked. No node, no configuration."""

    def __init__(self, nodes):
        self.tocsin, self.path = nodes.tocsin, nodes.directory / "exhibit.tocsin"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(nodes.directory)}
        self.asked = 0

    def ask(self, data, *words):
        self.path.write_bytes(data)
        return subprocess.run([str(self.tocsin), "verify", str(self.path), *words], capture_output=True, text=True,
                              check=False, env=self.environment, cwd=self.path.parent)

    def second(self, data, orgs, circles):
        try:
            return evidence_check.check(data, orgs, circles)
        except evidence_check.Refused as why:
            return str(why)

    def judge(self, name, bundle, orgs=(), circles=()):
        """The verdict that both give; None when both refuse the bundle."""
        data = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
        anchors = [word for org in orgs for word in ("--org", org)]
        anchors += [word for circle in circles for word in ("--circle", circle)]
        done, other = self.ask(data, "--json", *anchors), self.second(data, orgs, circles)
        self.asked += 1
        expect(done.returncode in (0, 6), f"{name}: verify ended with {done.returncode}: {done.stderr}")
        said = json.loads(done.stdout)
        if "error" in said:
            expect(done.returncode == 6, f"{name}: {said} with exit code {done.returncode}")
            expect("proves nothing" in done.stderr and isinstance(other, str),
                   f"{name}: verify says '{done.stderr.strip()}', the second checker {other}")
            return None
        expect(not isinstance(other, str), f"{name}: verify takes it, the second checker says '{other}'")
        for member in COMPARED:
            expect(said[member] == other[member], f"{name}: '{member}' is {said[member]} and {other[member]}")
        fork = said["fork"] and said["fork"]["from"]
        expect(fork == other["forked_from"], f"{name}: a fork from {fork} and from {other['forked_from']}")
        held = sorted([row["org"], receipts.seconds(row["time"]), row["size"], row["known"]] for row in said["receipts"])
        expect(held == other["receipts"], f"{name}: {held} and {other['receipts']}")
        expect(said["proven"] == (done.returncode == 0), f"{name}: exit code {done.returncode} with {said['proven']}")
        return said


def take(node, record):
    path = node.federation.directory / f"{record}.tocsin"
    path.unlink(missing_ok=True)
    summary = node.tocsin("bundle", record, "--output", path).last
    expect(summary["record"] == record and path.stat().st_mode & 0o777 == 0o600, f"{summary}, {path.stat()}")
    return json.loads(path.read_text())


def held_by(nodes, record, count):
    def held():
        answer = nodes["a"].tocsin("receipt", record, ok=(0, 1))  # it may not have come yet
        return answer.code == 0 and len(answer.last["held"]) == count

    wait_for(f"{count} orgs have receipted", held)


def fingerprint_of(node):
    return node.tocsin("card").last["fingerprint"]


# --- what is good -------------------------------------------------------------------------------------------------


def anchors(nodes, court, bundle):
    circle = nodes["a"].tocsin("circle", "list").last["circle"]
    author, witness = fingerprint_of(nodes["b"]), fingerprint_of(nodes["c"])
    expect(not court.judge("no anchor", bundle)["proven"], "a bundle proved itself")
    for name, orgs, circles, proven in (
            ("author", [author], [], True), ("author, in capitals", [author.upper()], [], True),
            ("author by id", [nodes["b"].org()], [], True), ("circle", [], [circle], True),
            ("author, witness and circle", [author, witness], [circle], True), ("witness alone", [witness], [], False),
            ("wrong org", [NOBODY], [], False), ("author and a wrong org", [author, NOBODY], [], False),
            ("wrong circle", [], [nodes["b"].org()], False), ("circle and a wrong one", [], [circle, "00" * 32], False)):
        said = court.judge(name, bundle, orgs, circles)
        expect(said["proven"] == proven, f"{name}: {said}")
    known = {row["name"] for row in court.judge("witness", bundle, [witness])["receipts"] if row["known"]}
    expect(known == {"Org C"}, f"known by C's fingerprint: {known}")
    for words in (("--org", "zocf"), ("--circle", author), ("--trust", "/nonexistent")):
        expect(court.ask(json.dumps(bundle).encode(), *words).returncode in (1, 2), f"{words} passed")
    return author, circle


def trust_file(court, bundle, author):
    trust = court.path.parent / "trust.txt"
    trust.write_text(f"# whom we know\norg {NOBODY}\n  org\t{author}  # police\n\n", encoding="utf-8")
    data = json.dumps(bundle).encode()
    expect(court.ask(data, "--trust", str(trust)).returncode == 0, "the trust file does not make the author known")
    expect(evidence_check.check(data, (), (), *evidence_check.trusted([trust]))["proven"], "nor in the second checker")
    trust.write_text(f"org {NOBODY}\n", encoding="utf-8")
    expect(court.ask(data, "--trust", str(trust)).returncode == 6, "a trust file of others proves it")
    trust.write_text("orgs\n", encoding="utf-8")
    expect("line 1" in court.ask(data, "--trust", str(trust)).stderr, "a trust file's line is not named")


def words(court, bundle, author):
    shown = court.ask(json.dumps(bundle).encode(), "--org", author).stdout
    for text in ("CHAIN OF CUSTODY", "HELD BY", "Org C", "police", "PROVEN", "NOT PROVEN", receipts.LAZARUS, "theft",
                 "what the record says is true"):
        expect(text in shown, f"'{text}' is not in: {shown}")
    shown = court.ask(json.dumps(bundle).encode()).stdout
    expect("Only that the parts of this bundle belong together" in shown and "--org" in shown, shown)


# --- what is forged -----------------------------------------------------------------------------------------------


def flipped(text, at):
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1 << at % 8
    return base64.b64encode(data).decode()


def flips(bundle, chance):
    """One bit of every member; of the long ones at many places."""
    for name in ("entry", "plaintext", "inner", "grant", "grant_path", "fork", "fork_path"):
        size = len(base64.b64decode(bundle.get(name, "")))
        places = {*range(min(size, 16)), *(chance.randrange(size) for _ in range(8) if size)}
        for at in sorted(places):
            yield f"bit of {name} at {at}", {**bundle, name: flipped(bundle[name], at)}
    for name in ("cards", "charters"):
        for number, item in enumerate(bundle[name]):
            size = len(base64.b64decode(item))
            for at in sorted({0, size // 2, size - 1, *(chance.randrange(size) for _ in range(2))}):
                forged = copy.deepcopy(bundle)
                forged[name][number] = flipped(item, at)
                yield f"bit of {name}[{number}] at {at}", forged
    for at in sorted(chance.sample(range(len(bundle["proof"])), 24)):
        old = bundle["proof"][at]
        new = "\n" if old != "\n" and at % 5 == 0 else chr(ord(old) ^ 1) if ord(old) < 128 else "-"
        yield f"letter {at} of proof", {**bundle, "proof": bundle["proof"][:at] + new + bundle["proof"][at + 1:]}


def moved(bundle, other):
    """Parts that are good, where they do not belong."""
    for name in ("entry", "plaintext", "proof", "grant", "grant_path", "cards", "charters", "format"):
        yield f"without {name}", {key: value for key, value in bundle.items() if key != name}
    for name in ("entry", "plaintext", "proof"):
        yield f"{name} of another record", {**bundle, name: other[name]}
    yield "entry and text of another", {**bundle, "entry": other["entry"], "plaintext": other["plaintext"]}
    yield "another format", {**bundle, "format": "tocsin/evidence/2"}
    yield "a member more", {**bundle, "verdict": "true"}
    yield "an inner text", {**bundle, "inner": bundle["plaintext"]}
    yield "another grant index", {**bundle, "grant_index": bundle["grant_index"] + 1}
    yield "a grant index below zero", {**bundle, "grant_index": -1}
    yield "a grant index of text", {**bundle, "grant_index": "1"}
    yield "the record as its grant", {**bundle, "grant": bundle["entry"]}
    yield "no path of the grant", {**bundle, "grant_path": ""}
    for name in ("cards", "charters"):
        items = bundle[name]
        yield f"{name} turned round", {**bundle, name: items[::-1]}
        yield f"{name} twice", {**bundle, name: items + items[-1:]}
        yield f"no {name}", {**bundle, name: []}
        for number in range(len(items)):
            yield f"without {name}[{number}]", {**bundle, name: items[:number] + items[number + 1:]}
        yield f"{name}[0] for the last", {**bundle, name: items[:-1] + items[:1]}
    yield "a charter for a card", {**bundle, "cards": bundle["charters"]}


def lines_of(bundle):
    """The signature lines of `proof`, before and within."""
    top, lines = bundle["proof"].rsplit("\n\n", 1)
    return top + "\n\n", lines.splitlines(keepends=True)


def proofs(bundle):
    top, lines = lines_of(bundle)
    yield "another index", {**bundle, "proof": bundle["proof"].replace("index ", "index 1", 1)}
    yield "extra data", {**bundle, "proof": bundle["proof"].replace("@v1\n", "@v1\nextra AAAA\n", 1)}
    yield "a hash more", {**bundle, "proof": bundle["proof"].replace("\n\n", "\n" + base64.b64encode(bytes(32)).decode()
                                                                     + "\n\n", 1)}
    yield "a line twice", {**bundle, "proof": top + "".join(lines + lines[-1:])}
    yield "no signature of the author", {**bundle, "proof": top + "".join(lines[1:])}
    unknown = "\u2014 tocsin/x " + base64.b64encode(bytes(200)).decode() + "\n"
    yield "a line of an unknown kind", {**bundle, "proof": bundle["proof"] + unknown}
    yield "a receipt for a proof", {**bundle, "proof": bundle["receipts"][0]}
    yield "the proof for a receipt", {**bundle, "receipts": bundle["receipts"] + [bundle["proof"]]}
    yield "a receipt twice", {**bundle, "receipts": bundle["receipts"] * 2}
    name, value = bundle["receipts"][0].splitlines()[-1].rsplit(" ", 1)
    for at in (0, 4, 11, 12, 75):
        text = bundle["receipts"][0].replace(value, flipped(value, at))
        yield f"bit {at} of a cosignature", {**bundle, "receipts": [text] + bundle["receipts"][1:]}
    text = bundle["receipts"][0].replace(name, name[:-1] + ("0" if name[-1] != "0" else "1"))
    yield "a cosignature under another name", {**bundle, "receipts": [text] + bundle["receipts"][1:]}


def forged(nodes, court, bundle, other, author, circle):
    chance = random.Random(7)
    for name, each in (*flips(bundle, chance), *moved(bundle, other), *proofs(bundle)):
        if each != bundle:
            expect(court.judge(name, each, [author], [circle]) is None, f"{name}: it was taken")
    text = json.dumps(bundle)
    for name, data in (("nothing", b""), ("cut short", text[:-9].encode()), ("a list", b"[]"), ("no text", b"\xff\xfe"),
                       ("a member twice", text[:-1].encode() + b', "format": "tocsin/evidence/1"}')):
        expect(court.judge(name, data, [author]) is None, f"{name}: it was taken")


def fewer_receipts(court, bundle, author, circle):
    """Who leaves receipts out proves less, and nothing wrong."""
    said = court.judge("without receipts", {**bundle, "receipts": []}, [author], [circle])
    left = len(said["receipts"])
    expect(said["proven"] and left < 3, f"receipts that were cut: {said}")
    top, lines = lines_of(bundle)
    said = court.judge("the author alone", {**bundle, "receipts": [], "proof": top + lines[0]}, [author])
    expect(said["proven"] and said["receipts"] == [], f"receipts that were cut: {said}")
    shown = court.ask(json.dumps({**bundle, "receipts": [], "proof": top + lines[0]}).encode(), "--org", author).stdout
    expect("nobody else who is known has receipted" in shown, shown)


# --- the course of it ---------------------------------------------------------------------------------------------


def addressed(nodes, court, circle):
    record = receipts.report(nodes["b"], SECRET, "--releasable-to", nodes["a"].org())
    wait_for("a reads what is addressed to it", lambda: nodes["a"].lookup(SECRET)["claims"])
    held_by(nodes, record, 3)
    bundle = take(nodes["a"], record)
    said = court.judge("addressed", bundle, [], [circle])
    expect(said["proven"] and said["addressed"] and SECRET in said["statement"]["wallet"], str(said))
    chance = random.Random(8)
    without = {key: value for key, value in bundle.items() if key != "inner"}
    expect(court.judge("addressed, without its text", without, [], [circle]) is None, "it was taken")
    for at in (0, 31, 35, 40, chance.randrange(200), 255):
        each = {**bundle, "inner": flipped(bundle["inner"], at)}
        expect(court.judge(f"bit {at} of inner", each, [], [circle]) is None, f"bit {at} of inner was taken")
    nodes["c"].tocsin("bundle", record, ok=(1,))
    return record


def after_rotation(nodes, court, record, author, circle):
    """Old receipts by keys that were retired since, a head signed anew; the old fingerprint still names the org."""
    for key in ("b", "c"):
        nodes[key].tocsin("keys", "rotate", "--sign", "--cosign")
    fresh = fingerprint_of(nodes["b"])
    expect(fresh != author, "the fingerprint is that of before")
    later = receipts.report(nodes["b"], LATER, "--alert")
    held_by(nodes, later, 3)

    def renewed():
        answer = nodes["a"].tocsin("bundle", record, ok=None)
        return answer.code == 0 and len(json.loads(answer.out)["cards"]) == 5

    wait_for("a has the new cards, and the head under the new key", renewed)
    for name, which in (("after a rotation", record), ("under new keys", later)):
        bundle = take(nodes["a"], which)
        for each in (author, fresh):
            said = court.judge(name, bundle, [each], [circle])
            expect(said["proven"] and len(said["receipts"]) == 3 and said["head"]["card_serial"] == 2, str(said))
        for number in range(len(bundle["cards"])):
            cut = {**bundle, "cards": bundle["cards"][:number] + bundle["cards"][number + 1:]}
            court.judge(f"{name}, without card {number}", cut, [author], [circle])  # whatever it is: both say so
    return later


def after_the_circle_changed(nodes, court, author, circle):
    """C writes, leaves, and its feeds are closed; the circle registers a list and wants an officer's approval of incidents."""
    receipts.report(nodes["c"], GONE)
    wait_for("c's word has come", lambda: nodes["a"].lookup(GONE)["claims"])
    made = nodes["a"].tocsin("circle", "propose", "--remove", nodes["c"].name, "--add-list", "north-sea-list=ofac-sdn",
                             "--approvals", "incident=1").last
    wait_for("b has the charter", lambda: nodes["b"].tocsin("circle", "list").last["version"] == made["version"])
    record = receipts.report(nodes["b"], AFTERWARDS, "--alert")
    held_by(nodes, record, 2)
    bundle = take(nodes["a"], record)
    expect(len(bundle["charters"]) == made["version"], f"an unexpected bundle: {len(bundle['charters'])} charters")
    expect(court.judge("after the circle changed", bundle, [author], [circle])["proven"], "not proven")
    cut = {**bundle, "charters": bundle["charters"][:2] + bundle["charters"][3:]}
    expect(court.judge("without a version", cut, [author], [circle]) is None, "a version less, and no error")
    return record


def ask_both(node, *words):
    """(exit code, stdout, stderr) of each command, from the node and, once it is stopped, from its store."""
    def ask():
        answers = [node.tocsin(*command, ok=None, as_json=False) for command in words]
        return [(one.code, one.out, one.err) for one in answers]

    running = ask()
    node.tocsin("bundle", words[0][1], "--direct", ok=(1,))  # the node has the store
    node.stop()
    shutil.rmtree(node.state / "store" / "views")  # the log has all of it
    words = [(*command, "--direct") for command in words]
    return running, ask()


def without_the_node(nodes, court, records, author, circle):
    """A node that is down gives its evidence all the same, byte for byte: also of what a legal hold keeps here and its author
    erased, and of what is gone nothing."""
    a, b = nodes["a"], nodes["b"]
    gone, kept = (receipts.report(b, wallet) for wallet in (ERASED, KEPT))
    wait_for("a has both", lambda: a.lookup(ERASED)["claims"] and a.lookup(KEPT)["claims"])
    for record in (gone, kept):
        held_by(nodes, record, 2)
    claims = [b.lookup(wallet)["claims"][0]["claim"] for wallet in (ERASED, KEPT)]
    a.tocsin("legal-hold", "add", claims[1], "--reference", "5 Js 3/26")
    b.tocsin("erase", *claims, "--reason", "both of them", "--yes")
    wait_for("one is gone", lambda: not a.lookup(ERASED)["claims"])
    expect(a.lookup(KEPT)["claims"], "a legal hold did not hold")
    b.stop()  # so nothing comes in between
    nodes["c"].stop()
    unknown = "00" * 32
    asked = [(command, record) for record in (*records, kept, gone, unknown) for command in ("bundle", "receipt")]
    running, direct = ask_both(a, *asked)
    for what, before, now in zip(asked, running, direct):
        expect(before == now, f"{what}: the node says {str(before)[:300]}, its store {str(now)[:300]}")
        expect((now[0] == 0) == (what[1] != unknown and what != ("bundle", gone)), f"{what}: {now}")
        if what[0] == "bundle" and now[0] == 0:
            said = court.judge(f"directly, {what[1]}", json.loads(now[1]), [], [circle])
            expect(said["proven"] and said["record"] == what[1], str(said))
    expect(not (a.state / "store" / "views").exists(), "views were made for it")
    a.tocsin("bundle", "00", "--direct", ok=(2,))
    told = [line for line in a.tocsin("audit", "--direct", "--text", kept).lines if line["door"] == "direct"]
    expect([line["command"] for line in told] == ["bundle", "receipt", "audit"], f"the audit: {told}")
    expect(court.judge("by the author", json.loads(direct[0][1]), [author])["proven"], "the author is not known")


def run(nodes):
    receipts.star(nodes)
    court = Court(nodes)
    record = receipts.report(nodes["b"], receipts.LAZARUS, "--alert")
    held_by(nodes, record, 3)
    second = receipts.report(nodes["b"], OTHER, "--alert")
    held_by(nodes, second, 3)
    bundle, other = take(nodes["a"], record), take(nodes["a"], second)
    expect(len(bundle["receipts"]) >= 1 and len(bundle["charters"]) == 3, f"an unexpected bundle: {bundle}")
    author, circle = anchors(nodes, court, bundle)
    trust_file(court, bundle, author)
    words(court, bundle, author)
    forged(nodes, court, bundle, other, author, circle)
    fewer_receipts(court, bundle, author, circle)
    secret = addressed(nodes, court, circle)
    later = after_rotation(nodes, court, record, author, circle)
    last = after_the_circle_changed(nodes, court, author, circle)
    nodes["a"].tocsin("bundle", "00" * 32, ok=(1,))
    nodes["a"].tocsin("bundle", "00", ok=(2,))
    nodes["a"].tocsin("bundle", ok=(2,))
    without_the_node(nodes, court, (record, secret, later, last), author, circle)
    print(f"evidence: {court.asked} bundles judged by both")


if __name__ == "__main__":
    sys.exit(scenario.main("evidence", run))
