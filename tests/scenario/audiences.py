#!/usr/bin/env python3
"""What an audience is answered: an [audience …] of the configuration, a user of the machine who is one, and the door that
nobody may look through: a daemon in which the one function that decides always says no has nothing to tell at any door."""

import os
import shutil
import subprocess
import sys

import scenario
from scenario import expect, wait_for

ORGS = {key: scenario.ORGS[key] for key in ("a", "b")}
SHARED = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
SECRET = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
NOBODY = 65534
QUESTIONS = (("lookup", SHARED, SECRET), ("explain", SHARED, SECRET), ("cluster", SHARED, SECRET),
             ("search", "--category", "theft"), ("search", "--role", "perpetrator"))


def configure(node, text):
    """The configuration of a stopped node, with sections more."""
    plain = node.config.with_suffix(".plain")
    if not plain.exists():
        shutil.copy(node.config, plain)
    node.config.write_text(plain.read_text() + text)


def without_moment(answer):
    lines = [{key: value for key, value in line.items() if key not in ("horizon", "incomplete")} for line in answer.lines]
    return lines, answer.last.get("total") if answer.lines else None


def told(node, *more):
    return [without_moment(node.tocsin(*words, *more)) for words in QUESTIONS]


def say(node, address, category, tlp, confidence):
    node.tocsin("submit", "wallet", address, "--chain", "ETH", "--category", category, "--tlp", tlp, "--confidence", confidence)


def cluster(node, name, tlp, *members):
    rows = "cluster,entity,method,confidence,chain,address,tlp\n" + "".join(
        f"{name},thief,list,80,ETH,{member},{tlp}\n" for member in members)
    node.tocsin("submit", "-", "--format", "csv", stdin=rows)


def settle(nodes):
    nodes.level()
    for name in ("partners", "all"):
        wait_for(f"the views of {name} are level",
                 lambda name=name: not nodes["b"].tocsin("lookup", SHARED, "--audience", name).last["incomplete"])


def nothing_hidden_changes_a_byte(nodes):
    a, b = nodes["a"], nodes["b"]
    say(a, SHARED, "theft", "GREEN", 60)
    cluster(a, "open", "GREEN", SHARED, "0x" + "11" * 20)
    settle(nodes)
    before, everything = told(b, "--audience", "partners"), told(b)
    expect(before == everything, "what is GREEN is told to partners otherwise than to officers")
    say(a, SHARED, "hack", "AMBER", 90)
    say(a, SECRET, "theft", "AMBER+STRICT", 90)
    say(b, SHARED, "theft", "AMBER", 95)
    cluster(a, "closed", "AMBER", "0x" + "11" * 20, SECRET, "0x" + "22" * 20)
    settle(nodes)
    expect(told(b, "--audience", "partners") == before, "a claim marked AMBER changed what partners are told")
    expect(told(b, "--audience", "all") == told(b), "an audience that may see everything is told something else")
    expect(told(b) != everything, "officers were told nothing new")
    dossier = b.tocsin("lookup", SHARED, "--audience", "partners").last
    expect(len(dossier["claims"]) == 1 and dossier["cluster"]["size"] == 2, f"partners see {dossier}")
    expect(b.lookup(SHARED)["cluster"]["size"] == 4, "the cluster that officers see")


CANARIES = {"note": "canary-note-6b1c90de", "actor": "canary-actor-5e27fd13", "incident": "canary-incident-c04a9b77",
            "label": "canary-label-0f8e3d21"}
HIDDEN = {"RED": "0xc0ffee5eed0000000000000000000000000000a1", "AMBER": "0xc0ffee5eed0000000000000000000000000000b2"}
UNKNOWN = "0xc0ffee5eed0000000000000000000000000000c3"


def given_away(text):
    """What of the hidden claims stands in it."""
    folded = text.lower()
    return [word for word in (*CANARIES.values(), *HIDDEN.values(), *(address[2:] for address in HIDDEN.values())) if word in folded]


def every_door(nodes):
    """A RED claim and one for one member: the doors that a caller who may not see them has, and what a machine writes by itself."""
    a, b = nodes["a"], nodes["b"]
    rows = [{"chain": "ETH", "address": address, "category": "theft", "tlp": tlp, "releasable_to": b.name if tlp == "AMBER" else "",
             **CANARIES} for tlp, address in HIDDEN.items()]
    a.tocsin("submit", scenario.write_rows(nodes.directory / "hidden.csv", rows))
    settle(nodes)
    claims = {tlp: b.lookup(address)["claims"][0] for tlp, address in HIDDEN.items()}
    expect(all(len(given_away(b.tocsin("lookup", address).out)) > 3 for address in HIDDEN.values()), "officers of B do not see them")
    # A retraction and a dispute of what is hidden, what is refused because of it, and what is held.
    a.tocsin("retract", "--claim", claims["RED"]["claim"], "--note", CANARIES["note"])
    b.tocsin("dispute", claims["AMBER"]["claim"], "--reason", "typo", "--note", CANARIES["note"], "--releasable-to", a.name)
    told_more = b.tocsin("dispute", claims["AMBER"]["claim"], "--reason", "wrong-party", "--note", CANARIES["note"], ok=(4,))
    expect("may not read" in told_more.out, f"a dispute for all of them: {told_more.out}")
    wrong = dict(rows[0], category=CANARIES["actor"])
    refused = a.tocsin("submit", scenario.write_rows(nodes.directory / "refused.csv", [wrong]), ok=(4,))
    expect(given_away(refused.out), "who submits is not told what was refused")
    a.tocsin("submit", scenario.write_rows(nodes.directory / "held.csv", [dict(rows[0], category="hack")]), "--hold", "1h")
    settle(nodes)
    # Spoken through the spool, and refused there: told to nobody but its owner.
    a.stop()
    alone = dict(rows[0], tlp="AMBER", releasable_to=a.name, category="scam")
    a.tocsin("submit", scenario.write_rows(nodes.directory / "alone.csv", [alone]))
    nodes.start("a")
    reasons = wait_for("the node says why", lambda: list((a.state / "spool" / "refused").glob("*.why")))
    expect(all(path.stat().st_mode & 0o077 == 0 for path in reasons), "anybody reads why something was refused")
    settle(nodes)
    for node in (a, b):
        for words in (("status",), ("peers",), ("store", "stats"), ("log", "check"), ("store", "digest"), ("circle", "show", nodes.circle),
                      ("circle", "list"), ("held",), ("receipt", claims["RED"]["record"]), ("audience", claims["AMBER"]["claim"]),
                      ("audience", "--tlp", "RED"), ("quality",)):
            for as_json in (True, False):
                out = node.tocsin(*words, as_json=as_json)
                expect(not given_away(out.out + out.err), f"{node.name}: {words} tells {given_away(out.out + out.err)}")
    # An audience finds of what is hidden what it finds of what nobody ever said, in every answer and every refusal.
    for command in ("lookup", "explain", "cluster"):
        answers = [b.tocsin(command, address, "--audience", "partners", ok=None) for address in (UNKNOWN, *HIDDEN.values())]
        spoken = [(one.code, one.err.lower().replace(address[2:], "*"),
                   [str(line).lower().replace(address[2:], "*") for line in without_moment(one)[0]])
                  for one, address in zip(answers, (UNKNOWN, *HIDDEN.values()))]
        expect(spoken[0] == spoken[1] == spoken[2], f"{command}: told apart from what is unknown: {spoken}")
    for words in (("search", "--category", "theft"), ("search", "--actor", CANARIES["actor"]), ("incident", CANARIES["incident"]),
                  ("quality",), ("search", "--incident", CANARIES["incident"])):
        out = b.tocsin(*words, "--audience", "partners", ok=None)
        asked = [word for word in words if word in CANARIES.values()]
        expect(set(given_away(out.out + out.err)) <= set(asked), f"partners are told by {words}: {out.out}{out.err}")
        expect(not any(line.get("claim") in [claim["claim"] for claim in claims.values()] for line in out.lines if isinstance(line, dict)),
               f"partners find it by {words}")
    # The audit keeps what was asked, so it is for admins; what machines write by themselves has nothing.
    expect(given_away(a.tocsin("audit", "--limit", "1000").out + b.tocsin("audit", "--limit", "1000").out), "the audit does not keep what was asked")
    for node in (a, b):
        log = node.log_path.read_text()
        expect(log and not given_away(log), f"{node.name}: its messages tell {given_away(log)}")


def a_user_who_is_an_audience(nodes):
    b = nodes["b"]
    if os.geteuid() != 0:
        print("audiences: not as root, so no other user was tried")
        return
    directory = nodes.directory / "other-user"
    directory.mkdir()
    shutil.copy(nodes.tocsin, directory / "tocsin")
    for path in (nodes.directory, b.state, b.socket_path.parent, directory):
        path.chmod(path.stat().st_mode | 0o011)
    b.socket_path.chmod(0o666)

    def ask(*words):
        return subprocess.run([str(directory / "tocsin"), *words, "--json", "--socket", str(b.socket_path)], user=NOBODY,
                              group=NOBODY, extra_groups=[], cwd="/", capture_output=True, text=True, check=False)

    seen = ask("lookup", SHARED, SECRET)
    expect(seen.returncode == 0, f"an audience may not ask: {seen.stderr}")
    expect(SECRET.lower() not in "".join(seen.stdout.lower().split('"query"')[1:2]) and '"hack"' not in seen.stdout,
           f"told to a user who is partners: {seen.stdout}")
    for words in (("status",), ("store", "digest"), ("store", "stats"), ("peers",), ("log", "check"), ("card",),
                  ("circle", "list"), ("audit",), ("held",), ("shared", SECRET), ("audience", "--tlp", "RED"),
                  ("receipt", "00" * 32), ("bundle", "00" * 32), ("submit", "wallet", SHARED, "--chain", "ETH", "--category", "scam"),
                  ("lookup", SHARED, "--audience", "all")):
        refused = ask(*words)
        expect(refused.returncode == 5, f"{words} gave {refused.returncode} to an audience: {refused.stdout}{refused.stderr}")
    expect(ask("lookup", SHARED, "--audience", "partners").returncode == 0, "its own name is refused")


def an_audience_that_is_none(nodes):
    b = nodes["b"]
    missing = b.tocsin("lookup", SHARED, "--audience", "press", ok=(1,))
    expect("press" in missing.err and "tocsind.conf" in missing.err, f"no such audience: {missing.err}")
    folders = sorted(path.name for path in (b.state / "store").glob("views*"))
    expect(folders == ["views", "views-all", "views-partners"], f"folders of views: {folders}")
    b.stop()
    direct = b.tocsin("lookup", SHARED, "--audience", "partners", "--direct", ok=(2,))
    expect("node" in direct.err, f"--direct with an audience: {direct.err}")
    configure(b, "\n[audience all]\ntlp = CLEAR\ncircle = any\n")
    nodes.start("b")
    folders = sorted(path.name for path in (b.state / "store").glob("views*"))
    expect(folders == ["views", "views-all"], f"what partners saw is still there: {folders}")
    wait_for("the views of all are level",
             lambda: not b.tocsin("lookup", SHARED, "--audience", "all").last["incomplete"])
    expect(not b.tocsin("lookup", SHARED, "--audience", "all").last["found"],
           "an audience that was made smaller sees what it saw before")


def a_daemon_that_lets_nobody_see(nodes):
    """As officers, too: whatever tells anything of a record went through that function."""
    a, b = nodes["a"], nodes["b"]
    record = b.lookup(SHARED)["claims"][0]["record"]
    made = a.tocsin("circle", "propose", "--approvals", "incident=1").last
    wait_for("b has the charter", lambda: b.tocsin("circle", "list").last["version"] == made["version"])
    b.tocsin("submit", "incident", "bridge-hack", "--title", "what nobody may see", "--status", "suspected")
    expect(len(b.tocsin("pending").lines) == 1, "no draft waits")
    b.tocsin("bundle", record, "--output", b.state / "seen")
    b.stop()
    shutil.rmtree(b.state / "store" / "views")
    seeing = nodes.tocsind
    nodes.tocsind = seeing.parent / "tocsind_blind"
    nodes.start("b")
    nodes.tocsind = seeing
    wait_for("the blind views are level", lambda: not b.status()["incomplete"])
    expect(b.status()["entries"] == 0, f"status: {b.status()}")
    for words in QUESTIONS:
        answer = b.tocsin(*words)
        expect(not any(line.get(what) for what in ("found", "claims", "claim", "move_total") for line in answer.lines),
               f"{words} told something: {answer.out}")
        expect('"hack"' not in answer.out, f"{words} told something: {answer.out}")
    expect(b.tocsin("pending").lines == [], "a draft was told")
    b.tocsin("bundle", record, "--output", b.state / "unseen", ok=(1,))
    expect(not (b.state / "unseen").exists(), "a bundle was made")
    digest = b.digest()
    expect(digest["entries"] == digest["claims"] == digest["wallets"] == digest["clusters"] == 0, f"digest: {digest}")
    stats = b.tocsin("store", "stats").last["views"]
    expect(all(stats[row] == 0 for row in ("claim_rows", "incidence_rows", "component_rows", "record_numbers")),
           f"rows: {stats}")
    b.stop()
    needle = SHARED[2:].lower().encode()
    for path in (b.state / "store" / "views", b.state / "store" / "views-all"):
        held = (path / "data.mdb").read_bytes()
        expect(needle not in held.lower() and bytes.fromhex(SHARED[2:]) not in held, f"an address stands in {path.name}")
    without_the_daemon(nodes, record)


def without_the_daemon(nodes, record):
    """--direct opens the store by itself; it asks the same function."""
    b, seeing = nodes["b"], nodes.tocsin
    for program, sees in (("tocsin", True), ("tocsin_blind", False)):
        nodes.tocsin = seeing.parent / program
        shutil.rmtree(b.state / "store" / "views")  # the tool's own are folded anew
        answer = b.tocsin("lookup", SHARED, "--direct")
        expect(answer.last["found"] == sees and ('"hack"' in answer.out) == sees, f"{program}: {answer.out}")
        path = b.state / f"{program}.direct"
        b.tocsin("bundle", record, "--output", path, "--direct", ok=(0,) if sees else (1,))
        expect(path.exists() == sees, f"{program}: a bundle is {'not ' if sees else ''}made")
        bare = b.tocsin("bundle", record, "--direct", ok=(0,) if sees else (1,), as_json=False)
        expect((bare.out != "") == sees, f"{program} prints {bare.out[:300]}")
    nodes.tocsin = seeing


def run(nodes):
    nodes.init()
    configure(nodes["b"], f"\n[audience partners]\ntlp = GREEN\ncircle = any\nuid = {NOBODY}\n"
                          "\n[audience all]\ntlp = AMBER+STRICT\ncircle = any\n")
    nodes.start()
    nodes.exchange_cards()
    nodes.found_circle("audiences", "who is told what")
    nothing_hidden_changes_a_byte(nodes)
    every_door(nodes)
    a_user_who_is_an_audience(nodes)
    an_audience_that_is_none(nodes)
    a_daemon_that_lets_nobody_see(nodes)


if __name__ == "__main__":
    sys.exit(scenario.main("audiences", run, ORGS))
