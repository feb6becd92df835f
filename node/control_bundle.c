/* Command bundle: one record with all that a third party needs to check it (docs/EVIDENCE.md). */
#include <stdlib.h>

#include "node/control_receipt.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "proto/evidence/evidence.h"
#include "proto/feed/addressed.h"
#include "proto/rules/audience.h"

/* Parts of an answer, well within a frame when every byte of them is escaped. */
enum { BUNDLE_PART_BYTES = 512 << 10 };

typedef struct gathering {
    toc_log_txn *txn;
    toc_arena *arena;
    toc_log_feed feed;
    uint64_t index;
    toc_log_cosignature *receipts; /* of each org the earliest, in order of time */
    size_t receipt_count;
    toc_org_id *orgs; /* whose cards are needed, in order and each once */
    size_t org_count;
    toc_span *charters; /* the bundle's, with their hashes */
    toc_charter_hash *hashes;
    toc_bundle bundle;
} gathering;

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "out of memory for an evidence bundle");
}

static toc_code keep(gathering *all, const toc_buf *bytes, toc_span *out, toc_err *err)
{
    TOC_TRY(toc_buf_ok(bytes, err));
    *out = bytes->size == 0 ? (toc_span){0} : toc_arena_dup(all->arena, toc_buf_view(bytes));
    return out->size == bytes->size ? TOC_OK : no_memory(err);
}

/* ---- the entry and its text ---- */

static toc_code find_entry(gathering *all, const toc_hash *record, toc_err *err)
{
    uint32_t number;
    toc_code code = toc_log_leaf_find(all->txn, record, &number, &all->index, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code,
                        "no record of this id is stored here; 'tocsin lookup --json' tells the "
                        "'record' of each claim");
    TOC_TRY(code);
    TOC_TRY(toc_log_feed_at(all->txn, number, &all->feed, err));
    if (all->feed.head_size <= all->index)
        return toc_fail(err, TOC_STATE,
                        "the author has signed no head over this record yet; ask again in a "
                        "moment");
    uint64_t forked;
    if (toc_log_forked(all->txn, &all->feed.name, &forked) && all->index >= forked)
        return toc_fail(err, TOC_STATE,
                        "it is not shown who wrote this record: its author's key signed two "
                        "histories, which differ from entry %llu on, and this is entry %llu of "
                        "one of them",
                        (unsigned long long)forked, (unsigned long long)all->index);
    TOC_TRY(toc_log_entry(all->txn, number, all->index, &all->bundle.entry, err));
    if (toc_entry_is_bare(all->bundle.entry))
        return toc_fail(err, TOC_STATE,
                        "what the record said is not here any more (tocsin log check says why): "
                        "nothing can be shown of it");
    return TOC_OK;
}

/* What is for some readers only is opened with the key of this org, if it is one of them. */
static toc_code open_inner(gathering *all, toc_span content, toc_err *err)
{
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    toc_addressed opened = {0};
    uint8_t *plain = toc_arena_alloc(all->arena, content.size);
    if (plain == NULL)
        return no_memory(err);
    TOC_TRY(toc_log_seals_read(all->txn, &seals, err));
    toc_code code = toc_fail(err, TOC_NOT_FOUND, "this node has no seal key");
    for (size_t i = 0; i < seals.count && code == TOC_NOT_FOUND; i++)
        code = toc_addressed_open(&all->feed.id, all->index, content, seals.keys[i], plain, &opened,
                                  err);
    TOC_TRY(code);
    all->bundle.inner = opened.text;
    return TOC_OK;
}

static toc_code open_entry(gathering *all, toc_err *err)
{
    toc_entry_header header;
    toc_span body;
    toc_opened opened;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_entry_parse(all->bundle.entry, &header, &body, err));
    if (header.kind != TOC_ENTRY_RECORD)
        return toc_fail(err, TOC_NOT_FOUND, "this entry is no record: it says something of a feed");
    if (toc_log_sender_key(all->txn, &all->feed.name, header.epoch, &key, err) != TOC_OK)
        return toc_wrap(err, "the key of this record");
    uint8_t *plain = toc_arena_alloc(all->arena, all->bundle.entry.size);
    if (plain == NULL)
        return no_memory(err);
    TOC_TRY(toc_entry_open(&all->feed.id, all->index, all->bundle.entry, key, plain, &opened, err));
    all->bundle.plaintext = toc_span_of(plain, header.body_bytes - TOC_BODY_OVERHEAD_BYTES);
    return toc_addressed_is(opened.record) ? open_inner(all, opened.record, err) : TOC_OK;
}

/* ---- what judges it ---- */

static toc_code path_to(gathering *all, uint64_t index, uint64_t size, toc_proof *out, toc_err *err)
{
    toc_log_tree tree = {.txn = all->txn, .number = all->feed.number};
    toc_tree_source source = toc_log_tree_source(&tree);
    return toc_merkle_inclusion(&source, index, size, out, err);
}

static toc_code add_grant(gathering *all, toc_grant *out, toc_err *err)
{
    toc_proof path;
    TOC_TRY(toc_log_grant_before(all->txn, all->feed.number, all->index, &all->bundle.grant,
                                 &all->bundle.grant_index, out, err));
    TOC_TRY(path_to(all, all->bundle.grant_index, all->feed.head_size, &path, err));
    toc_span hashes = toc_span_of(path.hashes, path.count * sizeof *path.hashes);
    if (hashes.size == 0)
        return TOC_OK;
    all->bundle.grant_path = toc_arena_dup(all->arena, hashes);
    return all->bundle.grant_path.size == hashes.size ? TOC_OK : no_memory(err);
}

/* ---- charters ---- */

static toc_code need_org(gathering *all, const toc_org_id *org, toc_err *err)
{
    size_t at = 0;
    int order = 1;
    while (at < all->org_count &&
           (order = memcmp(all->orgs[at].bytes, org->bytes, sizeof org->bytes)) < 0)
        at++;
    if (at < all->org_count && order == 0)
        return TOC_OK;
    toc_org_id *longer = toc_arena_zalloc(all->arena, all->org_count + 1, sizeof *longer);
    if (longer == NULL)
        return no_memory(err);
    if (at > 0)
        memcpy(longer, all->orgs, at * sizeof *longer);
    longer[at] = *org;
    if (at < all->org_count)
        memcpy(longer + at + 1, all->orgs + at, (all->org_count - at) * sizeof *longer);
    all->orgs = longer;
    all->org_count++;
    return TOC_OK;
}

static bool has_charter(const gathering *all, const toc_charter_hash *hash)
{
    for (size_t i = 0; i < all->bundle.charter_count; i++) {
        if (toc_charter_hash_equal(&all->hashes[i], hash))
            return true;
    }
    return false;
}

static toc_code open_charter(gathering *all, const toc_charter_hash *hash, toc_charter *out,
                             toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    memcpy(key.bytes, hash->bytes, sizeof key.bytes);
    if (toc_log_roll_get(all->txn, &key, &bytes, err) != TOC_OK)
        return toc_wrap(err, "a version of the charter");
    return toc_charter_reopen(bytes, all->arena, out, err);
}

/* Whoever signed it needs a card. */
static toc_code add_charter(gathering *all, const toc_charter *charter, toc_err *err)
{
    if (all->bundle.charter_count == TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle has room for %u charters", TOC_BUNDLE_ITEMS_MAX);
    for (size_t i = 0; i < charter->signature_count; i++)
        TOC_TRY(need_org(all, &charter->signatures[i].org, err));
    all->hashes[all->bundle.charter_count] = charter->hash;
    all->charters[all->bundle.charter_count++] = charter->signed_charter;
    return TOC_OK;
}

/* From this one back to the first, or to what is there already; and before one that ends two
 * branches the other of them. */
static toc_code add_line(gathering *all, const toc_charter_hash *newest, toc_err *err)
{
    toc_charter first;
    TOC_TRY(open_charter(all, newest, &first, err));
    toc_charter *line = toc_arena_zalloc(all->arena, first.version, sizeof *line);
    size_t count = 0;
    if (line == NULL)
        return no_memory(err);
    for (toc_charter each = first; count < first.version && !has_charter(all, &each.hash);) {
        line[count++] = each;
        if (each.version == 1)
            break;
        TOC_TRY(open_charter(all, &line[count - 1].previous, &each, err));
    }
    while (count-- > 0) {
        if (toc_charter_joins(&line[count]) && !has_charter(all, &line[count].joined))
            TOC_TRY(add_line(all, &line[count].joined, err));
        TOC_TRY(add_charter(all, &line[count], err));
    }
    return TOC_OK;
}

static toc_code add_charters(gathering *all, const toc_grant *grant, toc_err *err)
{
    if (grant->charter_version > TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle has room for %u charters", TOC_BUNDLE_ITEMS_MAX);
    all->hashes = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *all->hashes);
    all->charters = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *all->charters);
    if (all->hashes == NULL || all->charters == NULL)
        return no_memory(err);
    all->bundle.charters = all->charters;
    return add_line(all, &grant->charter, err);
}

/* ---- cards ---- */

/* An org's cards from the first to the newest, after those that are there. */
static toc_code add_cards_of(gathering *all, const toc_org_id *org, toc_span *cards, size_t *count,
                             toc_err *err)
{
    toc_card card;
    toc_code code = toc_log_card_of(all->txn, org, all->arena, &card, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK; /* whoever signed a charter besides its quorum; else the check will tell */
    TOC_TRY(code);
    if (card.serial > TOC_CARD_CHAIN_MAX || *count + card.serial > TOC_BUNDLE_ITEMS_MAX)
        return toc_fail(err, TOC_LIMIT, "more cards than a bundle takes");
    size_t first = *count, length = (size_t)card.serial;
    for (size_t at = length; at-- > 0;) {
        toc_hash key;
        toc_span bytes;
        cards[first + at] = card.signed_card;
        if (at == 0)
            break;
        memcpy(key.bytes, card.previous.bytes, sizeof key.bytes);
        if (toc_log_roll_get(all->txn, &key, &bytes, err) != TOC_OK)
            return toc_wrap(err, "a card of before");
        TOC_TRY(toc_card_reopen(bytes, all->arena, &card, err));
    }
    *count += length;
    return TOC_OK;
}

static toc_code add_cards(gathering *all, toc_err *err)
{
    toc_span *cards = toc_arena_zalloc(all->arena, TOC_BUNDLE_ITEMS_MAX, sizeof *cards);
    if (cards == NULL)
        return no_memory(err);
    TOC_TRY(need_org(all, &all->feed.name.org, err));
    for (size_t i = 0; i < all->receipt_count; i++)
        TOC_TRY(need_org(all, &all->receipts[i].org, err));
    for (size_t i = 0; i < all->org_count; i++)
        TOC_TRY(add_cards_of(all, &all->orgs[i], cards, &all->bundle.card_count, err));
    all->bundle.cards = cards;
    return TOC_OK;
}

/* ---- heads ---- */

/* The cosignatures over the head of `size` from number *at on, as many as a note takes; *at is the
 * next of them. */
static bool add_lines(const gathering *all, uint64_t size, size_t room, size_t *at, toc_buf *out)
{
    bool any = false;
    for (; *at < all->receipt_count && room > 0; (*at)++) {
        const toc_log_cosignature *row = &all->receipts[*at];
        char name[TOC_COSIGNER_BYTES_MAX];
        if (row->size != size)
            continue;
        toc_cosigner_name(&row->org, name);
        toc_cosignature_line(&row->made, toc_span_text(name), &row->key, out);
        any = true;
        room--;
    }
    return any;
}

/* Lines of others that a relay added to the note stay behind. */
static toc_code add_own_line(const toc_note *note, toc_span origin, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < note->signature_count; i++) {
        const toc_note_signature *line = &note->signatures[i];
        uint8_t bytes[sizeof line->key_hash + sizeof line->bytes];
        if (!toc_span_equal(line->name, origin))
            continue;
        memcpy(bytes, line->key_hash, sizeof line->key_hash);
        memcpy(bytes + sizeof line->key_hash, line->bytes, line->size);
        toc_note_line(line->name, toc_span_of(bytes, sizeof line->key_hash + line->size), out);
        return TOC_OK;
    }
    return toc_fail(err, TOC_SIGNATURE, "the author's signature is not on the head");
}

static toc_code write_proof(gathering *all, uint64_t size, const toc_buf *note, toc_span *out,
                            toc_err *err)
{
    toc_proof path;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_buf_ok(note, err));
    TOC_TRY(path_to(all, all->index, size, &path, err));
    toc_tlog_proof_write(all->index, &path, toc_buf_view(note), &text);
    return keep(all, &text, out, err);
}

/* The newest head, signed by the author. What others said of the same stands with it, unless it has
 * lines that they did not sign; *out_at: the first of theirs that is left. */
static toc_code add_head(gathering *all, size_t *out_at, toc_err *err)
{
    toc_note note;
    toc_checkpoint head;
    toc_span stored;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_TRY(toc_log_head_note(all->txn, all->feed.number, &stored, err));
    TOC_TRY(toc_checkpoint_read(stored, &all->feed.name, &note, &head, err));
    toc_buf_add_span(&text, note.body);
    toc_buf_add_u8(&text, '\n');
    TOC_TRY(add_own_line(&note, head.origin, &text, err));
    toc_checkpoint_body(&all->feed.name, head.size, &head.root, &plain);
    if (toc_span_equal(note.body, toc_buf_view(&plain)))
        (void)add_lines(all, head.size, TOC_NOTE_SIGNATURES_MAX - 1, out_at, &text);
    return write_proof(all, head.size, &text, &all->bundle.proof, err);
}

static toc_code add_receipts_of(gathering *all, uint64_t size, size_t from, toc_span *out,
                                toc_err *err)
{
    toc_hash root;
    TOC_TRY(toc_log_root(all->txn, all->feed.number, size, &root, err));
    for (size_t at = from;;) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_checkpoint_body(&all->feed.name, size, &root, &text);
        toc_buf_add_u8(&text, '\n');
        if (!add_lines(all, size, TOC_NOTE_SIGNATURES_MAX, &at, &text))
            return TOC_OK;
        TOC_TRY(write_proof(all, size, &text, &out[all->bundle.receipt_count], err));
        all->bundle.receipt_count++;
    }
}

static toc_code add_heads(gathering *all, toc_err *err)
{
    size_t rest = 0; /* of those over the author's newest head */
    TOC_TRY(add_head(all, &rest, err));
    toc_span *proofs = toc_arena_zalloc(all->arena, all->receipt_count + 1, sizeof *proofs);
    if (proofs == NULL)
        return no_memory(err);
    all->bundle.receipts = proofs;
    for (size_t i = 0; i < all->receipt_count; i++) {
        uint64_t size = all->receipts[i].size;
        bool before = false;
        for (size_t j = 0; j < i && !before; j++)
            before = all->receipts[j].size == size;
        if (!before)
            TOC_TRY(
                add_receipts_of(all, size, size == all->feed.head_size ? rest : 0, proofs, err));
    }
    return TOC_OK;
}

/* ---- the answer ---- */

/* Whoever is given a bundle that does not hold looks for a forger: it is checked here first. */
static toc_code check(const gathering *all, toc_err *err)
{
    toc_evidence *evidence = toc_arena_zalloc(all->arena, 1, sizeof *evidence);
    if (evidence == NULL)
        return no_memory(err);
    toc_code code = toc_evidence_verify(&all->bundle, all->arena, evidence, err);
    if (code != TOC_OK)
        return toc_wrap(err, "what is stored here does not make a bundle");
    if (!toc_audience_sees(&toc_audience_officers, &evidence->feed.circle, &evidence->feed.org,
                           &evidence->statement))
        return toc_fail(err, TOC_NOT_FOUND, "no record with this id is stored here");
    return TOC_OK;
}

static toc_code send(toc_talk *talk, toc_span text, toc_err *err)
{
    while (text.size > 0) {
        TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
        toc_json json = {.out = &line};
        size_t size = text.size < BUNDLE_PART_BYTES ? text.size : BUNDLE_PART_BYTES;
        while (size < text.size && (text.data[size] & 0xC0) == 0x80)
            size--; /* not within a character */
        toc_json_open(&json, NULL, '{');
        toc_json_text(&json, "part", toc_span_of(text.data, size));
        toc_json_close(&json, '}');
        TOC_TRY(toc_buf_ok(&line, err));
        TOC_TRY(toc_talk_line(talk, toc_buf_view(&line), err));
        text = toc_span_of(text.data + size, text.size - size);
    }
    return TOC_OK;
}

static toc_code say_summary(toc_talk *talk, const gathering *all, const toc_hash *record,
                            toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    const toc_feed_name *name = &all->feed.name;
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "record", TOC_SPAN_OF(record->bytes));
    toc_json_hex(&json, "org", TOC_SPAN_OF(name->org.bytes));
    toc_json_optional(&json, "org_name", toc_roll_name(all->txn, &name->org, all->arena));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(name->circle.bytes));
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(name->lane)));
    toc_json_number(&json, "index", all->index);
    toc_json_open(&json, "receipts", '[');
    for (size_t i = 0; i < all->receipt_count; i++) {
        const toc_org_id *org = &all->receipts[i].org;
        toc_json_open(&json, NULL, '{');
        toc_json_hex(&json, "org", TOC_SPAN_OF(org->bytes));
        toc_json_optional(&json, "name", toc_roll_name(all->txn, org, all->arena));
        toc_json_bool(&json, "author", toc_org_id_equal(org, &name->org));
        toc_json_close(&json, '}');
    }
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&line, err));
    return toc_talk_line(talk, toc_buf_view(&line), err);
}

static toc_code gather(gathering *all, const toc_hash *record, toc_err *err)
{
    toc_grant grant;
    TOC_TRY(find_entry(all, record, err));
    TOC_TRY(open_entry(all, err));
    TOC_TRY(toc_receipts_of(all->txn, all->feed.number, all->index, all->arena, &all->receipts,
                            &all->receipt_count, err));
    TOC_TRY(add_grant(all, &grant, err));
    TOC_TRY(add_charters(all, &grant, err));
    TOC_TRY(add_cards(all, err));
    TOC_TRY(add_heads(all, err));
    return check(all, err);
}

toc_code toc_control_bundle(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_hash record;
    TOC_TRY(toc_args_id(request, "record", record.bytes, err));
    TOC_TRY(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    gathering all = {.txn = txn, .arena = arena};
    TOC_TRY(gather(&all, &record, err));
    toc_bundle_write(&all.bundle, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    if (text.size > TOC_BUNDLE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle of %zu bytes, at most %u", text.size,
                        TOC_BUNDLE_BYTES_MAX);
    TOC_TRY(send(talk, toc_buf_view(&text), err));
    return say_summary(talk, &all, &record, err);
}
