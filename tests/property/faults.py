#!/usr/bin/env python3
"""Plants faults in the rules, one at a time, and sees that the convergence test catches each of them.

    faults.py BUILD [NAME…]         BUILD: a build folder of this tree, e.g. build/dev; NAME: only these faults

A test that passes proves little until it has been seen to fail. Each fault below is a slip that a developer could make about one
rule of docs/RULES.md. It is planted in a copy of one file, that file alone is compiled as the build compiles it, the convergence
test is linked with the result before the libraries, and run until it fails. One that it does not catch is an error, and so is one
whose text does not stand exactly once in the folders below: whoever changes that line plants the fault anew.

All faults run the same rounds of worlds in the same order, each as far as the first that fails; none has worlds of its own.
"""

import concurrent.futures
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

TREE = pathlib.Path(__file__).resolve().parents[2]
TEST = "property_test_convergence"
FOLDERS = ("store/view", "store/query", "proto/rules")
ROUND_SECONDS = 120

Fault = namedtuple("Fault", "name rule old new")
Round = namedtuple("Round", "test seed count first many")

# What only the model sees is seen at the end of a round: so the first are short. Those that no fault comes to cost nothing.
ROUNDS = [
    Round("worlds_of_every_kind*", "TOC_KINDS_SEED", "TOC_KINDS_COUNT", 701, 10),
    Round("worlds_of_every_kind*", "TOC_KINDS_SEED", "TOC_KINDS_COUNT", 711, 30),
    Round("worlds_of_every_kind*", "TOC_KINDS_SEED", "TOC_KINDS_COUNT", 741, 60),
    Round("worlds_of_every_kind*", "TOC_KINDS_SEED", "TOC_KINDS_COUNT", 801, 40),
    Round("worlds_at_the_thresholds*", "TOC_BIG_SEED", "TOC_BIG_COUNT", 1, 3),
    Round("worlds_at_the_thresholds*", "TOC_BIG_SEED", "TOC_BIG_COUNT", 78, 1),
    Round("worlds_at_the_thresholds*", "TOC_BIG_SEED", "TOC_BIG_COUNT", 4, 9),
    Round("worlds_at_the_thresholds*", "TOC_BIG_SEED", "TOC_BIG_COUNT", 19, 1),
    Round("worlds_at_the_thresholds*", "TOC_BIG_SEED", "TOC_BIG_COUNT", 50, 3),
    Round("planned_worlds*", "TOC_PLANNED_SEED", "TOC_PLANNED_COUNT", 1, 50),
    Round("own_worlds*", "TOC_WORLD_SEED", "TOC_WORLD_COUNT", 1, 20),
    Round("crowded_worlds*", "TOC_CROWDED_SEED", "TOC_CROWDED_COUNT", 1, 3),
    Round("worlds_of_every_kind*", "TOC_KINDS_SEED", "TOC_KINDS_COUNT", 841, 360),
]

FAULTS = [
    # ---- §1 and §3: what counts, which claims are live
    Fault("a claim that expires now is still live", "§1 expired",
          "head->valid_until.unix_ms > view->horizon.unix_ms", "head->valid_until.unix_ms >= view->horizon.unix_ms"),
    Fault("the newest by time of issue is the head", "§1 order",
          "        out->has_head = true;\n        out->head = claim_row;\n",
          "        if (out->has_head && claim_row.issued_at.unix_ms < out->head.issued_at.unix_ms)\n            continue;\n"
          "        out->has_head = true;\n        out->head = claim_row;\n"),
    Fault("a dossier takes the newest by time of issue", "§1 order",
          "        scan.has_head = true;\n        scan.head = claim;\n",
          "        if (scan.has_head && claim.issued_at.unix_ms < scan.head.issued_at.unix_ms)\n            continue;\n"
          "        scan.has_head = true;\n        scan.head = claim;\n"),
    Fault("a members record counts as a head", "§3 heads",
          "            out->members_revision = claim_row.filed.revision;\n            continue;\n",
          "            out->members_revision = claim_row.filed.revision;\n"),
    Fault("a record issued ahead has its effect at once", "§1 waiting",
          "        return wait(fold, &row, statement, err);", "        TOC_TRY(wait(fold, &row, statement, err));"),
    Fault("a waiting record waits a minute too long", "§1 waiting",
          "row->issued_at.unix_ms - TOC_FUTURE_MS_MAX", "row->issued_at.unix_ms - TOC_FUTURE_MS_MAX + MINUTE_MS"),
    Fault("what expires at the very minute of a tick is forgotten", "§1 expired",
          "         code = toc_cursor_next(cursor, &row, err)) {\n        TOC_TRY(judge_expired(fold, &row, err));",
          "         code = toc_cursor_next(cursor, &row, err)) {\n        if (toc_get_u64(row.key.data) == "
          "fold->view.horizon.unix_ms)\n            continue;\n        TOC_TRY(judge_expired(fold, &row, err));"),
    Fault("what came twice is counted twice", "§1 duplicates",
          "    if (code != TOC_OK)\n        return code == TOC_EXISTS ? TOC_OK : code; /* in E already */",
          "    if (code != TOC_OK && code != TOC_EXISTS)\n        return code;"),
    # ---- E: what goes again leaves no trace
    Fault("an erased record stays among the opened", "§8 opened",
          "    toc_sum_take(&fold->state.opened, &hash);\n", ""),
    Fault("an erased head leaves its report as it was", "§1 E",
          "    toc_report *report;\n    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));\n    report->judge = true;\n"
          "    if (row->kind != TOC_RECORD_MEMBERS)\n        return TOC_OK;\n    TOC_TRY(list_ops",
          "    toc_report *report;\n    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));\n"
          "    if (row->kind != TOC_RECORD_MEMBERS)\n        return TOC_OK;\n    TOC_TRY(list_ops"),
    Fault("an erased notice keeps its effect", "§1 E",
          "    if (toc_part_of(statement) == TOC_PART_NOTICE)\n        return toc_fold_notice(fold, row->filed.subject, &row->filed.claim, err);\n"
          "    toc_report *report;\n    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));\n    report->judge = true;",
          "    if (toc_part_of(statement) == TOC_PART_NOTICE)\n        return TOC_OK;\n"
          "    toc_report *report;\n    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));\n    report->judge = true;"),
    Fault("what rests on an erased record is not judged again", "§4 held",
          "    TOC_TRY(toc_mentions_turn(fold, &row, &statement, true, err));\n    TOC_TRY(toc_rests_mark(fold, &row, err));\n",
          "    TOC_TRY(toc_mentions_turn(fold, &row, &statement, true, err));\n"),
    Fault("an erased transfer stays with its wallets", "§1 E",
          "    return turn_moves(work, body, TOC_DIRECTION_OUT, err);",
          "    return work->out_of ? TOC_OK : turn_moves(work, body, TOC_DIRECTION_OUT, err);"),
    # ---- E: what a fork disputes
    Fault("what comes after its feed forked is taken", "§1 disputed",
          "    if (disputed)\n        return toc_fold_dispute(fold, &row, &stored, &feed->id, err);\n", ""),
    Fault("what came before its feed forked stays", "§1 disputed",
          "        TOC_TRY(toc_fold_move(fold, feed.number, index, err));\n", ""),
    Fault("a later proof takes the place of an earlier one", "§1 disputed",
          "    if (from == 0 && before <= row->from)\n        return TOC_OK;\n    if (before > row->from)\n", ""),
    Fault("an erased record stays in dispute", "§1 disputed",
          "    if (number.disputed)\n        return toc_fold_undispute(fold, feed, index, &number, err);\n",
          "    if (number.disputed)\n        return TOC_OK;\n"),
    Fault("the first entry that differs is not in dispute", "§1 disputed", "    *out = index >= from;", "    *out = index > from;"),
    # ---- §4: roots
    Fault("a dead root counts", "§4 dead",
          "        if (!dead)\n            alive[out->alive_count++] = root;", "        alive[out->alive_count++] = root;"),
    Fault("a root stays dead though a newer head is live", "§4 dead",
          "*out_dead = scan.has_head && scan.head.kind == TOC_RECORD_RETRACTION;", "*out_dead = scan.ended > 0;"),
    Fault("nobody waits for the retraction of a root that waits", "§4 dead, at a later horizon",
          "            sooner(&out->changes, changes);\n", ""),
    Fault("a source is held whatever its id", "§4 held",
          "    return toc_record_id_equal(&row.filed.record, &source->record) ? keep_source(work, &row, err)\n"
          "                                                                   : TOC_OK;",
          "    return keep_source(work, &row, err);"),
    Fault("an understated report joins", "§4 misstated",
          "if (joins(&statement) && toc_stands(&standing))", "if (joins(&statement) && standing.alive_count > 0)"),
    Fault("an understated claim scores", "§4 misstated",
          "claim->misstated ? 0 : claim->alive_count", "claim->alive_count"),
    Fault("a report is not judged again when a root of it dies", "§4 dead",
          "    claim_watch(&key, row->filed.claim.bytes);\n    TOC_TRY(mark(fold, toc_key_view(&key), err));\n", ""),
    # ---- §5: the score
    Fault("the confidence of a lineage has no cap", "§5 confidence of a lineage",
          "        if (confidence > TOC_CONFIDENCE_CAP)\n            confidence = TOC_CONFIDENCE_CAP;\n", ""),
    Fault("corroboration is the number of lineages alone", "§5 corroboration",
          "    size_t chosen = category->lineage_count < category->org_count ? category->lineage_count\n"
          "                                                                  : category->org_count;",
          "    size_t chosen = category->lineage_count;"),
    Fault("the last claim of a lineage gives its confidence", "§5 confidence of a lineage",
          "            if (lineages[i].confidence > same->confidence)\n                same->confidence",
          "            same->confidence"),
    Fault("claims on another tag score too", "§5 dossier",
          "    if (toc_span_equal(toc_span_text(claim.statement.as.wallet.wallet.tag), work->tag))",
          "    if (work->tag.size == 0 ||\n        toc_span_equal(toc_span_text(claim.statement.as.wallet.wallet.tag), work->tag))"),
    # ---- §6: reports
    Fault("a retraction ends no membership", "§6 ended",
          "    if (ended_moved)\n        TOC_TRY(recount(fold, report, &scan, err));\n", "    (void)ended_moved;\n    (void)recount;\n"),
    Fault("a membership of the revision retracted lives on", "§6 ended",
          "row->filed.revision <= walk->report->now.ended", "row->filed.revision < walk->report->now.ended"),
    Fault("confidence 50 does not suffice for a report", "§6 live report",
          "head->confidence >= TOC_CLUSTER_CONFIDENCE_MIN", "head->confidence > TOC_CLUSTER_CONFIDENCE_MIN"),
    Fault("a report of a service joins", "§6 live report",
          " && (type == NULL || !type->service) &&\n           head->root_count > 0", " &&\n           (type != NULL || head->root_count > 0) && head->root_count > 0"),
    Fault("the membership that arrived last decides", "§6 membership",
          "*out = toc_decider_newer(&newest, before) ? newest : *before;", "*out = newest;"),
    Fault("of one record the first op decides", "§6 membership",
          "return order != 0 ? order > 0 : left->position > right->position;",
          "return order != 0 ? order > 0 : left->position < right->position;"),
    # ---- §6: hubs, covers, joining
    Fault("256 live reports make a hub", "§6 hub",
          "if (shared[i].report_count <= TOC_HUB_REPORTS)", "if (shared[i].report_count < TOC_HUB_REPORTS)"),
    Fault("a covered vertex is not stripped", "§6 covered",
          "    if (cover != 0) {\n        *out = ", "    if (cover != 0 && (cover & TOC_COVER_STRIPS) == 0) {\n        *out = "),
    Fault("multi-input reports join through what pays out", "§6 not joining",
          "report->barred = report->barred || (member && is == PAYING && report->now.inputs);",
          "report->barred = report->barred && member;"),
    Fault("a tenth of the vertices joins two blocks", "§6 stage 5",
          "if (shared * 10 > fewer)", "if (shared * 10 >= fewer)"),
    Fault("two roots on one side join two blocks", "§6 stage 5",
          "if (weight >= 2 && other->weight >= 2)", "if (weight >= 2 || other->weight >= 2)"),
    Fault("a tentative group joins the blocks that it touches", "§6 stage 6",
          "together &= toc_union_root(at->parents, at->touched.items[i]) == home;",
          "together |= toc_union_root(at->parents, at->touched.items[i]) == home;"),
    # ---- §9: notices and disputes
    Fault("one of the two orgs suffices for a same-as", "§9 incidents",
          "((first && second) ||", "((first || second) ||"),
    Fault("one lineage of two orgs gives a notice effect", "§9 two lineages agree",
          "return orgs && roots;", "(void)roots;\n    return orgs;"),
    Fault("one org of two lineages gives a notice effect", "§9 two lineages agree",
          "return orgs && roots;", "(void)orgs;\n    return roots;"),
    Fault("a notice with a tag strips its vertex", "§9 what it covers",
          "return notice->as.notice.wallet.tag[0] == '\\0' ? TOC_PART_NOTICE : TOC_PART_NONE;",
          "(void)notice;\n    return TOC_PART_NOTICE;"),
    Fault("only deposit addresses pay out", "§6 not joining",
          "{\"deposit\", \"hot\"}", "{\"deposit\"}"),
    Fault("a notice that is withdrawn still agrees", "§9 effect",
          "out->sound = role != NULL && toc_stands(standing);", "out->sound = role != NULL && !standing->misstated;"),
    # ---- the fold: rebuilding, and what was put off
    Fault("what joining was put off is forgotten", "§6, in any order",
          "return takes_part && (report->changed || report->seeded || report->pending);",
          "return takes_part && (report->changed || report->seeded);"),
    Fault("a rebuild keeps the old clusters", "§8, rebuilt is identical",
          "for (toc_table table = TOC_VIEW_META + 1; table < TOC_VIEW_TABLES && code == TOC_OK; table++)\n        code = ",
          "for (toc_table table = TOC_VIEW_META + 1; table < TOC_VIEW_TABLES && code == TOC_OK; table++)\n"
          "        code = table == TOC_VIEW_CLUSTERS ? TOC_OK : "),
    # ---- §9: incidents and transfers
    Fault("one of the two orgs accepts for both", "§9 incidents",
          "(first && second) || toc_voices_agree", "(first || second) || toc_voices_agree"),
    Fault("what is proposed joins", "§9 incidents", "        if (same->accepted)\n", "        if (same->claim_count > 0)\n"),
    Fault("a bare slug means the first of several", "§9 incidents",
          ".has_meaning = out->incident_count == 1}", ".has_meaning = out->incident_count >= 1}"),
    Fault("a same-as is not found by its second incident", "§9 incidents",
          "    TOC_TRY(add_range(work, slug, true, err));\n    return add_seconds(work, slug, err);",
          "    return add_range(work, slug, true, err);"),
    Fault("the version of fewest lineages is drawn", "§9 transfers",
          "compare_numbers(b->lineages, a->lineages)", "compare_numbers(a->lineages, b->lineages)"),
    Fault("versions differ by what was paid alone", "§9 transfers",
          "        order = compare_parties(a->to, a->to_count, b->to, b->to_count);\n", "        order = 0;\n"),
    Fault("a claim that adds nothing is a version", "§9 transfers",
          "        if (stands(&claim))\n            claims[sound++] = claim;", "        if (true)\n            claims[sound++] = claim;"),
    Fault("a bridge is seen from the side that names it alone", "§9 transfers",
          "    return add_crossing(work, &body->bridge, &movement.place, side, false, err);",
          "    (void)side;\n    return TOC_OK;"),
    Fault("a sighting stands at every index of its transaction", "§9 sighting",
          "same_place(&claim->statement.as.sighting.place, &movement->place)",
          "same_transaction(&claim->statement.as.sighting.place, &movement->place)"),
    Fault("a move is drawn whatever version knows it", "§9 transfers",
          "move->drawn = names(work, &told->statement.as.transfer, direction);",
          "move->drawn = names(work, &told->statement.as.transfer, direction) || true;"),
    Fault("a move that no live claim has is listed", "§9 transfers",
          "    if (found == NULL)\n        return TOC_OK; /* not live", "    found = found == NULL ? heads : found;\n"
          "    if (found == NULL)\n        return TOC_OK; /* not live"),
]


class Build:
    """How a build folder compiles one file and links the test."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        listed = subprocess.run(["ninja", "-C", str(self.folder), "-t", "commands", TEST], capture_output=True, text=True, check=True)
        self.commands = [line for line in listed.stdout.splitlines() if line.strip()]
        link = [line for line in self.commands if f"-o bin/{TEST}" in line][-1]
        self.link = [word for word in shlex.split(link.split("&&")[-2])]

    def compile(self, file, text, out):
        words = next(shlex.split(line) for line in self.commands if line.endswith(f" -c {TREE / file}"))
        copy = out / file.name
        copy.write_text(text)
        changed = copy.with_suffix(".o")
        words = words[:words.index("-c")]
        for option in ("-MF", "-MT", "-o"):
            at = words.index(option)
            del words[at:at + 2]
        words.remove("-MD")
        if pathlib.Path(words[0]).name == "ccache":
            words = words[1:]
        words = [word for word in words if word != "-Werror"]  # what a fault leaves unused is no matter
        self.run(words + ["-w", "-g0", "-iquote", str((TREE / file).parent), "-o", str(changed), "-c", str(copy)])
        return changed

    def test(self, changed, out):
        words = list(self.link)
        at = words.index("-o")
        words[at + 1] = str(out / "test")
        words.append("-Wl,--strip-debug")  # half of what linking takes
        if changed is not None:
            words.insert(at + 2, str(changed))
        self.run(words)
        return out / "test"

    def run(self, words):
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{shlex.join(words)}\n{done.stdout}{done.stderr}")


def plant(fault):
    """The file that has the text of the fault, and that file with the fault in it."""
    found = [path for folder in FOLDERS for path in sorted((TREE / folder).glob("*.c")) if fault.old in path.read_text()]
    if len(found) != 1 or found[0].read_text().count(fault.old) != 1:
        sys.exit(f"the text of the fault '{fault.name}' does not stand exactly once in {', '.join(FOLDERS)}: "
                 f"{', '.join(path.name for path in found) or 'nowhere'}; plant it anew in tests/property/faults.py")
    return found[0].relative_to(TREE), found[0].read_text().replace(fault.old, fault.new)


# Worlds, and what the model says of them, once: the test asks for python3, and most faults leave what is opened as it was.
PYTHON = """#!/bin/sh
case "$1" in
*/plan.py) kept=$FAULTS_KEPT/$(printf '%s' "$*" | sha256sum | cut -c-64) ;;
*/model.py) kept=$FAULTS_KEPT/$( (echo "$2 $3 $4"; cat "$5") | sha256sum | cut -c-64) ;;
*) exec "$FAULTS_PYTHON" "$@" ;;
esac
if [ ! -f "$kept" ]; then
    "$FAULTS_PYTHON" "$@" >"$kept.$$" || exit
    mv "$kept.$$" "$kept"
fi
exec cat "$kept"
"""


def keep_worlds(folder):
    python = folder / "python3"
    python.write_text(PYTHON)
    python.chmod(0o700)
    os.environ.update(FAULTS_KEPT=str(folder), FAULTS_PYTHON=sys.executable, PATH=f"{folder}:{os.environ['PATH']}")


def first_words(text):
    """What the test says went wrong."""
    for line in text.splitlines():
        if line.startswith("world "):
            return line.strip().replace("the model says", "not what the model says")[:100]
    for line in text.splitlines():
        if ": error:" in line or "ssert" in line or "codes differ" in line:
            return line.replace("[  ERROR   ] --- ", "").replace("[   LINE   ] --- ", "").strip()[:100]
    return "it ended without a word"


def fails(test, folder, rounds):
    """How many rounds were run, and what the last of them says; None when all pass."""
    for count, one in enumerate(rounds, 1):
        environment = dict(os.environ, TMPDIR=str(folder), **{one.seed: str(one.first), one.count: str(one.many)})
        try:
            done = subprocess.run([test, one.test], env=environment, cwd=folder, capture_output=True, text=True, errors="replace",
                                  timeout=ROUND_SECONDS)
        except subprocess.TimeoutExpired:
            return count, f"{one.test} {one.first}…: not finished after {ROUND_SECONDS} s"
        if done.returncode != 0:
            said = first_words(done.stderr + done.stdout)
            return count, f"{one.test.rstrip('*')} {one.first} to {one.first + one.many - 1}: {said}"
        if "1 test(s) run" not in done.stdout + done.stderr:
            sys.exit(f"{one.test} is no test of {TEST}")
    return len(rounds), None


def try_fault(build, fault):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        out = pathlib.Path(name)
        file, text = plant(fault)
        test = build.test(build.compile(file, text, out), out)
        return fault, file, *fails(test, out, ROUNDS), time.monotonic() - began


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, names = Build(sys.argv[1]), sys.argv[2:]
    faults = [fault for fault in FAULTS if not names or fault.name in names]
    for fault in faults:
        plant(fault)  # before anything is built
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        keep_worlds(pathlib.Path(name))
        sys.exit(run(build, faults, pathlib.Path(name)))


def run(build, faults, folder):
    missed = reached = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for fault, file, rounds, caught, seconds in pool.map(lambda one: try_fault(build, one), faults):
            missed += caught is None
            reached = max(reached, rounds)
            print(f"{'caught' if caught else 'MISSED'} {seconds:5.1f} s  {fault.name} ({fault.rule}, {file})", flush=True)
            if caught:
                print(f"                  {caught}", flush=True)
    _, sound = fails(build.test(None, folder), folder, ROUNDS[:reached])
    if sound is not None:
        sys.exit(f"without any fault: {sound}")
    print(f"{len(faults) - missed} of {len(faults)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    main()
