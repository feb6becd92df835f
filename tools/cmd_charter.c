/* circle propose, proposals, proposal, endorse: a circle that changes its charter together. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/roll/charter.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/colour.h"
#include "tools/term/question.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

enum { HASH_DIGITS_SHOWN = 16, CHARTER_TEXT_BYTES_MAX = 2 * TOC_CHARTER_BYTES_MAX };

const toc_option toc_circle_propose_options[] = {
    {"admit", "ORG[=ROLE]", "a new member; its card must be held; repeatable, as the next three"},
    {"remove", "ORG", "a member that leaves: it reads nothing that is written after"},
    {"role", "ORG=ROLE", "admin, member, observer or relay"},
    {"renew", "ORG", "go by the newest card of this member: its officers may vote from then on"},
    {"join", "HASH", "end a contest with the branch of this charter, where admins of both agree"},
    {"quorum", "N", "how many admins change the charter from then on: a majority"},
    {"name", "TEXT", "another name of the circle"},
    {"purpose", "TEXT", "another purpose"},
    {"tlp-max", "MARK", "the highest marking: CLEAR, GREEN, AMBER, AMBER+STRICT or RED"},
    {"retention", "DAYS", "what is written from then on is kept so long; 0: no term"},
    {"history", "WHICH", "what joiners read of what was written before: all or none"},
    {"admission-delay", "HOURS",
     "so long new readers wait for their keys; lowering it takes as long"},
    {"bulk-per-day", "BYTES", "of one member, bulk; 0: as usual; beyond it waits for the next day"},
    {"alert-per-day", "BYTES", "the same in the alert lane"},
    {"add-list", "ID[=COPY-OF][,ALIAS][:TITLE]",
     "a list whose claims are one lineage, whoever quotes it (repeatable)"},
    {"drop-list", "ID", "it counts as each submitter's own again (repeatable)"},
    {"add-vendor", "ID[=COPY-OF][,ALIAS][:TITLE]", "the same for a vendor"},
    {"drop-vendor", "ID", "the same for a vendor"},
    {"approvals", "KIND=K", "so many officers approve each record of a kind; 0: none; repeatable"},
    {"circle", "ID", "which circle, when there is more than one (id or name)"},
    {"dry-run", NULL, "show what would change, and sign nothing"},
    {NULL, NULL, NULL},
};
const toc_option toc_circle_endorse_options[] = {
    {"yes", NULL, "sign without asking, where nobody sits at the terminal"},
    {NULL, NULL, NULL},
};

/* ---- in words ---- */

/* Of milliseconds, which a charter has, what people say: hours. */
static void add_hours(toc_buf *out, const char *milliseconds)
{
    uint64_t ms = strtoull(milliseconds, NULL, 10), hour_ms = (uint64_t)3600 * 1000;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (ms == 0)
        toc_buf_add_text(&text, "none");
    else if (ms % hour_ms == 0)
        toc_buf_printf(&text, "%llu hour%s", (unsigned long long)(ms / hour_ms),
                       toc_plural(ms / hour_ms));
    else
        toc_buf_printf(&text, "%llu ms", (unsigned long long)ms);
    toc_colour_add(out, TOC_STYLE_STRONG, toc_buf_view(&text));
}

static void add_value(toc_buf *out, const json_t *change, const char *key)
{
    const char *text = toc_text_of(change, key);
    if (strcmp(toc_text_of(change, "what"), "admission_delay_ms") == 0) {
        add_hours(out, text);
        return;
    }
    toc_colour_add(out, text[0] == '\0' ? TOC_STYLE_QUIET : TOC_STYLE_STRONG,
                   toc_span_text(text[0] == '\0' ? "nothing" : text));
}

static void add_org(toc_buf *out, const json_t *row)
{
    const char *name = toc_text_of(row, "org_name"), *org = toc_text_of(row, "org");
    if (name[0] != '\0')
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(name));
    else
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_of(org, strnlen(org, HASH_DIGITS_SHOWN)));
}

static void add_member_change(toc_buf *out, const json_t *change, const char *what)
{
    const char *country = toc_text_of(change, "country");
    add_org(out, change);
    if (strcmp(what, "joins") == 0) {
        toc_buf_add_text(out, " joins as ");
        add_value(out, change, "after");
        toc_buf_add_text(out, " (");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(change, "kind")));
        toc_buf_add_text(out, country[0] == '\0' ? "" : ", ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(country));
        toc_buf_add_text(out, ")");
    } else if (strcmp(what, "leaves") == 0) {
        toc_buf_add_text(out, " leaves; it is ");
        add_value(out, change, "before");
        toc_buf_add_text(out, " now");
    } else {
        toc_buf_add_text(out, " said its last word here: ");
        add_value(out, change, "after");
        toc_buf_add_text(out, ", which end there");
    }
}

/* What the members of the policy are called; one that is not here is shown as it is. */
static const char *term_of(const char *what)
{
    static const struct {
        const char *what, *term;
    } terms[] = {
        {"joins_branch", "ends the contest with the branch"},
        {"tlp_max", "highest marking"},
        {"retention_days", "retention in days (0: no term)"},
        {"history", "history for joiners"},
        {"admission_delay_ms", "admission delay"},
        {"bulk_bytes_per_day", "bytes a member and day, bulk (0: as usual)"},
        {"alert_bytes_per_day", "bytes a member and day, alert (0: as usual)"},
        {"list", "registered list"},
        {"vendor", "registered vendor"},
        {"approvals", "officers who approve a record, by kind"},
    };
    for (size_t i = 0; i < TOC_COUNT(terms); i++) {
        if (strcmp(terms[i].what, what) == 0)
            return terms[i].term;
    }
    return what;
}

static void add_change(toc_buf *out, const json_t *change)
{
    const char *what = toc_text_of(change, "what");
    bool of_member = toc_text_of(change, "org")[0] != '\0';
    toc_buf_add_text(out, "  ");
    if (strcmp(what, "joins") == 0 || strcmp(what, "leaves") == 0 || strcmp(what, "closes") == 0) {
        add_member_change(out, change, what);
    } else {
        if (of_member) {
            add_org(out, change);
            toc_buf_add_text(out, ", ");
        }
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(term_of(what)));
        toc_buf_add_text(out, ": ");
        add_value(out, change, "before");
        toc_buf_add_text(out, " → ");
        add_value(out, change, "after");
    }
    toc_buf_add_u8(out, '\n');
}

static void add_state(toc_buf *out, json_t *line)
{
    const char *state = toc_text_of(line, "state");
    size_t signers = json_array_size(json_object_get(line, "signed"));
    uint64_t needed = toc_number_of(line, "needed");
    if (strcmp(state, "in-force") == 0)
        toc_buf_add_text(out, "It is in force.\n");
    else if (strcmp(state, "rival") == 0 || strcmp(state, "declined") == 0)
        toc_buf_printf(out, "It is %s here; 'tocsin circle choose %.16s' follows it.\n",
                       strcmp(state, "rival") == 0 ? "valid beside the one that is followed"
                                                   : "the one that was declined",
                       toc_text_of(line, "proposal"));
    else if (strcmp(state, "open") != 0)
        toc_buf_add_text(out, "It is not the next version here any more, and cannot be signed.\n");
    else if (signers == 0)
        toc_buf_add_text(out, "Nothing is signed.\n");
    else
        toc_buf_printf(out,
                       "%zu of %llu admins signed. The nodes of the others hear of it over their "
                       "links: they 'tocsin circle endorse %.16s'.\n",
                       signers, (unsigned long long)needed, toc_text_of(line, "proposal"));
}

static toc_code show_proposal(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const bool *armour = context;
    const json_t *changes = json_object_get(line, "changes"),
                 *signers = json_object_get(line, "signed");
    toc_buf_add_text(out, "Version ");
    toc_buf_printf(out, "%llu of ", (unsigned long long)toc_number_of(line, "version"));
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "circle_name")));
    toc_buf_printf(out, " (%s) changes:\n", toc_text_of(line, "proposal"));
    for (size_t i = 0; i < json_array_size(changes); i++)
        add_change(out, json_array_get(changes, i));
    toc_buf_add_text(out, json_array_size(signers) == 0 ? "" : "Signed by ");
    for (size_t i = 0; i < json_array_size(signers); i++) {
        toc_buf_add_text(out, i == 0 ? "" : ", ");
        add_org(out, json_array_get(signers, i));
    }
    toc_buf_add_text(out, json_array_size(signers) == 0 ? "" : ".\n");
    add_state(out, line);
    if (*armour) {
        toc_buf_add_u8(out, '\n');
        toc_buf_add_text(out, toc_text_of(line, "charter"));
    }
    return toc_buf_ok(out, err);
}

/* ---- propose ---- */

static void add_list_as(toc_json *json, const toc_opts *args, const char *option, const char *key)
{
    size_t cursor = 0;
    const char *each;
    toc_json_open(json, key, '[');
    while ((each = toc_opts_each(args, option, &cursor)) != NULL)
        toc_json_text(json, NULL, toc_span_text(each));
    toc_json_close(json, ']');
}

static void add_list(toc_json *json, const toc_opts *args, const char *name)
{
    add_list_as(json, args, name, name);
}

static void add_text(toc_json *json, const toc_opts *args, const char *option, const char *key)
{
    if (toc_opts_has(args, option))
        toc_json_text(json, key, toc_span_text(toc_opts_value(args, option)));
}

static toc_code add_number(toc_json *json, const toc_opts *args, const char *option,
                           const char *key, uint64_t unit, toc_err *err)
{
    uint64_t number;
    if (!toc_opts_has(args, option))
        return TOC_OK;
    TOC_TRY(toc_opts_number(args, option, 0, INT64_MAX / unit, &number, err));
    toc_json_number(json, key, number * unit);
    return TOC_OK;
}

toc_code toc_cmd_circle_propose(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-propose");
    add_text(&json, args, "circle", "circle");
    add_list(&json, args, "admit");
    add_list(&json, args, "remove");
    add_list(&json, args, "role");
    add_list(&json, args, "renew");
    add_list(&json, args, "approvals");
    add_text(&json, args, "join", "join");
    add_list_as(&json, args, "add-list", "add_list");
    add_list_as(&json, args, "drop-list", "drop_list");
    add_list_as(&json, args, "add-vendor", "add_vendor");
    add_list_as(&json, args, "drop-vendor", "drop_vendor");
    add_text(&json, args, "name", "name");
    add_text(&json, args, "purpose", "purpose");
    add_text(&json, args, "tlp-max", "tlp_max");
    add_text(&json, args, "history", "history");
    TOC_TRY(add_number(&json, args, "quorum", "quorum", 1, err));
    TOC_TRY(add_number(&json, args, "retention", "retention_days", 1, err));
    TOC_TRY(add_number(&json, args, "admission-delay", "admission_delay_s", 3600, err));
    TOC_TRY(add_number(&json, args, "bulk-per-day", "bulk_bytes_per_day", 1, err));
    TOC_TRY(add_number(&json, args, "alert-per-day", "alert_bytes_per_day", 1, err));
    if (toc_opts_has(args, "dry-run"))
        toc_json_bool(&json, "dry_run", true);
    toc_json_close(&json, '}');
    bool armour = false;
    toc_show show = {.line = show_proposal, .context = &armour};
    return toc_ask(cli, &request, &show, NULL, err);
}

/* ---- proposals, proposal ---- */

static toc_code collect_proposal(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    char signers[48];
    toc_table *table = context;
    const char *hash = toc_text_of(line, "proposal");
    snprintf(signers, sizeof signers, "%zu of %llu",
             json_array_size(json_object_get(line, "signed")),
             (unsigned long long)toc_number_of(line, "needed"));
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_of(hash, strnlen(hash, HASH_DIGITS_SHOWN)));
    toc_table_add_text(table, toc_text_of(line, "circle_name"));
    toc_table_add_number(table, toc_number_of(line, "version"));
    toc_table_add_number(table, json_array_size(json_object_get(line, "changes")));
    toc_table_add_text(table, signers);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_proposals(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"PROPOSAL", "CIRCLE", ">VERSION",
                                        ">CHANGES", "SIGNED", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "circle-proposals", NULL, args);
    return toc_ask_table(cli, &request, heads, collect_proposal,
                         "No proposal waits for signatures.\n", err);
}

/* "proposal" for digits of a hash, "charter" for what a file of this name holds. */
static toc_code add_named(toc_json *json, const char *word, toc_err *err)
{
    if (strcmp(word, "-") != 0 && access(word, F_OK) != 0) {
        toc_json_text(json, "proposal", toc_span_text(word));
        return TOC_OK;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    TOC_TRY(toc_file_read(word, CHARTER_TEXT_BYTES_MAX, &text, err));
    TOC_TRY(toc_charter_dearmour(toc_buf_view(&text), &bytes, err));
    toc_charter_armour(toc_buf_view(&bytes), &armour);
    TOC_TRY(toc_buf_ok(&armour, err));
    toc_json_text(json, "charter", toc_buf_view(&armour));
    return TOC_OK;
}

toc_code toc_cmd_circle_proposal(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a proposal (its hash, or a file)", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-proposal");
    TOC_TRY(add_named(&json, args->words[0], err));
    toc_json_close(&json, '}');
    bool armour = true;
    toc_show show = {.line = show_proposal, .context = &armour};
    return toc_ask(cli, &request, &show, NULL, err);
}

/* ---- endorse ---- */

typedef struct endorsement {
    bool quiet; /* --json: one object, what came of it */
    char hash[65];
    toc_buf charter; /* armoured */
} endorsement;

static void endorsement_wipe(endorsement *what)
{
    toc_buf_wipe(&what->charter);
}
TOC_DEFINE_AUTO_WIPE(endorsement, endorsement_wipe)

static toc_code look_at(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    endorsement *what = context;
    bool armour = false;
    snprintf(what->hash, sizeof what->hash, "%s", toc_text_of(line, "proposal"));
    toc_buf_add_text(&what->charter, toc_text_of(line, "charter"));
    TOC_TRY(toc_buf_ok(&what->charter, err));
    if (strcmp(toc_text_of(line, "state"), "open") != 0)
        return toc_fail(err, TOC_STATE,
                        "this proposal cannot be signed: it is %s; it must follow the version that "
                        "is in force here",
                        toc_text_of(line, "state"));
    return what->quiet ? TOC_OK : show_proposal(&armour, line, out, err);
}

toc_code toc_cmd_circle_endorse(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a proposal (its hash, or a file)", err));
    TOC_AUTO(toc_buf_wipe) toc_buf look = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(endorsement_wipe) endorsement what = {.quiet = cli->json};
    toc_json json = toc_request_begin(&look, "circle-proposal");
    TOC_TRY(add_named(&json, args->words[0], err));
    toc_json_close(&json, '}');
    toc_cli people = *cli;
    people.json = false;
    toc_show shown = {.line = look_at, .context = &what};
    TOC_TRY(toc_ask(&people, &look, &shown, NULL, err));
    if (!toc_opts_has(args, "yes"))
        TOC_TRY(toc_question("this org's officer signs the proposal", err));
    json = toc_request_begin(&request, "circle-endorse");
    toc_json_text(&json, "proposal", toc_span_text(what.hash));
    toc_json_text(&json, "charter", toc_buf_view(&what.charter));
    toc_json_close(&json, '}');
    bool armour = false;
    toc_show show = {.line = show_proposal, .context = &armour};
    return toc_ask(cli, &request, &show, NULL, err);
}
