#!/usr/bin/env python3
"""Runs simulated worlds and holds each one's views against the reference model.

compare.py SIM FROM UNTIL: runs `SIM --seeds FROM UNTIL --worlds …`, then tests/model over what came of it.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).resolve().parent.parent / "model" / "model.py"

# What every version of the rules prints; the product shows some of what came later.
ALWAYS = ("opened", "entries", "claims", "wallets", "clusters", "dossiers", "components", "tentative")


def main():
    sim, first, last = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sim"
        ran = subprocess.run([sim, "--seeds", first, last, "--worlds", str(path)])
        if ran.returncode != 0:
            return ran.returncode
        said = subprocess.run([sys.executable, str(MODEL), "--lines", f"{path}.worlds"], check=True, capture_output=True, text=True)
        expected = [json.loads(line) for line in said.stdout.splitlines()]
        got = [json.loads(line) for line in pathlib.Path(f"{path}.views").read_text().splitlines()]
    worlds = int(last) - int(first) + 1
    if len(expected) != worlds or len(got) != worlds:
        print(f"{worlds} worlds, but {len(expected)} from the model and {len(got)} from the product")
        return 1
    wrong = 0
    for index, (model, product) in enumerate(zip(expected, got)):
        differing = [key for key in {**product, **dict.fromkeys(ALWAYS)} if model[key] != product.get(key)]
        if differing:
            wrong += 1
            print(f"seed {int(first) + index}: the product differs from the model in {', '.join(differing)}")
            for key in differing[:1]:
                print(f"  model:   {json.dumps(model[key])[:600]}\n  product: {json.dumps(product.get(key))[:600]}")
    dossiers = sum(len(world["dossiers"]) for world in expected)
    clusters = sum(len(world["components"]) for world in expected)
    print(f"{worlds} worlds, {dossiers} dossiers and {clusters} clusters: {worlds - wrong} worlds equal the model")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
