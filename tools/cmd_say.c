/* submit transfer, incident, …, dispute, inquire, reply: one claim of a kind that has no rows. Its
 * options are the fields of JSON Lines (proto/format/said.h) with hyphens, and it goes the same
 * way.
 */
#include <stdio.h>

#include "tools/commands.h"
#include "tools/parcel.h"

#define DRAFT_BYTES_MAX ((size_t)64 << 20)

#define COMMON_OPTIONS                                                                             \
    {"circle", "ID", "which circle, when more than one is joined (id or name)"},                   \
        {"alert", NULL, "the alert lane: live thefts and freezes; small and first"},               \
        {"dry-run", NULL, "say what would be written, and write nothing"},                         \
        {"hold", "SPAN", "write it only after 60s, 5m, 2h; 'tocsin recall' takes it back"},        \
        {"lapse", "SPAN",                                                                          \
         "officers may approve it for so long, where they have to: 5m, 2h, 7d (default 1d)"},      \
        {"confidence", "0-100", "how sure this org is (default 50)"},                              \
        {"list", "WORD", "the list it is taken from; without it, an own finding"},                 \
        {"list-version", "TEXT", "of the list"},                                                   \
        {"vendor", "WORD", "the vendor it is taken from"},                                         \
        {"derived-from", "CLAIM", "a claim that it rests on, by its id; repeatable"},              \
        {"valid-until", "DATE", "2025-02-21 or with a time; the claim expires then"},              \
        {"tlp", "MARK", "CLEAR, GREEN, AMBER (default), AMBER+STRICT, RED"},                       \
        {"releasable-to", "ORG", "only for this org (name or id); repeatable"},                    \
        {"not-to", "ORG", "for all but this org; repeatable"},                                     \
        {"purpose", "TEXT", "what it may be used for"},                                            \
        {"note", "TEXT", "plain text for the reader"},                                             \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

#define PLACE_OPTIONS                                                                              \
    {"tx", "ID", "the transaction"},                                                               \
        {"index-kind", "WORD", "native, log, trace, output or instruction"},                       \
        {"index", "N", "where in the transaction: 3, or 0.1.4 for a trace"},                       \
    {                                                                                              \
        "flow", "HEX", "64 random digits, where no transaction is known"                           \
    }

#define WALLET_OPTIONS                                                                             \
    {"chain", "NAME", "the chain (else the address tells)"},                                       \
    {                                                                                              \
        "tag", "TEXT", "destination tag, memo or payment id"                                       \
    }

/* clang-format off */
const toc_option toc_transfer_options[] = {
    {"chain", "NAME", "the chain"},
    PLACE_OPTIONS,
    {"from", "ADDRESS", "who paid; repeatable"},
    {"to", "ADDRESS", "who was paid; repeatable"},
    {"asset", "WORD", "ETH, USDT, or CAIP-19"},
    {"amount", "N", "in units of the asset: 12.5"},
    {"base-units", "N", "… or in its smallest unit, with --decimals"},
    {"decimals", "N", "of an asset that is not known here"},
    {"time", "DATE", "when: 2025-02-21T14:16:11Z"},
    {"block", "N", "the block's height"},
    {"fiat-currency", "CODE", "what it was worth: ISO 4217"},
    {"fiat-minor-units", "N", "… in cents"},
    {"fiat-priced-by", "WORD", "… and whose price that is"},
    {"bridge-side", "WORD", "onward or origin: the money goes on there, or came from there"},
    {"bridge-chain", "NAME", "the other chain"},
    {"bridge-tx", "ID", "the transaction there"},
    {"bridge-index-kind", "WORD", "and where in it"},
    {"bridge-index", "N", "likewise"},
    COMMON_OPTIONS,
};

const toc_option toc_incident_options[] = {
    {"title", "TEXT", "for people"},
    {"occurred", "DATE", "when it happened: 2025-02-21 or with a time"},
    {"discovered", "DATE", "when it was seen"},
    {"victim", "TEXT", "who lost it"},
    {"status", "WORD", "suspected, confirmed, contained, funds-moving, recovered, closed, …"},
    {"theft", "CHAIN:TX", "a transaction that took it; repeatable"},
    {"loss-currency", "CODE", "what was lost altogether: ISO 4217"},
    {"loss-minor-units", "N", "… in cents"},
    {"loss-priced-by", "WORD", "… and whose price that is"},
    COMMON_OPTIONS,
};

const toc_option toc_same_as_options[] = {COMMON_OPTIONS};

const toc_option toc_attribution_options[] = {
    WALLET_OPTIONS,
    {"incident", "SLUG", "instead of an address: an incident of this org, or ORG:SLUG"},
    {"actor", "WORD", "lazarus, lockbit, …"},
    {"basis", "WORD", "on-chain, own-records, court, seized-data, …"},
    {"document", "HEX", "SHA-256 of a paper that is kept elsewhere; repeatable"},
    COMMON_OPTIONS,
};

const toc_option toc_sighting_options[] = {
    WALLET_OPTIONS,
    PLACE_OPTIONS,
    {"seen", "DATE", "when"},
    {"direction", "WORD", "in or out, as the account sees it"},
    {"stopped-at", "ADDRESS", "the account where it stopped"},
    {"account-role", "WORD", "deposit, hot, cold, …"},
    COMMON_OPTIONS,
};

const toc_option toc_notice_options[] = {
    WALLET_OPTIONS,
    {"role", "WORD", "deposit, hot, cold, contract, pool, bridge, router, burn, …"},
    {"operator-org", "ID", "'own', or the org that runs it"},
    {"operator-name", "WORD", "the service's name, where it is no org here"},
    {"signature-scheme", "WORD", "by the address's key: ed25519, eip-191, …"},
    {"signature-key", "HEX", "the key, where the signature does not give it"},
    {"signature", "HEX", "the signature"},
    COMMON_OPTIONS,
};

const toc_option toc_clearance_options[] = {
    WALLET_OPTIONS,
    {"checked", "DATE", "when it was"},
    {"basis", "WORD", "customer-due-diligence, own-records, on-chain, …"},
    COMMON_OPTIONS,
};

const toc_option toc_dispute_options[] = {
    {"reason", "WORD", "wrong-address, wrong-party, service, victim, outdated, method, source, …"},
    {"revision-seen", "N", "which revision is meant (default: the newest)"},
    COMMON_OPTIONS,
};

const toc_option toc_inquire_options[] = {COMMON_OPTIONS};

const toc_option toc_reply_options[] = {
    {"basis", "WORD", "on-chain, own-records, court, seized-data, …"},
    {"document", "HEX", "SHA-256 of a paper that is kept elsewhere; repeatable"},
    COMMON_OPTIONS,
};
/* clang-format on */

/* ---- options to fields ---- */

typedef enum shape { ONE, MANY, INSIDE, PLACES, INCIDENT } shape;

/* Those that are not just their own name with underscores. */
static const struct field {
    const char *option, *field, *inside;
    shape shape;
} fields[] = {
    {"from", "from", NULL, MANY},
    {"to", "to", NULL, MANY},
    {"derived-from", "derived_from", NULL, MANY},
    {"releasable-to", "releasable_to", NULL, MANY},
    {"not-to", "not_to", NULL, MANY},
    {"document", "documents", NULL, MANY},
    {"theft", "thefts", NULL, PLACES},
    {"incident", "incident", NULL, INCIDENT},
    {"fiat-currency", "fiat", "currency", INSIDE},
    {"fiat-minor-units", "fiat", "minor_units", INSIDE},
    {"fiat-priced-by", "fiat", "priced_by", INSIDE},
    {"loss-currency", "loss", "currency", INSIDE},
    {"loss-minor-units", "loss", "minor_units", INSIDE},
    {"loss-priced-by", "loss", "priced_by", INSIDE},
    {"bridge-chain", "bridge", "chain", INSIDE},
    {"bridge-tx", "bridge", "tx", INSIDE},
    {"bridge-index-kind", "bridge", "index_kind", INSIDE},
    {"bridge-index", "bridge", "index", INSIDE},
    {"signature-scheme", "signature", "scheme", INSIDE},
    {"signature-key", "signature", "key", INSIDE},
    {"signature", "signature", "signature", INSIDE},
};

/* How it goes, not what is said. */
static bool is_for_sending(const char *option)
{
    for (const toc_option *global = toc_global_options; global->name != NULL; global++) {
        if (strcmp(global->name, option) == 0)
            return true;
    }
    return strcmp(option, "circle") == 0 || strcmp(option, "alert") == 0 ||
           strcmp(option, "dry-run") == 0 || strcmp(option, "hold") == 0 ||
           strcmp(option, "lapse") == 0;
}

static json_t *text_json(const char *text, size_t size)
{
    return json_stringn(text, size); /* NULL for what is no UTF-8 */
}

/* Under `key` in `object`, which gets one of the kind that `make` makes where it has none. */
static json_t *inner(json_t *object, const char *key, json_t *(*make)(void))
{
    json_t *found = json_object_get(object, key);
    if (found == NULL) {
        found = make();
        if (json_object_set_new(object, key, found) != 0)
            return NULL;
    }
    return found;
}

/* "ETH:0x…" */
static json_t *place_json(const char *text)
{
    const char *colon = strrchr(text, ':');
    json_t *place = json_object();
    size_t size = colon == NULL ? 0 : (size_t)(colon - text);
    if (colon != NULL)
        (void)json_object_set_new(place, "chain", text_json(text, size));
    (void)json_object_set_new(place, "tx", json_string(colon == NULL ? text : colon + 1));
    return place;
}

/* "ORG:slug", or a slug. */
static json_t *incident_json(const char *text)
{
    const char *colon = strchr(text, ':');
    json_t *incident = json_object();
    if (colon != NULL)
        (void)json_object_set_new(incident, "org", text_json(text, (size_t)(colon - text)));
    (void)json_object_set_new(incident, "slug", json_string(colon == NULL ? text : colon + 1));
    return incident;
}

static bool set_plain(json_t *object, const char *option, const char *value)
{
    char key[32];
    size_t size = strlen(option);
    TOC_ASSERT(size < sizeof key);
    for (size_t i = 0; i <= size; i++) {
        key[i] = option[i];
        if (key[i] == '-')
            key[i] = '_';
    }
    return json_object_set_new(object, key, json_string(value)) == 0;
}

static bool set_field(json_t *object, const struct field *field, const char *value)
{
    switch (field->shape) {
    case MANY:
        return json_array_append_new(inner(object, field->field, json_array), json_string(value)) ==
               0;
    case PLACES:
        return json_array_append_new(inner(object, field->field, json_array), place_json(value)) ==
               0;
    case INSIDE:
        return json_object_set_new(inner(object, field->field, json_object), field->inside,
                                   json_string(value)) == 0;
    case INCIDENT:
        return json_object_set_new(object, field->field, incident_json(value)) == 0;
    case ONE:
        break;
    }
    return set_plain(object, field->option, value);
}

static toc_code set_option(json_t *object, const char *option, const char *value, toc_err *err)
{
    if (is_for_sending(option))
        return TOC_OK;
    struct field field = {option, NULL, NULL, ONE};
    for (size_t i = 0; i < TOC_COUNT(fields); i++) {
        if (strcmp(fields[i].option, option) == 0)
            field = fields[i];
    }
    if (!set_field(object, &field, value))
        return toc_fail(err, TOC_USAGE, "--%s: no UTF-8, or out of memory", option);
    return TOC_OK;
}

/* ---- what is said ---- */

/* Without --chain the address has to tell it. */
static toc_code set_wallet(json_t *object, const toc_opts *args, const char *text, toc_err *err)
{
    toc_wallet_candidates found;
    if (toc_opts_has(args, "chain"))
        return set_option(object, "address", text, err);
    TOC_TRY(toc_wallet_parse(toc_span_text(text), &found, err));
    const toc_wallet *wallet = &found.wallets[0];
    char chains[TOC_CHAINS_TEXT_BYTES];
    toc_wallet_chains_text(&found, chains);
    if (found.count != 1)
        return toc_fail(err, TOC_USAGE,
                        "this address fits %zu chains (%s); say which: --chain, and one of them",
                        found.count, chains);
    TOC_TRY(set_option(object, "chain", toc_chain_caip2(wallet->chain), err));
    if (wallet->tag[0] != '\0' && !toc_opts_has(args, "tag"))
        TOC_TRY(set_option(object, "tag", wallet->tag, err));
    return set_option(object, "address", wallet->address, err);
}

static toc_code set_incidents(json_t *object, const toc_opts *args, toc_err *err)
{
    bool set = json_object_set_new(object, "first", incident_json(args->words[0])) == 0 &&
               json_object_set_new(object, "second", incident_json(args->words[1])) == 0;
    return set ? TOC_OK : toc_fail(err, TOC_NO_MEMORY, "out of memory");
}

static toc_code set_words(json_t *object, const toc_opts *args, toc_record_kind kind, toc_err *err)
{
    bool of_incident = kind == TOC_RECORD_ATTRIBUTION && toc_opts_has(args, "incident");
    if (kind == TOC_RECORD_TRANSFER || of_incident)
        return toc_opts_expect(args, 0, 0, "nothing but options", err);
    if (kind == TOC_RECORD_SAME_AS) {
        TOC_TRY(toc_opts_expect(args, 2, 2, "two incidents: a slug, or ORG:SLUG", err));
        return set_incidents(object, args, err);
    }
    const char *field = kind == TOC_RECORD_INCIDENT                                ? "slug"
                        : kind == TOC_RECORD_REPLY                                 ? "inquiry"
                        : kind == TOC_RECORD_DISPUTE || kind == TOC_RECORD_INQUIRY ? "target"
                                                                                   : NULL;
    TOC_TRY(toc_opts_expect(args, 1, 1,
                            field == NULL                 ? "the wallet's address"
                            : kind == TOC_RECORD_INCIDENT ? "the incident's name: a slug"
                            : kind == TOC_RECORD_REPLY    ? "the id of the inquiry"
                                                          : "the id of the claim",
                            err));
    return field == NULL ? set_wallet(object, args, args->words[0], err)
                         : set_option(object, field, args->words[0], err);
}

TOC_DEFINE_AUTO(json_t, json_decref)

static toc_code make_line(const toc_opts *args, toc_record_kind kind, toc_buf *out, toc_err *err)
{
    TOC_AUTO(json_decref) json_t *object = json_object();
    if (object == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    TOC_TRY(set_option(object, "kind", toc_record_kind_name(kind), err));
    TOC_TRY(set_words(object, args, kind, err));
    for (size_t i = 0; i < args->given_count; i++)
        TOC_TRY(set_option(object, args->given[i].name, args->given[i].value, err));
    size_t size = json_dumpb(object, NULL, 0, JSON_COMPACT);
    uint8_t *room = size == 0 ? NULL : toc_buf_extend(out, size);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory");
    (void)json_dumpb(object, (char *)room, size, JSON_COMPACT);
    return toc_buf_ok(out, err);
}

static toc_code say(toc_cli *cli, const toc_opts *args, toc_record_kind kind, toc_err *err)
{
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_AUTO(toc_totals_wipe) toc_totals totals = {0};
    toc_parcel parcel;
    TOC_TRY(toc_parcel_begin(cli, args, &parcel, err));
    TOC_TRY(make_line(args, kind, &line, err));
    TOC_TRY(toc_drafts_new(DRAFT_BYTES_MAX, &drafts, err));
    parcel.drafts = drafts;
    TOC_TRY(toc_parcel_line(&parcel, toc_buf_view(&line), err));
    TOC_TRY(toc_parcel_send(&parcel, &totals, err));
    if (totals.refused > 0)
        cli->exit = TOC_EXIT_REFUSED;
    return toc_parcel_print(&parcel, &totals, err);
}

toc_code toc_cmd_submit_transfer(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_TRANSFER, err);
}

toc_code toc_cmd_submit_incident(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_INCIDENT, err);
}

toc_code toc_cmd_submit_same_as(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_SAME_AS, err);
}

toc_code toc_cmd_submit_attribution(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_ATTRIBUTION, err);
}

toc_code toc_cmd_submit_sighting(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_SIGHTING, err);
}

toc_code toc_cmd_submit_notice(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_NOTICE, err);
}

toc_code toc_cmd_submit_clearance(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_CLEARANCE, err);
}

toc_code toc_cmd_dispute(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_DISPUTE, err);
}

toc_code toc_cmd_inquire(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_INQUIRY, err);
}

toc_code toc_cmd_reply(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return say(cli, args, TOC_RECORD_REPLY, err);
}
