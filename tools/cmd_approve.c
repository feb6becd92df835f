/* pending, approve, reject: what officers do. What is signed is hashed here, from the bytes that
 * are shown here: no digest is taken from anybody (PROTOCOL §2). */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/keyfile.h"
#include "proto/crypto/storekey.h"
#include "proto/record/approval.h"
#include "proto/record/record.h"
#include "store/passphrase.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/exhibit.h"
#include "tools/readers.h"
#include "tools/term/colour.h"
#include "tools/term/question.h"
#include "tools/term/table.h"

enum {
    ID_DIGITS_SHOWN = 16,
    DRAFT_TEXT_BYTES_MAX = 4 << 20,
    APPROVE_ARENA_BYTES = 4 << 20,
    SIGNATURE_FILE_MODE = 0644
};

const toc_option toc_approve_options[] = {
    {"key", "FILE", "the officer's key file (keys new); without it the key that the node keeps"},
    {"secret", "SOURCE", "its passphrase: file:PATH, credential:NAME or ask (default)"},
    {"hash", "HASH", "go on without asking, if this is the hash of what is shown (64 digits)"},
    {"draft", "FILE", "the draft from 'pending ID --json' instead of the node: away from it"},
    {"output", "FILE", "write the signature there instead of handing it in"},
    {"signature", "FILE", "hand in what --output wrote"},
    {NULL, NULL, NULL},
};
const toc_option toc_reject_options[] = {
    {"reason", "TEXT", "why; it is kept in the audit"},
    {"key", "FILE", "the officer's key file (keys new); without it the key that the node keeps"},
    {"secret", "SOURCE", "its passphrase: file:PATH, credential:NAME or ask (default)"},
    {"hash", "HASH", "go on without asking, if this is the hash of what is shown (64 digits)"},
    {NULL, NULL, NULL},
};

/* ---- a draft as it was told, and what it truly says ---- */

typedef struct shown_draft {
    json_t *line;
    toc_arena *arena;
    toc_circle_id circle;
    toc_org_id org;
    toc_draft_id id;
    toc_time not_after;
    toc_span bytes; /* of the statement */
    toc_statement statement;
    toc_hash hash;
} shown_draft;

static void shown_draft_wipe(shown_draft *draft)
{
    json_decref(draft->line);
    toc_arena_free(draft->arena);
}
TOC_DEFINE_AUTO_WIPE(shown_draft, shown_draft_wipe)

static toc_code read_bytes(shown_draft *draft, toc_err *err)
{
    const char *hex = toc_text_of(draft->line, "statement");
    size_t size = strlen(hex) / 2;
    uint8_t *bytes = toc_arena_alloc(draft->arena, size == 0 ? 1 : size);
    if (bytes == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    if (size == 0 || toc_hex_decode(toc_span_text(hex), bytes, size, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "this draft has no statement");
    draft->bytes = toc_span_of(bytes, size);
    toc_sha256(draft->bytes, &draft->hash);
    return TOC_OK;
}

/* Nothing may stand in the bytes that is not shown: what they say, written anew, is they. */
static toc_code read_statement(shown_draft *draft, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf anew = {0};
    TOC_TRY(toc_record_join(draft->bytes, NULL, 0, &record, err));
    toc_span copy = toc_arena_dup(draft->arena, toc_buf_view(&record));
    if (copy.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    TOC_TRY(toc_record_decode(copy, draft->arena, &draft->statement, err));
    TOC_TRY(toc_record_encode(&draft->statement, &anew, err));
    if (!toc_span_equal(toc_buf_view(&anew), toc_buf_view(&record)))
        return toc_fail(err, TOC_MALFORMED,
                        "the statement holds more than can be shown; it is not signed");
    return TOC_OK;
}

static toc_code read_id(const json_t *line, const char *key, uint8_t out[32], toc_err *err)
{
    return toc_hex_decode(toc_span_text(toc_text_of(line, key)), out, 32, NULL) == TOC_OK
               ? TOC_OK
               : toc_fail(err, TOC_MALFORMED, "this is no draft: its %s is missing", key);
}

static toc_code take_draft(shown_draft *draft, json_t *line, toc_err *err)
{
    draft->line = json_incref(line);
    TOC_TRY(toc_arena_new(APPROVE_ARENA_BYTES, &draft->arena, err));
    TOC_TRY(read_id(line, "draft", draft->id.bytes, err));
    TOC_TRY(read_id(line, "circle", draft->circle.bytes, err));
    TOC_TRY(read_id(line, "org", draft->org.bytes, err));
    draft->not_after.unix_ms = toc_number_of(line, "not_after_ms");
    TOC_TRY(read_bytes(draft, err));
    return read_statement(draft, err);
}

static toc_code take_line(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)out;
    return take_draft(context, line, err);
}

static toc_code fetch(toc_cli *cli, const char *word, shown_draft *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_cli quiet = *cli;
    quiet.json = false;
    toc_json json = toc_request_begin(&request, "draft");
    toc_json_text(&json, "draft", toc_span_text(word));
    toc_json_close(&json, '}');
    toc_show show = {.line = take_line, .context = out};
    return toc_ask(&quiet, &request, &show, NULL, err);
}

static toc_code read_file(const char *path, shown_draft *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_file_read(path, DRAFT_TEXT_BYTES_MAX, &text, err));
    json_t *line = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    toc_code code = line == NULL ? toc_fail(err, TOC_MALFORMED, "'%s' is no draft: no JSON", path)
                                 : take_draft(out, line, err);
    json_decref(line);
    return code;
}

/* ---- showing it ---- */

static void add_plain(toc_buf *out, const char *text)
{
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(text));
}

static void add_numbers(const json_t *items, const char *key, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        json_int_t number =
            key == NULL ? json_integer_value(item) : (json_int_t)toc_number_of(item, key);
        toc_buf_printf(out, "%s%lld", i == 0 ? "" : ", ", (long long)number);
    }
}

/* The statement does not say so: what is signed has no word of who had the claim before. */
static void add_losers(const json_t *orgs, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(orgs); i++) {
        const json_t *row = json_array_get(orgs, i);
        const char *name = toc_text_of(row, "name");
        toc_buf_add_text(out, i == 0 ? "It is for fewer than before. When it is written, the claim "
                                       "is retracted for those who have it now: "
                                     : ", ");
        add_plain(out, name[0] == '\0' ? toc_text_of(row, "org") : name);
    }
    toc_buf_add_text(out, json_array_size(orgs) == 0 ? "" : ".\n");
}

/* As of when the draft was asked for. */
static toc_code add_readers(const json_t *line, toc_buf *out, toc_err *err)
{
    add_losers(json_object_get(line, "ends_for"), out);
    toc_buf_add_text(out, "Who would read it, and who would not:\n");
    return toc_readers_print(json_object_get(line, "readership"), 2, out, err);
}

static toc_code show_draft(const shown_draft *draft, toc_buf *out, toc_err *err)
{
    char hash[65];
    const json_t *line = draft->line, *approvals = json_object_get(line, "approvals");
    toc_hex_encode(TOC_SPAN_OF(draft->hash.bytes), hash);
    toc_buf_add_text(out, "Draft ");
    add_plain(out, toc_text_of(line, "draft"));
    toc_buf_add_text(out, "\n  in ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "circle_name")));
    toc_buf_add_text(out, ", circle ");
    add_plain(out, toc_text_of(line, "circle"));
    toc_buf_add_text(out, "\n  of org ");
    add_plain(out, toc_text_of(line, "org"));
    toc_buf_printf(out, "\n  by user %llu at ", (unsigned long long)toc_number_of(line, "uid"));
    add_plain(out, toc_text_of(line, "at"));
    toc_buf_add_text(out, "; lapses ");
    add_plain(out, toc_text_of(line, "not_after"));
    toc_buf_printf(out, "\n  %llu of %llu officers approved it",
                   (unsigned long long)toc_number_of(line, "approved_by"),
                   (unsigned long long)toc_number_of(line, "needed"));
    toc_buf_add_text(out, json_array_size(approvals) == 0 ? "" : ": ");
    add_numbers(approvals, "officer", out);
    toc_buf_add_text(out, "; those who may: ");
    add_numbers(json_object_get(line, "officers"), NULL, out);
    toc_buf_printf(out, "\nThe statement, %zu bytes, SHA-256 %s:\n", draft->bytes.size, hash);
    TOC_TRY(toc_exhibit_statement_words(&draft->statement, out, err));
    TOC_TRY(add_readers(line, out, err));
    return toc_buf_ok(out, err);
}

/* ---- pending ---- */

static toc_code collect(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    char approved[32];
    toc_table *table = context;
    const char *id = toc_text_of(line, "draft"), *state = toc_text_of(line, "state");
    snprintf(approved, sizeof approved, "%llu of %llu",
             (unsigned long long)toc_number_of(line, "approved_by"),
             (unsigned long long)toc_number_of(line, "needed"));
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_of(id, strnlen(id, ID_DIGITS_SHOWN)));
    toc_table_add_text(table, toc_text_of(line, "kind"));
    toc_table_add_text(table, toc_text_of(line, "circle_name"));
    toc_table_add_number(table, toc_number_of(line, "uid"));
    toc_table_add_text(table, approved);
    toc_table_add_text(table, toc_text_of(line, "not_after"));
    toc_table_add(table, strcmp(state, "waiting") == 0 ? TOC_STYLE_PLAIN : TOC_STYLE_WARNING,
                  toc_span_text(state));
    return toc_buf_ok(out, err);
}

static toc_code list_pending(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"DRAFT",    "WHAT",   "CIRCLE", ">BY USER",
                                        "APPROVED", "LAPSES", "STATE",  NULL};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "drafts", NULL, args);
    return toc_ask_table(cli, &request, heads, collect, "Nothing waits for officers.\n", err);
}

toc_code toc_cmd_pending(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 1, "nothing, or a draft", err));
    if (args->word_count == 0)
        return list_pending(cli, args, err);
    TOC_AUTO(shown_draft_wipe) shown_draft draft = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(fetch(cli, args->words[0], &draft, err));
    if (!cli->json) {
        TOC_TRY(show_draft(&draft, &out, err));
        return toc_print(&out, err);
    }
    char *text = json_dumps(draft.line, JSON_COMPACT);
    if (text == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    toc_buf_add_text(&out, text);
    toc_buf_add_u8(&out, '\n');
    free(text);
    return toc_print(&out, err);
}

/* ---- deciding ---- */

/* Asks, unless the hash of what was shown was told. */
static toc_code confirm(const toc_cli *cli, const toc_opts *args, const shown_draft *draft,
                        const char *question, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    const char *told = toc_opts_value(args, "hash");
    toc_hash hash;
    if (told == NULL || !cli->json) {
        TOC_TRY(show_draft(draft, &out, err));
        TOC_TRY(toc_print(&out, err));
    }
    if (told == NULL && isatty(STDIN_FILENO) != 1)
        return toc_fail(err, TOC_USAGE,
                        "nobody sits here to say yes: read it, then give its hash (--hash HASH)");
    if (told == NULL)
        return toc_question(question, err);
    if (toc_hex_decode(toc_span_text(told), hash.bytes, sizeof hash.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "--hash: 64 hexadecimal digits");
    if (!toc_hash_equal(&hash, &draft->hash))
        return toc_fail(err, TOC_SIGNATURE,
                        "--hash is not the hash of this draft's statement; nothing is signed");
    return TOC_OK;
}

static toc_code sign(const toc_opts *args, const shown_draft *draft, toc_approval *out,
                     toc_err *err)
{
    const char *source = toc_opts_value(args, "secret");
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {0};
    TOC_TRY(toc_file_read(toc_opts_value(args, "key"), DRAFT_TEXT_BYTES_MAX, &bytes, err));
    TOC_TRY(toc_passphrase_from(source == NULL ? "ask" : source, "the officer's key", false, &words,
                                err));
    TOC_TRY(toc_keyfile_read(toc_buf_view(&bytes), TOC_KEYFILE_OFFICER,
                             toc_passphrase_trim(toc_buf_view(&words)), &file, err));
    if (memcmp(file.org, draft->org.bytes, sizeof file.org) != 0)
        return toc_fail(err, TOC_USAGE, "this key is an officer's of another org");
    toc_approval_sign(draft->bytes, &draft->circle, &draft->org, file.secrets[0], out);
    return TOC_OK;
}

static void add_signature(toc_json *json, const toc_approval *approval)
{
    toc_json_hex(json, "draft", TOC_SPAN_OF(approval->draft.bytes));
    toc_json_hex(json, "officer", TOC_SPAN_OF(approval->officer.bytes));
    toc_json_hex(json, "signature", TOC_SPAN_OF(approval->signature.bytes));
}

static toc_code write_signature(const char *path, const toc_approval *approval, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_json json = {.out = &out};
    toc_json_open(&json, NULL, '{');
    add_signature(&json, approval);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    TOC_TRY(toc_buf_ok(&out, err));
    return toc_file_write(path, toc_buf_view(&out), SIGNATURE_FILE_MODE, false, err);
}

static toc_code show_result(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    const char *record = toc_text_of(line, "record"), *decision = toc_text_of(line, "decision");
    toc_buf_printf(out, "Officer %llu ", (unsigned long long)toc_number_of(line, "officer"));
    if (strcmp(decision, "rejected") == 0) {
        toc_buf_add_text(out, "rejected it; the draft is gone.\n");
    } else {
        toc_buf_printf(out, "approved it, %llu of %llu.\n",
                       (unsigned long long)toc_number_of(line, "approved_by"),
                       (unsigned long long)toc_number_of(line, "needed"));
    }
    if (record[0] != '\0') {
        toc_buf_add_text(out, "Written as record ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(record));
        toc_buf_add_text(out, ".\n");
    }
    return toc_buf_ok(out, err);
}

static toc_code send(toc_cli *cli, toc_buf *request, toc_json *json, toc_err *err)
{
    toc_json_close(json, '}');
    toc_show show = {.line = show_result};
    return toc_ask(cli, request, &show, NULL, err);
}

static toc_code hand_in(toc_cli *cli, const char *path, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_TRY(toc_file_read(path, DRAFT_TEXT_BYTES_MAX, &text, err));
    json_t *line = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (line == NULL)
        return toc_fail(err, TOC_MALFORMED, "'%s' is not what 'approve --output' wrote", path);
    toc_json json = toc_request_begin(&request, "approve");
    static const char *const members[] = {"draft", "officer", "signature"};
    for (size_t i = 0; i < TOC_COUNT(members); i++)
        toc_json_text(&json, members[i], toc_span_text(toc_text_of(line, members[i])));
    json_decref(line);
    return send(cli, &request, &json, err);
}

static toc_code decide(toc_cli *cli, const toc_opts *args, const shown_draft *draft,
                       toc_decision decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    bool yes = decision == TOC_DECISION_APPROVED, has_key = toc_opts_has(args, "key");
    const char *output = yes ? toc_opts_value(args, "output") : NULL;
    const char *reason = yes ? NULL : toc_opts_value(args, "reason");
    toc_approval approval = {
        .draft = draft->id, .not_after = draft->not_after, .decision = decision};
    if (output != NULL && !has_key)
        return toc_fail(err, TOC_USAGE, "--output writes a signature: by which --key?");
    TOC_TRY(confirm(cli, args, draft,
                    yes ? "an officer approves exactly this" : "an officer rejects this", err));
    if (has_key)
        TOC_TRY(sign(args, draft, &approval, err));
    if (output != NULL)
        return write_signature(output, &approval, err);
    toc_json json = toc_request_begin(&request, yes ? "approve" : "reject");
    if (has_key) {
        add_signature(&json, &approval);
    } else {
        toc_json_hex(&json, "draft", TOC_SPAN_OF(draft->id.bytes));
        toc_json_hex(&json, "shown", TOC_SPAN_OF(draft->hash.bytes));
    }
    if (reason != NULL)
        toc_json_text(&json, "reason", toc_span_text(reason));
    return send(cli, &request, &json, err);
}

toc_code toc_cmd_approve(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    const char *file = toc_opts_value(args, "draft"),
               *signature = toc_opts_value(args, "signature");
    bool named = file != NULL || signature != NULL;
    TOC_AUTO(shown_draft_wipe) shown_draft draft = {0};
    TOC_TRY(toc_opts_expect(args, named ? 0 : 1, named ? 0 : 1,
                            named ? "no draft beside a file" : "a draft ('tocsin pending')", err));
    if (signature != NULL)
        return hand_in(cli, signature, err);
    TOC_TRY(file != NULL ? read_file(file, &draft, err) : fetch(cli, args->words[0], &draft, err));
    return decide(cli, args, &draft, TOC_DECISION_APPROVED, err);
}

toc_code toc_cmd_reject(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(shown_draft_wipe) shown_draft draft = {0};
    TOC_TRY(toc_opts_expect(args, 1, 1, "a draft ('tocsin pending')", err));
    TOC_TRY(fetch(cli, args->words[0], &draft, err));
    return decide(cli, args, &draft, TOC_DECISION_REJECTED, err);
}
