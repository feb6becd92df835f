/* What a hostile peer or author may try against the engine, over the simulated network: each
 * attempt is refused, counted against whom it came from, and nothing of it is stored. */
#include <stdlib.h>

#include "node/engine/sync.h"
#include "proto/base/endian.h"
#include "tests/unit/node/scene.h"

/* Changes the News on its way to the reader that carries entries. */
static bool tamper(scene *s,
                   void (*change)(const scene *s, toc_wire_chunk *chunk, toc_arena *arena))
{
    toc_err err;
    for (sim_message *message = s->net.messages; message != NULL; message = message->next) {
        toc_arena *arena = NULL;
        toc_message news;
        TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
        TOC_CHECK_OK(toc_message_decode(toc_buf_view(&message->bytes), arena, &news, &err));
        bool found =
            message->to == READER && news.kind == TOC_MSG_NEWS && news.as.news.chunk_count == 1;
        if (found) {
            change(s, &news.as.news.chunks[0], arena);
            news.as.news.heads[0].note = news.as.news.chunks[0].note;
            toc_buf changed = {0};
            TOC_CHECK_OK(toc_message_encode(&news, &changed, &err));
            toc_buf_wipe(&message->bytes);
            message->bytes = changed;
        }
        toc_arena_free(arena);
        if (found)
            return true;
    }
    return false;
}

static void the_honest_record_arrives(void **state)
{
    scene *s = *state;
    uint64_t before = stored(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(stored(s, READER), before + 1);
    for (int reason = 0; reason < TOC_REFUSE_COUNT; reason++)
        assert_int_equal(refused(s, READER, AUTHOR, (toc_refusal)reason), 0);
}

enum { MANY_AT_ONCE = 1300, MANY_TIMES = 25, MANY_BYTES = 1000 };

static toc_code write_many(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    scene *s = context;
    static const uint8_t bytes[MANY_BYTES];
    static toc_span records[MANY_AT_ONCE];
    for (size_t i = 0; i < MANY_AT_ONCE; i++)
        records[i] = TOC_SPAN_OF(bytes);
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, records, NULL, MANY_AT_ONCE,
                            now, NULL, err);
}

/* More parts than may wait, from an honest author, and a worker that needs its time for each. */
static void entries_that_come_faster_than_they_are_verified_are_no_fault(void **state)
{
    scene *s = *state;
    uint64_t wanted =
        size_at(s, READER, AUTHOR, TOC_LANE_BULK) + (uint64_t)MANY_AT_ONCE * MANY_TIMES;
    s->net.work_ms_max = 300;
    for (int i = 0; i < MANY_TIMES; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_many, s));
    for (int i = 0; i < 12000 && size_at(s, READER, AUTHOR, TOC_LANE_BULK) < wanted; i++)
        steps(s, 1);
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_BULK), wanted);
    for (int reason = 0; reason < TOC_REFUSE_COUNT; reason++)
        assert_int_equal(refused(s, READER, AUTHOR, (toc_refusal)reason), 0);
}

static void flip_in_body(const scene *s, toc_wire_chunk *chunk, toc_arena *arena)
{
    (void)s;
    toc_span copy = toc_arena_dup(arena, chunk->entries);
    uint8_t *bytes = toc_arena_alloc(arena, copy.size);
    memcpy(bytes, copy.data, copy.size);
    bytes[copy.size - 1] ^= 1;
    chunk->entries = toc_span_of(bytes, copy.size);
}

static void a_changed_byte_in_an_entry_is_refused_and_the_true_one_fetched_later(void **state)
{
    scene *s = *state;
    uint64_t before = stored(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    assert_true(tamper(s, flip_in_body));
    steps(s, 20);
    assert_int_equal(stored(s, READER), before);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_ENTRY_CHANGED), 1);
    steps(s, 1000);
    assert_int_equal(stored(s, READER), before + 1);
}

static void sign_by_another(const scene *s, toc_wire_chunk *chunk, toc_arena *arena)
{
    (void)s;
    toc_err err;
    toc_note note;
    toc_checkpoint checkpoint;
    toc_secret *key = NULL;
    toc_buf forged = {0};
    TOC_CHECK_OK(toc_note_parse(chunk->note, &note, &err));
    TOC_CHECK_OK(toc_checkpoint_parse(note.body, &checkpoint, &err));
    TOC_CHECK_OK(toc_secret_random(&key, &err));
    TOC_CHECK_OK(
        toc_checkpoint_sign(&chunk->feed, checkpoint.size, &checkpoint.root, key, &forged, &err));
    chunk->note = toc_arena_dup(arena, toc_buf_view(&forged));
    toc_secret_free(key);
    toc_buf_wipe(&forged);
}

static void a_checkpoint_by_another_key_is_refused(void **state)
{
    scene *s = *state;
    uint64_t before = stored(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    assert_true(tamper(s, sign_by_another));
    steps(s, 20);
    assert_int_equal(stored(s, READER), before);
    /* Once: whether there is a newer card was asked first, of whom it came from. */
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_CHECKPOINT_SIGNATURE), 1);
}

/* An author seals an entry whose header commits to something else than it opens to: what a reader
 * with another key would see could then differ. AEAD and signature are all in order; the commitment
 * is not. */
static toc_code write_uncommitted(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                  toc_err *err)
{
    scene *s = context;
    uint64_t generation;
    TOC_TRY(toc_engine_writable(engine, txn, &s->circle, now, &generation, err));
    toc_feed_name name = {
        .circle = s->circle, .org = engine->org, .lane = TOC_LANE_ALERT, .generation = generation};
    engine_feed *feed = toc_sync_feed(engine, &name);
    toc_log_feed stored_feed;
    TOC_TRY(toc_log_feed_find(txn, &feed->id, &stored_feed, err));
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_log_sender_key(txn, &name, stored_feed.judge.epoch, &key, err));
    uint8_t text[212] = {0};
    uint64_t index = stored_feed.frontier.size;
    toc_entry_header header = {.version = 1,
                               .kind = TOC_ENTRY_RECORD,
                               .epoch = stored_feed.judge.epoch,
                               .keep_until_day = UINT32_MAX,
                               .body_bytes = 24 + 256 + 16};
    uint8_t plain[256] = {0};
    toc_put_u32(plain + 40, sizeof text); /* salt 32, time 8, then the record's length */
    toc_entry_commit(&feed->id, index, toc_span_of(plain, sizeof plain), &header.commit);
    header.commit.bytes[0] ^= 1;
    uint8_t entry[TOC_ENTRY_HEADER_BYTES + 24 + 256 + 16];
    toc_entry_header_write(&header, entry);
    uint8_t *nonce = entry + TOC_ENTRY_HEADER_BYTES;
    toc_random(nonce, 24);
    toc_buf aad = {0};
    toc_buf_add_text(&aad, "tocsin/entry/1\n");
    toc_buf_add(&aad, feed->id.bytes, 32);
    toc_buf_add_u64(&aad, index);
    toc_buf_add(&aad, entry, TOC_ENTRY_HEADER_BYTES);
    toc_aead_seal(key, nonce, toc_span_of(plain, sizeof plain), toc_buf_view(&aad), nonce + 24);
    toc_buf_wipe(&aad);
    toc_span bytes = toc_span_of(entry, sizeof entry);
    toc_hash leaf;
    toc_entry_leaf(&feed->id, index, bytes, &leaf);
    feed->written = true;
    feed->written_from = index;
    feed->written_link = 0;
    return toc_log_append(txn, &stored_feed, &bytes, &leaf, 1, NULL, err);
}

static void an_entry_that_opens_to_what_it_does_not_commit_to_is_the_authors_fault(void **state)
{
    scene *s = *state;
    uint64_t before = stored(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_uncommitted, s));
    steps(s, 200);
    /* Stored and provable, as evidence against its author; never opened. */
    assert_int_equal(stored(s, READER), before + 1);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_COMMITMENT), 1);
    sim_fold(&s->net.nodes[READER]);
    toc_err err;
    toc_views_txn *views = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(s->net.nodes[READER].views, &views, &err));
    TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
    toc_views_end(views);
    assert_int_equal(entries, 0);
}

/* Any member can make a card of serial 2 that says it is another org's, with keys of its own, and
 * go on in that org's feed. */
typedef struct forger {
    scene *s;
    toc_secret *keys[5]; /* root, sign, cosign, link, seal */
    toc_card_hash card;
    toc_buf news;
    bool names_a_charter; /* in place of the card */
} forger;

static toc_code forge_card(forger *f, toc_arena *arena, toc_buf *out, toc_err *err)
{
    const toc_org_id *org = &f->s->net.nodes[AUTHOR].org;
    for (int i = 0; i < 5; i++)
        TOC_TRY(toc_secret_random(&f->keys[i], err));
    toc_card card = {.org = *org,
                     .serial = 2,
                     .name = toc_span_text("Org 0"),
                     .kind = toc_span_text("exchange"),
                     .country = toc_span_text("NL"),
                     .valid_from = {1767225600000}};
    toc_random(card.previous.bytes, sizeof card.previous.bytes);
    toc_random(card.next_root.bytes, sizeof card.next_root.bytes);
    toc_sign_public(f->keys[0], &card.root);
    toc_sign_public(f->keys[1], &card.sign);
    toc_sign_public(f->keys[2], &card.cosign);
    toc_possession_sign(org, f->keys[1], &card.sign_proof);
    toc_possession_sign(org, f->keys[2], &card.cosign_proof);
    toc_link_public(f->keys[3], &card.link);
    toc_seal_public(f->keys[4], &card.seal);
    TOC_TRY(toc_card_sign(&card, f->keys[0], NULL, out, err));
    toc_card made;
    TOC_TRY(toc_card_open(toc_buf_view(out), arena, &made, err)); /* by itself it is in order */
    f->card = made.hash;
    return TOC_OK;
}

static toc_code forge(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    (void)engine;
    (void)now;
    forger *f = context;
    toc_arena *arena = NULL;
    toc_buf card = {0}, entry = {0}, entries = {0}, note = {0};
    TOC_TRY(toc_arena_new(8 << 20, &arena, err));
    TOC_TRY(forge_card(f, arena, &card, err));
    toc_hash key;
    memcpy(key.bytes, f->card.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&card), err));
    toc_log_feed feed = {0};
    for (uint32_t number = 1; feed.number == 0 && number < 20; number++) {
        toc_log_feed candidate;
        if (toc_log_feed_at(txn, number, &candidate, NULL) == TOC_OK &&
            candidate.name.lane == TOC_LANE_ALERT &&
            toc_org_id_equal(&candidate.name.org, &f->s->net.nodes[AUTHOR].org))
            feed = candidate;
    }
    if (f->names_a_charter)
        memcpy(f->card.bytes, feed.judge.charter.bytes, sizeof f->card.bytes);
    toc_grant grant = {.card = f->card,
                       .card_serial = 2,
                       .charter = feed.judge.charter,
                       .charter_version = feed.judge.charter_version,
                       .epoch = feed.judge.epoch,
                       .key_id = feed.judge.key_id,
                       .alg = 1};
    TOC_TRY(toc_grant_write(&grant, &entry, err));
    toc_hash leaf, root;
    toc_entry_leaf(&feed.id, feed.frontier.size, toc_buf_view(&entry), &leaf);
    toc_frontier_append(&feed.frontier, &leaf);
    toc_frontier_root(&feed.frontier, &root);
    TOC_TRY(toc_checkpoint_sign(&feed.name, feed.frontier.size, &root, f->keys[1], &note, err));
    toc_buf_add_u32(&entries, (uint32_t)entry.size);
    toc_buf_add_span(&entries, toc_buf_view(&entry));
    toc_wire_chunk chunk = {.feed = feed.name,
                            .from = feed.frontier.size - 1,
                            .count = 1,
                            .entries = toc_buf_view(&entries),
                            .note = toc_buf_view(&note)};
    toc_head head = {.org = feed.name.org,
                     .lane = feed.name.lane,
                     .generation = feed.name.generation,
                     .size = feed.frontier.size,
                     .root = root,
                     .note = toc_buf_view(&note)};
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = f->s->circle;
    news.as.news.head_count = news.as.news.chunk_count = 1;
    news.as.news.heads = &head;
    news.as.news.chunks = &chunk;
    TOC_TRY(toc_message_encode(&news, &f->news, err));
    toc_buf_wipe(&card);
    toc_buf_wipe(&entry);
    toc_buf_wipe(&entries);
    toc_buf_wipe(&note);
    toc_arena_free(arena);
    return TOC_OK;
}

static void forgery_is_not_stored(scene *s, bool names_a_charter)
{
    uint64_t before = stored(s, READER);
    forger f = {.s = s, .names_a_charter = names_a_charter};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], forge, &f));
    sim_message *message = calloc(1, sizeof *message);
    message->bytes = f.news;
    message->to = READER;
    message->link = s->net.links[AUTHOR][READER].number;
    message->next = s->net.messages;
    s->net.messages = message;
    steps(s, 300);
    assert_int_equal(stored(s, READER), before);
    for (int i = 0; i < 5; i++)
        toc_secret_free(f.keys[i]);
}

static void a_card_that_merely_claims_an_org_judges_nothing(void **state)
{
    forgery_is_not_stored(*state, false);
}

static void a_grant_that_names_a_charter_as_its_card_is_refused_and_the_node_goes_on(void **state)
{
    scene *s = *state;
    forgery_is_not_stored(s, true);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_GRANT), 1);
}

/* The refusal that a question from outside the circle gets, as it left. */
static toc_buf refusal_to(scene *s, const toc_circle_id *circle)
{
    toc_err err;
    toc_message question = {.kind = TOC_MSG_HEADS, .id = 77};
    question.as.heads.circle = *circle;
    sim_message *message = calloc(1, sizeof *message);
    TOC_CHECK_OK(toc_message_encode(&question, &message->bytes, &err));
    message->to = READER;
    message->link = s->net.links[READER][STRANGER].number;
    message->next = s->net.messages;
    s->net.messages = message;
    for (int i = 0; i < 200; i++) {
        sim_step(&s->net);
        for (const sim_message *answer = s->net.messages; answer != NULL; answer = answer->next) {
            toc_arena *arena = NULL;
            toc_message decoded;
            TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
            TOC_CHECK_OK(toc_message_decode(toc_buf_view(&answer->bytes), arena, &decoded, &err));
            bool found =
                answer->to == STRANGER && decoded.kind == TOC_MSG_REFUSAL && decoded.id == 77;
            toc_arena_free(arena);
            if (found) {
                toc_buf copy = {0};
                toc_buf_add_span(&copy, toc_buf_view(&answer->bytes));
                steps(s, 20);
                return copy;
            }
        }
    }
    fail_msg("no refusal came");
    return (toc_buf){0};
}

static void a_peer_outside_the_circle_learns_nothing_not_even_that_it_exists(void **state)
{
    scene *s = *state;
    assert_true(s->net.links[READER][STRANGER].up);
    toc_buf real = refusal_to(s, &s->circle);
    s->other_circle.bytes[0] = 0xEE;
    toc_buf made_up = refusal_to(s, &s->other_circle);
    assert_true(toc_span_equal(toc_buf_view(&real), toc_buf_view(&made_up)));
    assert_int_equal(refused(s, READER, STRANGER, TOC_REFUSE_NOT_A_MEMBER), 1);
    toc_buf_wipe(&real);
    toc_buf_wipe(&made_up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_grant_that_names_a_charter_as_its_card_is_refused_and_the_node_goes_on, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_card_that_merely_claims_an_org_judges_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_honest_record_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            entries_that_come_faster_than_they_are_verified_are_no_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_changed_byte_in_an_entry_is_refused_and_the_true_one_fetched_later, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_by_another_key_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_entry_that_opens_to_what_it_does_not_commit_to_is_the_authors_fault, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_peer_outside_the_circle_learns_nothing_not_even_that_it_exists, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
