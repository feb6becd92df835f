#include "store/trail.h"

#include "proto/address/wallet.h"
#include "proto/answer/writer.h"
#include "proto/format/deed.h"
#include "store/view/list.h"

/* The walk goes back and keeps the newest lines that fit; they are told oldest first. */

typedef struct trail {
    toc_log_txn *txn;
    const toc_trail_search *search;
    toc_wallet_candidates wanted; /* readings of the wallet asked for */
    TOC_LIST(toc_buf) found;
    uint64_t total;
    toc_buf plain, base_plain;
    /* Who asked for what belongs to a deed: neighbours ask for the same. */
    bool has_base, base_fits;
    uint64_t base_number;
    toc_deed_line base;
} trail;

static void trail_wipe(trail *all)
{
    for (size_t i = 0; i < all->found.count; i++)
        toc_buf_wipe(&all->found.at[i]);
    TOC_LIST_WIPE(&all->found);
    toc_deed_line_wipe(&all->base);
    toc_buf_wipe(&all->plain);
    toc_buf_wipe(&all->base_plain);
}
TOC_DEFINE_AUTO_WIPE(trail, trail_wipe)

/* ---- what fits ---- */

/* By vertex: another chain's spelling of the same key is the same wallet. */
static bool is_wanted_wallet(void *context, toc_span text)
{
    const trail *all = context;
    toc_wallet_candidates said;
    if (text.size > (size_t)2 * TOC_ADDRESS_BYTES_MAX ||
        toc_wallet_parse(text, &said, NULL) != TOC_OK)
        return false;
    for (size_t i = 0; i < said.count; i++) {
        for (size_t j = 0; j < all->wanted.count; j++) {
            if (toc_span_equal(toc_subject_vertex(&said.wallets[i].subject),
                               toc_subject_vertex(&all->wanted.wallets[j].subject)))
                return true;
        }
    }
    return false;
}

static bool is_wanted_text(void *context, toc_span text)
{
    const trail *all = context;
    return toc_span_equal(text, all->search->text);
}

static bool deed_fits(trail *all, const toc_deed_line *line)
{
    const toc_trail_search *search = all->search;
    return (!search->has_uid || line->deed.uid == search->uid) &&
           (search->command.size == 0 || toc_span_equal(line->deed.command, search->command)) &&
           (search->wallet.size == 0 || toc_deed_names(line, is_wanted_wallet, all)) &&
           (search->text.size == 0 || toc_deed_names(line, is_wanted_text, all));
}

static bool asks_who(const toc_trail_search *search)
{
    return search->has_uid || search->command.size > 0 || search->wallet.size > 0 ||
           search->text.size > 0;
}

static toc_code load_base(trail *all, uint64_t number, toc_err *err)
{
    toc_audit_line line;
    if (all->has_base && all->base_number == number)
        return TOC_OK;
    toc_deed_line_wipe(&all->base);
    all->has_base = false;
    TOC_TRY(toc_audit_get(all->txn, number, &all->base_plain, &line, err));
    TOC_TRY(toc_deed_read(line.text, &all->base, err));
    all->has_base = true;
    all->base_number = number;
    all->base_fits = all->base.is_asked && deed_fits(all, &all->base);
    return TOC_OK;
}

static toc_code judge(trail *all, const toc_audit_line *line, const toc_deed_line *deed,
                      bool *out_fits, toc_err *err)
{
    const toc_trail_search *search = all->search;
    *out_fits = line->time.unix_ms >= search->since.unix_ms &&
                (search->until.unix_ms == 0 || line->time.unix_ms < search->until.unix_ms);
    if (!*out_fits)
        return TOC_OK;
    if (deed->is_asked) {
        *out_fits = deed_fits(all, deed);
    } else if (deed->of == TOC_DEED_NONE) {
        *out_fits = !asks_who(search);
    } else {
        TOC_TRY(load_base(all, deed->of, err));
        *out_fits = all->base_fits ||
                    (search->text.size > 0 && !search->has_uid && search->command.size == 0 &&
                     search->wallet.size == 0 && toc_deed_names(deed, is_wanted_text, all));
    }
    return TOC_OK;
}

/* ---- what is told ---- */

static void print(const trail *all, const toc_audit_line *line, const toc_deed_line *deed,
                  toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "number", line->number);
    toc_json_time(&json, "time", line->time);
    toc_json_hex(&json, "leaf", TOC_SPAN_OF(line->leaf.bytes));
    if (deed->of != TOC_DEED_NONE && all->has_base && all->base.is_asked) {
        const toc_deed *who = &all->base.deed;
        toc_json_text(&json, "door", toc_span_text(toc_door_name(who->door)));
        toc_json_number(&json, "uid", who->uid);
        toc_json_text(&json, "command", who->command);
    }
    toc_buf_add_u8(out, ',');
    toc_buf_add(out, line->text.data + 1, line->text.size - 1); /* past its bracket */
    toc_buf_add_u8(out, '\n');
}

static toc_code look_at(trail *all, uint64_t number, toc_err *err)
{
    TOC_AUTO(toc_deed_line_wipe) toc_deed_line deed = {0};
    toc_audit_line line;
    bool fits;
    TOC_TRY(toc_audit_get(all->txn, number, &all->plain, &line, err));
    if (toc_deed_read(line.text, &deed, err) != TOC_OK)
        return err == NULL ? TOC_MALFORMED : toc_wrap(err, "line %llu", (unsigned long long)number);
    TOC_TRY(judge(all, &line, &deed, &fits, err));
    if (!fits)
        return TOC_OK;
    all->total++;
    if (all->found.count == all->search->limit)
        return TOC_OK;
    toc_buf *place = TOC_LIST_ADD(&all->found);
    if (place == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the answer");
    *place = (toc_buf){0};
    print(all, &line, &deed, place);
    return toc_buf_ok(place, err);
}

static toc_code walk(trail *all, toc_err *err)
{
    toc_audit_head head;
    TOC_TRY(toc_audit_head_of(all->txn, &head, err));
    for (uint64_t number = head.size; number > 0; number--)
        TOC_TRY(look_at(all, number - 1, err));
    return TOC_OK;
}

toc_code toc_trail_ask(toc_log_txn *txn, const toc_trail_search *search, toc_trail_visit visit,
                       void *context, uint64_t *out_total, toc_err *err)
{
    TOC_AUTO(trail_wipe) trail all = {.txn = txn, .search = search};
    if (search->wallet.size > 0)
        TOC_TRY(toc_wallet_parse(search->wallet, &all.wanted, err));
    TOC_TRY(walk(&all, err));
    for (size_t i = all.found.count; i > 0; i--)
        TOC_TRY(visit(context, toc_buf_view(&all.found.at[i - 1]), err));
    *out_total = all.total;
    return TOC_OK;
}

void toc_trail_print(const toc_audit_found *found, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    toc_json_number(&json, "lines", found->head.size);
    toc_json_hex(&json, "root", TOC_SPAN_OF(found->head.root.bytes));
    toc_json_number(&json, "signed", found->head.signed_size);
    toc_json_number(&json, "checkpoints", found->checkpoints);
    toc_json_time_optional(&json, "first", found->first);
    toc_json_time_optional(&json, "last", found->last);
    toc_json_close(&json, '}');
}
