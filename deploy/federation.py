"""A federation of real nodes on this machine's loopback: for the tour (deploy/tour.py) and the scenario tests.

Nothing here knows the product from inside: nodes are `tocsind` processes, and all that is asked goes through `tocsin`.
Waiting is for a condition, with a deadline; a deadline that passes says what was waited for.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

DEADLINE_S = float(os.environ.get("TOCSIN_DEADLINE_S", "60"))


class Failure(Exception):
    """What went wrong, in one sentence."""


def wait_for(what, condition, deadline_s=None):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + (deadline_s or DEADLINE_S)
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {deadline_s or DEADLINE_S:.0f} s in vain for this: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


class Ports:
    """Ports of 127.0.0.1 for one federation. They lie below those that a kernel gives to connections, and the first of a block is
    held for as long as the federation lives: two of them side by side take different blocks."""

    FIRST, LAST, BLOCK = 20000, 32768, 32

    def __init__(self):
        bases = list(range(self.FIRST, self.LAST - self.BLOCK, self.BLOCK))
        random.shuffle(bases)
        self.held = next((held for held in map(self.bound, bases) if held), None)
        if not self.held:
            raise Failure(f"no block of ports is free from {self.FIRST} to {self.LAST}")
        base = self.held.getsockname()[1]
        self.left = iter(range(base + 1, base + self.BLOCK))

    @staticmethod
    def bound(port):
        """A socket that holds the port; None when another program does."""
        held = socket.socket()
        try:
            held.bind(("127.0.0.1", port))
            return held
        except OSError:
            held.close()
            return None

    def take(self):
        for port in self.left:
            if free := self.bound(port):
                free.close()
                return port
        raise Failure("a federation has no more ports")

    def close(self):
        self.held.close()


class Answer:
    """What one `tocsin` command said."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line]

    @property
    def last(self):
        lines = self.lines
        if not lines:
            raise Failure(f"an answer without a line: {self.err.strip()}")
        return lines[-1]


class Node:
    """One org's node: its state directory, its daemon while it runs."""

    def __init__(self, federation, key, name, kind, country):
        self.federation, self.key, self.name = federation, key, name
        self.kind, self.country = kind, country
        self.state = federation.directory / key
        self.config = self.state / "tocsind.conf"
        self.log_path = federation.directory / f"{key}.log"
        self.socket_path = self.state / "run" / "tocsind.sock"
        self.port = federation.ports.take()
        self.process = None

    @property
    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port}"

    def tocsin(self, *words, ok=(0,), stdin=None, as_json=True):
        """Runs a command against this node; Failure when its exit code is not among `ok` (None: any)."""
        command = [str(self.federation.tocsin), *map(str, words), "--config", str(self.config)]
        if as_json:
            command.append("--json")
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False,
                              timeout=DEADLINE_S * 5)
        if ok is not None and done.returncode not in ok:
            raise Failure(f"{self.key}: tocsin {' '.join(map(str, words))} gave {done.returncode}: "
                          f"{done.stderr.strip() or done.stdout.strip()}")
        return Answer(done.returncode, done.stdout, done.stderr)

    def init(self):
        command = [str(self.federation.tocsin), "init", "--state", str(self.state), "--name", self.name,
                   "--kind", self.kind, "--country", self.country, "--endpoint", self.endpoint,
                   "--secret-file", str(self.federation.passphrase)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{self.key}: {done.stderr.strip()}")

    def start(self):
        log = open(self.log_path, "ab")  # the daemon's from now on
        self.process = subprocess.Popen([str(self.federation.tocsind), "--config", str(self.config)],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        start_new_session=True, env=self.federation.environment)
        log.close()

    def answers(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.key}: tocsind ended with {self.process.returncode}: {self.log_tail()}")
        return self.tocsin("status", ok=None).code == 0

    def wait_up(self):
        wait_for(f"{self.name} answers on its socket", self.answers)

    def log_tail(self):
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return " | ".join(text.splitlines()[-3:])

    def stop(self):
        """SIGTERM, and the exit code that must be 0."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            code = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.key}: tocsind did not end within {DEADLINE_S:.0f} s of SIGTERM") from None
        self.process = None
        if code != 0:
            raise Failure(f"{self.key}: tocsind ended with {code}: {self.log_tail()}")

    def kill(self):
        """SIGKILL: nothing is finished, nothing is said."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # What there is to ask

    def status(self):
        return self.tocsin("status").last

    def digest(self):
        return self.tocsin("store", "digest").last

    def lookup(self, text):
        return self.tocsin("lookup", text).last

    def org(self):
        return self.tocsin("card").last["org"]

    def refusals(self):
        """Reason → count over all peers and strangers."""
        counts = {}
        for peer in self.tocsin("peers").lines:
            for reason, count in peer["refused"].items():
                counts[reason] = counts.get(reason, 0) + count
        return counts


class Federation:
    """Nodes by key; everything is gone when the `with` block ends, however it ends."""

    def __init__(self, binaries, orgs, keep=False):
        binaries = pathlib.Path(binaries).resolve()
        self.tocsin, self.tocsind = binaries / "tocsin", binaries / "tocsind"
        for program in (self.tocsin, self.tocsind):
            if not program.exists():
                raise Failure(f"there is no '{program}'; build it first")
        self.keep = keep
        self.ports = Ports()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-"))
        self.environment = dict(os.environ)
        self.passphrase = self.directory / "passphrase"
        self.passphrase.write_text(os.urandom(16).hex() + "\n")
        self.passphrase.chmod(0o600)
        self.nodes = {key: Node(self, key, *about) for key, about in orgs.items()}
        self.circle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.kill()
        self.ports.close()
        if not self.keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __getitem__(self, key):
        return self.nodes[key]

    def __iter__(self):
        return iter(self.nodes.values())

    def start(self, *keys):
        chosen = [self.nodes[key] for key in keys] or list(self)
        for node in chosen:
            node.start()
        for node in chosen:
            node.wait_up()

    def init(self):
        for node in self:
            node.init()

    def exchange_cards(self, endpoint_of=None):
        """Every node takes the card of every other. `endpoint_of(node, peer)`: where it is dialled."""
        cards = {node.key: node.tocsin("card").last["card"] for node in self}
        for node in self:
            for peer in self:
                if peer is node:
                    continue
                endpoint = peer.endpoint if endpoint_of is None else endpoint_of(node, peer)
                node.tocsin("peer", "add", "-", "--endpoint", endpoint, stdin=cards[peer.key])

    def found_circle(self, name, purpose):
        """The first node makes the circle and admits the others."""
        first, *others = list(self)
        self.circle = first.tocsin("circle", "create", name, "--purpose", purpose).last["circle"]
        for node in others:
            node.tocsin("circle", "join", self.circle)
            first.tocsin("circle", "admit", node.name, "--role", "member")
        for node in self:
            wait_for(f"{node.name} has the charter that names all {len(self.nodes)} members",
                     lambda node=node: any(circle["circle"] == self.circle and
                                           circle["members"] == len(self.nodes)
                                           for circle in node.tocsin("circle", "list").lines))

    def level(self, *keys, deadline_s=None):
        """Waits until the nodes hold the same records and their digests agree; the digest."""
        chosen = [self.nodes[key] for key in keys] or list(self)

        def agreed():
            states = [node.status() for node in chosen]
            if len({state["opened"] for state in states}) > 1 or any(state["incomplete"] for state in states):
                return None
            digests = [node.digest() for node in chosen]
            return digests[0] if len({each["digest"] for each in digests}) == 1 else None

        return wait_for("equal digests on " + ", ".join(node.name for node in chosen), agreed, deadline_s)


def on_signals(action):
    """So that daemons are stopped by ^C, SIGTERM and a closed terminal alike."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, action)
