#!/usr/bin/env python3
"""What the documents and comments name exists: files, folders, decisions and names of the code; and
docs/ARCHITECTURE.md names every folder that has code, store/README.md every table, proto/control/README.md
every command of the control socket, and the words of the audit are those commands.

    docs.py ROOT            checks the tree; prints every fault and exits 1

Each kind of fault is planted first: a check that cannot fail is none.
"""

import itertools
import os
import pathlib
import re
import sys

CODE = (".c", ".h", ".py", ".proto", ".txt", ".cmake", ".sh")
LAYERS = ("proto", "store", "node", "tools")
TOP = (*LAYERS, "tests", "docs", "deploy", "cmake")
SUFFIX = re.compile(r"[\w./-]*\w\.(?:c|h|py|proto|md|sh)")
STATE = re.compile(r"store/(log|views)(-NAME)?(/data\.mdb)?")  # below the state directory
OUTSIDE = {"lmdb.h"}
SELF = "tests/docs.py"  # names what is not there


class Tree:
    def __init__(self, root):
        folders = (path for top in TOP for path in (root / top).rglob("*"))
        paths = [path for path in itertools.chain(folders, root.glob("*")) if path.is_file() and "__pycache__" not in path.parts]
        self.root, self.files = root, {path.relative_to(root).as_posix() for path in paths}
        self.folders = {parent.as_posix() for name in self.files for parent in pathlib.PurePosixPath(name).parents}
        self.ends = {tail for name in self.files for tail in self.tails(name)}
        self.stems = {name.rsplit(".", 1)[0] for name in self.files} | {name[:19] for name in self.files}  # docs/decisions/NNNN
        self.words = set(re.findall(r"\w+", "".join(self.text(name) for name in self.files if name.endswith(CODE) and name != SELF)))

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    @staticmethod
    def tails(name):
        parts = name.split("/")
        return ("/".join(parts[i:]) for i in range(len(parts)))

    def has(self, path):
        return path in self.ends or path in self.folders or path in self.stems


def paths_of(line):
    for quoted in re.findall(r"`([^`]+)`", line):
        for word in re.findall(r"(?<![\w./~$-])[\w./-]*\w", quoted):
            if SUFFIX.fullmatch(word) or word.split("/")[0] in TOP and "/" in word:
                yield word


def faults_of(tree, name, text):
    """Of a document all that it names; of code the documents and decisions in its comments."""
    for number, line in enumerate(text.splitlines(), 1):
        named = set(re.findall(r"\bdocs/(?:decisions/\d{4}|[A-Z]+\b)", line))
        named |= {f"docs/decisions/{four}" for four in re.findall(r"\bdecisions? (\d{4})\b", line)}
        if name.endswith(".md"):
            named |= set(paths_of(line))
            named |= {os.path.normpath(os.path.join(os.path.dirname(name), link)) for link in re.findall(r"\]\(([\w./-]+)", line)}
            yield from (f"{name}:{number}: the code has no '{word}'" for word in re.findall(r"\b(?:toc|TOC)_\w*[^\W_]\b", line)
                        if word not in tree.words)
        yield from (f"{name}:{number}: there is no '{path}'" for path in sorted(named)
                    if path not in OUTSIDE and not STATE.fullmatch(path) and not tree.has(path))


def unmapped(tree, text):
    folders = {name.rpartition("/")[0] for name in tree.files if name.endswith((".c", ".proto")) and name.startswith(LAYERS)}
    return [f"docs/ARCHITECTURE.md: does not name `{folder}`" for folder in sorted(folders) if f"`{folder}`" not in text]


def untold_tables(tree, text):
    """Tables of the store that its page does not have."""
    named = re.findall(r'\[TOC_(?:LOG|VIEW)_\w+\] = "(\w+)"', tree.text("store/feed/log.c") + tree.text("store/view/schema.c"))
    return [f"store/README.md: does not say what is in `{table}`" for table in named if f"`{table}`" not in text] if named else ["no tables"]


def untold_commands(page, node, audit):
    """Commands of the node that the page of the protocol does not have, or that nobody can ask the audit for."""
    kept = set(re.findall(r'"([a-z-]+)"', audit[audit.index("commands[] = {"):audit.index("};")]))
    named = set(re.findall(r'^    \{"([a-z-]+)",', node, re.MULTILINE))
    other = {"card-change", "orders-again"}
    return ([f"proto/control/README.md: does not say what `{name}` is" for name in sorted(named) if f"`{name}`" not in page] +
            [f"proto/format/deed_words.c: '{name}' is asked of the audit, or is not" for name in sorted((named - {"status", "peers"} | other) ^ kept)]
            if len(named) > 40 else ["no commands"])


def self_test(tree):
    for name, line, wrong in (("docs/A.md", "`proto/base/text.c`, `text.h`, `store/feed`, `proto/rules/terms`", False),
                              ("docs/A.md", "`proto/base/nothing.c`", True), ("docs/A.md", "`proto/nothing`", True),
                              ("docs/A.md", "`toc_buf_ok`", False), ("docs/A.md", "toc_buf_nothing", True),
                              ("docs/A.md", "[the rules](RULES.md)", False), ("docs/A.md", "[none](NOTHING.md)", True),
                              ("store/a.c", "/* docs/decisions/0001, decision 0002 */", False),
                              ("store/a.c", "/* decision 9998 */", True), ("store/a.c", "/* docs/NOTHING.md */", True),
                              ("store/a.c", "/* docs/RULES: the score */", False)):
        if bool(list(faults_of(tree, name, line))) != wrong:
            sys.exit(f"docs: the check does not judge {line!r} rightly")
    if not unmapped(tree, "`proto/base`"):
        sys.exit("docs: the check does not miss a folder")
    if len(untold_tables(tree, "`claims`, `heads`")) < 40:
        sys.exit("docs: the check does not miss a table")
    sources = [tree.text(name) for name in ("proto/control/README.md", "node/control_talk.c", "proto/format/deed_words.c")]
    for i, (old, new) in enumerate((("`erase`", "`erased`"), ('{"erase",', '{"erases",'), ('"erase",', ""))):
        if not untold_commands(*(text.replace(old, new) if i == j else text for j, text in enumerate(sources))):
            sys.exit(f"docs: the check does not miss {old}")


def main():
    tree = Tree(pathlib.Path(sys.argv[1]).resolve())
    self_test(tree)
    checked = [name for name in sorted(tree.files) if name.endswith((".md", *CODE)) and name != SELF]
    faults = [fault for name in checked for fault in faults_of(tree, name, tree.text(name))]
    faults += unmapped(tree, tree.text("docs/ARCHITECTURE.md")) + untold_tables(tree, tree.text("store/README.md"))
    faults += untold_commands(*(tree.text(name) for name in ("proto/control/README.md", "node/control_talk.c", "proto/format/deed_words.c")))
    print("\n".join(faults) if faults else f"docs: {len(checked)} files, all that they name is there")
    return 1 if faults or len(checked) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
