/* retract: takes back what this org said of a wallet. What is meant is looked up first, so that
 * nobody has to repeat a claim's whole identity to end it. */
#include <stdlib.h>

#include "proto/crypto/secret.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/parcel.h"
#include "tools/term/colour.h"

const toc_option toc_retract_options[] = {
    {"category", "WORD", "which claims on the address: of this category"},
    {"role", "WORD", "… and of this role"},
    {"list", "WORD", "… and taken from this list"},
    {"claim", "ID", "one claim by its id, instead of an address"},
    {"file", "FILE", "the claims that its rows say, as they were submitted ('-' for stdin)"},
    {"reason", "WORD", "error (default), false-positive, resolved, legal, narrowed, delisted"},
    {"lapse", "SPAN",
     "officers may approve it for so long, where they have to: 5m, 2h, 7d (default 1d)"},
    {"note", "TEXT", "plain text for the reader"},
    {"dry-run", NULL, "say what would be ended and who would be told, and write nothing"},
    {"circle", "ID", "which circle, when more than one is joined (id or name)"},
    {NULL, NULL, NULL},
};

#define DRAFT_BYTES_MAX ((size_t)1 << 30)

enum { RETRACT_CLAIMS_MAX = 64 };

typedef struct retraction {
    const toc_opts *args;
    char own_org[65];
    size_t count;
    struct {
        char claim[65], circle[65];
    } claims[RETRACT_CLAIMS_MAX];
} retraction;

static toc_code take_own(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    retraction *all = context;
    const char *org = toc_text_of(line, "org");
    if (strlen(org) == 64)
        memcpy(all->own_org, org, sizeof all->own_org);
    return toc_buf_ok(out, err);
}

static bool says(const toc_opts *args, const char *option, const char *value)
{
    const char *wanted = toc_opts_value(args, option);
    return wanted == NULL || strcmp(wanted, value) == 0;
}

static bool meant(const retraction *all, const json_t *claim)
{
    const char *source = toc_text_of(claim, "source");
    bool from_list = strncmp(source, "list:", 5) == 0;
    return strcmp(toc_text_of(claim, "org"), all->own_org) == 0 &&
           says(all->args, "category", toc_text_of(claim, "category")) &&
           says(all->args, "role", toc_text_of(claim, "role")) &&
           says(all->args, "list", from_list ? source + 5 : "");
}

static toc_code take_dossier(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    retraction *all = context;
    const json_t *claims = json_object_get(line, "claims");
    for (size_t i = 0; i < json_array_size(claims); i++) {
        const json_t *claim = json_array_get(claims, i);
        const char *id = toc_text_of(claim, "claim"), *circle = toc_text_of(claim, "circle");
        if (!meant(all, claim) || strlen(id) != 64 || strlen(circle) != 64)
            continue;
        if (all->count == RETRACT_CLAIMS_MAX)
            return toc_fail(err, TOC_LIMIT, "more than %d claims are meant; narrow it by --role",
                            RETRACT_CLAIMS_MAX);
        memcpy(all->claims[all->count].claim, id, 65);
        memcpy(all->claims[all->count++].circle, circle, 65);
    }
    return toc_buf_ok(out, err);
}

static toc_code find_claims(toc_cli *cli, retraction *all, toc_err *err)
{
    toc_cli quiet = *cli;
    quiet.json = false; /* asked for ourselves, not for stdout */
    TOC_AUTO(toc_buf_wipe) toc_buf own = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf dossiers = {0};
    toc_request_words(&own, "card", NULL, all->args);
    toc_show take = {.line = take_own, .context = all};
    TOC_TRY(toc_ask(&quiet, &own, &take, NULL, err));
    toc_request_words(&dossiers, "lookup", "queries", all->args);
    toc_show read = {.line = take_dossier, .context = all};
    return toc_ask(&quiet, &dossiers, &read, NULL, err);
}

/* Of what is sent: claims that were ended, and rows that were refused. */
typedef struct sending {
    toc_parcel parcel;
    toc_drafts *drafts;
    toc_dry_readers readers; /* of a dry run */
} sending;

static void sending_wipe(sending *what)
{
    toc_dry_readers_wipe(&what->readers);
    toc_drafts_free(what->drafts);
}
TOC_DEFINE_AUTO_WIPE(sending, sending_wipe)

static toc_code show_retracted(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    sending *what = context;
    toc_parcel *parcel = &what->parcel;
    bool taken;
    TOC_TRY(toc_dry_readers_take(&what->readers, line, &taken, err));
    if (taken)
        return TOC_OK;
    if (json_object_get(line, "error") != NULL) {
        toc_parcel_refuse_line(parcel, line);
    } else if (parcel->cli->json) {
        char *text = json_dumps(line, JSON_COMPACT);
        toc_buf_printf(out, "%s\n", text == NULL ? "{}" : text);
        free(text);
    } else if (json_object_get(line, "draft") != NULL && !parcel->dry_run) {
        toc_buf_printf(out,
                       "The end of the claim %.16s… waits for officers of this org to approve "
                       "(tocsin pending %.8s).\n",
                       toc_text_of(line, "claim"), toc_text_of(line, "draft"));
    } else {
        toc_buf_printf(out, "%s the claim %.16s….\n",
                       parcel->dry_run ? "Dry run: would retract" : "Retracted",
                       toc_text_of(line, "claim"));
    }
    return toc_buf_ok(out, err);
}

static toc_code tell_readers(const sending *what, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(what->parcel.cli->json ? toc_dry_readers_json(&what->readers, &out, err)
                                   : toc_dry_readers_print(&what->readers, &out, err));
    return toc_print(&out, err);
}

static toc_code add_request(const toc_opts *args, const char *claim, const char *circle,
                            toc_buf *out, toc_err *err)
{
    uint64_t lapse_ms;
    const char *reason = toc_opts_value(args, "reason"), *note = toc_opts_value(args, "note");
    TOC_TRY(toc_lapse_parse(args, &lapse_ms, err));
    toc_json json = toc_request_begin(out, "retract");
    if (circle != NULL)
        toc_json_text(&json, "circle", toc_span_text(circle));
    if (claim != NULL)
        toc_json_text(&json, "claim", toc_span_text(claim));
    toc_json_text(&json, "reason", toc_span_text(reason == NULL ? "error" : reason));
    if (note != NULL)
        toc_json_text(&json, "note", toc_span_text(note));
    if (lapse_ms != 0)
        toc_json_number(&json, "lapse_s", lapse_ms / 1000);
    if (toc_opts_has(args, "dry-run"))
        toc_json_bool(&json, "dry_run", true);
    toc_json_close(&json, '}');
    return TOC_OK;
}

/* `claim` NULL: the drafts tell which. */
static toc_code send(sending *what, const toc_opts *args, const char *claim, const char *circle,
                     toc_err *err)
{
    toc_draft_id id;
    bool spooled;
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_show show = {.line = show_retracted, .context = what};
    toc_random(id.bytes, sizeof id.bytes);
    TOC_TRY(add_request(args, claim, circle, &request, err));
    return toc_parcel_deliver(&what->parcel, &request, &id, &show, &spooled, err);
}

static toc_code retract_file(sending *what, const toc_opts *args, const char *path,
                             const char *circle, toc_err *err)
{
    TOC_TRY(toc_drafts_new(DRAFT_BYTES_MAX, &what->drafts, err));
    what->parcel.drafts = what->drafts;
    TOC_TRY(toc_parcel_read(&what->parcel, path, (toc_rows_format)0, err));
    toc_drafts_counts counts = toc_drafts_count(what->drafts);
    toc_code code = TOC_OK; /* where every row was refused, and told */
    if (counts.wallets + counts.clusters + counts.others > 0)
        code = send(what, args, NULL, circle, err);
    toc_parcel_tell_more(&what->parcel);
    return code;
}

static toc_code retract(toc_cli *cli, sending *what, const toc_opts *args, toc_err *err)
{
    const char *claim = toc_opts_value(args, "claim"), *circle = toc_opts_value(args, "circle");
    const char *file = toc_opts_value(args, "file");
    if (claim != NULL || file != NULL) {
        TOC_TRY(toc_opts_expect(args, 0, 0, "nothing beside --claim or --file", err));
        if (claim != NULL && file != NULL)
            return toc_fail(err, TOC_USAGE, "either --claim or --file");
        return file != NULL ? retract_file(what, args, file, circle, err)
                            : send(what, args, claim, circle, err);
    }
    TOC_TRY(toc_opts_expect(args, 1, 1, "an address, --claim ID or --file FILE", err));
    if (!toc_opts_has(args, "category"))
        return toc_fail(err, TOC_USAGE, "say which claims on it: --category theft, or --claim ID");
    retraction all = {.args = args};
    toc_code code = find_claims(cli, &all, err);
    if (code == TOC_UNREACHABLE)
        return toc_fail(err, code,
                        "the node is down, and only it knows which claims are on an address; "
                        "--claim ID and --file FILE wait for it in the spool");
    TOC_TRY(code);
    if (all.count == 0)
        return toc_fail(err, TOC_NOT_FOUND,
                        "this org has no such live claim on '%.80s' ('tocsin lookup' shows what it "
                        "has)",
                        args->words[0]);
    for (size_t i = 0; i < all.count; i++)
        TOC_TRY(send(what, args, all.claims[i].claim, all.claims[i].circle, err));
    return TOC_OK;
}

toc_code toc_cmd_retract(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(sending_wipe)
    sending what = {.parcel = {.cli = cli, .dry_run = toc_opts_has(args, "dry-run")}};
    TOC_TRY(retract(cli, &what, args, err));
    return tell_readers(&what, err);
}
