/* Whether the parts of a bundle belong together. In the order of what rests on what: cards,
 * charters, the entry under the author's head, the other heads, the grant, the words. */
#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/base/text.h"
#include "proto/evidence/evidence.h"
#include "proto/feed/addressed.h"

static bool key_equal(const toc_verify_key *left, const toc_verify_key *right)
{
    return memcmp(left, right, sizeof *left) == 0;
}

/* ---- cards ---- */

static toc_code follow_card(const toc_card *before, const toc_card *card, toc_err *err)
{
    if (before != NULL && toc_org_id_equal(&before->org, &card->org))
        return toc_card_follows(before, card, err);
    if (before != NULL && memcmp(before->org.bytes, card->org.bytes, sizeof card->org.bytes) > 0)
        return toc_fail(err, TOC_MALFORMED, "they are not in order of org and serial");
    if (card->serial != 1)
        return toc_fail(err, TOC_NOT_FOUND, "of serial %llu, without the first of its org",
                        (unsigned long long)card->serial);
    return TOC_OK;
}

static toc_code open_cards(const toc_bundle *bundle, toc_arena *arena, toc_evidence *out,
                           toc_err *err)
{
    if (bundle->card_count == 0)
        return toc_fail(err, TOC_MALFORMED, "a bundle without a card");
    toc_card *cards = toc_arena_zalloc(arena, bundle->card_count, sizeof *cards);
    if (cards == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for %zu cards", bundle->card_count);
    for (size_t i = 0; i < bundle->card_count; i++) {
        toc_code code = toc_card_open(bundle->cards[i], arena, &cards[i], err);
        if (code == TOC_OK)
            code = follow_card(i == 0 ? NULL : &cards[i - 1], &cards[i], err);
        if (code != TOC_OK)
            return toc_wrap(err, "card %zu of the bundle", i + 1);
    }
    out->cards = cards;
    out->card_count = bundle->card_count;
    return TOC_OK;
}

const toc_card *toc_evidence_card(const toc_evidence *evidence, const toc_org_id *org)
{
    for (size_t i = evidence->card_count; i-- > 0;) {
        if (toc_org_id_equal(&evidence->cards[i].org, org))
            return &evidence->cards[i];
    }
    return NULL;
}

static const toc_card *card_by_hash(const toc_evidence *evidence, const toc_card_hash *hash)
{
    for (size_t i = 0; i < evidence->card_count; i++) {
        if (toc_card_hash_equal(&evidence->cards[i].hash, hash))
            return &evidence->cards[i];
    }
    return NULL;
}

static toc_code source_card(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    const toc_card *card = card_by_hash(context, hash);
    if (card == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "the card is not in the bundle");
    *out = *card;
    return TOC_OK;
}

/* ---- charters ---- */

/* By those that it names, which stand before it: one, or two where it ends two branches. */
static toc_code judge_charter(const toc_charter *charters, size_t at, const toc_card_source *cards,
                              toc_err *err)
{
    const toc_charter *next = &charters[at], *previous = NULL, *joined = NULL;
    for (size_t i = 0; i < at; i++) {
        if (toc_charter_hash_equal(&charters[i].hash, &next->hash))
            return toc_fail(err, TOC_MALFORMED, "charter: it is there twice");
        if (toc_charter_hash_equal(&charters[i].hash, &next->previous))
            previous = &charters[i];
        if (toc_charter_hash_equal(&charters[i].hash, &next->joined))
            joined = &charters[i];
    }
    if (at > 0 && (previous == NULL || (toc_charter_joins(next) && joined == NULL)))
        return toc_fail(err, TOC_SIGNATURE, "charter: it follows one that is not before it");
    if (toc_charter_joins(next) && at > 0)
        return toc_charter_judge_joined(previous, joined, next, cards, err);
    return toc_charter_judge(previous, next, cards, err);
}

static toc_code open_charters(const toc_bundle *bundle, toc_arena *arena, toc_evidence *out,
                              toc_err *err)
{
    const toc_card_source cards = {.context = out, .card = source_card};
    if (bundle->charter_count == 0)
        return toc_fail(err, TOC_MALFORMED, "a bundle without a charter");
    toc_charter *charters = toc_arena_zalloc(arena, bundle->charter_count, sizeof *charters);
    if (charters == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for %zu charters", bundle->charter_count);
    for (size_t i = 0; i < bundle->charter_count; i++) {
        toc_code code = toc_charter_open(bundle->charters[i], arena, &charters[i], err);
        if (code == TOC_OK)
            code = judge_charter(charters, i, &cards, err);
        if (code != TOC_OK)
            return toc_wrap(err, "charter %zu of the bundle", i + 1);
    }
    out->charters = charters;
    out->charter_count = bundle->charter_count;
    return TOC_OK;
}

/* ---- receipts ---- */

static toc_code verify_receipt(const toc_evidence *evidence, const toc_note *note,
                               const toc_note_signature *line, toc_evidence_receipt *receipt,
                               toc_err *err)
{
    for (const toc_card *card = receipt->card;; card--) {
        toc_cosignature made;
        if (toc_cosignature_read(line, &card->cosign, &made, NULL) == TOC_OK &&
            toc_cosignature_verify(note->body, &made, &card->cosign, NULL) == TOC_OK) {
            receipt->key = card->cosign;
            receipt->time_s = made.time_s;
            if (toc_card_key_counts(receipt->card, &card->cosign, &receipt->card->cosign,
                                    made.time_s))
                return TOC_OK;
            return toc_fail(err, TOC_SIGNATURE, "by a key that was not in use at that time");
        }
        if (card == evidence->cards || !toc_org_id_equal(&card[-1].org, &receipt->org))
            return toc_fail(err, TOC_SIGNATURE, "it verifies by no cosign key of the org's cards");
    }
}

static toc_code read_cosigner(const toc_note_signature *line, toc_org_id *out, toc_err *err)
{
    char name[TOC_COSIGNER_BYTES_MAX];
    toc_org_id org;
    bool reads = line->size == TOC_COSIGNATURE_BYTES && line->name.size > 64;
    if (reads) {
        toc_span hex = toc_span_of(line->name.data + line->name.size - 64, 64);
        reads = toc_hex_decode(hex, org.bytes, sizeof org.bytes, NULL) == TOC_OK;
    }
    if (reads) {
        toc_cosigner_name(&org, name);
        reads = toc_span_equal(line->name, toc_span_text(name));
    }
    if (!reads)
        return toc_fail(err, TOC_MALFORMED, "a signature line that is no org's cosignature");
    *out = org;
    return TOC_OK;
}

static toc_code take_receipt(toc_evidence *evidence, const toc_tlog_proof *proof,
                             const toc_note_signature *line, toc_err *err)
{
    const toc_charter *charter = &evidence->charters[evidence->charter_count - 1];
    toc_evidence_receipt receipt = {.size = proof->checkpoint.size, .root = proof->checkpoint.root};
    TOC_TRY(read_cosigner(line, &receipt.org, err));
    for (size_t i = 0; i < evidence->receipt_count; i++) {
        if (toc_org_id_equal(&evidence->receipts[i].org, &receipt.org))
            return toc_fail(err, TOC_MALFORMED, "two cosignatures of one org");
    }
    receipt.card = toc_evidence_card(evidence, &receipt.org);
    if (receipt.card == NULL)
        return toc_fail(err, TOC_NOT_FOUND, "a cosignature of an org without a card in the bundle");
    if (evidence->receipt_count == TOC_EVIDENCE_RECEIPTS_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %d cosignatures", TOC_EVIDENCE_RECEIPTS_MAX);
    if (verify_receipt(evidence, &proof->note, line, &receipt, err) != TOC_OK)
        return toc_wrap(err, "the cosignature of %.*s", (int)receipt.card->name.size,
                        (const char *)receipt.card->name.data);
    receipt.member = toc_charter_find(charter, &receipt.org);
    receipt.author = toc_org_id_equal(&receipt.org, &evidence->feed.org);
    evidence->receipts[evidence->receipt_count++] = receipt;
    return TOC_OK;
}

/* ---- heads ---- */

static toc_code check_head(const toc_evidence *evidence, const toc_tlog_proof *proof, toc_err *err)
{
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(&evidence->feed, origin);
    if (!toc_span_equal(proof->checkpoint.origin, toc_span_text(origin)))
        return toc_fail(err, TOC_SIGNATURE, "a head of another feed");
    if (proof->index != evidence->index)
        return toc_fail(err, TOC_SIGNATURE, "it is of another entry");
    return toc_merkle_check_inclusion(&evidence->record, proof->index, proof->checkpoint.size,
                                      &proof->path, &proof->checkpoint.root, err);
}

static toc_code find_signer(toc_evidence *evidence, const toc_note *note, toc_err *err)
{
    for (size_t i = evidence->card_count; i-- > 0;) {
        const toc_card *card = &evidence->cards[i];
        if (!toc_org_id_equal(&card->org, &evidence->feed.org))
            continue;
        if (toc_note_verify(note, evidence->checkpoint.origin, &card->sign, NULL) == TOC_OK) {
            evidence->signer = card;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_SIGNATURE, "no key on a card of the author signed the head");
}

/* The head that the author signed: one line of its own, the others are cosignatures. */
static toc_code take_head(toc_evidence *evidence, const toc_tlog_proof *proof, toc_err *err)
{
    size_t own = 0;
    TOC_TRY(check_head(evidence, proof, err));
    TOC_TRY(find_signer(evidence, &proof->note, err));
    for (size_t i = 0; i < proof->note.signature_count; i++) {
        const toc_note_signature *line = &proof->note.signatures[i];
        if (!toc_span_equal(line->name, proof->checkpoint.origin))
            TOC_TRY(take_receipt(evidence, proof, line, err));
        else if (++own > 1)
            return toc_fail(err, TOC_MALFORMED, "two signatures of the author on one head");
    }
    return TOC_OK;
}

static toc_code take_other_head(toc_evidence *evidence, toc_span text, toc_err *err)
{
    toc_tlog_proof proof;
    TOC_TRY(toc_tlog_proof_read(text, &proof, err));
    TOC_TRY(check_head(evidence, &proof, err));
    for (size_t i = 0; i < proof.note.signature_count; i++)
        TOC_TRY(take_receipt(evidence, &proof, &proof.note.signatures[i], err));
    return TOC_OK;
}

/* By the charter that the grant names, or by one before. */
static bool was_member(const toc_evidence *evidence, const toc_org_id *org)
{
    for (size_t i = 0; i < evidence->charter_count; i++) {
        if (toc_charter_find(&evidence->charters[i], org) != NULL)
            return true;
    }
    return false;
}

/* Whoever holds a sign key that was retired can make heads. That this one is older shows in what
 * another member held before: as far as the circle is the author's, and not made for this. */
static toc_code check_signer(toc_evidence *evidence, toc_err *err)
{
    const toc_card *newest = toc_evidence_card(evidence, &evidence->feed.org);
    const toc_verify_key *key = &evidence->signer->sign;
    evidence->signer_retired = !key_equal(key, &newest->sign);
    if (!evidence->signer_retired)
        return TOC_OK;
    bool any = false;
    for (size_t i = 0; i < evidence->receipt_count; i++) {
        toc_evidence_receipt *receipt = &evidence->receipts[i];
        receipt->vouches = !receipt->author && receipt->size == evidence->checkpoint.size &&
                           toc_hash_equal(&receipt->root, &evidence->checkpoint.root) &&
                           was_member(evidence, &receipt->org) &&
                           toc_card_key_counts(newest, key, &newest->sign, receipt->time_s);
        any = any || receipt->vouches;
    }
    return any ? TOC_OK
               : toc_fail(err, TOC_SIGNATURE,
                          "the head is signed by a key that the author has retired, and no other "
                          "member cosigned it before");
}

static int by_time(const void *left, const void *right)
{
    const toc_evidence_receipt *a = left, *b = right;
    if (a->time_s != b->time_s)
        return a->time_s < b->time_s ? -1 : 1;
    return memcmp(a->org.bytes, b->org.bytes, sizeof a->org.bytes);
}

static toc_code take_heads(const toc_bundle *bundle, const toc_tlog_proof *first, toc_evidence *out,
                           toc_err *err)
{
    toc_code code = take_head(out, first, err);
    if (code != TOC_OK)
        return toc_wrap(err, "the proof");
    for (size_t i = 0; i < bundle->receipt_count; i++) {
        if (take_other_head(out, bundle->receipts[i], err) != TOC_OK)
            return toc_wrap(err, "receipt %zu of the bundle", i + 1);
    }
    qsort(out->receipts, out->receipt_count, sizeof *out->receipts, by_time);
    return check_signer(out, err);
}

/* ---- the entry, and what judges it ---- */

static toc_code take_entry(const toc_bundle *bundle, toc_evidence *out, toc_err *err)
{
    toc_span body;
    TOC_TRY(toc_entry_parse(bundle->entry, &out->header, &body, err));
    if (out->header.kind != TOC_ENTRY_RECORD)
        return toc_fail(err, TOC_MALFORMED, "the entry of the bundle is no record");
    toc_entry_leaf(&out->feed_id, out->index, bundle->entry, &out->record);
    return TOC_OK;
}

static toc_code take_feed(const toc_tlog_proof *proof, toc_evidence *out, toc_err *err)
{
    const toc_circle_id *circle = &out->charters[0].circle;
    TOC_TRY(toc_feed_origin_parse(proof->checkpoint.origin, &out->feed, err));
    if (!toc_circle_id_equal(&out->feed.circle, circle))
        return toc_fail(err, TOC_SIGNATURE, "the charters are of another circle than the feed");
    if (out->feed.lane == TOC_LANE_KEYS)
        return toc_fail(err, TOC_MALFORMED, "a feed of keys, in which no record stands");
    toc_feed_id_of(&out->feed, &out->feed_id);
    out->index = proof->index;
    out->checkpoint = proof->checkpoint;
    return TOC_OK;
}

static toc_code read_path(toc_span hashes, toc_proof *out, toc_err *err)
{
    if (hashes.size % sizeof(toc_hash) != 0 ||
        hashes.size / sizeof(toc_hash) > TOC_PROOF_HASHES_MAX)
        return toc_fail(err, TOC_MALFORMED, "its path is no list of hashes");
    *out = (toc_proof){.count = (uint32_t)(hashes.size / sizeof(toc_hash))};
    if (out->count > 0)
        memcpy(out->hashes, hashes.data, hashes.size);
    return TOC_OK;
}

/* That two histories of the feed are signed, and that the entry stands in both: it is below the
 * place where they part, in the tree that they have in common. */
static toc_code take_fork(const toc_bundle *bundle, toc_evidence *out, toc_err *err)
{
    toc_fork fork;
    toc_proof path;
    toc_feed_id id;
    size_t count;
    toc_verify_key keys[1 + TOC_RETIRED_MAX];
    const toc_card_source cards = {.context = out, .card = source_card};
    if (bundle->fork.size == 0)
        return TOC_OK;
    TOC_TRY(toc_fork_read(bundle->fork, &fork, err));
    toc_feed_id_of(&fork.feed, &id);
    if (!toc_feed_id_equal(&id, &out->feed_id))
        return toc_fail(err, TOC_SIGNATURE, "it is of another feed");
    TOC_TRY(toc_card_signers(toc_evidence_card(out, &out->feed.org), &cards, out->feed.generation,
                             keys, &count, err));
    TOC_TRY(toc_fork_check(&fork, keys, count, err));
    if (out->index >= fork.index)
        return toc_fail(err, TOC_SIGNATURE,
                        "the histories part at entry %llu: the record is in dispute, and it is not "
                        "shown who wrote it",
                        (unsigned long long)fork.index);
    TOC_TRY(read_path(bundle->fork_path, &path, err));
    TOC_TRY(toc_merkle_check_inclusion(&out->record, out->index, fork.index, &path,
                                       &fork.sides[0].root, err));
    for (size_t i = 0; i < 2; i++) {
        toc_note note;
        TOC_TRY(
            toc_checkpoint_read(fork.sides[i].note, &fork.feed, &note, &out->fork_heads[i], err));
        out->fork_heads[i].origin = (toc_span){0};
    }
    out->forked = true;
    out->forked_from = fork.index;
    return TOC_OK;
}

static toc_code check_grant_path(const toc_bundle *bundle, const toc_evidence *evidence,
                                 toc_err *err)
{
    toc_hash leaf;
    toc_proof path;
    TOC_TRY(read_path(bundle->grant_path, &path, err));
    toc_entry_leaf(&evidence->feed_id, bundle->grant_index, bundle->grant, &leaf);
    return toc_merkle_check_inclusion(&leaf, bundle->grant_index, evidence->checkpoint.size, &path,
                                      &evidence->checkpoint.root, err);
}

static toc_code take_grant(const toc_bundle *bundle, toc_evidence *out, toc_err *err)
{
    const toc_charter *charter = &out->charters[out->charter_count - 1];
    TOC_TRY(toc_grant_read(bundle->grant, &out->grant, err));
    out->grant_index = bundle->grant_index;
    TOC_TRY(check_grant_path(bundle, out, err));
    if (bundle->grant_index >= out->index || out->grant.epoch != out->header.epoch)
        return toc_fail(err, TOC_SIGNATURE, "it is not the one that judges the entry");
    out->judge = card_by_hash(out, &out->grant.card);
    if (out->judge == NULL || !toc_org_id_equal(&out->judge->org, &out->feed.org) ||
        out->judge->serial != out->grant.card_serial || out->signer->serial < out->judge->serial)
        return toc_fail(err, TOC_SIGNATURE, "it names no card of the author that is in the bundle");
    if (!toc_charter_hash_equal(&charter->hash, &out->grant.charter) ||
        charter->version != out->grant.charter_version)
        return toc_fail(err, TOC_SIGNATURE, "it names another charter than the last of the bundle");
    out->member = toc_charter_find(charter, &out->feed.org);
    if (!toc_charter_writes(charter, &out->feed.org) ||
        out->judge->serial < out->member->card_serial_min)
        return toc_fail(err, TOC_DENIED, "by the charter that it names the author may not write");
    return TOC_OK;
}

static toc_code take_text(const toc_bundle *bundle, toc_evidence *out, toc_err *err)
{
    toc_opened opened;
    toc_addressed inner;
    TOC_TRY(
        toc_entry_check(&out->feed_id, out->index, &out->header, bundle->plaintext, &opened, err));
    out->sealed = opened.time;
    out->text = opened.record;
    out->addressed = toc_addressed_is(opened.record);
    if (!out->addressed && bundle->inner.size > 0)
        return toc_fail(err, TOC_MALFORMED, "an inner text, and the record is not addressed");
    if (!out->addressed)
        return TOC_OK;
    if (bundle->inner.size == 0)
        return toc_fail(err, TOC_MALFORMED, "of an addressed record, without the inner text");
    TOC_TRY(
        toc_addressed_check(&out->feed_id, out->index, opened.record, bundle->inner, &inner, err));
    out->text = inner.record;
    return TOC_OK;
}

/* What the author said may be nonsense, or of a newer version: it is said all the same. */
static void read_statement(toc_evidence *evidence, toc_arena *arena)
{
    toc_err *why = &evidence->unread;
    toc_code code = toc_record_decode(evidence->text, arena, &evidence->statement, why);
    if (code == TOC_OK)
        code = toc_statement_check(&evidence->statement, &evidence->feed.circle,
                                   &evidence->feed.org, why);
    why->code = code;
    if (code == TOC_OK)
        toc_statement_claim(&evidence->statement, &evidence->feed.circle, &evidence->feed.org,
                            &evidence->claim);
}

static toc_code judge_approvals(toc_evidence *evidence, toc_arena *arena, toc_err *err)
{
    const toc_charter *charter = &evidence->charters[evidence->charter_count - 1];
    toc_approval_case what = {.circle = evidence->feed.circle,
                              .org = evidence->feed.org,
                              .card = evidence->judge,
                              .sealed = evidence->sealed};
    if (evidence->unread.code != TOC_OK)
        return TOC_OK;
    TOC_TRY(
        toc_record_open(evidence->text, arena, &what.statement, &what.approvals, &what.count, err));
    what.rule =
        toc_approval_rule_of(&charter->policy.approvals, (uint32_t)evidence->statement.kind);
    evidence->approval_count = what.count;
    toc_approval_judge(&what, &evidence->approvals);
    return TOC_OK;
}

toc_code toc_evidence_verify(const toc_bundle *bundle, toc_arena *arena, toc_evidence *out,
                             toc_err *err)
{
    toc_tlog_proof proof;
    *out = (toc_evidence){0};
    TOC_TRY(open_cards(bundle, arena, out, err));
    TOC_TRY(open_charters(bundle, arena, out, err));
    if (toc_tlog_proof_read(bundle->proof, &proof, err) != TOC_OK ||
        take_feed(&proof, out, err) != TOC_OK)
        return toc_wrap(err, "the proof");
    if (take_entry(bundle, out, err) != TOC_OK)
        return toc_wrap(err, "the entry");
    TOC_TRY(take_heads(bundle, &proof, out, err));
    if (take_grant(bundle, out, err) != TOC_OK)
        return toc_wrap(err, "the grant");
    if (take_text(bundle, out, err) != TOC_OK)
        return toc_wrap(err, "the plaintext");
    if (take_fork(bundle, out, err) != TOC_OK)
        return toc_wrap(err, "the fork");
    read_statement(out, arena);
    return judge_approvals(out, arena, err);
}
