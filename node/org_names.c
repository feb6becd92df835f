#include "node/org_names.h"

#include "node/control_roll.h"
#include "proto/base/text.h"
#include "proto/format/audience.h"

toc_code toc_org_names_add(toc_org_names *audience, toc_log_txn *txn, toc_span name, toc_err *err)
{
    if (audience->count == TOC_AUDIENCE_NAMES_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %u orgs by name in one submission",
                        TOC_AUDIENCE_NAMES_MAX);
    toc_named_org *org = &audience->orgs[audience->count++];
    *org = (toc_named_org){0};
    toc_audience_stand_in(name, &org->stand_in);
    toc_code code = toc_roll_org_named(txn, name, &org->org, &org->why);
    org->why.code = code; /* what was read on the way may have left a sentence */
    bool passing = code != TOC_OK && code != TOC_NOT_FOUND && code != TOC_USAGE;
    return passing ? toc_fail(err, code, "%s", org->why.text) : TOC_OK;
}

static toc_code find_card(toc_log_txn *txn, toc_arena *arena, const toc_org_id *org, toc_err *err)
{
    toc_card card;
    toc_err why;
    char digits[65];
    toc_code code = toc_log_card_of(txn, org, arena, &card, &why);
    if (code == TOC_NOT_FOUND) {
        toc_hex_encode(TOC_SPAN_OF(org->bytes), digits);
        return toc_fail(err, code, "no card is held of an org with the id %s; 'tocsin peer add' it",
                        digits);
    }
    return code == TOC_OK ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

static toc_code resolve_org(const toc_org_names *audience, toc_log_txn *txn, toc_arena *arena,
                            toc_org_id *org, toc_err *err)
{
    for (size_t i = 0; i < audience->count; i++) {
        const toc_named_org *named = &audience->orgs[i];
        if (!toc_org_id_equal(&named->stand_in, org))
            continue;
        *org = named->org;
        return named->why.code == TOC_OK ? TOC_OK
                                         : toc_fail(err, named->why.code, "%s", named->why.text);
    }
    return find_card(txn, arena, org, err);
}

static toc_code resolve_list(const toc_org_names *audience, toc_log_txn *txn, toc_arena *arena,
                             const char *field, const toc_org_id **list, size_t *count,
                             toc_err *err)
{
    if (*count == 0)
        return TOC_OK;
    toc_org_id *orgs = toc_arena_zalloc(arena, *count, sizeof *orgs);
    if (orgs == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an audience");
    memcpy(orgs, *list, *count * sizeof *orgs);
    for (size_t i = 0; i < *count; i++) {
        toc_code code = resolve_org(audience, txn, arena, &orgs[i], err);
        if (code != TOC_OK)
            return err == NULL ? code : toc_wrap(err, "%s", field);
    }
    *count = toc_audience_sort(orgs, *count); /* by their real ids; two names may be one org */
    *list = orgs;
    return TOC_OK;
}

toc_code toc_org_names_resolve(const toc_org_names *audience, toc_log *log, toc_arena *arena,
                               toc_statement *draft, toc_err *err)
{
    if (draft->releasable_count + draft->not_to_count == 0)
        return TOC_OK;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(log, &txn, err));
    TOC_TRY(resolve_list(audience, txn, arena, "releasable_to", &draft->releasable_to,
                         &draft->releasable_count, err));
    return resolve_list(audience, txn, arena, "not_to", &draft->not_to, &draft->not_to_count, err);
}
