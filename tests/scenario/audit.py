#!/usr/bin/env python3
"""Who asked for what, and what was written for it, is told by the audit; that nobody changed it is worked out anew here,
from the leaves, by RFC 6962 and nothing of the node's. A node that is killed has told of every record that it wrote."""

import base64
import hashlib
import os
import pwd
import sys

import scenario
from scenario import expect, wait_for

EVM = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
ORGS = {"a": ("Org A", "exchange", "NL")}


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def audit(node, *words):
    return node.tocsin("audit", "--limit", "1000000", *words).lines


def same_root(node, note):
    """The checkpoint's size and root, against the leaves that the node lists."""
    origin, size, root, time = note.split("\n")[:4]
    expect(origin == f"tocsin/{node.tocsin('card').last['org']}/audit" and time.startswith("time 20"), f"not a checkpoint of the audit: {note}")
    leaves = [bytes.fromhex(line["leaf"]) for line in audit(node)]
    expect(len(leaves) >= int(size), f"{size} lines are signed, and {len(leaves)} are listed")
    expect(base64.b64encode(root_of(leaves[:int(size)])).decode() == root, "the leaves do not hash to the root that is signed")


def told(node):
    """What is asked, in whatever spelling, is found by wallet; other users' are not this one's."""
    node.tocsin("submit", "wallet", EVM, "--chain", "ETH", "--category", "theft")
    wait_for("the claim is folded", lambda: node.lookup(EVM)["found"])
    node.tocsin("lookup", EVM.lower(), TRON)
    by_wallet = audit(node, "--wallet", "ETH:" + EVM)
    expect(any(EVM.lower() in line["request"]["queries"] for line in by_wallet if line["command"] == "lookup"),
           f"a lookup is not found by another spelling: {by_wallet}")
    others = audit(node, "--wallet", TRON)
    expect(others and all(TRON in str(line["request"]) for line in others), f"found by another wallet: {others}")
    expect(all(line["uid"] == os.getuid() and line["door"] == "socket" for line in by_wallet), str(by_wallet))
    expect(audit(node, "--uid", "4242") == [], "lines of a user who never asked")
    asked, wrote, ended = audit(node, "--command", "submit")
    expect(wrote["of"] == asked["number"] == ended["of"] and ended["answer"]["new"] == 1, f"{asked} {wrote} {ended}")
    expect(wrote["wrote"]["until"] - wrote["wrote"]["from"] == 1 and wrote["uid"] == os.getuid(), str(wrote))
    expect(audit(node, "--text", asked["request"]["id"]) == [asked, wrote, ended], "not found by the id it names")
    expect(audit(node, "--since", ended["time"])[0]["number"] >= asked["number"], "since")
    expect(audit(node, "--until", asked["time"]) != audit(node), "until")
    last = node.tocsin("audit", "--limit", "1").lines
    expect(len(last) == 1 and last[0]["command"] == "audit", f"not the newest: {last}")
    expect("submit" in node.tocsin("audit", as_json=False).out, "no table")


def about(lines):
    """What was written, of the lines that a question about a wallet found: kind and revision of each record."""
    return [[record["kind"] for record in line["about"]] for line in lines if "about" in line]


def by_rows(nodes, node):
    """Rows are nowhere in the audit: what wrote them is found by the records that they became, and nothing else is."""
    thief, partner, other = ("0x" + f"{number:040x}" for number in (0xA1, 0xA2, 0xA3))
    file = scenario.write_rows(nodes.directory / "rows.csv", [
        {"chain": "ETH", "address": address, "category": "theft"} for address in (thief, other)])
    cluster = scenario.write_rows(nodes.directory / "ring.csv", [
        {"chain": "ETH", "address": address, "cluster": "ring", "entity": "market"} for address in (thief, partner)])
    node.tocsin("submit", file)
    node.tocsin("submit", cluster)
    node.tocsin("submit", "transfer", "--chain", "ETH", "--tx", "0x" + "77" * 32, "--index-kind", "native", "--from", partner,
                "--to", thief, "--asset", "ETH", "--amount", "5", "--time", "2026-11-01T00:00:00Z")
    node.tocsin("submit", "wallet", other, "--chain", "ETH", "--category", "scam")
    lines = audit(node, "--wallet", thief.upper().replace("0X", "BSC:0x"))  # a key twin
    expect(about(lines) == [["wallet"], ["cluster-members"], ["cluster"], ["transfer"]], f"written about the wallet: {lines}")
    asked = [line["number"] for line in lines if line["command"] == "submit" and "request" in line]
    expect(sorted({line["of"] for line in lines if "wrote" in line}) == asked == [line["of"] for line in lines if "outcome" in line and "of" in line],
           f"not whole deeds: {lines}")
    expect(thief[2:] not in str(audit(node, "--command", "submit")).lower(), "the audit keeps rows in the clear")
    expect(about(audit(node, "--wallet", partner)) == [["cluster-members"], ["cluster"], ["transfer"]], "the partner's")
    claim = node.lookup(thief)["claims"][0]
    node.tocsin("retract", "--claim", claim["claim"])
    node.tocsin("bundle", claim["record"], "--output", nodes.directory / "never", ok=None)
    by_record, by_claim = audit(node, "--record", claim["record"]), audit(node, "--record", claim["claim"])
    expect(about(by_record) == [["wallet"]] and by_record[-1]["command"] == "bundle", f"by the record: {by_record}")
    expect(about(by_claim) == [["wallet"], ["retraction"]] and "retract" in {line["command"] for line in by_claim}, f"by the claim: {by_claim}")
    expect(by_claim[1]["about"][0]["record"] == claim["record"], "another record")
    expect("bundle" in {line["command"] for line in audit(node, "--wallet", thief)}, "what named a record of the wallet is not found by the wallet")
    expect({line["command"] for line in audit(node, "--record", "00" * 32)} <= {"audit"}, "an id that nobody named")
    node.tocsin("audit", "--record", "00", ok=(2,))
    node.tocsin("audit", "--record", "00" * 32, "--wallet", thief, ok=(2,))
    expect(audit(node, "--wallet", thief, "--command", "submit", "--uid", "4242") == [], "of another user")
    newest = node.tocsin("audit", "--wallet", thief, "--command", "submit", "--limit", "2").lines
    whole = audit(node, "--wallet", thief, "--command", "submit")
    expect(newest == whole[-2:], f"not the newest two: {newest}")
    refused = audit(node, "--outcome", "usage")
    expect({line["outcome"] for line in refused} == {"usage"} and len(refused) == 2, f"refused: {refused}")
    user = pwd.getpwuid(os.getuid()).pw_name
    expect(audit(node, "--user", user, "--command", "retract") == audit(node, "--command", "retract") != [], "by a user's name")
    node.tocsin("audit", "--user", "nobody-of-this-name", ok=(1,))
    words = node.tocsin("audit", "--wallet", thief, as_json=False).out
    expect("transfer" in words and "nobody else" in words, f"in words: {words}")
    told = {row["kind"] for row in node.tocsin("shared", thief).lines}
    expect(told == {"wallet", "retraction", "cluster-members", "cluster", "transfer"}, f"what was shared: {told}")


def kept_elsewhere(nodes, node):
    path = nodes.directory / "kept.note"
    note = node.tocsin("audit", "--checkpoint").last["checkpoint"]
    path.write_text(note, encoding="utf-8")
    same_root(node, note)
    checked = node.tocsin("audit", "--verify", "--kept", path).last
    expect(checked["ok"] and checked["lines"] > checked["checkpoints"] >= 1, str(checked))
    forged = nodes.directory / "forged.note"
    forged.write_text(note.replace("time 20", "time 21"), encoding="utf-8")
    node.tocsin("audit", "--verify", "--kept", forged, ok=(6,))
    node.tocsin("audit", "--kept", path, ok=(2,))
    return path


def killed(nodes, node, path):
    """However it ends: every record of the own feeds is in a line, and the lines are whole."""
    rows = [{"chain": "ETH", "address": f"0x{number:040x}", "category": "theft"} for number in range(1, 6001)]
    file = scenario.write_rows(nodes.directory / "many.csv", rows)
    before = len(audit(node, "--command", "submit"))
    submitting = scenario.subprocess.Popen([str(nodes.tocsin), "submit", str(file), "--config", str(node.config)],
                                           stdout=scenario.subprocess.DEVNULL, stderr=scenario.subprocess.DEVNULL)
    wait_for("some of it is written", lambda: len(audit(node, "--command", "submit")) > before + 5)
    node.kill()
    submitting.wait()
    node.start()
    node.wait_up()
    ranges = [line["wrote"] for line in audit(node) if "wrote" in line]
    written = sum(wrote["until"] - wrote["from"] for wrote in ranges)
    wait_for("the views are level", lambda: not node.tocsin("status").last["incomplete"])
    expect(written == node.tocsin("status").last["entries"] > 1, f"{written} records are told of, {node.tocsin('status').last['entries']} written")
    expect(node.tocsin("audit", "--verify", "--kept", path).last["ok"], "not whole after the kill")


def without_node(node, path):
    node.stop()
    node.tocsin("lookup", EVM, "--direct")
    expect(node.tocsin("audit", "--verify", "--kept", path, "--direct").last["ok"], "it does not check")
    expect(about(node.tocsin("audit", "--direct", "--wallet", EVM).lines) == [["wallet"]], "written, asked without the node")
    direct = [line for line in node.tocsin("audit", "--direct", "--wallet", EVM).lines if line["door"] == "direct"]
    expect([line["command"] for line in direct] == ["lookup", "audit", "audit"], f"what was asked directly: {direct}")
    expect(node.tocsin("log", "check", "--direct").last["ok"], "the log does not check with an audit in it")
    node.start()
    node.wait_up()
    same_root(node, node.tocsin("audit", "--checkpoint").last["checkpoint"])


def run(nodes):
    node = nodes["a"]
    nodes.init()
    nodes.start()
    nodes.found_circle("audited", "who asked for what")
    told(node)
    by_rows(nodes, node)
    path = kept_elsewhere(nodes, node)
    killed(nodes, node, path)
    without_node(node, path)


if __name__ == "__main__":
    sys.exit(scenario.main("audit", run, ORGS))
