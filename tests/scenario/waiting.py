#!/usr/bin/env python3
"""What waits: held submissions, and what is said and taken back while the node is down."""

import sys

import scenario
from scenario import expect, wait_for


def wallet(number):
    return f"0x{number:040x}"


def rows(nodes, name, *numbers, more=""):
    path = nodes.directory / name
    path.write_text("chain,address,category\n" + "".join(f"ETH,{wallet(n)},theft\n" for n in numbers) + more,
                    encoding="utf-8")
    return path


def found(node, number):
    return node.lookup("ETH:" + wallet(number))["found"]


def held_ids(node):
    return [line["id"] for line in node.tocsin("held").lines]


def hold(node, path, *words, ok=(0,)):
    """The id that it is held by."""
    answer = node.tocsin("submit", path, "--hold", "12h", *words, ok=ok)
    lines = [line["held"] for line in answer.lines if "held_until" in line]
    expect(len(lines) == 1 and answer.last["held"] == 1, f"not held: {answer.out}")
    return lines[0]


def holding(nodes):
    node = nodes["a"]
    first = hold(node, rows(nodes, "one.csv", 1001, 1002))
    second = hold(node, rows(nodes, "two.csv", 1003, more="ETH,0xnothing,theft\n"), ok=(4,))
    expect(set(held_ids(node)) == {first, second}, "what is held")
    shown = node.tocsin("held", as_json=False).out
    expect(first[:16] in shown and "waiting" in shown, shown)
    for span in ("0s", "25h", "1w", "soon", "-5s"):
        node.tocsin("submit", rows(nodes, "one.csv", 1001), "--hold", span, ok=(2,))
    node.tocsin("submit", rows(nodes, "one.csv", 1001), "--complete", "ofac-sdn", "--hold", "1m", ok=(2,))
    dry = node.tocsin("submit", rows(nodes, "one.csv", 1001), "--hold", "1m", "--dry-run").last
    expect(dry["new"] == 1 and "held" not in dry, f"dry run: {dry}")
    node.kill()
    node.start()
    node.wait_up()
    expect(set(held_ids(node)) == {first, second}, "held over a crash")
    node.tocsin("recall", first[:4], ok=(2,))
    node.tocsin("recall", "00" * 8, ok=(1,))
    node.tocsin("recall", first[:12])
    node.tocsin("recall", first, ok=(1,))
    node.tocsin("release", second)
    wait_for("what was released is written", lambda: not held_ids(node) and found(node, 1003))
    expect(not found(node, 1001), "recalled, and written")
    short = node.tocsin("submit", "wallet", wallet(1004), "--chain", "ETH", "--category", "theft", "--hold", "1s")
    expect(short.last["held"] == 1, f"{short.out}")
    wait_for("a second is over", lambda: found(node, 1004))
    note = node.tocsin("submit", "incident", "held-one", "--status", "suspected", "--hold", "1h").last
    expect(note["held"] == 1 and len(held_ids(node)) == 1, f"{note}")


def while_down(nodes):
    node = nodes["a"]
    node.tocsin("submit", rows(nodes, "three.csv", 2001, 2002))
    wait_for("it is folded", lambda: found(node, 2002))
    claim = node.lookup("ETH:" + wallet(2001))["claims"][0]["claim"]
    node.stop()
    node.tocsin("retract", "--claim", claim, "--reason", "legal")
    node.tocsin("retract", "--file", rows(nodes, "four.csv", 2002))
    node.tocsin("retract", "ETH:" + wallet(2002), "--category", "theft", ok=(7,))
    node.tocsin("submit", rows(nodes, "five.csv", 2003))
    node.tocsin("retract", "--file", rows(nodes, "five.csv", 2003))
    kept = hold(node, rows(nodes, "six.csv", 2004))
    gone = hold(node, rows(nodes, "seven.csv", 2005))
    node.tocsin("held", ok=(7,))
    node.tocsin("release", kept, ok=(7,))
    node.tocsin("recall", gone)
    node.tocsin("recall", gone, ok=(1,))
    node.start()
    node.wait_up()
    wait_for("the node took what waited", lambda: node.status()["spool"] == 0 and kept in held_ids(node))
    refused = [path.name for path in (node.state / "spool" / "refused").iterdir()]
    expect(not refused, f"refused: {refused}")
    wait_for("what was taken back is gone", lambda: not any(found(node, n) for n in (2001, 2002, 2003)))
    expect(gone not in held_ids(node) and not found(node, 2004), "recalled, or written too early")
    node.tocsin("release", kept)
    wait_for("it is written", lambda: found(node, 2004))


def retracted_files(nodes):
    """Each row is ended, or refused, by itself."""
    node = nodes["a"]
    node.tocsin("submit", rows(nodes, "eight.csv", 3001, 3002))
    answer = node.tocsin("retract", "--file", rows(nodes, "nine.csv", 3001, 3009, 3002), ok=(4,))
    refused = [line for line in answer.lines if "error" in line]
    ended = [line for line in answer.lines if "revision" in line]
    expect([line["line"] for line in refused] == [3] and len(ended) == 2, answer.out)
    node.tocsin("retract", "--file", rows(nodes, "nine.csv", 3001), "--claim", "00" * 32, ok=(2,))


def run(nodes):
    nodes.init()
    nodes.start()
    nodes["a"].tocsin("circle", "create", "alone")
    holding(nodes)
    while_down(nodes)
    retracted_files(nodes)
    nodes["a"].stop()


if __name__ == "__main__":
    sys.exit(scenario.main("waiting", run, {"a": scenario.ORGS["a"]}))
