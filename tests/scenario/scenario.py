"""What the scenarios share: the federation of deploy/, the helper program, one way to end."""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SAMPLE = ROOT / "deploy" / "sample" / "sanctioned.csv"
CLUSTERS = ROOT / "deploy" / "sample" / "clusters.csv"
INDICATORS = ROOT.parent / "shared" / "data" / "indicators"
sys.path.insert(0, str(ROOT / "deploy"))

import federation  # noqa: E402  (from deploy/)
import tamper  # noqa: E402

ORGS = {
    "a": ("Org A", "exchange", "NL"),
    "b": ("Org B", "police", "DE"),
    "c": ("Org C", "fiu", "FR"),
}

DAY_S = 86400
LONG_S = 240  # no scenario takes longer

Failure = federation.Failure
wait_for = federation.wait_for


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)


def read_rows(path):
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def inspect(nodes, what, node):
    """The helper program's output about a stopped node."""
    program = nodes.tocsin.parent / "inspect_state"
    done = subprocess.run([str(program), what, str(node.config)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"inspect_state {what} of {node.key}: {done.stderr.strip()}")
    return done.stdout


def within_one_day():
    """Some rules count by days, which end at midnight, UTC. What tests them does not run into the next one."""
    today = time.time() // DAY_S
    left = (today + 1) * DAY_S - time.time()
    if left < LONG_S:
        wait_for("the next day", lambda: time.time() // DAY_S > today, left + LONG_S)


def model_of(world):
    """What the reference model says the views of a world must be."""
    done = subprocess.run([sys.executable, str(ROOT / "tests" / "model" / "model.py")], input=world,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"the model: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def same_as_model(nodes, node):
    """A stopped node's views against the model, member by member."""
    said = json.loads(inspect(nodes, "views", node))
    due = model_of(inspect(nodes, "world", node))
    always = {"opened", "entries", "claims", "wallets", "clusters", "dossiers", "components", "tentative"}
    for member in sorted(set(said) | always):
        expect(said.get(member) == due.get(member),
               f"{node.key}: '{member}' differs from the model: {str(said.get(member))[:300]} "
               f"instead of {str(due.get(member))[:300]}")
    return said


def main(name, run, orgs=None, costly_passphrases=False):
    """`run(nodes)` in a fresh federation; exit code 0 when it returned. Unless what is tested are passphrases, opening a store costs
    next to nothing instead of a second (cheap_argon2id.c)."""
    parser = argparse.ArgumentParser(description=name)
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--keep", action="store_true", help="leave the temporary directory")
    options = parser.parse_args()
    cheap = pathlib.Path(options.binaries).resolve() / "cheap_argon2id.so"
    if cheap.exists() and not costly_passphrases:
        os.environ["LD_PRELOAD"] = str(cheap)

    def interrupted(*_):
        raise KeyboardInterrupt

    federation.on_signals(interrupted)
    nodes = None
    try:
        with federation.Federation(options.binaries, orgs or ORGS, options.keep) as nodes:
            try:
                run(nodes)
            except Exception:
                for node in nodes:
                    print(f"{node.key}: {node.log_tail()}", file=sys.stderr)
                raise
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"{name}: as it should be")
    return 0
