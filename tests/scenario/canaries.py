#!/usr/bin/env python3
"""Twenty canaries stand in everything a record can say. None of them, and no key, lies open in the log, in the spool, on
the wire or in what the daemon tells at its default level. The same search finds them in the views and in the answers,
where they belong: a search that finds nothing anywhere would prove nothing."""

import base64
import sys

import scenario
import wire
from scenario import expect, wait_for

NOTE = "canary-note-4f1d9a7c"
TEXTS = {
    "note": NOTE, "label": "canary-label-71e0b3d5", "label2": "canary-label-0b8c66fe", "actor": "canary-actor-93ac51e8",
    "incident": "canary-incident-2d7f4b60", "purpose": "canary-purpose-e8170c3a", "list": "canary-list-5b92dd14",
    "list_version": "canary-version-c64e8f21", "vendor": "canary-vendor-38a5d7b9", "tag": "3735928559",
    "cluster": "canary-cluster-a90317fd", "title": "canary-title-6c2be845", "cluster_note": "canary-cnote-1fd08e97",
    "retraction": "canary-retraction-d45a2c7b", "alert": "canary-alert-87b3f016", "spooled": "canary-spooled-f2c9047d",
}
EVM = {name: "0x" + digits for name, digits in (
    ("evm", "c0ffee5eed4f1d9a7c71e0b3d50b8c66fe93ac51"), ("member", "c0ffee5eed2d7f4b60e8170c3a5b92dd14c64e8f"),
    ("waiting", "c0ffee5eed38a5d7b9a90317fd6c2be8451fd08e"))}
XRP = "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66"
CANARIES = len(TEXTS) + len(EVM) + 1


def needles():
    """Name → byte strings, any of which would give the canary away."""
    found = {name: [text.encode(), text.upper().encode()] for name, text in TEXTS.items()}
    for name, text in EVM.items():
        raw = bytes.fromhex(text[2:])
        found[name] = [raw, text[2:].encode(), base64.b64encode(raw)[:26]]
    found["xrp"] = [XRP.encode()]
    return found


def search(data, wanted):
    folded = data.lower()
    return sorted(name for name, forms in wanted.items()
                  if any(form in data or (form.isascii() and form.lower() in folded) for form in forms))


def plant(nodes):
    author = nodes["a"]
    rows = [
        {"chain": "XRP", "address": XRP, "tag": TEXTS["tag"], "category": "theft", "actor": TEXTS["actor"],
         "incident": TEXTS["incident"], "label": TEXTS["label"], "purpose": TEXTS["purpose"], "list": TEXTS["list"],
         "list_version": TEXTS["list_version"], "vendor": "", "note": NOTE},
        {"chain": "ETH", "address": EVM["evm"], "tag": "", "category": "scam", "actor": "", "incident": "",
         "label": TEXTS["label2"], "purpose": "", "list": "", "list_version": "", "vendor": TEXTS["vendor"],
         "note": ""},
    ]
    author.tocsin("submit", scenario.write_rows(nodes.directory / "wallets.csv", rows))
    members = [{"cluster": TEXTS["cluster"], "name": TEXTS["title"], "entity": "thief", "confidence": "80",
                "chain": "ETH", "address": address, "note": TEXTS["cluster_note"]}
               for address in (EVM["member"], EVM["evm"])]
    author.tocsin("submit", scenario.write_rows(nodes.directory / "cluster.csv", members))
    author.tocsin("submit", "wallet", EVM["member"], "--chain", "ETH", "--category", "hack", "--note", TEXTS["alert"],
                  "--alert")
    author.tocsin("submit", "wallet", EVM["member"], "--chain", "ETH", "--category", "other")
    wait_for("the claim to be retracted is folded",
             lambda: any(claim["category"] == "other" for claim in author.lookup(EVM["member"])["claims"]))
    author.tocsin("retract", EVM["member"], "--category", "other", "--note", TEXTS["retraction"])


def plant_in_spool(nodes):
    author = nodes["a"]
    author.stop()
    author.tocsin("submit", "wallet", EVM["waiting"], "--chain", "ETH", "--category", "theft", "--note",
                  TEXTS["spooled"])
    waiting = [path for path in (author.state / "spool").iterdir() if path.suffix == ".submission"]
    expect(len(waiting) == 1, f"the spool should hold one submission, and holds {len(waiting)}")
    sealed = waiting[0].read_bytes()
    expect(search(sealed, needles()) == [], f"the spool gives away {search(sealed, needles())}")
    nodes.start("a")


def files_below(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def answers_of(node):
    """Everything that the node says about the canaries to whoever may ask."""
    parts = [node.tocsin("lookup", "-", stdin="\n".join([f"{XRP}?dt={TEXTS['tag']}", f"XRP:{XRP}", *EVM.values()])
                         + "\n").out,
             node.tocsin("cluster", EVM["evm"]).out, node.tocsin("search", "--limit", "1000").out]
    return "".join(parts).encode()


def run(nodes):
    expect(CANARIES >= 20, f"only {CANARIES} canaries")
    nodes.init()
    nodes.start()
    proxies = []

    def endpoint_of(_, peer):
        proxies.append(wire.Proxy(("127.0.0.1", peer.port)))
        return proxies[-1].endpoint

    nodes.exchange_cards(endpoint_of)
    nodes.found_circle("canaries", "nothing of this may be seen")
    plant(nodes)
    plant_in_spool(nodes)
    nodes.level()
    wait_for("the spooled wallet has arrived", lambda: nodes["c"].lookup(EVM["waiting"])["found"])
    nodes.level()

    wanted = needles()
    hidden = {"retraction", "cluster_note"}  # these notes are in no answer, but in the views
    seen = search(answers_of(nodes["c"]), wanted)
    lost = sorted(set(wanted) - set(seen) - hidden)
    expect(not lost, f"these canaries did not arrive, so nothing is proven of them: {lost}")
    captured = b"".join(proxy.bytes() for proxy in proxies)
    expect(len(captured) > 20000, f"the proxies saw {len(captured)} bytes only")
    expect(search(captured, wanted) == [], f"on the wire: {search(captured, wanted)}")

    keys = {}
    for node in nodes:
        node.stop()
    for node in nodes:
        for number, line in enumerate(scenario.inspect(nodes, "keys", node).splitlines()):
            kind, digits = line.split()
            raw = bytes.fromhex(digits)
            keys[f"{node.key} {kind} {number}"] = [raw, digits.encode(), base64.b64encode(raw)[:40]]
    expect(len(keys) >= 3 * 9, f"only {len(keys)} keys are known to look for")
    keys["passphrase"] = [nodes.passphrase.read_bytes().strip()]
    everything = {**wanted, **keys}
    expect(search(captured, keys) == [], f"keys on the wire: {search(captured, keys)}")
    for node in nodes:
        places = {"log": files_below(node.state / "store" / "log"), "keys": files_below(node.state / "keys"),
                  "run": files_below(node.state / "run"), "spool": files_below(node.state / "spool"),
                  "diagnostics": node.log_path.read_bytes()}
        for place, data in places.items():
            expect(search(data, everything) == [],
                   f"{node.key}: in its {place}: {search(data, everything)}")
        expect(len(places["log"]) > 10000 and places["diagnostics"], f"{node.key}: there was nothing to search")
        views = search(files_below(node.state / "store" / "views"), wanted)
        expect(hidden <= set(views) and "note" in views and "evm" in views, f"{node.key}: the search does not find what is in the views")
    print(f"{CANARIES} canaries and {len(keys)} keys in {len(captured)} bytes of wire and three logs: none seen")


if __name__ == "__main__":
    sys.exit(scenario.main("canaries", run))
