#!/usr/bin/env python3
"""What scripts build on: exit codes, stable JSON, one sentence per error, nothing that a terminal would obey."""

import fcntl
import json
import os
import pty
import resource
import struct
import sys
import termios

import scenario
from scenario import expect

CHANGED = {"read", "new", "changed", "unchanged", "merged", "refused"}
ADDRESS = {"input", "valid", "chain", "symbol", "kind", "network", "canonical", "caip10", "subject", "key", "tag",
           "candidates", "flags", "receivers", "near", "error"}


def usage(node):
    for words in (["nonsense"], ["lookup"], ["lookup", "--jsno", "x"], ["submit", "--format"], ["peer", "ad"],
                  ["card", "too", "many"], ["search", "--limit", "many"], ["address", "--chain", "nowhere", "x"]):
        answer = node.tocsin(*words, ok=(2,), as_json=False)
        expect(answer.err.count("\n") == 1 and answer.err.startswith("tocsin: "),
               f"not one sentence for {words}: {answer.err!r}")
    for words in (["--help"], ["lookup", "--help"], ["--version"], ["completion", "bash"]):
        done = scenario.subprocess.run([str(node.federation.tocsin), *words], capture_output=True, text=True,
                                       check=False)
        expect(done.returncode == 0 and done.stdout and not done.stderr, f"{words}: {done}")
    expect("tocsin lookup" in node.tocsin("lookup", "--help", as_json=False).out, "no example in the help")
    expect(node.tocsin("help", "card", "change", as_json=False).out == node.tocsin("card", "change", "--help", as_json=False).out,
           "'help COMMAND' says something else than 'COMMAND --help'")
    for said, due in ((("circle",), "create, join, admit"), (("keys",), "rotate, escrow"),
                      (("circel", "create", "x"), "nearest is 'circle create'"), (("circel",), "nearest is 'circle "),
                      (("submit", "wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "--category", "theft"), "BCH, BSV, BTC")):
        answer = node.tocsin(*said, ok=(2,), as_json=False)
        expect(due in answer.err, f"{said}: {answer.err!r}")
    for words in (["circle", "--help"], ["help", "circle"]):
        done = run_bare(node, *words)
        expect(done.returncode == 0 and "circle choose" in done.stdout and "peer add" not in done.stdout, f"{words}: {done}")
    expect("nearest is 'lookup'" in node.tocsin("help", "lokup", as_json=False, ok=(2,)).err, "help of no command says nothing")


def run_bare(node, *words, **how):
    return scenario.subprocess.run([str(node.federation.tocsin), *map(str, words)], capture_output=True, text=True,
                                   check=False, **how)


def on_terminal(node, columns, *words):
    """What a person sees whose terminal has so many columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    done = scenario.subprocess.run([str(node.federation.tocsin), *words, "--config", str(node.config)], stdout=follower,
                                   env={**os.environ, "NO_COLOR": "1", "TERM": "xterm"}, check=False)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 65536):
            shown += part
    except OSError:
        pass  # how Linux says that nobody writes any more
    os.close(leader)
    expect(done.returncode == 0, f"{words} gave {done.returncode}")
    return shown.decode().replace("\r\n", "\n")


def narrow(node):
    """An id that does not fit is seen to be cut: half of one would be copied for a whole."""
    circle = node.tocsin("circle", "list").last["circle"]
    wide, cut = (on_terminal(node, columns, "circle", "list") for columns in (150, 80))
    expect(circle in wide and circle not in cut, f"not cut to 80 columns: {cut}")
    line = cut.splitlines()[1]
    expect(len(line) == 80 and line.endswith("…") and line[:-1].split()[-1] in circle, f"cut without a sign: {line!r}")


def state_directories(nodes):
    """Where init would close what is not its own, it makes nothing."""
    folder = nodes.directory / "home"
    folder.mkdir(mode=0o755)
    (folder / "letter").write_text("not yours", encoding="utf-8")
    common = ("--name", "X", "--secret-file", nodes.passphrase)
    for said, due in ((("--state", folder), "a directory of its own"), (("--state", ""), "got an empty text"),
                      (("--state", folder / "letter"), "is no directory"),
                      (("--state", nodes.directory / "new", "--listen", "0.0.0.0:7"), "'0.0.0.0:7'"),
                      (("--state", nodes.directory / "new", "--country", "Netherlands"), "ISO 3166")):
        done = run_bare(nodes["a"], "init", *said, *common, cwd=folder)
        expect(done.returncode != 0 and due in done.stderr, f"init {said}: {done}")
    expect(folder.stat().st_mode & 0o777 == 0o755 and os.listdir(folder) == ["letter"], "init took another's directory")
    expect(not (nodes.directory / "new").exists(), "something was made before the refusal")
    bare = {name: text for name, text in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
    config = nodes.directory / "unset.conf"
    config.write_text(nodes["a"].config.read_text().replace(f"file:{nodes.passphrase}", "credential:x"), encoding="utf-8")
    done = run_bare(nodes["a"], "store", "digest", "--direct", "--config", config, env=bare)
    expect(done.returncode == 2 and "--secret-file" in done.stderr, f"no way to a passphrase is named: {done}")
    done = run_bare(nodes["a"], "init", "--state", "beside", *common, cwd=nodes.directory)
    expect(f"tocsind --config {nodes.directory}/beside/tocsind.conf" in done.stdout, f"a path for one directory only: {done}")


def addresses(node):
    answer = node.tocsin("address", "0x098b716b8aaf21512996dc57eb0615e2383e2f96", "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq",
                         "1BoatSLRHtKNngkdXEeobR76b53LETtpy", ok=(1,))
    evm, tron, broken = answer.lines
    for line in answer.lines:
        expect(ADDRESS <= set(line), f"fields are missing: {ADDRESS - set(line)}")
    expect(evm["canonical"] == "0x098B716B8Aaf21512996dC57EB0615e2383E2f96" and evm["chain"] == "eip155:1", str(evm))
    expect(tron["symbol"] == "TRX" and tron["valid"], str(tron))
    expect(not broken["valid"] and isinstance(broken["error"], str) and evm["error"] is None, str(broken))


def submissions(nodes):
    node = nodes["a"]
    path = nodes.directory / "rows.csv"
    path.write_text("chain,address,category,confidence,note\n"
                    "ETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft,90,one\n"
                    "ETH,0x098b716b8aaf21512996dc57eb0615e2383e2f96,theft,70,again\n"
                    "BTC,1BoatSLRHtKNngkdXEeobR76b53LETtpy,theft,70,broken\n"
                    "TRX,TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq,thefft,70,misspelt\n", encoding="utf-8")
    dry = node.tocsin("submit", path, "--dry-run", ok=(4,)).last
    expect(dry == {"read": 4, "new": 1, "changed": 0, "unchanged": 0, "merged": 1, "refused": 2}, f"dry run: {dry}")
    expect(not node.lookup("0x098B716B8Aaf21512996dC57EB0615e2383E2f96")["found"], "a dry run wrote something")
    *refusals, summary = node.tocsin("submit", path, ok=(4,)).lines
    expect(set(summary) == CHANGED and summary == dry, f"not what the dry run said: {summary}")
    expect([(line["line"], line["column"]) for line in refusals] == [(4, "address"), (5, "category")], str(refusals))
    expect(all(set(line) == {"line", "column", "error"} for line in refusals), str(refusals))
    again = node.tocsin("submit", path, ok=(4,)).last
    expect((again["new"], again["changed"], again["unchanged"]) == (0, 0, 1), f"again: {again}")
    changed = node.tocsin("submit", "wallet", "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "--chain", "ETH",
                          "--category", "theft", "--confidence", "95").last
    expect(changed["changed"] == 1, f"another confidence: {changed}")
    many = "chain,address,category\n" + "ETH,0xnothing,theft\n" * 123
    told = node.tocsin("submit", "-", ok=(4,), as_json=False, stdin=many)
    *sentences, more = told.err.splitlines()
    expect(len(sentences) == 100 and sentences[-1].startswith("line 101: ") and "and 23 more" in more, f"bound: {more}")
    expect("123 refused" in told.out, told.out)
    expect(len(node.tocsin("submit", "-", ok=(4,), stdin=many).lines) == 124, "JSON has all of them")
    told = node.tocsin("retract", "--file", "-", ok=(4,), as_json=False, stdin=many).err
    expect(told.count("\n") == 101 and "and 23 more" in told, f"of a retraction: {told[-200:]}")
    unsaid = node.tocsin("submit", "-", "--tlp", "RED", ok=(2,), stdin=many).err
    expect("--tlp is for 'submit wallet'" in unsaid, f"an option that no row would get: {unsaid}")
    for text in ("ETH:0x" + "77" * 20, "0x" + "77" * 20):  # no --chain: the address tells it
        node.tocsin("submit", "wallet", text, "--category", "theft")
    answer = node.tocsin("submit", "wallet", "3Lpoy53K625zVeE47ZasiG5jGkAxJ27kh1", "--category", "theft", ok=(0, 2))
    expect(answer.code == 0 or "fits" in answer.err, f"an address of several chains: {answer.err}")
    lines = "".join(json.dumps({"chain": "LTC", "address": address, "category": "theft"}) + "\n"
                    for address in ("LaizKtS5DUhPuP1nTQcc83MS7HwK6vk85z", "LNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqsd"))
    expect(node.tocsin("submit", "-", stdin=lines).last["new"] == 2, "JSON Lines from stdin")


def terminals(node):
    """Another org's text must not reach a terminal as it is."""
    evil = "red \x1b[31mtext\x1b]0;title\x07 \u202eback\r\nnext"
    node.tocsin("submit", "-", "--format", "jsonl", ok=(0, 4), stdin=json.dumps(
        {"chain": "ETH", "address": "0x" + "44" * 20, "category": "theft", "note": evil}) + "\n")
    shown = node.tocsin("lookup", "0x" + "44" * 20, as_json=False).out
    expect("\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown, f"obeyed: {shown!r}")


def terms(node):
    """The words that may be used, without any node."""
    everything = node.tocsin("terms").lines
    tables = {line["table"] for line in everything}
    expect({"category", "entity-type", "list", "scale"} <= tables, f"tables: {tables}")
    lists = {line["id"]: line for line in node.tocsin("terms", "list").lines}
    expect(lists["ofac-brave"]["copy_of"] == "ofac-sdn" and "sdn" in lists["ofac-sdn"]["aliases"], f"{lists}")
    shown = node.tocsin("terms", "Entity Type", as_json=False).out
    expect("crime-syndicate" in shown and "mixing_service" in shown, shown)
    expect("entity-type" in node.tocsin("terms", as_json=False).out, "no names of tables")
    answer = node.tocsin("terms", "categoryy", ok=(2,))
    expect("'category'" in answer.err, answer.err)


def ids(node):
    """What 'dispute', 'receipt' and 'bundle' want can be copied from what people are shown."""
    claim, = node.lookup("0x098B716B8Aaf21512996dC57EB0615e2383E2f96")["claims"]
    plain, shown = (node.tocsin("lookup", claim["address"], *more, as_json=False).out for more in ((), ("--ids",)))
    lines = [line.split() for line in shown.splitlines()]
    expect(["claim", claim["claim"]] in lines and ["record", claim["record"]] in lines, f"no ids: {shown}")
    expect(claim["record"] not in plain, "ids that nobody asked for")
    node.tocsin("receipt", claim["record"])
    refused = node.tocsin("receipt", claim["record"][:8], ok=(2,), as_json=False).err
    expect(f"'{claim['record'][:8]}' is no id of a record" in refused, f"half an id: {refused!r}")


def nothing_found(node):
    """No answer is said in words, and not by silence."""
    shown = node.tocsin("explain", "0x" + "99" * 20, as_json=False).out
    expect("nothing is reported of it here" in shown and "rule:" not in shown, f"explained: {shown}")
    expect("rule:" in node.tocsin("explain", "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", as_json=False).out, "no rule")
    expect("No line of the audit fits" in node.tocsin("audit", "--command", "erase", as_json=False).out, "silence")
    expect(node.tocsin("audit", "--command", "erase").lines == [], "words among the JSON")
    misspelt = node.tocsin("audit", "--command", "lokup", ok=(2,), as_json=False).err
    expect("nearest is 'lookup'" in misspelt, f"a misspelt command: {misspelt}")
    refused = node.tocsin("audience", "0x12", ok=(2,), as_json=False).err
    expect("'0x12' is no id" in refused, refused)


def full(nodes):
    """What could not be written whole is said, on a full device and where a file may grow no further."""
    node = nodes["a"]
    with open("/dev/full", "wb") as device:
        done = run_to(node, device)
    expect(done.returncode == 1 and "No space left" in done.stderr, f"a full device: {done}")
    with open(nodes.directory / "short", "wb") as file:
        done = run_to(node, file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    expect(done.returncode == 1 and "File too large" in done.stderr, f"a file that may not grow: {done}")


def run_to(node, file, **how):
    return scenario.subprocess.run([str(node.federation.tocsin), "card", "--config", str(node.config)], stdout=file,
                                   stderr=scenario.subprocess.PIPE, text=True, check=False, **how)


def officers(nodes):
    node = nodes["a"]
    made = node.tocsin("keys", "new", nodes.directory / "two.key", "--org", node.org(), "--secret",
                       f"file:{nodes.passphrase}", as_json=False)
    public = nodes.directory / "two.json"
    public.write_text(made.out, encoding="utf-8")
    shown = node.tocsin("officer", "add", public, "--scope", "submit", as_json=False).out
    expect("This is officer 2 now" in shown, f"with which number: {shown}")
    again = node.tocsin("officer", "add", public, "--scope", "freeze", ok=(1,), as_json=False).err
    expect("as officer 2" in again, f"one key twice: {again!r}")


def lookups(node):
    scenario.wait_for("the claim is folded",
                      lambda: node.lookup("0x098B716B8Aaf21512996dC57EB0615e2383E2f96")["found"])
    found, wrong, nothing = node.tocsin("lookup", "-", stdin="ETH:0x098b716b8aaf21512996dc57eb0615e2383e2f96\n"
                                        "no address at all\n0x0000000000000000000000000000000000000001\n").lines
    expect(found["found"] and found["score"] == 950, str(found)[:200])
    expect(wrong["error"]["text"] and not nothing["found"], f"{wrong} {nothing}")
    expect(node.tocsin("explain", found["query"]).last["categories"][0]["terms"], "explain tells no terms")
    expect(node.tocsin("search", "--category", "theft", "--chain", "ETH").lines, "search finds nothing")


def members_of(answer):
    return {name: members_of(value) for name, value in answer.items()} if isinstance(answer, dict) else None


def without_node(nodes):
    node = nodes["a"]
    before = node.digest()
    told = {words: node.tocsin(*words).last for words in (("store", "check"), ("log", "check"), ("store", "stats"))}
    node.tocsin("store", "digest", "--direct", ok=(1,))  # the node has the store
    node.stop()
    for words, answer in told.items():
        expect(members_of(node.tocsin(*words, "--direct").last) == members_of(answer), f"{words}: --direct tells other members than the node")
    node.tocsin("lookup", "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", ok=(7,))
    direct = node.tocsin("store", "digest", "--direct").last
    expect(direct["opened"] == before["opened"], "--direct sees other records than the node")
    rebuilt = node.tocsin("store", "rebuild", "--direct").last
    expect(rebuilt["digest"] == direct["digest"], "rebuilt without the node, the digest is another")
    expect(node.tocsin("log", "check", "--direct").last["ok"], "the log does not check")
    expect(node.tocsin("card", "--direct").last["org"] == node.tocsin("card").last["org"], "two cards")
    spooled = node.tocsin("submit", "wallet", "0x" + "55" * 20, "--chain", "ETH", "--category", "theft").last
    expect(spooled["spooled"] == 1 and spooled["new"] == 0, f"not spooled: {spooled}")
    node.start()
    node.wait_up()
    scenario.wait_for("the node takes what waited", lambda: node.lookup("0x" + "55" * 20)["found"])
    passphrase = nodes.passphrase
    os.chmod(passphrase, 0o644)
    node.stop()
    node.tocsin("store", "digest", "--direct", ok=(5,))  # a passphrase that everybody may read
    os.chmod(passphrase, 0o600)


def run(nodes):
    node = nodes["a"]
    nodes.init()
    done = scenario.subprocess.run([str(nodes.tocsin), "init", "--state", str(node.state), "--name", "Again",
                                    "--secret-file", str(nodes.passphrase)], capture_output=True, text=True,
                                   check=False)
    expect(done.returncode == 1 and "already" in done.stderr, f"a second init: {done}")
    state_directories(nodes)
    nodes.start()
    usage(node)
    addresses(node)
    node.tocsin("submit", "wallet", "0x" + "66" * 20, "--chain", "ETH", "--category", "theft", ok=(1,))  # no circle
    node.tocsin("circle", "create", "alone")
    narrow(node)
    submissions(nodes)
    terminals(node)
    terms(node)
    lookups(node)
    ids(node)
    nothing_found(node)
    full(nodes)
    officers(nodes)
    without_node(nodes)


if __name__ == "__main__":
    sys.exit(scenario.main("tools", run, {"a": scenario.ORGS["a"]}, costly_passphrases=True))
