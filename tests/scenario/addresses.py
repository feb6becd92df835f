#!/usr/bin/env python3
"""Addresses as people and lists write them: what `tocsin address` says of each kind of damage, and what becomes of
damaged rows that are submitted to a real node: refused, taken for what they are, or kept, and found again."""

import sys

import scenario
from scenario import expect

# Facts from the lists of OFAC (SDN), of the FBI (Bybit, 2025-02-21) and from the standards' own examples.
TRON = "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"
TRON_HEX = "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c"
USDT_ON_TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
LITECOIN = "Leo3j36nn1JcsUQruytQhFUdCdCH5YHMR3"
OMNI = "1KdXaqcBeoMAFVAPwTmYvDbEq6RnvNPF6J"
THIEF, POISON = "0xa4b2fd68593b6f34e51cb9edb66e71c1b4ab449e", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"
UNIFIED = ("u1fl5mprj0t9p4jg92hjjy8q5myvwc60c9wv0xachauqpn3c3k4xwzlaueafq27dcg7tzzzaz5jl8tyj93wgs983y0jq0qfhzu6n4r8r"
           "akpv5f4gg2lrw4z6pyqqcrcqx04d38yunc6je")  # zcash-test-vectors, unified_address
RECEIVERS = ["t1Z7NKqVpeqKfx3t7PziMujn9fqRkYWQJLM",
             "zs1gddsh0y4kkma2ff35w2y72u9vqlwy240s5yk80q4d66krm0je0nu7rnhpcun4ewhqjgzvcjd3s4"]
FIRST_PAYMENT = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
LITERAL = "1Mn386ue8o3mW9866octLNP8HFqcYsphJCV"  # as a scam list has it
OTHER_LITERAL = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"

# (chain given or None, text, what the sentence has to say)
BROKEN = [
    (None, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "the checksum does not hold"),
    (None, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tq", "a single wrong character would be at position 42"),
    (None, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "(EIP-55), first at position 42"),
    (None, "1A1zP1eP5QGefi2DMPTfTL5", "23 characters; an address of Bitcoin has 26 to 35"),
    (None, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", "38 hexadecimal digits, an account has 40"),
    (None, "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "capital and small letters mixed at position 5"),
    (None, "bc1qw508b6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "'b' is no Bech32 character at position 9"),
    (None, "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a", "'0' is no Base58 character at position 33"),
    (None, "1\u0410zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "U+0410 at position 2 only looks like the letter A"),
    (None, "bc1q\u200bw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "an invisible character (U+200B) at position 5"),
    (None, "1A1zP1\x07eP5QGefi2DMPTfTL5SLmv7DivfNa", "a control character (U+0007) at position 7"),
    (None, "1A1zP1eP5Q\u20267DivfNa", "cut short: an ellipsis at position 11; the whole address is needed"),
    (None, "0x5aAe...eAed", "cut short at position 7; the whole address is needed"),
    ("BTC", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "an address of the test network Bitcoin testnet"),
    ("BTC", THIEF, "an address of Ethereum, not of Bitcoin"),
    (None, FIRST_PAYMENT, "a transaction id of Bitcoin, TRON, XRP or another chain"),
    ("TRX", FIRST_PAYMENT, "a transaction id of TRON, not an address"),
    (None, "0x" + FIRST_PAYMENT, "a transaction id of Ethereum or another EVM chain, not an address"),
    ("ETH", "0x" + FIRST_PAYMENT, "a transaction id of Ethereum, not an address"),
    (None, TRON.lower(), "its letter case may be lost: --recover searches for it"),
    (None, "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr", "a private key (WIF), not an address"),
]


def errors(node):
    for chain, text, says in BROKEN:
        named = ["--chain", chain] if chain else []
        line = node.tocsin("address", *named, text, ok=(1,)).last
        expect(not line["valid"] and line["chain"] is None and line["candidates"] == [], str(line))
        expect(isinstance(line["error"], str) and says in line["error"], f"{text!r}: {line['error']!r}")
        shown = node.tocsin("address", *named, text, ok=(1,), as_json=False).out
        expect(says in shown, f"people are told something else of {text!r}: {shown!r}")


def descriptions(node):
    line = node.tocsin("address", "--chain", "ETH", USDT_ON_TRON).last
    expect(line["flags"] == ["chain-corrected"] and line["symbol"] == "TRX" and line["error"] is None, str(line))
    line = node.tocsin("address", "--chain", "TRON", TRON_HEX).last
    expect(line["canonical"] == USDT_ON_TRON and line["flags"] == ["checksum-absent"], str(line))
    line = node.tocsin("address", "--chain", "USDT", USDT_ON_TRON).last
    expect(line["flags"] == ["chain-inferred"], str(line))
    line = node.tocsin("address", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").last
    expect("test-network" in line["flags"] and line["network"] == "test", str(line))
    line = node.tocsin("address", UNIFIED).last
    expect([each["canonical"] for each in line["receivers"]] == RECEIVERS, str(line))
    shown = node.tocsin("address", UNIFIED, as_json=False).out
    expect(all(address in shown for address in RECEIVERS), shown)


def recovery(node):
    tron, litecoin = node.tocsin("address", "--recover", TRON.lower(), f"LTC:{LITECOIN.lower()}").lines
    expect(tron["canonical"] == TRON and set(tron["flags"]) == {"chain-inferred", "case-recovered"}, str(tron))
    expect(litecoin["canonical"] == LITECOIN and litecoin["flags"] == ["case-recovered"], str(litecoin))
    several = node.tocsin("address", "--recover", OMNI.lower()).last  # Bitcoin, Bitcoin Cash or Bitcoin SV
    expect(several["valid"] and several["chain"] is None and len(several["candidates"]) == 3, str(several))
    expect(any(each["canonical"] == OMNI for each in several["candidates"]), str(several))
    whole = node.tocsin("address", "--recover", TRON).last
    expect(whole["canonical"] == TRON and "case-recovered" not in whole["flags"], str(whole))
    lost = node.tocsin("address", "--recover", TRON.lower()[:-1] + "x", ok=(1,)).last
    expect(lost["error"] == "its checksum holds in no letter case", str(lost))


def poisoning(node):
    other = "0x3a21f4e6bbe527d347ca7c157f4233c935779847"
    lines = node.tocsin("address", "--near", THIEF, POISON, THIEF.upper().replace("X", "x"), other, "XDC:" + THIEF,
                        "nonsense", ok=(1,)).lines
    relations = [line["near"][0]["relation"] if line["near"] else None for line in lines]
    expect(relations == ["alike", "same", "other", "same-key", None], str(relations))
    two = node.tocsin("address", "--near", THIEF, "--near", other, POISON).last["near"]
    expect([each["relation"] for each in two] == ["alike", "other"] and two[0]["known"] == THIEF, str(two))
    shown = node.tocsin("address", "--near", THIEF, POISON, as_json=False).out
    expect(f"another wallet that looks like {THIEF} at both ends: address poisoning?" in shown, shown)
    node.tocsin("address", "--near", "nonsense", THIEF, ok=(2,))


def submit(nodes, rows, *options, ok=(0,), as_json=True):
    path = nodes.directory / "rows.csv"
    path.write_text("chain,address,category\n" + "".join(f"{row},theft\n" for row in rows), encoding="utf-8")
    return nodes["a"].tocsin("submit", path, *options, ok=ok, as_json=as_json)


def notes_of(summary):
    return {(note["flag"], note["said"], note["chain"].split(":")[0]): note["rows"] for note in summary["notes"]}


def tickers(nodes):
    rows = [f"USDT,{USDT_ON_TRON}", f"XBT,{USDT_ON_TRON}", f"usdt,{OMNI}", f"XBT,{THIEF}", f"ETH,{TRON}",
            f"TRON,{TRON_HEX}"]
    summary = submit(nodes, rows, "--dry-run").last
    expect(notes_of(summary) == {("chain-inferred", "USDT", "tron"): 1, ("chain-corrected", "XBT", "tron"): 1,
                                 ("chain-inferred", "usdt", "bip122"): 1, ("chain-corrected", "XBT", "eip155"): 1,
                                 ("chain-corrected", "ETH", "tron"): 1}, str(summary))
    expect(summary["read"] == 6 and summary["merged"] == 2 and summary["refused"] == 0, str(summary))
    said = submit(nodes, rows, as_json=False).err
    for sentence in ("1 row: chain inferred from the address (USDT → TRON)",
                     "1 row: chain corrected by the address's own form (ETH → TRON)"):
        expect(sentence in said, f"not told: {sentence}: {said!r}")
    refused = submit(nodes, [f"BTC,{THIEF}", f"USDT,{TRON.lower()}x", "NOPE,x"], ok=(4,)).lines
    expect("an address of Ethereum, not of Bitcoin" in refused[0]["error"] and
           "keep-invalid" not in refused[0]["error"], str(refused[0]))
    expect([line["column"] for line in refused[:3]] == ["address", "address", "chain"], str(refused))
    claim, = scenario.wait_for("the claim is folded", lambda: nodes["a"].lookup(USDT_ON_TRON)["claims"])
    expect(claim["literal"] is None or claim["literal"] == TRON_HEX, str(claim))


def small_letters(nodes):
    rows = [f"TRX,{TRON.lower()}", f"LTC,{LITECOIN.lower()}", f"USDT,{TRON.lower()}"]
    *refusals, summary = submit(nodes, rows, ok=(4,)).lines
    expect(summary["refused"] == 3 and all("address --recover" in line["error"] for line in refusals), str(refusals))
    summary = submit(nodes, rows, "--recover").last
    notes = notes_of(summary)
    expect(notes[("case-recovered", "TRX", "tron")] == 1 and notes[("case-recovered", "LTC", "bip122")] == 1 and
           notes[("case-recovered", "USDT", "tron")] == 1 and notes[("chain-inferred", "USDT", "tron")] == 1,
           str(summary))
    found = scenario.wait_for("the recovered wallet is folded",
                              lambda: (lambda each: each["found"] and each)(nodes["a"].lookup(LITECOIN)))
    expect(found["claims"][0]["literal"] == LITECOIN.lower(), "the spelling as submitted was lost")
    # A list in small letters is matched against what is known, without a search.
    lower, named, elsewhere, unknown = nodes["a"].tocsin(
        "lookup", TRON.lower(), f"LTC:{LITECOIN.lower()}", f"BTC:{LITECOIN.lower()}",
        "12qtd5bfwrsdnsazy76uve1xycgntojh9h").lines
    expect(lower["found"] and lower["canonical"] == TRON, str(lower))
    expect(named["found"] and named["canonical"] == LITECOIN, str(named))
    expect(not elsewhere["found"] and not unknown["found"] and unknown["error"], f"{elsewhere} {unknown}")


def lookalikes(node):
    """A known wallet is warned of where somebody asks for one that was made to look like it."""
    scenario.wait_for("the thief's wallet is folded", lambda: node.lookup(THIEF)["found"])
    known = node.lookup(THIEF)
    poison = node.lookup(POISON)
    expect(not poison["found"] and poison["lookalikes"] == [known["caip10"]], str(poison))
    expect(known["lookalikes"] == [], "a wallet is warned of itself")
    shown = node.tocsin("lookup", POISON, as_json=False).out
    expect("warning: another wallet, which is known" in shown and known["caip10"] in shown, shown)


def literals(nodes):
    node = nodes["a"]
    refusal = submit(nodes, [f"BTC,{LITERAL}"], ok=(4,)).lines[0]
    expect("--keep-invalid keeps it as it stands" in refusal["error"], str(refusal))
    expect("--keep-invalid" in node.tocsin("submit", "--help", as_json=False).out, "not in the help")
    key = "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr"
    rows = [f"BTC,{LITERAL}", f"BTC,{FIRST_PAYMENT}", f"BTC,{THIEF}", f"BTC,{key}", f"BTC,{key[:-1]}x"]
    *refusals, summary = submit(nodes, rows, "--keep-invalid", ok=(4,)).lines
    expect(summary["new"] == 1 and summary["refused"] == 4, str(summary))
    expect(notes_of(summary) == {("invalid", "BTC", "bip122"): 1}, str(summary))
    node.tocsin("submit", "wallet", f"BTC:{OTHER_LITERAL}", "--category", "theft", ok=(4,))
    node.tocsin("submit", "wallet", f"BTC:{OTHER_LITERAL}", "--category", "theft", "--keep-invalid")
    found = scenario.wait_for("the literals are folded",
                              lambda: (lambda each: each["found"] and each)(node.lookup(OTHER_LITERAL)))
    for text in (LITERAL, f"BTC:{LITERAL}", f"BTC {LITERAL}", LITERAL.lower(), LITERAL.upper(),
                 f"BTC:{LITERAL.lower()}", node.lookup(LITERAL)["caip10"]):
        found = node.lookup(text)
        expect(found["found"] and found["canonical"] == LITERAL, f"{text}: {found}")
    claim = found["claims"][0]
    shown = node.tocsin("lookup", LITERAL, as_json=False).out
    expect("no valid address: kept as it was listed" in shown, shown)
    expect(claim["address"] == LITERAL and claim["invalid"] and claim["literal"] is None, str(claim))
    expect(not node.lookup(f"LTC:{LITERAL}")["found"], "a literal of Bitcoin is found on Litecoin")
    nothing = node.lookup(LITERAL[:-1] + "W")
    expect(not nothing["found"] and "checksum" in nothing["error"]["text"], str(nothing))
    node.tocsin("retract", LITERAL, "--category", "theft")
    scenario.wait_for("the literal is retracted", lambda: not node.lookup(LITERAL)["found"])
    return OTHER_LITERAL


def run(nodes):
    node = nodes["a"]
    nodes.init()
    errors(node)  # needs no node
    descriptions(node)
    recovery(node)
    poisoning(node)
    nodes.start()
    node.tocsin("circle", "create", "alone")
    tickers(nodes)
    lookalikes(node)
    small_letters(nodes)
    kept = literals(nodes)
    node.stop()
    for text in (kept, kept.lower()):
        direct = node.tocsin("lookup", text, "--direct").last
        expect(direct["found"] and direct["claims"][0]["invalid"], f"without the node it is lost: {direct}")


if __name__ == "__main__":
    sys.exit(scenario.main("addresses", run, {"a": scenario.ORGS["a"]}))
