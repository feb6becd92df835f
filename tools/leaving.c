#include "tools/leaving.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/format/keyset.h"
#include "proto/rules/terms.h"

enum {
    LISTED_MAX = 100000 /* of one answer */,
    SHARE_MAX_PERCENT = 5,
    ASKED_MAX = 10000 /* at once */
};

struct toc_leaving {
    const toc_parcel *parcel;
    char list[65], own[65], circle[65];
    size_t circles; /* that fit what was asked for */
    toc_circle_id circle_id;
    toc_org_id org;
    toc_keyset staying; /* the claims of the drafts */
    uint64_t live;      /* of the list, in the circle */
    size_t count;
    char claims[LISTED_MAX][65];
};

void toc_leaving_free(toc_leaving *leaving)
{
    if (leaving == NULL)
        return;
    toc_keyset_wipe(&leaving->staying);
    free(leaving);
}

static toc_code ask(const toc_parcel *parcel, toc_buf *request, toc_show_fn *take, void *context,
                    toc_err *err)
{
    toc_cli quiet = *parcel->cli;
    quiet.json = false; /* asked for ourselves, not for stdout */
    toc_show show = {.line = take, .context = context};
    return toc_ask(&quiet, request, &show, NULL, err);
}

static toc_code take_own(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_leaving *all = context;
    const char *org = toc_text_of(line, "org");
    TOC_TRY(toc_hex_decode(toc_span_text(org), all->org.bytes, sizeof all->org.bytes, err));
    memcpy(all->own, org, sizeof all->own);
    return toc_buf_ok(out, err);
}

static toc_code take_circle(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_leaving *all = context;
    const char *wanted = all->parcel->circle, *circle = toc_text_of(line, "circle");
    bool fits = wanted == NULL || strcmp(wanted, circle) == 0 ||
                strcmp(wanted, toc_text_of(line, "name")) == 0;
    if (!toc_flag_of(line, "joined") || !fits)
        return toc_buf_ok(out, err);
    TOC_TRY(toc_hex_decode(toc_span_text(circle), all->circle_id.bytes, sizeof all->circle_id.bytes,
                           err));
    memcpy(all->circle, circle, sizeof all->circle);
    all->circles++;
    return toc_buf_ok(out, err);
}

static toc_code take_draft(void *context, const toc_statement *draft, toc_err *err)
{
    toc_leaving *all = context;
    toc_claim_id claim;
    toc_hash key;
    toc_statement_claim(draft, &all->circle_id, &all->org, &claim);
    memcpy(key.bytes, claim.bytes, sizeof key.bytes);
    return toc_keyset_put(&all->staying, &key, 0, err);
}

static toc_code take_listed(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_leaving *all = context;
    toc_hash key;
    uint32_t ignored;
    const char *claim = toc_text_of(line, "claim");
    if (strcmp(toc_text_of(line, "circle"), all->circle) != 0)
        return toc_buf_ok(out, err);
    TOC_TRY(toc_hex_decode(toc_span_text(claim), key.bytes, sizeof key.bytes, err));
    if (++all->live >= LISTED_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %d claims on the list '%s'", LISTED_MAX - 1,
                        all->list);
    if (!toc_keyset_get(&all->staying, &key, &ignored))
        memcpy(all->claims[all->count++], claim, 65);
    return toc_buf_ok(out, err);
}

static toc_code find_place(toc_leaving *all, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf card = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf circles = {0};
    toc_request_words(&card, "card", NULL, NULL);
    TOC_TRY(ask(all->parcel, &card, take_own, all, err));
    toc_request_words(&circles, "circle-list", NULL, NULL);
    TOC_TRY(ask(all->parcel, &circles, take_circle, all, err));
    if (all->circles != 1)
        return toc_fail(err, TOC_USAGE, "--complete: which circle is meant? Say --circle");
    return TOC_OK;
}

static toc_code find_listed(toc_leaving *all, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf search = {0};
    toc_json json = toc_request_begin(&search, "search");
    toc_json_text(&json, "list", toc_span_text(all->list));
    toc_json_text(&json, "org", toc_span_text(all->own));
    toc_json_number(&json, "limit", LISTED_MAX);
    toc_json_close(&json, '}');
    return ask(all->parcel, &search, take_listed, all, err);
}

static toc_code check_share(const toc_leaving *all, toc_err *err)
{
    if (all->parcel->yes || (uint64_t)all->count * 100 <= all->live * SHARE_MAX_PERCENT)
        return TOC_OK;
    return toc_fail(err, TOC_STATE,
                    "%zu of the %llu live claims on '%s' are not in the file, and would be "
                    "retracted; nothing was written. If that is meant: --yes",
                    all->count, (unsigned long long)all->live, all->list);
}

toc_code toc_leaving_find(toc_parcel *parcel, toc_leaving **out, toc_err *err)
{
    if (toc_drafts_count(parcel->drafts).refused > 0 && !parcel->yes)
        return toc_fail(err, TOC_DENIED,
                        "rows were refused, and what they say may be what would be retracted; "
                        "nothing was written. If the rest is the whole list: --yes");
    TOC_AUTO(toc_leaving_free) toc_leaving *all = calloc(1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    all->parcel = parcel;
    TOC_TRY(toc_term_resolve(TOC_TERMS_LIST, toc_span_text(parcel->complete), all->list, err));
    TOC_TRY(find_place(all, err));
    TOC_TRY(toc_drafts_each(parcel->drafts, take_draft, all, err));
    TOC_TRY(find_listed(all, err));
    TOC_TRY(check_share(all, err));
    *out = all;
    all = NULL; /* transferred */
    return TOC_OK;
}

static toc_code take_retracted(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_totals *totals = context;
    bool taken;
    TOC_TRY(toc_dry_readers_take(&totals->readers, line, &taken, err));
    if (json_object_get(line, "draft") != NULL)
        totals->drafted++;
    else
        totals->retracted += taken ? 0 : 1;
    return toc_buf_ok(out, err);
}

static toc_json begin_request(const toc_leaving *leaving, toc_buf *out)
{
    toc_json json = toc_request_begin(out, "retract");
    toc_json_text(&json, "circle", toc_span_text(leaving->circle));
    toc_json_text(&json, "reason", toc_span_text("delisted"));
    return json;
}

/* Many at once: what is told of one reader is told once. */
static toc_code retract_dry(const toc_parcel *parcel, const toc_leaving *leaving,
                            toc_totals *totals, toc_err *err)
{
    for (size_t from = 0, until; from < leaving->count; from = until) {
        TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
        toc_json json = begin_request(leaving, &request);
        until = leaving->count - from > ASKED_MAX ? from + ASKED_MAX : leaving->count;
        toc_json_bool(&json, "dry_run", true);
        toc_json_open(&json, "claims", '[');
        for (size_t i = from; i < until; i++)
            toc_json_text(&json, NULL, toc_span_text(leaving->claims[i]));
        toc_json_close(&json, ']');
        toc_json_close(&json, '}');
        TOC_TRY(ask(parcel, &request, take_retracted, totals, err));
    }
    return TOC_OK;
}

toc_code toc_leaving_retract(const toc_parcel *parcel, const toc_leaving *leaving,
                             toc_totals *totals, toc_err *err)
{
    if (parcel->dry_run)
        return retract_dry(parcel, leaving, totals, err);
    for (size_t i = 0; i < leaving->count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
        toc_json json = begin_request(leaving, &request);
        toc_json_text(&json, "claim", toc_span_text(leaving->claims[i]));
        if (parcel->lapse_ms != 0)
            toc_json_number(&json, "lapse_s", parcel->lapse_ms / 1000);
        toc_json_close(&json, '}');
        TOC_TRY(ask(parcel, &request, take_retracted, totals, err));
    }
    return TOC_OK;
}
