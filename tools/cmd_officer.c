/* keys new, officer add/remove/list: the persons whose signatures count for the org. The officer's
 * machine makes the key and keeps it; the org lists it on a card. */
#include <jansson.h>
#include <stdio.h>

#include "proto/base/text.h"
#include "proto/crypto/storekey.h"
#include "proto/roll/change.h"
#include "store/passphrase.h"
#include "tools/ask.h"
#include "tools/change.h"
#include "tools/commands.h"
#include "tools/term/table.h"

enum { OFFICER_TEXT_BYTES_MAX = 4096, KEY_FILE_MODE = 0600, OFFICER_ARENA_BYTES = 1 << 20 };

static const struct {
    const char *name;
    uint32_t bit;
} scopes[] = {
    {"submit", TOC_SCOPE_SUBMIT}, {"freeze", TOC_SCOPE_FREEZE}, {"charter", TOC_SCOPE_CHARTER}};

/* ---- keys new ---- */

const toc_option toc_keys_new_options[] = {
    {"org", "ID", "the org's id: 64 digits, as 'tocsin card' shows it"},
    {"secret", "SOURCE", "the passphrase: file:PATH, credential:NAME or ask (default)"},
    {NULL, NULL, NULL},
};

static toc_code print_public(const toc_org_id *org, const toc_secret *secret, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_verify_key key;
    toc_signature proof;
    toc_sign_public(secret, &key);
    toc_possession_sign(org, secret, &proof);
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_hex(&json, "key", TOC_SPAN_OF(key.bytes));
    toc_json_hex(&json, "proof", TOC_SPAN_OF(proof.bytes));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_print(&line, err);
}

toc_code toc_cmd_keys_new(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    (void)cli;
    const char *org_text = toc_opts_value(args, "org"), *source = toc_opts_value(args, "secret");
    toc_org_id org;
    TOC_TRY(toc_opts_expect(args, 1, 1, "the file to write the key to", err));
    if (org_text == NULL || toc_hex_decode(toc_span_text(org_text), org.bytes, 32, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "for which org? --org and the 64 digits of its id");
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {.kind = TOC_KEYFILE_OFFICER};
    memcpy(file.org, org.bytes, sizeof file.org);
    TOC_TRY(toc_secret_random(&file.secrets[0], err));
    TOC_TRY(toc_passphrase_from(source == NULL ? "ask" : source, "the officer's key", true, &words,
                                err));
    TOC_TRY(toc_keyfile_write(&file, toc_passphrase_trim(toc_buf_view(&words)), &bytes, err));
    TOC_TRY(toc_file_write(args->words[0], toc_buf_view(&bytes), KEY_FILE_MODE, false, err));
    return print_public(&org, file.secrets[0], err);
}

/* ---- officer add ---- */

const toc_option toc_officer_add_options[] = {
    {"scope", "WORD",
     "submit, freeze or charter: what the officer's signature counts for; repeatable"},
    {"title", "TEXT", "a function, not a person: \"duty officer\""},
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

static toc_code read_scopes(const toc_opts *args, uint32_t *out, toc_err *err)
{
    size_t cursor = 0;
    const char *word;
    *out = 0;
    while ((word = toc_opts_each(args, "scope", &cursor)) != NULL) {
        uint32_t bit = 0;
        for (size_t i = 0; i < TOC_COUNT(scopes); i++)
            bit = strcmp(word, scopes[i].name) == 0 ? scopes[i].bit : bit;
        if (bit == 0)
            return toc_fail(err, TOC_USAGE, "'%.32s' is no scope: submit, freeze or charter", word);
        *out |= bit;
    }
    if (*out == 0)
        return toc_fail(err, TOC_USAGE, "what for? --scope submit, freeze or charter");
    return TOC_OK;
}

/* What 'keys new' printed on the officer's machine. */
static toc_code read_public(const char *path, toc_org_id *out_org, toc_officer *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_TRY(toc_file_read(path, OFFICER_TEXT_BYTES_MAX, &text, err));
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    bool read = toc_hex_decode(toc_span_text(toc_text_of(object, "org")), out_org->bytes, 32,
                               NULL) == TOC_OK &&
                toc_hex_decode(toc_span_text(toc_text_of(object, "key")), out->key.bytes, 32,
                               NULL) == TOC_OK &&
                toc_hex_decode(toc_span_text(toc_text_of(object, "proof")), out->proof.bytes, 64,
                               NULL) == TOC_OK;
    json_decref(object);
    if (!read)
        return toc_fail(err, TOC_MALFORMED, "'%s' is not what 'tocsin keys new' printed", path);
    return TOC_OK;
}

toc_code toc_cmd_officer_add(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    toc_officer officer = {.title = toc_span_text(toc_opts_value(args, "title"))};
    toc_org_id org;
    TOC_TRY(toc_opts_expect(args, 1, 1, "a file with what 'tocsin keys new' printed", err));
    TOC_TRY(read_scopes(args, &officer.scopes, err));
    TOC_TRY(read_public(args->words[0], &org, &officer, err));
    TOC_AUTO(toc_change_wipe) toc_card_change change = {0};
    TOC_TRY(toc_change_begin(cli, args, 0, &change, err));
    if (!toc_org_id_equal(&org, &change.current.org))
        return toc_fail(err, TOC_USAGE, "this key was made for another org");
    for (size_t i = 0; i < change.current.officer_count; i++) {
        const toc_officer *there = &change.current.officers[i];
        if (memcmp(&there->key, &officer.key, sizeof officer.key) == 0)
            return toc_fail(err, TOC_EXISTS,
                            "this key is on the card already, as officer %u; to change what it "
                            "counts for remove that one, and add a new key",
                            there->number);
    }
    officer.number = change.officer_next;
    TOC_TRY(toc_card_officer_add(&change.next, &officer, change.arena, err));
    TOC_TRY(toc_change_end(&change, false, false, err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (!cli->json)
        toc_buf_printf(&text, "\nThis is officer %u now ('tocsin officer list').\n",
                       officer.number);
    return toc_print(&text, err);
}

/* ---- officer remove ---- */

const toc_option toc_officer_remove_options[] = {
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

toc_code toc_cmd_officer_remove(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    uint64_t number;
    TOC_TRY(toc_opts_expect(args, 1, 1, "the officer's number", err));
    if (toc_u64_parse(toc_span_text(args->words[0]), UINT32_MAX, &number, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "'%.32s' is no officer's number", args->words[0]);
    TOC_AUTO(toc_change_wipe) toc_card_change change = {0};
    TOC_TRY(toc_change_begin(cli, args, 0, &change, err));
    TOC_TRY(toc_card_officer_remove(&change.next, (uint32_t)number, change.now, change.arena, err));
    return toc_change_end(&change, false, false, err);
}

/* ---- officer list ---- */

static void add_scopes(uint32_t bits, toc_buf *out)
{
    for (size_t i = 0; i < TOC_COUNT(scopes); i++) {
        if ((bits & scopes[i].bit) != 0)
            toc_buf_printf(out, "%s%s", out->size == 0 ? "" : ", ", scopes[i].name);
    }
}

static void officer_json(const toc_officer *officer, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "number", officer->number);
    toc_json_hex(&json, "key", TOC_SPAN_OF(officer->key.bytes));
    toc_json_open(&json, "scopes", '[');
    for (size_t i = 0; i < TOC_COUNT(scopes); i++) {
        if ((officer->scopes & scopes[i].bit) != 0)
            toc_json_text(&json, NULL, toc_span_text(scopes[i].name));
    }
    toc_json_close(&json, ']');
    toc_json_optional(&json, "title", officer->title);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

static toc_code officer_table(const toc_card *card, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {">OFFICER", "SCOPES", "TITLE", "KEY", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table = {0};
    toc_table_init(&table, heads);
    for (size_t i = 0; i < card->officer_count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
        char key[65];
        add_scopes(card->officers[i].scopes, &words);
        toc_hex_encode(TOC_SPAN_OF(card->officers[i].key.bytes), key);
        toc_table_add_number(&table, card->officers[i].number);
        toc_table_add(&table, TOC_STYLE_PLAIN, toc_buf_view(&words));
        toc_table_add(&table, TOC_STYLE_PLAIN, card->officers[i].title);
        toc_table_add_text(&table, key);
    }
    return toc_table_print(&table, 0, out, err);
}

static toc_code show_officers(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const toc_cli *cli = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(OFFICER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_card_dearmour(toc_span_text(toc_text_of(line, "card")), &bytes, err));
    TOC_TRY(toc_card_open(toc_buf_view(&bytes), arena, &card, err));
    if (!cli->json)
        return officer_table(&card, out, err);
    for (size_t i = 0; i < card.officer_count; i++)
        officer_json(&card.officers[i], out);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_officer_list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    toc_request_words(&request, "card", NULL, args);
    toc_cli asking = *cli; /* the answer is a card; what is shown is what stands on it */
    asking.json = false;
    toc_show show = {.line = show_officers, .context = cli};
    return toc_ask(&asking, &request, &show, NULL, err);
}
