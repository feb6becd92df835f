#!/usr/bin/env python3
"""Who will get it, said before it is written: what `submit --dry-run` and `audience` tell of every member, against what every
member's own node then has. A member that is linked through another only, a relay, one that waits for its first key, one that
never came, one that was removed, and an audience of this machine."""

import hashlib
import shutil
import sys

import scenario
from scenario import expect, wait_for

ORGS = {**{key: scenario.ORGS[key] for key in ("a", "b", "c")}, "r": ("Relay", "association", "NL"), "w": ("Waiting", "fiu", "BE"),
        "n": ("Never", "exchange", "AT"), "x": ("Removed", "exchange", "LU")}
MARK = ("--chain", "ETH", "--category", "theft")


SENTINEL = "0x" + "fe" * 20


def address(number):
    return f"0x5eed{number:036x}"


def set_out(nodes):
    """A is the admin. It and C are linked through B only; Never is admitted and does not join; Removed is gone; Waiting waits."""
    a, n, x, w = nodes["a"], nodes["n"], nodes["x"], nodes["w"]
    nodes.init()
    with open(a.config, "a", encoding="utf-8") as file:
        file.write("\n[audience partners]\ntlp = GREEN\ncircle = any\n")
    nodes.start()
    cards = {node.key: node.tocsin("card").last["card"] for node in nodes}
    for node in nodes:
        for peer in nodes:
            apart = {node.key, peer.key} == {"a", "c"}
            if peer is not node:
                node.tocsin("peer", "add", "-", "--endpoint", "tcp://127.0.0.1:1" if apart else peer.endpoint, stdin=cards[peer.key])
    nodes.circle = a.tocsin("circle", "create", "readers", "--purpose", "who gets what").last["circle"]
    n.stop()
    for node in nodes:
        if node not in (a, n):
            node.tocsin("circle", "join", nodes.circle)
        if node not in (a, w):
            a.tocsin("circle", "admit", node.name, "--role", "relay" if node.key == "r" else "member")
    a.tocsin("circle", "propose", "--remove", x.name)
    a.tocsin("circle", "propose", "--admission-delay", "24")
    made = a.tocsin("circle", "propose", "--admit", w.name).last
    expect(made["state"] == "in-force", f"not admitted: {made}")
    for key in "bcrw":
        wait_for(f"{nodes[key].name} has the charter", lambda key=key: any(
            circle["version"] == made["version"] for circle in nodes[key].tocsin("circle", "list").lines))
    # It may have come to B through Relay: which way things go is told below.
    wait_for("A is linked to B", lambda: any(row["name"] == "Org B" and row["links"] > 0 for row in a.tocsin("peers").lines))


def told(answer):
    """The lines of readers, and nothing but them."""
    return [line for line in answer.lines if "readership" in line]


def reading(rows):
    return {row["name"] for row in rows if row["reads"] and "name" in row}


def has(node, number):
    return any(claim["category"] == "theft" for claim in node.lookup(address(number))["claims"])


def arrived(nodes):
    """Once a record is held by all who hold any, what was written before it is, too."""
    a = nodes["a"]
    arrived.count += 1
    said = a.tocsin("submit", "wallet", SENTINEL, "--chain", "ETH", "--category", "scam", "--tlp", "GREEN", "--confidence", arrived.count)
    expect(said.last["new"] + said.last["changed"] == 1, f"nothing was said: {said.last}")
    record = wait_for("A has it", lambda: [claim["record"] for claim in a.lookup(SENTINEL)["claims"]
                                           if claim["confidence"] == arrived.count])[0]
    due = {nodes[key].name for key in "bcrw"}
    wait_for("all hold it", lambda: due <= {row["name"] for row in a.tocsin("receipt", record).last["held"]})
    for key in "bc":
        wait_for(f"{nodes[key].name} is level", lambda key=key: not nodes[key].status()["incomplete"])


arrived.count = 0


MARKINGS = [{"tlp": "GREEN"}, {"tlp": "AMBER", "releasable_to": "Org B"}, {"tlp": "AMBER", "not_to": "Org C"}, {"tlp": "RED"},
            {"tlp": "RED", "releasable_to": "Org C"}, {"tlp": "AMBER+STRICT"}, {"tlp": "AMBER", "releasable_to": "Org B;Removed;Relay"},
            {"tlp": "AMBER", "releasable_to": "Waiting;Never"}]


def what_was_said_is_what_happens(nodes):
    """Of each marking: who is told to read it reads it, on his own node, and nobody else does."""
    a = nodes["a"]
    rows = [{"chain": "ETH", "address": address(16 * kind + copy), "category": "theft", "role": "perpetrator", "confidence": "80",
             **{"tlp": "", "releasable_to": "", "not_to": "", **marking}} for kind, marking in enumerate(MARKINGS, 1) for copy in range(1 + kind % 2)]
    path = scenario.write_rows(nodes.directory / "rows.csv", rows)
    dry = a.tocsin("submit", path, "--dry-run")
    expect(not any(has(a, 16 * kind) for kind in range(1, 9)), "a dry run wrote")
    due = told(dry)
    expect(len(due) == len(MARKINGS), f"told of {len(due)} markings: {dry.out}")
    expect([line["records"] for line in due] == [1 + kind % 2 for kind in range(1, 9)], f"how many: {due}")
    expect(sum(line["records"] for line in due) == dry.last["new"], f"not all records: {dry.last}")
    expect([(line["tlp"], {org["name"] for org in line["releasable_to"]}, {org["name"] for org in line["not_to"]}) for line in due]
           == [(marking["tlp"], set(filter(None, marking.get("releasable_to", "").split(";"))),
                set(filter(None, marking.get("not_to", "").split(";")))) for marking in MARKINGS], f"which markings: {due}")
    a.tocsin("submit", path)
    arrived(nodes)
    running = [nodes[key] for key in "abcrwx"]
    for kind, line in enumerate(due, 1):
        names = reading(line["readership"])
        for number in range(16 * kind, 16 * kind + line["records"]):
            expect({node.name for node in running if has(node, number)} == names - {nodes["n"].name},
                   f"{MARKINGS[kind - 1]}: told {sorted(names)}, and {[node.name for node in running if has(node, number)]} have it")
    # What is said afterwards, of the record as it stands, is the same; what the whole circle may read Waiting may get later.
    for kind, line in enumerate(due, 1):
        claim = a.lookup(address(16 * kind))["claims"][0]
        later = set() if line["tlp"] == "RED" or line["releasable_to"] or line["not_to"] else {"Waiting"}
        for name in ("claim", "record"):
            after = a.tocsin("audience", claim[name]).lines
            expect(reading(after) == reading(line["readership"]) | later, f"audience of a {name}: {after}")
    return due


def every_reason(nodes, due):
    rows = [{row.get("name") or row["audience"]: row for row in line["readership"]} for line in due]
    green, to_b, not_c, red, _, _, removed, waiting = rows
    why = {name: row["why"] for name, row in red.items()}
    expect("relay" in why["Relay"] and "no key" in why["Relay"], why)
    expect("no key from this node before" in why["Waiting"] and red["Waiting"]["waits_until"], why)
    expect("sealed to this org" in why["Never"] and red["Never"]["path"] == "sealed", why)
    expect("Removed" not in red and "no member" in removed["Removed"]["why"] and removed["Removed"]["role"] is None, removed)
    expect("relay" in removed["Relay"]["why"], removed)
    expect("releasable_to" in to_b["Org C"]["why"] and "not_to" in not_c["Org C"]["why"], (to_b, not_c))
    expect(green["partners"]["reads"] and green["partners"]["path"] == "here", green)
    expect(not red["partners"]["reads"] and "above" in red["partners"]["why"], red)
    expect(reading(waiting.values()) == {"Org A", "Never"}, waiting)
    expect((green["Org A"]["link"], green["Org B"]["link"], green["Org C"]["link"]) == ("here", "direct", "others"), green)
    expect("Org B" in green["Org C"]["through"] and "Org C" not in green["Org C"]["through"], green["Org C"])
    expect(green["Never"]["link"] == "others" and green["Never"]["last_heard"] is None, green["Never"])
    expect(green["Org C"]["path"] == "circle" and red["Relay"]["path"] == "none", green)


def rows_of(node, number):
    """What a node says of who reads the claim of B on an address, by name."""
    (claim,) = wait_for(f"{node.name} has it", lambda: [claim for claim in node.lookup(address(number))["claims"] if claim["org_name"] == "Org B"])
    return {row["name"]: row for row in node.tocsin("audience", claim["claim"]).lines if "name" in row}


def of_another_org(nodes):
    """Of what B wrote others say who reads it where they can know, and where they cannot they say that. Waiting waits at B."""
    a, b, c, w = (nodes[key] for key in "abcw")
    for number, *more in ((32768, "--tlp", "GREEN"), (32769, "--tlp", "RED"), (32770, "--releasable-to", "Org C", "--releasable-to", "Waiting")):
        b.tocsin("submit", "wallet", address(number), *MARK, *more)
    for node in (a, c):
        green, red = rows_of(node, 32768), rows_of(node, 32769)
        expect(reading(green.values()) == reading(red.values()) == {"Org A", "Org B", "Org C", "Never"}, f"{node.name}: {green} {red}")
        expect([row["Waiting"]["reads"] for row in (green, red)] == [None, None] and "only the author knows" in red["Waiting"]["why"]
               and "only the author knows" in green["Waiting"]["why"] and red["Waiting"]["path"] == "sealed", f"{node.name}: {green} {red}")
    to_c = rows_of(c, 32770)
    expect(reading(to_c.values()) == {"Org B", "Org C"} and to_c["Waiting"]["reads"] is None and "releasable_to" in to_c["Org A"]["why"], to_c)
    spoken = a.tocsin("audience", a.lookup(address(32769))["claims"][0]["claim"], as_json=False).out
    expect("not known" in spoken, f"for people: {spoken}")
    # B knows, and it is so.
    green, red = rows_of(b, 32768), rows_of(b, 32769)
    expect(reading(red.values()) == {"Org A", "Org B", "Org C", "Never"} and "had no key" in red["Waiting"]["why"], f"B: {red}")
    expect("admission delay" in green["Waiting"]["why"] and green["Waiting"]["waits_until"], f"B: {green}")
    expect(not has(w, 32768) and not has(w, 32769), "Waiting has what B gave it no key to")


def confirmed_by_its_author(nodes):
    """A let Waiting and Removed in, B did not; then it does. For what was written before they ask again in seconds: they were refused."""
    a, b, w, x = (nodes[key] for key in "abwx")
    late = rows_of(a, 32768)
    expect(late["Waiting"]["reads"] is None and late["Removed"]["reads"] is None, f"A let them in, and cannot know of B: {late}")
    expect("sealed to the readers of its day" in rows_of(a, 32769)["Removed"]["why"], "who came after it was sealed")
    for node in (w, x):
        b.tocsin("circle", "confirm", node.name)
    b.tocsin("submit", "wallet", address(32771), *MARK, "--tlp", "GREEN")
    for node in (w, x):
        expect(node.name in reading(rows_of(b, 32768).values()), "B let it in")
        wait_for(f"{node.name} reads what B says now", lambda node=node: has(node, 32771))
        expect(not has(node, 32769) and node.name not in reading(rows_of(b, 32769).values()), "what was sealed before is not given later")


def joiners(nodes):
    """A circle without a delay: of what was written before somebody came, whether it was given to him."""
    a, b, c, w = (nodes[key] for key in "abcw")
    circle = a.tocsin("circle", "create", "second", "--purpose", "who came when").last["circle"]

    def admit(node):
        version = a.tocsin("circle", "propose", "--circle", circle, "--admit", node.name).last["version"]
        node.tocsin("circle", "join", circle)
        wait_for(f"{node.name} is in", lambda: any(row["circle"] == circle and row["version"] == version for row in node.tocsin("circle", "list").lines))

    admit(b)
    for number, tlp in ((65536, "GREEN"), (65537, "RED")):
        b.tocsin("submit", "wallet", address(number), *MARK, "--tlp", tlp, "--circle", circle)
    expect(reading(rows_of(a, 65536).values()) == reading(rows_of(a, 65537).values()) == {a.name, b.name}, "before anybody came")
    admit(c)
    wait_for("C was given what was there", lambda: has(c, 65536))
    green, red = rows_of(a, 65536), rows_of(a, 65537)
    expect(reading(green.values()) == {a.name, b.name, c.name} and "gives joiners" in green[c.name]["why"], green)
    expect(reading(red.values()) == {a.name, b.name} and red[c.name]["reads"] is False and "came after" in red[c.name]["why"], red)
    expect(not has(c, 65537), "C has what was sealed before it came")
    a.tocsin("circle", "propose", "--circle", circle, "--history", "none")
    admit(w)
    green = rows_of(a, 65536)
    expect(green[w.name]["reads"] is False and "no history" in green[w.name]["why"], green)
    expect(green[c.name]["reads"] is None and "for a time" in green[c.name]["why"], green)
    expect(rows_of(c, 65536)[c.name]["reads"] is True, "C has opened it")
    a.tocsin("circle", "propose", "--circle", circle, "--remove", b.name)
    gone = rows_of(a, 65536)
    expect(gone[c.name]["reads"] is None and "has left" in gone[c.name]["why"] and gone[b.name]["role"] is None and gone[b.name]["reads"], gone)


def narrowed(nodes):
    """What is told to fewer is ended for those who had it: the dry run says so, and so it happens."""
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    number, red = 16, 64
    words = ("submit", "wallet", address(number), *MARK, "--confidence", "80", "--tlp", "GREEN", "--releasable-to", b.name)
    expect(told(a.tocsin(*words[:-2], "--dry-run")) == [], "who would get what is unchanged")
    end, anew = told(a.tocsin(*words, "--dry-run"))
    expect((end["ends"], end["records"], end["tlp"]) == (True, 1, "GREEN") and c.name in reading(end["readership"]), f"its end: {end}")
    expect(not anew["ends"] and reading(anew["readership"]) == {a.name, b.name}, f"anew: {anew}")
    spoken = a.tocsin(*words, "--dry-run", as_json=False).out
    expect("1 record that ends what was said before, TLP:GREEN: 4 of 6 members would read it." in spoken
           and "1 record, TLP:GREEN, releasable to Org B: 2 of 6 members would read it." in spoken, f"for people: {spoken}")
    a.tocsin(*words)
    arrived(nodes)
    expect(has(b, number) and not has(c, number) and c.lookup(address(number))["found"] is False, "what was narrowed")
    # The end of what was sealed goes to those who had it: not to Removed, once it is back, nor to Waiting, who had no key then.
    w, x = nodes["w"], nodes["x"]
    a.tocsin("circle", "propose", "--admit", x.name)
    for node in (w, x):
        a.tocsin("circle", "confirm", node.name)
    wait_for("both read", lambda: {w.name, x.name} <= reading(a.tocsin("audience", "--tlp", "RED").lines))
    claim = a.lookup(address(red))["claims"][0]["claim"]
    (end,) = told(a.tocsin("retract", "--claim", claim, "--dry-run"))
    rows = {row.get("name"): row for row in end["readership"]}
    expect(end["ends"] and reading(end["readership"]) == {a.name, b.name, c.name, "Never"}, f"the end of what was sealed: {end}")
    expect("never had" in rows[x.name]["why"] and "never had" in rows[w.name]["why"], f"why not: {rows[x.name]} {rows[w.name]}")
    expect(has(b, red), "a dry retraction was written")
    a.tocsin("retract", "--claim", claim)
    arrived(nodes)
    expect(not has(b, red) and not has(c, red), "who had it was not told of its end")
    for node in (w, x):
        wait_for(f"{node.name} reads what came after it", lambda node=node: [claim["confidence"] for claim in node.lookup(SENTINEL)["claims"]]
                 == [arrived.count])
    knows = {node.name for node in (b, c, w, x) if bytes.fromhex(address(red)[2:]) in (node.state / "store" / "views" / "data.mdb").read_bytes()}
    expect(knows == {b.name, c.name}, f"who learnt which wallet it was: {knows}")


def leaving_a_list(nodes):
    a = nodes["a"]
    rows = [{"chain": "ETH", "address": address(256 + number), "category": "theft", "list": "ofac-sdn", "tlp": "GREEN" if number < 40 else "RED"}
            for number in range(60)]
    whole = scenario.write_rows(nodes.directory / "list.csv", rows)
    a.tocsin("submit", whole)
    wait_for("they are in the views", lambda: not a.status()["incomplete"])
    part = scenario.write_rows(nodes.directory / "part.csv", rows[2:-1])
    dry = a.tocsin("submit", part, "--complete", "ofac-sdn", "--yes", "--dry-run")
    expect((dry.last["retracted"], dry.last["unchanged"]) == (3, 57), f"what would leave: {dry.last}")
    expect(sorted((line["tlp"], line["records"], line["ends"]) for line in told(dry)) == [("GREEN", 2, True), ("RED", 1, True)],
           f"whose end it would be: {dry.out}")
    expect(has(a, 256), "a dry run retracted")


def too_many_markings(nodes):
    """Of so many ways to mark rows the first are told, and of the rest how many records there are."""
    a = nodes["a"]
    orgs = ["Org B", "Org C", "Never", "Waiting", "Relay"]
    ways = [";".join(org for bit, org in enumerate(orgs) if way >> bit & 1) for way in range(1, 21)]
    ways = [way for way in ways if way != "Relay"]
    rows = [{"chain": "ETH", "address": address(1024 + number), "category": "theft", "not_to": way} for number, way in enumerate(ways)]
    dry = a.tocsin("submit", scenario.write_rows(nodes.directory / "ways.csv", rows), "--dry-run")
    expect(len(told(dry)) == 16 and {"marked_otherwise": dry.last["new"] - 16} in dry.lines, f"{len(told(dry))} markings: {dry.lines[-2:]}")


def drafts(nodes):
    a, b, c = nodes["a"], nodes["b"], nodes["c"]
    words = ("submit", "wallet", address(2048), *MARK, "--not-to", c.name)
    a.tocsin("circle", "propose", "--approvals", "wallet=1")
    (line,) = told(a.tocsin(*words, "--dry-run"))
    expect((line["needed"], line["scope"], line["officers"]) == (1, "submit", [1]), f"who must approve: {line}")
    spoken = a.tocsin(*words, "--dry-run", as_json=False).out
    expect("First 1 officer of this org must approve it: nobody gets it before. Those who may: officer 1." in spoken, spoken)
    a.tocsin(*words)
    a.tocsin(*words, "--confidence", "60")
    first, second = sorted(a.tocsin("pending").lines, key=lambda draft: draft["at"])
    for digits in (8, 64):
        rows = a.tocsin("audience", first["draft"][:digits]).lines
        expect(rows == line["readership"] or reading(rows) == reading(line["readership"]), f"audience of a draft: {rows}")
    whole = a.tocsin("pending", first["draft"]).last
    expect(reading(whole["readership"]) == {reader["name"] for reader in whole["readers"]} == reading(line["readership"]), f"pending: {whole}")
    spoken = a.tocsin("pending", first["draft"], as_json=False).out
    expect("named in not_to" in spoken and "through " in spoken and "last heard never" in spoken, f"why not, for people: {spoken}")
    expect("8 digits" in a.tocsin("audience", first["draft"][:7], ok=(2,)).err, "seven digits")
    expect("no claim and no record" in a.tocsin("audience", "ab" * 32, ok=(1,)).err, "what nobody knows")
    expect("64 hexadecimal digits" in a.tocsin("audience", "zz" * 32, ok=(2,)).err, "no id at all")
    expect("marking of its own" in a.tocsin("audience", first["draft"], "--tlp", "RED", ok=(2,)).err, "a draft and a marking")
    digest = hashlib.sha256(bytes.fromhex(whole["statement"])).hexdigest()
    a.tocsin("approve", first["draft"], "--hash", digest)
    wait_for("B has it", lambda: has(b, 2048))
    wait_for("the other is overtaken", lambda: "overtaken" in a.tocsin("audience", second["draft"], ok=(0, 1)).err)
    expect(not has(c, 2048), "what is not for C")


def what_a_submission_would_say(nodes):
    """Refused as the real one would be, and nobody is named for it."""
    a = nodes["a"]
    a.tocsin("circle", "propose", "--tlp-max", "AMBER", "--approvals", "wallet=0")
    dry, real = (a.tocsin("submit", "wallet", address(4096), *MARK, "--tlp", "RED", *more, ok=(4,)) for more in (("--dry-run",), ()))
    expect(dry.last["refused"] == real.last["refused"] == 1 and dry.lines[0]["error"] == real.lines[0]["error"] and told(dry) == [],
           f"above the highest marking: {dry.out} {real.out}")
    relay = nodes["r"]
    dry, real = (relay.tocsin("submit", "wallet", address(4097), *MARK, *more, ok=None) for more in (("--dry-run",), ()))
    expect(dry.code == real.code != 0 and dry.err == real.err and told(dry) == [], f"who may not write: {dry.err} {real.err}")


def bulk_quota(nodes):
    """Of A, in bytes: used today, and what the circle takes in a day."""
    (circle,) = nodes["a"].status()["circles"]
    (lane,) = [lane for lane in circle["quota"] if lane["lane"] == "bulk"]
    return lane["used_bytes"], lane["bytes_per_day"]


def the_quota_of_a_day(nodes):
    """What a dry run says of the quota is what happens: the words, how much is written before them, and how much that takes."""
    a = nodes["a"]
    rows = [{"chain": "ETH", "address": address(16384 + number), "category": "theft", "tlp": tlp, "note": "n" * (number % 200)}
            for number, tlp in enumerate(["GREEN"] * 900 + ["AMBER"] * 300 + ["GREEN"] * 100)]
    for row in rows[900:1200]:
        row["not_to"] = "Org C"
    path = scenario.write_rows(nodes.directory / "quota.csv", [{"not_to": "", **row} for row in rows])
    (fits,) = [line["quota"] for line in a.tocsin("submit", path, "--dry-run").lines if "quota" in line]
    used, per_day = bulk_quota(nodes)
    expect((fits["lane"], fits["used_bytes"], fits["bytes_per_day"], fits["left_bytes"]) == ("bulk", used, per_day, per_day - used)
           and fits["records"] == fits["fits"] == len(rows) and fits["refused"] is None, f"what fits: {fits}")
    # Half of it is left, which ends among those that are sealed to each.
    a.tocsin("circle", "propose", "--bulk-per-day", used + fits["needs_bytes"] * 2 // 3)
    wait_for("the rule is in force", lambda: bulk_quota(nodes)[1] != per_day)
    dry = a.tocsin("submit", path, "--dry-run", ok=(5,))
    (over,) = [line["quota"] for line in dry.lines if "quota" in line]
    expect(0 < over["fits"] < over["records"] == len(rows) == dry.lines[-2]["new"] and over["needs_bytes"] == fits["needs_bytes"], f"what does not fit: {over}")
    spoken = a.tocsin("submit", path, "--dry-run", as_json=False, ok=(5,))
    expect(f"of {len(rows)} records {over['fits']} would be written today." in spoken.out and spoken.err == dry.err, f"for people: {spoken.out} {spoken.err}")
    expect(bulk_quota(nodes)[0] == over["used_bytes"], "a dry run wrote")
    real = a.tocsin("submit", path, ok=(5,))
    expect((real.err, real.last) == (dry.err, dry.last) and over["refused"] == real.last["error"]["text"], f"other words: {dry.last} {real.last}")
    expect(a.tocsin("submit", path, "--dry-run", ok=(5,)).lines[-2]["unchanged"] == over["fits"], "what was written before it")
    # Several files that fit each by itself.
    parts = [scenario.write_rows(nodes.directory / f"part{part}.csv", [{"not_to": "", **row} for row in rows[begin:begin + 80]])
             for part, begin in enumerate((1040, 1120))]
    left = bulk_quota(nodes)
    alone = [a.tocsin("submit", part, "--dry-run", ok=None) for part in parts]
    both = a.tocsin("submit", *parts, "--dry-run", ok=None)
    needs = [line["quota"]["needs_bytes"] for answer in alone for line in answer.lines if "quota" in line]
    expect(all(answer.code == (0 if need <= left[1] - left[0] else 5) for answer, need in zip(alone, needs)), f"one by one: {needs} of {left}")
    expect(both.code == (0 if sum(needs) <= left[1] - left[0] else 5), f"together: {needs} of {left}: {both.err}")
    a.tocsin("circle", "propose", "--bulk-per-day", per_day)
    wait_for("the rule is as before", lambda: bulk_quota(nodes)[1] == per_day)
    rest = a.tocsin("submit", path, "--dry-run")
    (need,) = [line["quota"]["needs_bytes"] for line in rest.lines if "quota" in line]
    before = bulk_quota(nodes)[0]
    a.tocsin("submit", path)
    expect(bulk_quota(nodes)[0] - before == need, f"{need} bytes were told, and {bulk_quota(nodes)[0] - before} were used")


def a_node_that_lets_nobody_see(nodes):
    b = nodes["b"]
    b.stop()
    seeing = nodes.tocsind
    shutil.rmtree(b.state / "store" / "views")
    nodes.tocsind = seeing.parent / "tocsind_blind"
    nodes.start("b")
    nodes.tocsind = seeing
    wait_for("the blind views are level", lambda: not b.status()["incomplete"])
    (line,) = told(b.tocsin("submit", "wallet", address(8192), *MARK, "--tlp", "GREEN", "--circle", nodes.circle, "--dry-run"))
    expect(not any(row["reads"] for row in line["readership"]), f"a blind node names readers: {line}")
    expect(not any(row["reads"] for row in b.tocsin("audience", "--circle", nodes.circle, "--tlp", "CLEAR").lines), "a blind node names readers of a marking")


def run(nodes):
    scenario.within_one_day()  # what the quota of one takes
    set_out(nodes)
    due = what_was_said_is_what_happens(nodes)
    every_reason(nodes, due)
    of_another_org(nodes)
    narrowed(nodes)
    confirmed_by_its_author(nodes)
    leaving_a_list(nodes)
    too_many_markings(nodes)
    drafts(nodes)
    what_a_submission_would_say(nodes)
    the_quota_of_a_day(nodes)
    joiners(nodes)
    a_node_that_lets_nobody_see(nodes)


if __name__ == "__main__":
    sys.exit(scenario.main("readership", run, ORGS))
