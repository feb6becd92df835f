#include "node/alarms.h"

#include <stdio.h>

#include "node/engine/epoch.h"
#include "proto/base/text.h"
#include "proto/roll/pins.h"
#include "store/erase.h"
#include "store/memo.h"
#include "store/query.h"

enum {
    ALARMS_ARENA_BYTES = 32 << 20,
    ALARMS_KEY_MS = 3600000,  /* PROTOCOL §2: no key for an hour is an alarm */
    ALARMS_BODY_MS = 600000,  /* whoever was asked had time to answer */
    ALARMS_BODIES_MAX = 4096, /* looked at */
    ALARMS_FEEDS_MAX = 64     /* told of one kind; the first is enough to begin with */
};
#define ALARMS_CARD_ENDS_MS (14ull * 86400000ull) /* time to sign the next one */
#define ALARMS_AGAIN_MS     (7ull * 86400000ull)  /* whoever runs the node looked at it by then */

typedef struct alarms {
    toc_json *json;
    toc_log_txn *txn;
    const toc_org_id *self;
    toc_time now;
    toc_arena *arena, *cards; /* of what one alarm says; of one card */
    size_t keys, forks;
} alarms;

static void raise(alarms *all, const char *alarm, const toc_org_id *org,
                  const toc_circle_id *circle, toc_time since, const char *text)
{
    toc_json *json = all->json;
    toc_json_open(json, NULL, '{');
    toc_json_text(json, "alarm", toc_span_text(alarm));
    if (org == NULL)
        toc_json_null(json, "org");
    else
        toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_optional(json, "org_name",
                      org == NULL ? (toc_span){0} : toc_log_name_of(all->txn, org, all->arena));
    if (circle == NULL)
        toc_json_null(json, "circle");
    else
        toc_json_hex(json, "circle", TOC_SPAN_OF(circle->bytes));
    toc_charter charter;
    bool named = circle != NULL &&
                 toc_log_charter_of(all->txn, circle, all->arena, &charter, NULL) == TOC_OK;
    toc_json_optional(json, "circle_name", named ? charter.name : (toc_span){0});
    toc_json_time_optional(json, "since", since);
    toc_json_text(json, "text", toc_span_text(text));
    toc_json_close(json, '}');
    toc_arena_reset(all->arena);
}

/* ---- keys that have not come ---- */

/* Where the charter gives joiners no history, nobody sends the keys from before; nor those of an
 * author whose feed it has closed. */
static bool was_never_for_us(alarms *all, const toc_feed_name *name, uint32_t epoch)
{
    toc_charter charter;
    bool never =
        toc_log_charter_of(all->txn, &name->circle, all->arena, &charter, NULL) != TOC_OK ||
        !toc_charter_reads(&charter, all->self) || toc_charter_end(&charter, name) != UINT64_MAX ||
        (charter.policy.history != TOC_HISTORY_ALL &&
         toc_epoch_granted(all->txn, name, epoch, all->self, all->arena) == TOC_GRANTED_NO);
    toc_arena_reset(all->arena);
    return never;
}

/* Nobody gives a new reader keys before its wait is over. */
static toc_time expected_since(const alarms *all, const toc_feed_name *name, toc_time since)
{
    toc_time until = {0};
    if (toc_memo_wait(all->txn, &name->circle, &until, NULL) != TOC_OK)
        return since;
    return until.unix_ms > since.unix_ms ? until : since;
}

/* One alarm a feed, for the range that came first. */
static toc_code missing_keys(alarms *all, toc_err *err)
{
    toc_log_pending range;
    uint32_t number = 0;
    uint64_t from = 0;
    while (all->keys < ALARMS_FEEDS_MAX &&
           toc_log_pending_next(all->txn, number, from, &range, NULL) == TOC_OK) {
        toc_log_feed feed;
        number = range.number;
        from = range.until;
        TOC_TRY(toc_log_feed_at(all->txn, number, &feed, err));
        toc_time since = expected_since(all, &feed.name, range.since);
        if (all->now.unix_ms < since.unix_ms + ALARMS_KEY_MS ||
            was_never_for_us(all, &feed.name, range.epoch))
            continue;
        raise(
            all, "key-missing", &feed.name.org, &feed.name.circle, range.since,
            "its records are stored and cannot be read: no key has come. Is its node running, and "
            "linked, directly or through others (tocsin peers)?");
        all->keys++;
        number++;
        from = 0;
    }
    return TOC_OK;
}

/* ---- entries without their bodies ---- */

/* One alarm a feed. What an order deleted is no alarm: somebody decided it. */
static toc_code missing_bodies(alarms *all, toc_err *err)
{
    toc_erase_place at = {0}, found;
    toc_bare bare;
    size_t told = 0;
    for (unsigned i = 0; i < ALARMS_BODIES_MAX && told < ALARMS_FEEDS_MAX; i++) {
        toc_log_feed feed;
        if (toc_erase_lacking_next(all->txn, &at, &found, &bare, NULL) != TOC_OK)
            return TOC_OK;
        at = (toc_erase_place){found.number, found.index + 1};
        if (bare.why != TOC_BARE_MISSING || all->now.unix_ms < bare.at.unix_ms + ALARMS_BODY_MS)
            continue;
        TOC_TRY(toc_log_feed_at(all->txn, found.number, &feed, err));
        raise(all, "entries-missing", &feed.name.org, &feed.name.circle, bare.at,
              "some of its entries came without what they say, and neither their day nor a word of "
              "their author explains it: they are asked for, and no receipt is given for what "
              "follows them. Is its node linked (tocsin peers)?");
        told++;
        at = (toc_erase_place){found.number + 1, 0};
    }
    return TOC_OK;
}

/* ---- orders and legal holds ---- */

static toc_code look_at_orders(alarms *all, toc_time unkept, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_orders_again what;
    if (unkept.unix_ms > 0)
        raise(all, "orders-unkept", NULL, NULL, unkept,
              "the file 'orders' in the state directory could not be written: what was ordered, "
              "held or lifted lately stands in the log alone, and a copy of the log that is put "
              "back lacks it. The node's messages say why; mend that, then give the next order or "
              "restart the node");
    toc_code code = toc_orders_again_get(all->txn, &what, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && all->now.unix_ms > what.at.unix_ms &&
                                  all->now.unix_ms - what.at.unix_ms >= ALARMS_AGAIN_MS))
        return TOC_OK;
    TOC_TRY(code);
    toc_buf_printf(&text,
                   "the log was put back from a copy that is older than its orders and legal "
                   "holds: %u of them are in force again, and %u lifted again (tocsin audit "
                   "--command orders-again tells which). What else stood in the log alone is as "
                   "old as the copy: decisions by hand, the audit",
                   what.again, what.lifted);
    TOC_TRY(toc_buf_ok(&text, err));
    raise(all, "orders-again", NULL, NULL, what.at, toc_buf_text(&text));
    return TOC_OK;
}

/* ---- cards and charters ---- */

/* As long as an order that is in force again: it was decided on this machine, perhaps by somebody
 * who should not, and it changes who is heard. */
static toc_code look_at_choice(alarms *all, const toc_circle_id *circle, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_memo_choice choice;
    char chosen[65], left[65];
    toc_code code = toc_memo_choice_get(all->txn, circle, &choice, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && all->now.unix_ms > choice.at.unix_ms &&
                                  all->now.unix_ms - choice.at.unix_ms >= ALARMS_AGAIN_MS))
        return TOC_OK;
    TOC_TRY(code);
    toc_hex_encode(TOC_SPAN_OF(choice.chosen.bytes), chosen);
    toc_hex_encode(TOC_SPAN_OF(choice.left.bytes), left);
    toc_buf_printf(&text,
                   "charter %.16s, which had been declined here, was chosen after all: it is "
                   "followed, and who follows %.16s is not heard. Ask the admins by another "
                   "channel whether all of them mean it; tocsin audit --command circle-choose "
                   "tells who did it, tocsin circle choose takes it back",
                   chosen, left);
    TOC_TRY(toc_buf_ok(&text, err));
    raise(all, "declined-chosen", NULL, circle, choice.at, toc_buf_text(&text));
    return TOC_OK;
}

static toc_code look_at_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    if (circle->contested)
        raise(
            context, "two-charters", NULL, &circle->id, (toc_time){0},
            "two valid charters of one version: an officer's key was used twice. Ask the admins by "
            "another channel, then tocsin circle choose (tocsin circle show lists both)");
    return look_at_choice(context, &circle->id, err);
}

/* A proposal that follows the charter in force, and that only others signed. */
static toc_code look_at_proposal(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    (void)err;
    alarms *all = context;
    toc_charter current, next;
    const toc_charter_member *self = NULL;
    if (toc_log_charter_of(all->txn, &proposal->circle, all->arena, &current, NULL) == TOC_OK &&
        toc_charter_reopen(proposal->signed_charter, all->arena, &next, NULL) == TOC_OK &&
        toc_charter_hash_equal(&next.previous, &current.hash) && next.signature_count > 0)
        self = toc_charter_find(&current, all->self);
    bool waits = self != NULL && self->role == TOC_ROLE_ADMIN;
    for (size_t i = 0; waits && i < next.signature_count; i++)
        waits = !toc_org_id_equal(&next.signatures[i].org, all->self);
    if (!waits)
        return TOC_OK;
    const toc_org_id proposer = next.signatures[0].org;
    raise(all, "proposal", &proposer, &proposal->circle, (toc_time){0},
          "it signed a change of the charter that waits for this org's word: tocsin circle "
          "proposals shows it, tocsin circle endorse signs it");
    return TOC_OK;
}

/* Somebody may have admitted it with stolen keys: this is the time to notice. */
static toc_code look_at_admission(void *context, const toc_log_admission *admission, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    char until[TOC_TIME_TEXT_BYTES];
    toc_time_print(admission->until, until);
    toc_buf_printf(&text,
                   "it was admitted lately and gets no keys from this node before %s, nor what is "
                   "sealed to readers by name: tocsin circle confirm gives them now; if nobody "
                   "meant to admit it, propose its removal",
                   until);
    TOC_TRY(toc_buf_ok(&text, err));
    raise(context, "new-reader", &admission->org, &admission->circle, (toc_time){0},
          toc_buf_text(&text));
    return TOC_OK;
}

static void look_at_term(alarms *all, const toc_card *card)
{
    if (card->valid_until.unix_ms == 0 ||
        card->valid_until.unix_ms > all->now.unix_ms + ALARMS_CARD_ENDS_MS)
        return;
    bool own = toc_org_id_equal(&card->org, all->self);
    raise(all, card->valid_until.unix_ms > all->now.unix_ms ? "card-ends" : "card-over", &card->org,
          NULL, card->valid_until,
          own ? "the own card is good until then: sign the next one (tocsin card change)"
              : "its card is good until then: ask it for the next one");
}

static toc_code look_at_card(void *context, const toc_card *card, toc_err *err)
{
    (void)err;
    static const toc_card_hash nobody = {{0}};
    alarms *all = context;
    toc_card_hash chosen;
    if (toc_log_contest(all->txn, &card->org, &chosen, NULL) == TOC_OK &&
        toc_card_hash_equal(&chosen, &nobody))
        raise(
            all, "two-cards", &card->org, NULL, (toc_time){0},
            "two valid cards of one serial: its root key was used twice. Ask it by another channel "
            "which is right, and tocsin peer add a card of that line");
    look_at_term(all, card);
    toc_arena_reset(all->cards);
    return TOC_OK;
}

/* ---- forks ---- */

static toc_code raise_fork(alarms *all, const toc_answer_fork *fork, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_fork_sentence(fork, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    raise(all, fork->suspected ? "fork-suspected" : "fork", &fork->feed.org, &fork->feed.circle,
          fork->since, toc_buf_text(&text));
    return TOC_OK;
}

static toc_code look_at_fork(void *context, const toc_known_fork *known, toc_err *err)
{
    alarms *all = context;
    toc_answer_fork fork;
    if (all->forks++ >= ALARMS_FEEDS_MAX)
        return TOC_OK;
    TOC_TRY(toc_query_fork(all->txn, known, all->arena, &fork, err));
    return raise_fork(all, &fork, err);
}

static toc_code look_at_suspicion(void *context, const toc_log_suspicion *heads, toc_err *err)
{
    alarms *all = context;
    toc_answer_fork fork;
    if (all->forks++ >= ALARMS_FEEDS_MAX)
        return TOC_OK;
    TOC_TRY(toc_query_suspicion(all->txn, heads, all->arena, &fork, err));
    return raise_fork(all, &fork, err);
}

toc_code toc_alarms_add(toc_json *json, toc_log_txn *txn, const toc_org_id *self, toc_time now,
                        toc_time unkept, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *cards = NULL;
    TOC_TRY(toc_arena_new(ALARMS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_arena_new(ALARMS_ARENA_BYTES, &cards, err));
    alarms all = {
        .json = json, .txn = txn, .self = self, .now = now, .arena = arena, .cards = cards};
    toc_json_open(json, "alarms", '[');
    TOC_TRY(toc_log_circles(txn, look_at_circle, &all, err));
    TOC_TRY(toc_log_proposals(txn, look_at_proposal, &all, err));
    TOC_TRY(toc_log_admissions(txn, look_at_admission, &all, err));
    TOC_TRY(toc_log_cards(txn, cards, look_at_card, &all, err));
    TOC_TRY(toc_log_forks(txn, NULL, look_at_fork, &all, err));
    TOC_TRY(toc_log_suspicions(txn, NULL, look_at_suspicion, &all, err));
    TOC_TRY(missing_keys(&all, err));
    TOC_TRY(missing_bodies(&all, err));
    TOC_TRY(look_at_orders(&all, unkept, err));
    toc_json_close(json, ']');
    return TOC_OK;
}
