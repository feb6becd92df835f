#!/usr/bin/env python3
"""Keys that change while records flow: peers follow, one that was off catches up, a restart goes on with them."""

import os
import sys
import threading
import time

import scenario
from scenario import expect, wait_for


def wallet(number):
    return "0x" + f"{number:040x}"


class Traffic(threading.Thread):
    """One record after the other, until it is told to stop."""

    def __init__(self, node, first):
        super().__init__()
        self.node, self.next, self.over, self.failure = node, first, threading.Event(), None

    def run(self):
        try:
            while not self.over.is_set():
                self.node.tocsin("submit", "wallet", wallet(self.next), "--chain", "ETH", "--category", "theft",
                                 "--alert")
                self.next += 1
        except scenario.Failure as failure:
            self.failure = failure

    def finish(self):
        self.over.set()
        self.join()
        if self.failure is not None:
            raise self.failure


def serial_of(node, peer):
    org = peer.org()
    return next(line["serial"] for line in node.tocsin("peer", "list").lines if line["org"] == org)


def follows(node, peer, serial):
    wait_for(f"{node.name} knows card {serial} of {peer.name}", lambda: serial_of(node, peer) == serial)


def under_traffic(nodes):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    c.stop()
    traffic = Traffic(a, 1000)
    traffic.start()
    wait_for("the first records", lambda: b.status()["entries"] > 2)
    signed = a.tocsin("keys", "rotate", "--sign", "--cosign").last
    expect(signed["serial"] == 2 and signed["name"] == a.name, f"not the next card: {signed}")
    expect(a.tocsin("card").last == signed, "the node shows another card")
    follows(b, a, 2)
    others = a.tocsin("keys", "rotate", "--link", "--seal", "--root").last
    expect(others["serial"] == 3, f"not the third card: {others}")
    follows(b, a, 3)
    traffic.finish()
    nodes.level("a", "b")
    c.start()
    c.wait_up()
    nodes.level()
    follows(c, a, 3)
    wait_for("submissions are sealed to the new card", lambda: (a.state / "spool" / "node.card").read_text(
        encoding="utf-8").strip() == others["card"].strip())


def restarted(nodes):
    a, b = nodes["a"], nodes["b"]
    a.stop()
    refused = a.tocsin("keys", "rotate", "--seal", ok=(7,)).err
    expect("tocsin: " in refused, f"no sentence: {refused!r}")
    without = a.tocsin("keys", "rotate", "--seal", "--direct", "--compromised").last
    expect(without["serial"] == 4, f"not the fourth card: {without}")
    expect(a.tocsin("log", "check", "--direct").last["ok"], "the log does not check")
    a.start()
    a.wait_up()
    follows(b, a, 4)
    a.tocsin("submit", "wallet", wallet(1), "--chain", "ETH", "--category", "theft")
    b.tocsin("submit", "wallet", wallet(2), "--chain", "ETH", "--category", "theft")
    nodes.level()
    for node in nodes:
        told = node.refusals()
        expect(not {"checkpoint-signature", "fork", "grant", "cosignature", "two-cards"} & set(told),
               f"{node.key} refused: {told}")


def refusals(nodes):
    a, b = nodes["a"], nodes["b"]
    limit = a.tocsin("keys", "rotate", "--sign", ok=(1,)).err
    expect("3 times today" in limit, f"a fourth change of keys: {limit!r}")
    duty = a.tocsin("card", "change", "--duty", "duty@example.org").last
    expect(duty["serial"] == 5, f"another duty contact: {duty}")
    follows(b, a, 5)
    for words, code, what in ((("keys", "rotate"), 2, "which keys"), (("card", "change"), 2, "what changes"),
                              (("keys", "rotate", "--sign", "--root-file", str(b.state / "keys/root.key")), 1,
                               "not those of the present card")):
        answer = a.tocsin(*words, ok=(code,), as_json=False)
        expect(what in answer.err, f"{words}: {answer.err!r}")
    wrong = nodes.directory / "wrong"
    wrong.write_text("another passphrase\n", encoding="utf-8")
    wrong.chmod(0o600)
    answer = a.tocsin("keys", "rotate", "--sign", "--root-secret", f"file:{wrong}", ok=None)
    expect(answer.code == 1 and "does not open the key file" in answer.err, f"a wrong passphrase: {answer.err!r}")
    passphrase = scenario.pathlib.Path(nodes.passphrase)
    os.environ["CREDENTIALS_DIRECTORY"] = str(passphrase.parent)
    answer = a.tocsin("card", "change", "--duty", "night@example.org", "--root-secret",
                      f"credential:{passphrase.name}").last
    expect(answer["serial"] == 6, f"by a credential: {answer}")


def receipt_of(asked, record, of):
    """The receipt that evidence of a record has of an org; None when it has none."""
    bundle = asked.state / "exhibit.tocsin"
    bundle.unlink(missing_ok=True)
    asked.tocsin("bundle", record, "--output", bundle)
    told = asked.tocsin("verify", bundle, ok=None).last
    return next((row for row in told["receipts"] if row["org"] == of.org()), None)


def dated_back(nodes):
    """A theft that is noticed late: b says since when; what it gave away since is out of the evidence, and said anew."""
    a, b = nodes["a"], nodes["b"]
    a.tocsin("submit", "wallet", wallet(3), "--chain", "ETH", "--category", "theft")
    record = wait_for("the claim", lambda: a.tocsin("lookup", wallet(3)).last["claims"])[0]["record"]
    first = wait_for("the receipt of b", lambda: receipt_of(a, record, b))
    rotate = ("keys", "rotate", "--sign", "--cosign", "--retired-at")
    for words, what in (((*rotate, "2999-01-01", "--yes"), "lies ahead"),
                        ((*rotate, "2020-01-01", "--yes"), "came on a card of"),
                        ((*rotate, "yesterday", "--yes"), "takes a time"),
                        ((*rotate, first["time"]), "say --yes"),
                        (("keys", "rotate", "--link", "--retired-at", first["time"], "--yes"), "is for --sign and")):
        answer = b.tocsin(*words, ok=(2,), as_json=False)
        expect(what in answer.err, f"{words}: {answer.err!r}")
    expect(b.tocsin("card").last["serial"] == 1, "a change that was refused is in force")
    done = b.tocsin(*rotate, first["time"], "--yes")
    expect(done.err.count("warning") == 2 and first["time"] in done.err, f"not what it takes: {done.err!r}")
    expect({row["at"] for row in done.last["retired"]} == {first["time"]}, f"other moments: {done.last['retired']}")
    follows(a, b, 2)

    def anew():
        held = receipt_of(a, record, b)
        return held is not None and held["time"] > first["time"] and held["key"] != first["key"]

    wait_for("b says anew, by its new key, what it said of the quiet feed", anew, 200)
    b.stop()
    early = b.tocsin(*rotate, first["time"], "--yes", "--direct", ok=(2,)).err
    expect("came on a card of" in early, f"before the key was there: {early!r}")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    last = b.tocsin(*rotate, at, "--yes", "--direct").last
    expect(last["serial"] == 3 and [row["at"] for row in last["retired"]].count(at) == 2, f"with --direct: {last}")
    b.start()
    b.wait_up()
    follows(a, b, 3)


def escrow(nodes):
    a = nodes["a"]
    root = a.state / "keys" / "root.key"
    a.tocsin("keys", "escrow", "--shares", "3", "--threshold", "2", "--to", nodes.directory)
    shares = [nodes.directory / f"share-{number}.txt" for number in (1, 2, 3)]
    root.unlink()
    few = a.tocsin("keys", "restore", shares[0], ok=(1,)).err
    expect("2 of the 3" in few and not root.exists(), f"one share: {few!r}")
    a.tocsin("keys", "restore", shares[2], shares[0])
    expect(a.tocsin("card", "change", "--name", "Org A, renamed").last["serial"] == 7, "the restored root does not sign")


def officers(nodes):
    a, b = nodes["a"], nodes["b"]
    first = a.tocsin("officer", "list").lines
    expect([line["number"] for line in first] == [1], f"after init: {first}")
    passphrase = f"file:{nodes.passphrase}"
    for name, org in (("one", a.org()), ("two", a.org()), ("stranger", b.org())):
        key = nodes.directory / f"{name}.key"
        public = a.tocsin("keys", "new", key, "--org", org, "--secret", passphrase, as_json=False).out
        expect(key.stat().st_mode & 0o777 == 0o600, f"{key} is open to others")
        (nodes.directory / f"{name}.json").write_text(public, encoding="utf-8")
    a.tocsin("officer", "add", nodes.directory / "one.json", "--scope", "freeze", "--title", "duty officer")
    a.tocsin("officer", "remove", "2")
    again = a.tocsin("officer", "add", nodes.directory / "one.json", "--scope", "freeze", ok=None)
    expect(again.code != 0, "a retired key came back")
    a.tocsin("officer", "add", nodes.directory / "two.json", "--scope", "submit", "--scope", "charter")
    listed = a.tocsin("officer", "list").lines
    expect([(line["number"], line["scopes"]) for line in listed[1:]] == [(3, ["submit", "charter"])],
           f"a number was used again, or the scopes differ: {listed}")
    for words, what in ((("officer", "add", nodes.directory / "stranger.json", "--scope", "submit"), "another org"),
                        (("officer", "add", nodes.directory / "two.json"), "what for"),
                        (("officer", "add", nodes.directory / "two.json", "--scope", "all"), "no scope"),
                        (("officer", "remove", "9"), "has the number 9")):
        answer = a.tocsin(*words, ok=(1, 2), as_json=False)
        expect(what in answer.err, f"{words}: {answer.err!r}")
    follows(b, a, a.tocsin("card").last["serial"])


def run(nodes):
    scenario.within_one_day()  # three changes of keys
    nodes.init()
    for node in nodes:
        root = node.state / "keys" / "root.key"
        expect(root.stat().st_mode & 0o777 == 0o600, f"{root} is open to others")
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("keys", "keys that change")
    under_traffic(nodes)
    restarted(nodes)
    refusals(nodes)
    dated_back(nodes)
    escrow(nodes)
    officers(nodes)
    nodes.level()
    for node in nodes:
        node.stop()
        expect(node.tocsin("log", "check", "--direct").last["ok"], f"{node.key}: the log does not check")


if __name__ == "__main__":
    sys.exit(scenario.main("keys", run))
