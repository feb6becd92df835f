#include "tools/change.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/roll/change.h"
#include "tools/ask.h"
#include "tools/card.h"

enum { CHANGE_ARENA_BYTES = 64 << 20 };

void toc_change_wipe(toc_card_change *change)
{
    toc_log_abort(change->txn);
    toc_direct_close(&change->store);
    toc_roots_wipe(&change->roots);
    toc_arena_free(change->arena);
    change->txn = NULL;
    change->arena = NULL;
}

/* ---- begin ---- */

static toc_code take_hex(const json_t *line, const char *key, uint8_t *out, size_t size,
                         toc_err *err)
{
    if (toc_hex_decode(toc_span_text(toc_text_of(line, key)), out, size, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "the node's answer has no '%s'", key);
    return TOC_OK;
}

static toc_code open_current(toc_card_change *change, toc_span bytes, toc_err *err)
{
    TOC_TRY(toc_card_open(bytes, change->arena, &change->current, err));
    toc_card_next(&change->current, &change->next);
    change->next.valid_from = change->now;
    return TOC_OK;
}

static toc_code retire_if_new(toc_card_change *change, const toc_verify_key *before,
                              const toc_verify_key *after, toc_err *err)
{
    if (memcmp(before, after, sizeof *before) == 0)
        return TOC_OK;
    return toc_card_retire(&change->next, before, change->retired_at, change->arena, err);
}

static toc_code take_time(const json_t *line, const char *key, toc_time *out, toc_err *err)
{
    if (toc_time_parse(toc_span_text(toc_text_of(line, key)), out, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "the node's answer has no '%s'", key);
    return TOC_OK;
}

static toc_code take_prepared(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)out;
    toc_card_change *change = context;
    toc_card *next = &change->next;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_card_dearmour(toc_span_text(toc_text_of(line, "card")), &bytes, err));
    TOC_TRY(open_current(change, toc_buf_view(&bytes), err));
    TOC_TRY(take_hex(line, "sign", next->sign.bytes, 32, err));
    TOC_TRY(take_hex(line, "sign_proof", next->sign_proof.bytes, 64, err));
    TOC_TRY(take_hex(line, "cosign", next->cosign.bytes, 32, err));
    TOC_TRY(take_hex(line, "cosign_proof", next->cosign_proof.bytes, 64, err));
    TOC_TRY(take_hex(line, "link", next->link.bytes, 32, err));
    TOC_TRY(take_hex(line, "seal", next->seal.bytes, 32, err));
    TOC_TRY(take_time(line, "sign_since", &change->since.sign, err));
    TOC_TRY(take_time(line, "cosign_since", &change->since.cosign, err));
    change->officer_next = (uint32_t)toc_number_of(line, "officer_next");
    TOC_TRY(retire_if_new(change, &change->current.sign, &next->sign, err));
    return retire_if_new(change, &change->current.cosign, &next->cosign, err);
}

static toc_code ask_node(toc_card_change *change, unsigned which, toc_err *err)
{
    static const char *const names[] = {"sign", "cosign", "link", "seal"};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "keys-prepare");
    toc_json_open(&json, "keys", '[');
    for (unsigned i = 0; i < TOC_COUNT(names); i++) {
        if ((which & 1u << i) != 0)
            toc_json_text(&json, NULL, toc_span_text(names[i]));
    }
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    toc_cli quiet = *change->cli; /* the answer is for us, not for stdout */
    quiet.json = false;
    toc_show show = {.line = take_prepared, .context = change};
    return toc_ask(&quiet, &request, &show, NULL, err);
}

static toc_code ask_store(toc_card_change *change, unsigned which, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_direct_open(change->cli, toc_span_text("card-change"), toc_span_text("{}"), false,
                            &change->store, err));
    TOC_TRY(toc_log_write(change->store.log, &change->txn, err));
    TOC_TRY(toc_card_of_log(change->txn, &bytes, err));
    TOC_TRY(open_current(change, toc_buf_view(&bytes), err));
    TOC_TRY(toc_identity_officer_next(change->txn, &change->officer_next, err));
    TOC_TRY(toc_identity_keys_since(change->txn, &change->since, err));
    return toc_identity_prepare(change->txn, which, &change->next, change->retired_at,
                                change->arena, err);
}

/* A key cannot have ended before it was there. */
static toc_code check_retirement(const toc_card_change *change, unsigned which, toc_err *err)
{
    const struct {
        unsigned bit;
        const char *name;
        toc_time since;
    } keys[] = {{TOC_CHANGE_SIGN, "sign", change->since.sign},
                {TOC_CHANGE_COSIGN, "cosign", change->since.cosign}};
    char at[TOC_TIME_TEXT_BYTES], since[TOC_TIME_TEXT_BYTES];
    toc_time_print(change->retired_at, at);
    for (size_t i = 0; i < TOC_COUNT(keys); i++) {
        toc_time_print(keys[i].since, since);
        if ((which & keys[i].bit) != 0 && change->retired_at.unix_ms < change->now.unix_ms &&
            change->retired_at.unix_ms < keys[i].since.unix_ms)
            return toc_fail(err, TOC_USAGE,
                            "--retired-at %s: the %s key that is in use came on a card of %s; it "
                            "cannot have been retired before",
                            at, keys[i].name, since);
    }
    return TOC_OK;
}

toc_code toc_change_begin(toc_cli *cli, const toc_opts *args, unsigned which, toc_card_change *out,
                          toc_err *err)
{
    out->cli = cli;
    out->args = args;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME,
                  &now); /* what old keys said earlier in this second still counts */
    out->now.unix_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    TOC_TRY(toc_arena_new(CHANGE_ARENA_BYTES, &out->arena, err));
    TOC_TRY(toc_cli_config(cli, &out->config, err));
    if (out->retired_at.unix_ms > out->now.unix_ms)
        return toc_fail(err, TOC_USAGE, "--retired-at lies ahead of this machine's clock");
    out->retired_at = out->retired_at.unix_ms == 0 ? out->now : out->retired_at;
    TOC_TRY(cli->direct ? ask_store(out, which, err) : ask_node(out, which, err));
    TOC_TRY(check_retirement(out, which, err));
    char path[TOC_CONFIG_PATH_BYTES];
    TOC_TRY(toc_root_path(&out->config, args, path, err));
    return toc_root_of(&out->config, args, path, &out->current, &out->roots, err);
}

/* ---- end ---- */

static toc_code show_card(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const toc_card_change *change = context;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_card_dearmour(toc_span_text(toc_text_of(line, "card")), &bytes, err));
    return toc_card_show(change->cli, toc_buf_view(&bytes), false, out, err);
}

static toc_code adopt(toc_card_change *change, toc_span signed_card, bool compromised, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (change->cli->direct) {
        TOC_TRY(toc_log_own_card_adopt(change->txn, signed_card, compromised, change->now, err));
        toc_log_txn *written = change->txn;
        change->txn = NULL; /* transferred */
        TOC_TRY(toc_log_commit(written, err));
        TOC_TRY(toc_card_show(change->cli, signed_card, false, &text, err));
        return toc_print(&text, err);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_card_armour(signed_card, &text);
    toc_json json = toc_request_begin(&request, "card-adopt");
    toc_json_text(&json, "card", toc_buf_view(&text));
    toc_json_bool(&json, "compromised", compromised);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_card, .context = change};
    return toc_ask(change->cli, &request, &show, NULL, err);
}

/* The new roots are on the disk before the card is in force, and in their place after it: whenever
 * this is cut short, one of the two files signs the present card. */
static toc_code end_with_root(toc_card_change *change, bool compromised, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES], fresh[TOC_CONFIG_PATH_BYTES + 8];
    TOC_AUTO(toc_secret_free) toc_secret *after = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf card = {0};
    toc_verify_key root, next;
    TOC_TRY(toc_root_path(&change->config, change->args, path, err));
    snprintf(fresh, sizeof fresh, "%s.new", path);
    TOC_TRY(toc_secret_random(&after, err));
    toc_roots turned = {.root = change->roots.next, .next = after}; /* lent */
    toc_sign_public(turned.root, &root);
    toc_sign_public(turned.next, &next);
    TOC_TRY(toc_card_root_turn(&change->next, &root, &next, change->now, change->arena, err));
    TOC_TRY(toc_card_sign(&change->next, turned.root, change->roots.root, &card, err));
    TOC_TRY(toc_root_write(&change->config, change->args, fresh, &turned, &change->current.org,
                           false, true, err));
    toc_code code = adopt(change, toc_buf_view(&card), compromised, err);
    if (code == TOC_UNREACHABLE)
        return code; /* perhaps it is in force: both files stay */
    if (code != TOC_OK) {
        (void)unlink(fresh);
        return code;
    }
    if (rename(fresh, path) != 0)
        return toc_fail(err, TOC_IO, "the card is in force; move '%s' to '%s': %s", fresh, path,
                        strerror(errno));
    return TOC_OK;
}

toc_code toc_change_end(toc_card_change *change, bool root, bool compromised, toc_err *err)
{
    if (root)
        return end_with_root(change, compromised, err);
    TOC_AUTO(toc_buf_wipe) toc_buf card = {0};
    TOC_TRY(toc_card_sign(&change->next, change->roots.root, NULL, &card, err));
    return adopt(change, toc_buf_view(&card), compromised, err);
}
