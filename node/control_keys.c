/* Commands about the own keys: keys-prepare, card-adopt. The root is elsewhere: the node makes its
 * new keys, the caller writes and signs the card, the node puts both in force. */
#include "node/control_args.h"
#include "node/control_talk.h"
#include "proto/roll/change.h"
#include "store/identity.h"

enum { KEYS_ARENA_BYTES = 4 << 20 };

typedef struct keys_task {
    unsigned which;
    toc_arena *arena;
    toc_card current, next;
    uint32_t officer_next;
    toc_keys_since since;
} keys_task;

static toc_code prepare_keys(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    keys_task *task = context;
    TOC_TRY(toc_log_card_of(txn, toc_engine_org(engine), task->arena, &task->current, err));
    TOC_TRY(toc_identity_officer_next(txn, &task->officer_next, err));
    TOC_TRY(toc_identity_keys_since(txn, &task->since, err));
    toc_card_next(&task->current, &task->next);
    return toc_identity_prepare(txn, task->which, &task->next, now.wall, task->arena, err);
}

static toc_code read_kinds(json_t *request, unsigned *out, toc_err *err)
{
    static const struct {
        const char *name;
        unsigned bit;
    } kinds[] = {{"sign", TOC_CHANGE_SIGN},
                 {"cosign", TOC_CHANGE_COSIGN},
                 {"link", TOC_CHANGE_LINK},
                 {"seal", TOC_CHANGE_SEAL}};
    size_t count;
    *out = 0;
    TOC_TRY(toc_args_texts(request, "keys", false, &count, err));
    for (size_t i = 0; i < count; i++) {
        toc_span word = toc_args_text_at(request, "keys", i);
        unsigned bit = 0;
        for (size_t j = 0; j < TOC_COUNT(kinds); j++)
            bit = toc_span_equal(word, toc_span_text(kinds[j].name)) ? kinds[j].bit : bit;
        if (bit == 0)
            return toc_fail(err, TOC_USAGE, "keys: sign, cosign, link and seal can be prepared");
        *out |= bit;
    }
    return TOC_OK;
}

toc_code toc_control_keys_prepare(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_arena_new(KEYS_ARENA_BYTES, &arena, err));
    keys_task task = {.arena = arena};
    TOC_TRY(read_kinds(request, &task.which, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), prepare_keys, &task, err));
    toc_card_armour(task.current.signed_card, &armour);
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "card", toc_buf_view(&armour));
    toc_json_hex(&json, "sign", TOC_SPAN_OF(task.next.sign.bytes));
    toc_json_hex(&json, "sign_proof", TOC_SPAN_OF(task.next.sign_proof.bytes));
    toc_json_hex(&json, "cosign", TOC_SPAN_OF(task.next.cosign.bytes));
    toc_json_hex(&json, "cosign_proof", TOC_SPAN_OF(task.next.cosign_proof.bytes));
    toc_json_hex(&json, "link", TOC_SPAN_OF(task.next.link.bytes));
    toc_json_hex(&json, "seal", TOC_SPAN_OF(task.next.seal.bytes));
    toc_json_number(&json, "officer_next", task.officer_next);
    toc_json_time(&json, "sign_since", task.since.sign);
    toc_json_time(&json, "cosign_since", task.since.cosign);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

typedef struct adoption {
    toc_buf card;
    bool compromised;
} adoption;

static void adoption_wipe(adoption *what)
{
    toc_buf_wipe(&what->card);
}
TOC_DEFINE_AUTO_WIPE(adoption, adoption_wipe)

static toc_code adopt_card(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const adoption *what = context;
    return toc_engine_card_adopt(engine, txn, toc_buf_view(&what->card), what->compromised, now,
                                 err);
}

toc_code toc_control_card_adopt(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(adoption_wipe) adoption what = {0};
    toc_span text;
    TOC_TRY(toc_args_text(request, "card", true, &text, err));
    TOC_TRY(toc_args_bool(request, "compromised", &what.compromised, err));
    TOC_TRY(toc_card_dearmour(text, &what.card, err));
    TOC_TRY(toc_node_do(toc_talk_node(talk), adopt_card, &what, err));
    return toc_control_card(talk, request, err);
}
