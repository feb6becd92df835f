/* A bundle: one record with all that a third party needs to check it (docs/EVIDENCE.md). */
#include "proto/answer/writer.h"
#include "proto/feed/addressed.h"
#include "proto/rules/audience.h"
#include "store/evidence/internal.h"

/* Parts of an answer, well within a frame when every byte of them is escaped. */
enum { BUNDLE_PART_BYTES = 512 << 10 };

toc_code toc_bundling_no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "out of memory for an evidence bundle");
}

/* ---- the entry and its text ---- */

static toc_code find_entry(toc_bundling *all, const toc_hash *record, toc_err *err)
{
    TOC_TRY(toc_evidence_find(all->txn, record, &all->feed, &all->index, err));
    if (all->feed.head_size <= all->index)
        return toc_fail(err, TOC_STATE,
                        "the author has signed no head over this record yet; ask again in a "
                        "moment");
    uint64_t forked;
    TOC_TRY(toc_log_forked(all->txn, &all->feed.name, &forked, err));
    if (all->index >= forked)
        return toc_fail(err, TOC_STATE,
                        "it is not shown who wrote this record: its author's key signed two "
                        "histories, which differ from entry %llu on, and this is entry %llu of "
                        "one of them. What its author stands by it says again with its next key: "
                        "make a bundle of that record",
                        (unsigned long long)forked, (unsigned long long)all->index);
    TOC_TRY(toc_log_entry(all->txn, all->feed.number, all->index, &all->bundle.entry, err));
    if (toc_entry_is_bare(all->bundle.entry))
        return toc_fail(err, TOC_STATE,
                        "what the record said is not here any more (tocsin log check says why): "
                        "nothing can be shown of it");
    return TOC_OK;
}

/* What is for some readers only is opened with the key of this org, if it is one of them. */
static toc_code open_inner(toc_bundling *all, toc_span content, toc_err *err)
{
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    toc_addressed opened = {0};
    uint8_t *plain = toc_arena_alloc(all->arena, content.size);
    if (plain == NULL)
        return toc_bundling_no_memory(err);
    TOC_TRY(toc_log_seals_read(all->txn, &seals, err));
    toc_code code = toc_fail(err, TOC_NOT_FOUND, "this node has no seal key");
    for (size_t i = 0; i < seals.count && code == TOC_NOT_FOUND; i++)
        code = toc_addressed_open(&all->feed.id, all->index, content, seals.keys[i], plain, &opened,
                                  err);
    TOC_TRY(code);
    all->bundle.inner = opened.text;
    return TOC_OK;
}

static toc_code open_entry(toc_bundling *all, toc_err *err)
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
        return toc_bundling_no_memory(err);
    TOC_TRY(toc_entry_open(&all->feed.id, all->index, all->bundle.entry, key, plain, &opened, err));
    all->bundle.plaintext = toc_span_of(plain, header.body_bytes - TOC_BODY_OVERHEAD_BYTES);
    return toc_addressed_is(opened.record) ? open_inner(all, opened.record, err) : TOC_OK;
}

/* ---- what judges it ---- */

toc_code toc_bundling_path(const toc_bundling *all, uint64_t index, uint64_t size, toc_proof *out,
                           toc_err *err)
{
    toc_log_tree tree = {.txn = all->txn, .number = all->feed.number};
    toc_tree_source source = toc_log_tree_source(&tree);
    return toc_merkle_inclusion(&source, index, size, out, err);
}

static toc_code keep_path(const toc_bundling *all, const toc_proof *path, toc_span *out,
                          toc_err *err)
{
    toc_span hashes = toc_span_of(path->hashes, path->count * sizeof *path->hashes);
    if (hashes.size > 0)
        *out = toc_arena_dup(all->arena, hashes);
    return out->size == hashes.size ? TOC_OK : toc_bundling_no_memory(err);
}

/* Of the feed's fork, which is later than the record. */
static toc_code add_fork(toc_bundling *all, toc_err *err)
{
    toc_known_fork known;
    toc_proof path;
    toc_code code = toc_log_fork(all->txn, &all->feed.name, &known, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (all->feed.frontier.size < known.fork.index)
        return toc_fail(err, TOC_STATE,
                        "its author's key signed two histories of this feed, and what both begin "
                        "with has not come in full: ask again when it has");
    TOC_TRY(toc_bundling_path(all, all->index, known.fork.index, &path, err));
    all->bundle.fork = toc_arena_dup(all->arena, known.proof);
    if (all->bundle.fork.size != known.proof.size)
        return toc_bundling_no_memory(err);
    return keep_path(all, &path, &all->bundle.fork_path, err);
}

static toc_code add_grant(toc_bundling *all, toc_grant *out, toc_err *err)
{
    toc_proof path;
    toc_log_grant judge;
    TOC_TRY(toc_log_grant_before(all->txn, all->feed.number, all->index, &judge, err));
    *out = judge.grant;
    all->bundle.grant = judge.entry;
    all->bundle.grant_index = judge.index;
    TOC_TRY(toc_bundling_path(all, judge.index, all->feed.head_size, &path, err));
    return keep_path(all, &path, &all->bundle.grant_path, err);
}

/* ---- the answer ---- */

/* Whoever is given a bundle that does not hold looks for a forger: it is checked here first. */
static toc_code check(const toc_bundling *all, toc_err *err)
{
    toc_evidence *evidence = toc_arena_zalloc(all->arena, 1, sizeof *evidence);
    if (evidence == NULL)
        return toc_bundling_no_memory(err);
    toc_code code = toc_evidence_verify(&all->bundle, all->arena, evidence, err);
    if (code != TOC_OK)
        return toc_wrap(err, "what is stored here does not make a bundle");
    if (!toc_audience_sees(&toc_audience_officers, &evidence->feed.circle, &evidence->feed.org,
                           &evidence->statement))
        return toc_fail(err, TOC_NOT_FOUND, "no record with this id is stored here");
    return TOC_OK;
}

typedef struct bundle_answer {
    toc_evidence_visit visit;
    void *context;
} bundle_answer;

static toc_code tell(const bundle_answer *to, const toc_buf *line, toc_err *err)
{
    TOC_TRY(toc_buf_ok(line, err));
    return to->visit(to->context, toc_buf_view(line), err);
}

static toc_code tell_parts(const bundle_answer *to, toc_span text, toc_err *err)
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
        TOC_TRY(tell(to, &line, err));
        text = toc_span_of(text.data + size, text.size - size);
    }
    return TOC_OK;
}

static toc_code tell_summary(const bundle_answer *to, const toc_bundling *all,
                             const toc_hash *record, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    const toc_feed_name *name = &all->feed.name;
    uint64_t forked;
    TOC_TRY(toc_log_forked(all->txn, name, &forked, err));
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "record", TOC_SPAN_OF(record->bytes));
    toc_json_hex(&json, "org", TOC_SPAN_OF(name->org.bytes));
    toc_json_optional(&json, "org_name", toc_log_name_of(all->txn, &name->org, all->arena));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(name->circle.bytes));
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(name->lane)));
    toc_json_number(&json, "index", all->index);
    if (forked != UINT64_MAX)
        toc_json_number(&json, "forked_from", forked);
    else
        toc_json_null(&json, "forked_from");
    toc_json_open(&json, "receipts", '[');
    for (size_t i = 0; i < all->receipt_count; i++) {
        const toc_org_id *org = &all->receipts[i].org;
        toc_json_open(&json, NULL, '{');
        toc_json_hex(&json, "org", TOC_SPAN_OF(org->bytes));
        toc_json_optional(&json, "name", toc_log_name_of(all->txn, org, all->arena));
        toc_json_bool(&json, "author", toc_org_id_equal(org, &name->org));
        toc_json_close(&json, '}');
    }
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    return tell(to, &line, err);
}

static toc_code gather(toc_bundling *all, const toc_hash *record, toc_err *err)
{
    toc_grant grant;
    TOC_TRY(find_entry(all, record, err));
    TOC_TRY(open_entry(all, err));
    TOC_TRY(toc_bundling_receipts(all, err));
    TOC_TRY(add_grant(all, &grant, err));
    TOC_TRY(toc_bundling_charters(all, &grant, err));
    TOC_TRY(toc_bundling_vouch(all, err));
    TOC_TRY(toc_bundling_cards(all, err));
    TOC_TRY(toc_bundling_heads(all, err));
    TOC_TRY(add_fork(all, err));
    return check(all, err);
}

toc_code toc_bundle_ask(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                        void *context, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    bundle_answer to = {.visit = visit, .context = context};
    TOC_TRY(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, err));
    toc_bundling all = {.txn = txn, .arena = arena};
    TOC_TRY(gather(&all, record, err));
    toc_bundle_write(&all.bundle, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    if (text.size > TOC_BUNDLE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a bundle of %zu bytes, at most %u", text.size,
                        TOC_BUNDLE_BYTES_MAX);
    TOC_TRY(tell_parts(&to, toc_buf_view(&text), err));
    return tell_summary(&to, &all, record, err);
}
