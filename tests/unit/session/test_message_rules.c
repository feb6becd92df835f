/* The rules of link messages: what encoding refuses, decoding refuses, and the other way round. */
#include "tests/unit/session/message_wire.h"

static void requests_and_replies_have_an_id_and_notices_none(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    for (size_t i = 0; i < MESSAGE_KIND_COUNT; i++) {
        toc_message message;
        message_random(message_kinds[i], 1, arena, &message);
        message.id = message_kinds[i] == TOC_MSG_NEWS ? 1 : 0;
        must_refuse(&message, TOC_MALFORMED,
                    message.id == 0 ? "without an id" : "a notice with an id");
    }
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01", &wire), NULL), TOC_MALFORMED);
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01 8001 00", &wire), NULL), TOC_MALFORMED);
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01 8001 05", &wire), NULL), TOC_OK);
}

static void an_unknown_kind_needs_a_newer_version(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_err err = {0};
    assert_int_equal(decode_bytes(bytes_of("4A 00 8001 05", &wire), &err), TOC_STATE); /* kind 9 */
    assert_non_null(strstr(err.text, "newer version"));
    assert_int_equal(decode_bytes(bytes_of("8A03 00", &wire), &err),
                     TOC_STATE); /* kind 49, a notice perhaps */
    assert_int_equal(decode_bytes(bytes_of("C23E 00", &wire), &err),
                     TOC_STATE); /* kind 1000 alone */
    assert_int_equal(decode_bytes(bytes_of("8001 05", &wire), &err), TOC_MALFORMED);
    assert_non_null(strstr(err.text, "says nothing"));
    assert_int_equal(decode_bytes((toc_span){0}, NULL), TOC_MALFORMED);
    /* Beside a kind that is known, 1000 is ignored and 9 is not. */
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01 8001 05 C23E 00", &wire), NULL), TOC_OK);
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01 8001 05 4A 00", &wire), NULL), TOC_STATE);
    /* Two bodies. */
    assert_int_equal(decode_bytes(bytes_of("2A 02 08 01 AA01 02 08 01 8001 05", &wire), NULL),
                     TOC_MALFORMED);
}

static void a_kind_of_no_table_is_not_written(void **state)
{
    (void)state;
    toc_message message = {.kind = (toc_message_kind)9, .id = 1};
    must_refuse(&message, TOC_MALFORMED, "there is no message kind 9");
}

static void ids_and_hashes_are_exactly_32_bytes(void **state)
{
    (void)state;
    for (size_t size = 31; size <= 33; size++) {
        toc_code expected = size == 32 ? TOC_OK : TOC_MALFORMED;
        toc_span right = toc_span_of(filler, 32), tried = toc_span_of(filler, size);
        for (unsigned which = 0; which < 3; which++) { /* circle, digest, after */
            TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
            for (unsigned field = 0; field < 3; field++)
                add_field(&body, field + 1, field == which ? tried : right);
            assert_int_equal(decode_body(TOC_MSG_HEADS, &body, NULL), expected);
        }
        for (unsigned which = 0; which < 2; which++) { /* circle and org of a feed */
            TOC_AUTO(toc_buf_wipe) toc_buf feed = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
            add_field(&feed, 1, which == 0 ? tried : right);
            add_field(&feed, 2, which == 1 ? tried : right);
            add_number(&feed, 3, 2);
            add_number(&feed, 4, 9);
            add_field(&body, 1, toc_buf_view(&feed));
            add_number(&body, 2, 1);
            assert_int_equal(decode_body(TOC_MSG_WANT_GRANT, &body, NULL), expected);
        }
        for (unsigned which = 0; which < 2; which++) { /* org and root of a head */
            TOC_AUTO(toc_buf_wipe) toc_buf head = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
            add_field(&head, 1, which == 0 ? tried : right);
            add_number(&head, 2, 0);
            add_number(&head, 3, 9);
            add_number(&head, 4, 9);
            add_field(&head, 5, which == 1 ? tried : right);
            add_field(&head, 6, toc_span_text("note"));
            add_field(&body, 1, right);
            add_field(&body, 4, toc_buf_view(&head));
            assert_int_equal(decode_body(TOC_MSG_HEADS_REPLY, &body, NULL), expected);
        }
        TOC_AUTO(toc_buf_wipe) toc_buf roll = {0};
        add_field(&roll, 1, tried);
        add_number(&roll, 2, 0);
        assert_int_equal(decode_body(TOC_MSG_ROLL, &roll, NULL), expected);
        TOC_AUTO(toc_buf_wipe) toc_buf grant = {0};
        add_field(&grant, 1, tried);
        add_field(&grant, 2, toc_span_of(filler, 80));
        assert_int_equal(decode_body(TOC_MSG_GRANT_REPLY, &grant, NULL), expected);
        TOC_AUTO(toc_buf_wipe) toc_buf news = {0};
        add_field(&news, 1, tried);
        assert_int_equal(decode_body(TOC_MSG_NEWS, &news, NULL), expected);
        TOC_AUTO(toc_buf_wipe) toc_buf reply = {0};
        add_field(&reply, 1, tried);
        assert_int_equal(decode_body(TOC_MSG_HEADS_REPLY, &reply, NULL), expected);
    }
}

static void a_proof_is_whole_hashes_and_not_too_many(void **state)
{
    (void)state;
    const struct {
        size_t size;
        toc_code expected;
    } tries[] = {{0, TOC_OK},    {32, TOC_OK},      {31, TOC_MALFORMED}, {33, TOC_MALFORMED},
                 {4096, TOC_OK}, {4128, TOC_LIMIT}, {60800, TOC_LIMIT},  {4200, TOC_MALFORMED}};
    for (size_t i = 0; i < TOC_COUNT(tries); i++) {
        toc_span tried = toc_span_of(filler, tries[i].size);
        TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
        chunk_body(&first, tried, (toc_span){0}, 1);
        assert_int_equal(decode_body(TOC_MSG_CHUNK, &first, NULL), tries[i].expected);
        chunk_body(&second, (toc_span){0}, tried, 1);
        assert_int_equal(decode_body(TOC_MSG_CHUNK, &second, NULL), tries[i].expected);
    }
    toc_message chunk = {.kind = TOC_MSG_CHUNK, .id = 1, .as.chunk.note = toc_span_text("note")};
    chunk.as.chunk.to_checkpoint.count = 129;
    must_refuse(&chunk, TOC_LIMIT, "a proof of more than 128 hashes");
    chunk.as.chunk.to_checkpoint.count = 0;
    chunk.as.chunk.from_known.count = 129;
    must_refuse(&chunk, TOC_LIMIT, "a proof of more than 128 hashes");
}

static void there_are_three_lanes(void **state)
{
    (void)state;
    for (uint8_t lane = 2; lane <= 3; lane++) {
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        chunk_body(&body, (toc_span){0}, (toc_span){0}, lane);
        assert_int_equal(decode_body(TOC_MSG_CHUNK, &body, NULL),
                         lane == 2 ? TOC_OK : TOC_MALFORMED);
        TOC_AUTO(toc_buf_wipe) toc_buf head = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf news = {0};
        add_field(&head, 1, toc_span_of(filler, 32));
        add_number(&head, 2, lane);
        add_number(&head, 3, 9);
        add_number(&head, 4, 9);
        add_field(&head, 5, toc_span_of(filler, 32));
        add_field(&head, 6, toc_span_text("note"));
        add_field(&news, 1, toc_span_of(filler, 32));
        add_field(&news, 2, toc_buf_view(&head));
        assert_int_equal(decode_body(TOC_MSG_NEWS, &news, NULL),
                         lane == 2 ? TOC_OK : TOC_MALFORMED);
    }
    toc_message message = {
        .kind = TOC_MSG_PULL, .id = 1, .as.pull = {.feed.lane = (toc_lane)3, .until = 1}};
    must_refuse(&message, TOC_MALFORMED, "there is no lane 3");
    message = (toc_message){
        .kind = TOC_MSG_WANT_GRANT, .id = 1, .as.want_grant = {{.lane = (toc_lane)3}, 1}};
    must_refuse(&message, TOC_MALFORMED, "there is no lane 3");
}

static void a_pull_asks_for_something_and_not_for_too_much(void **state)
{
    (void)state;
    toc_message pull = {.kind = TOC_MSG_PULL, .id = 1, .as.pull = {.from = 10, .until = 10}};
    must_refuse(&pull, TOC_MALFORMED, "a pull of nothing");
    pull.as.pull.until = 9;
    must_refuse(&pull, TOC_MALFORMED, "a pull of nothing");
    pull.as.pull.until = 10 + TOC_PULL_ENTRIES_MAX + 1;
    must_refuse(&pull, TOC_LIMIT, "a pull of 4097 entries");
    pull.as.pull.until = 10 + TOC_PULL_ENTRIES_MAX;
    must_survive(&pull);
    pull.as.pull.from = UINT64_MAX - 1;
    pull.as.pull.until = UINT64_MAX;
    must_survive(&pull);
}

static void a_grant_is_wanted_for_an_epoch_and_comes_as_a_box(void **state)
{
    (void)state;
    toc_message want = {.kind = TOC_MSG_WANT_GRANT, .id = 1, .as.want_grant.epoch = 0};
    must_refuse(&want, TOC_MALFORMED, "epochs count from 1");
    for (size_t size = 79; size <= 81; size++) {
        toc_message reply = {
            .kind = TOC_MSG_GRANT_REPLY, .id = 1, .as.grant_reply.box = toc_span_of(filler, size)};
        if (size == 80)
            must_survive(&reply);
        else
            must_refuse(&reply, TOC_MALFORMED, "a box of");
    }
}

static void a_fork_is_shown_and_in_bounds(void **state)
{
    (void)state;
    toc_message reply = {.kind = TOC_MSG_FORK_REPLY, .id = 1};
    must_refuse(&reply, TOC_MALFORMED, "a fork that is not shown");
    reply.as.fork_reply.bytes = toc_span_of(filler, TOC_FORK_BYTES_MAX);
    must_survive(&reply);
    reply.as.fork_reply.bytes = toc_span_of(filler, TOC_FORK_BYTES_MAX + 1);
    must_refuse(&reply, TOC_LIMIT, "the proof of a fork of 20001 bytes");
    toc_message want = {.kind = TOC_MSG_WANT_FORK, .id = 1, .as.want_fork.feed.lane = (toc_lane)3};
    must_refuse(&want, TOC_MALFORMED, "there is no lane 3");
    static toc_fork_mark marks[TOC_NEWS_FORKS_MAX + 1];
    toc_message news = {.kind = TOC_MSG_NEWS, .as.news = {.forks = marks}};
    news.as.news.fork_count = TOC_NEWS_FORKS_MAX;
    must_survive(&news);
    news.as.news.fork_count++;
    must_refuse(&news, TOC_LIMIT, "513 forks in one notice");
    news.as.news.fork_count = 1;
    marks[0].lane = (toc_lane)3;
    must_refuse(&news, TOC_MALFORMED, "there is no lane 3");
    marks[0].lane = TOC_LANE_ALERT;
}

static void a_chunk_counts_its_entries_rightly(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    for (unsigned i = 0; i < 2; i++) {
        toc_buf_add_u32(&entries, 48 + i);
        toc_buf_add_zeros(&entries, 48 + i);
    }
    toc_message chunk = {
        .kind = TOC_MSG_CHUNK, .id = 1, .as.chunk = {.note = toc_span_text("note"), .count = 2}};
    chunk.as.chunk.entries = toc_buf_view(&entries);
    must_survive(&chunk);
    for (uint32_t count = 0; count <= 3; count++) {
        chunk.as.chunk.count = count;
        if (count != 2)
            must_refuse(&chunk, TOC_MALFORMED, "a chunk of 2 entries that says");
    }
    chunk.as.chunk.count = UINT32_MAX;
    must_refuse(&chunk, TOC_MALFORMED, "a chunk of 2 entries that says 4294967295");
    chunk.as.chunk.count = 2;
    for (size_t size = 1; size < entries.size; size++) {
        chunk.as.chunk.entries.size = size;
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        assert_int_equal(toc_message_encode(&chunk, &wire, NULL), TOC_MALFORMED);
    }
    chunk.as.chunk.entries = toc_buf_view(&entries);
    chunk.as.chunk.from = UINT64_MAX - 2;
    must_survive(&chunk);
    chunk.as.chunk.from = UINT64_MAX - 1;
    must_refuse(&chunk, TOC_MALFORMED, "ends past the last index");
    chunk.as.chunk.from = 0;
    chunk.as.chunk.note.size = 0;
    must_refuse(&chunk, TOC_MALFORMED, "a chunk without its checkpoint");
}

static void an_entry_is_neither_shorter_than_its_header_nor_longer_than_allowed(void **state)
{
    (void)state;
    const size_t sizes[] = {47, 48, TOC_ENTRY_BYTES_MAX, TOC_ENTRY_BYTES_MAX + 1};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
        toc_buf_add_u32(&entries, (uint32_t)sizes[i]);
        toc_buf_add_zeros(&entries, sizes[i]);
        toc_message chunk = {.kind = TOC_MSG_CHUNK,
                             .id = 1,
                             .as.chunk = {.note = toc_span_text("note"), .count = 1}};
        chunk.as.chunk.entries = toc_buf_view(&entries);
        if (i == 1 || i == 2)
            must_survive(&chunk);
        else
            must_refuse(&chunk, TOC_MALFORMED,
                        i == 0 ? "shorter than its header" : "the entries of a chunk");
    }
}

static void a_part_of_the_roll_lies_inside_the_whole(void **state)
{
    (void)state;
    const struct {
        uint64_t total, offset;
        size_t size;
        toc_code expected;
    } tries[] = {
        {100, 0, 100, TOC_OK},
        {100, 99, 1, TOC_OK},
        {100, 0, 101, TOC_MALFORMED},
        {100, 100, 1, TOC_MALFORMED},
        {100, 100, 0, TOC_OK},
        {100, 101, 0, TOC_MALFORMED},
        {0, 0, 0, TOC_OK},
        {100, 50, 0, TOC_MALFORMED},
        {100, UINT64_MAX, 1, TOC_MALFORMED},
        {TOC_ROLL_ITEM_BYTES_MAX, TOC_ROLL_ITEM_BYTES_MAX - 1, 1, TOC_OK},
        {TOC_ROLL_ITEM_BYTES_MAX + 1, 0, 1, TOC_LIMIT},
        {UINT64_MAX, UINT64_MAX - 1, 1, TOC_LIMIT},
    };
    for (size_t i = 0; i < TOC_COUNT(tries); i++) {
        toc_message reply = {
            .kind = TOC_MSG_ROLL_REPLY,
            .id = 1,
            .as.roll_reply = {tries[i].total, tries[i].offset, toc_span_of(filler, tries[i].size)}};
        if (tries[i].expected == TOC_OK)
            must_survive(&reply);
        else
            must_refuse(&reply, tries[i].expected, "a card or charter of");
    }
}

static void a_refusal_has_a_code_we_know_and_a_short_text(void **state)
{
    (void)state;
    toc_message refusal = {.kind = TOC_MSG_REFUSAL, .id = 1, .as.refusal.code = TOC_REFUSED_POLICY};
    must_survive(&refusal);
    refusal.as.refusal.code = (toc_refusal_code)0;
    must_refuse(&refusal, TOC_MALFORMED, "a refusal without a code");
    refusal.as.refusal.code = (toc_refusal_code)6;
    must_refuse(&refusal, TOC_STATE, "refusal code 6 is unknown");
    refusal.as.refusal.code = TOC_REFUSED_BUSY;
    char text[TOC_REFUSAL_BYTES_MAX + 1];
    memset(text, 'a', sizeof text);
    refusal.as.refusal.sentence = toc_span_of(text, TOC_REFUSAL_BYTES_MAX);
    must_survive(&refusal);
    refusal.as.refusal.sentence = toc_span_of(text, sizeof text);
    must_refuse(&refusal, TOC_LIMIT, "a refusal of 513 bytes");
    refusal.as.refusal.sentence = toc_span_of("\xC3", 1);
    must_refuse(&refusal, TOC_MALFORMED, "not text");
    refusal.as.refusal.sentence = toc_span_of("a\0b", 3);
    must_refuse(&refusal, TOC_MALFORMED, "not text");
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    add_number(&body, 1, 6);
    assert_int_equal(decode_body(TOC_MSG_REFUSAL, &body, NULL), TOC_STATE);
}

static void equal_heads_are_not_listed(void **state)
{
    (void)state;
    toc_head head = {.note = toc_span_text("note")};
    toc_message reply = {.kind = TOC_MSG_HEADS_REPLY, .id = 1, .as.heads_reply = {.equal = true}};
    must_survive(&reply);
    reply.as.heads_reply.more = true;
    must_refuse(&reply, TOC_MALFORMED, "said to be equal, and yet listed");
    reply.as.heads_reply.more = false;
    reply.as.heads_reply.count = 1;
    reply.as.heads_reply.heads = &head;
    must_refuse(&reply, TOC_MALFORMED, "said to be equal, and yet listed");
    reply.as.heads_reply.equal = false;
    must_survive(&reply);
    head.note.size = 0;
    must_refuse(&reply, TOC_MALFORMED, "a head without its note");
    head.note = toc_span_text("note");
    for (size_t size = 1; size <= TOC_VOUCHER_BYTES + 1; size += TOC_VOUCHER_BYTES - 1) {
        uint8_t bytes[TOC_VOUCHER_BYTES + 1] = {0};
        head.voucher = toc_span_of(bytes, size);
        if (size != TOC_VOUCHER_BYTES)
            must_refuse(&reply, TOC_MALFORMED, "what vouches for a head");
    }
    head.voucher = (toc_span){0};
    head.note.size = 0;
}

static void lists_have_limits_in_both_directions(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_new();
    toc_head *heads = toc_arena_zalloc(arena, TOC_HEADS_PAGE_ROWS + 1, sizeof *heads);
    assert_non_null(heads);
    for (size_t i = 0; i <= TOC_HEADS_PAGE_ROWS; i++)
        heads[i].note = toc_span_text("note");
    toc_message reply = {.kind = TOC_MSG_HEADS_REPLY, .id = 1};
    reply.as.heads_reply.heads = heads;
    reply.as.heads_reply.count = TOC_HEADS_PAGE_ROWS;
    must_survive(&reply);
    reply.as.heads_reply.count++;
    must_refuse(&reply, TOC_LIMIT, "257 heads in one message");

    toc_wire_chunk *chunks = calloc(TOC_NEWS_CHUNKS_MAX + 1, sizeof *chunks);
    assert_non_null(chunks);
    for (size_t i = 0; i <= TOC_NEWS_CHUNKS_MAX; i++)
        chunks[i].note = toc_span_text("note");
    toc_hash roll[TOC_NEWS_ROLL_MAX + 1] = {{{0}}};
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.chunks = chunks;
    news.as.news.roll = roll;
    news.as.news.chunk_count = TOC_NEWS_CHUNKS_MAX;
    news.as.news.roll_count = TOC_NEWS_ROLL_MAX;
    must_survive(&news);
    news.as.news.chunk_count++;
    must_refuse(&news, TOC_LIMIT, "65 chunks in one notice");
    news.as.news.chunk_count = 0;
    news.as.news.roll_count++;
    must_refuse(&news, TOC_LIMIT, "65 cards and charters in one notice");
    toc_hash proposals[TOC_NEWS_PROPOSALS_MAX + 1] = {{{0}}};
    news.as.news.roll_count = 0;
    news.as.news.proposals = proposals;
    news.as.news.proposal_count = TOC_NEWS_PROPOSALS_MAX;
    must_survive(&news);
    news.as.news.proposal_count++;
    must_refuse(&news, TOC_LIMIT, "65 proposals in one notice");
    free(chunks);

    /* The same from outside. */
    for (size_t which = 0; which < 3; which++) {
        const size_t counts[] = {TOC_HEADS_PAGE_ROWS, TOC_NEWS_CHUNKS_MAX, TOC_NEWS_ROLL_MAX};
        for (size_t over = 0; over < 2; over++) {
            TOC_AUTO(toc_buf_wipe) toc_buf head = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf chunk = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
            add_field(&head, 1, toc_span_of(filler, 32));
            add_number(&head, 2, 0);
            add_number(&head, 3, 9);
            add_number(&head, 4, 9);
            add_field(&head, 5, toc_span_of(filler, 32));
            add_field(&head, 6, toc_span_text("note"));
            chunk_body(&chunk, (toc_span){0}, (toc_span){0}, 1);
            add_field(&body, 1, toc_span_of(filler, 32));
            for (size_t i = 0; which < 2 && i < counts[which] + over; i++)
                add_field(&body, which == 0 ? 2 : 3, toc_buf_view(which == 0 ? &head : &chunk));
            if (which == 2)
                add_field(&body, 4, toc_span_of(filler, (counts[which] + over) * 32));
            assert_int_equal(decode_body(TOC_MSG_NEWS, &body, NULL),
                             over == 0 ? TOC_OK : TOC_LIMIT);
        }
    }
}

static void news_of_a_circle_carries_whole_chunks_of_that_circle(void **state)
{
    (void)state;
    toc_wire_chunk chunk = {.note = toc_span_text("note")};
    toc_message news = {.kind = TOC_MSG_NEWS, .as.news = {.chunk_count = 1, .chunks = &chunk}};
    must_survive(&news);
    chunk.feed.circle.bytes[31] = 1;
    must_refuse(&news, TOC_MALFORMED, "news of one circle with a chunk of another");
    news.as.news.circle.bytes[31] = 1;
    must_survive(&news);
    chunk.more = true;
    must_refuse(&news, TOC_MALFORMED, "a chunk that is not complete");
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    uint8_t other[32] = {2};
    chunk_body(&body, (toc_span){0}, (toc_span){0}, 0);
    add_field(&wire, 1, toc_span_of(other, 32));
    add_field(&wire, 3, toc_buf_view(&body));
    assert_int_equal(decode_body(TOC_MSG_NEWS, &wire, NULL), TOC_MALFORMED);
}

/* A cosignature as bytes, but for what a case changes. */
typedef struct cosignature_bytes {
    size_t org, root, cosigner, signature; /* bytes of each */
    uint8_t lane, size, time;
} cosignature_bytes;

static toc_code decode_cosignature(const cosignature_bytes *from)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf news = {0};
    add_field(&row, 1, toc_span_of(filler, from->org));
    add_number(&row, 2, from->lane);
    add_number(&row, 3, 9);
    add_number(&row, 4, from->size);
    add_field(&row, 5, toc_span_of(filler, from->root));
    add_field(&row, 6, toc_span_of(filler, from->cosigner));
    add_number(&row, 7, from->time);
    add_field(&row, 8, toc_span_of(filler, from->signature));
    add_field(&news, 1, toc_span_of(filler, 32));
    add_field(&news, 5, toc_buf_view(&row));
    return decode_body(TOC_MSG_NEWS, &news, NULL);
}

static void a_cosignature_is_over_something_and_of_some_time(void **state)
{
    (void)state;
    const cosignature_bytes right = {32, 32, 32, 64, 2, 1, 1};
    assert_int_equal(decode_cosignature(&right), TOC_OK);
    const cosignature_bytes wrong[] = {{31, 32, 32, 64, 2, 1, 1}, {32, 33, 32, 64, 2, 1, 1},
                                       {32, 32, 0, 64, 2, 1, 1},  {32, 32, 32, 63, 2, 1, 1},
                                       {32, 32, 32, 65, 2, 1, 1}, {32, 32, 32, 64, 3, 1, 1},
                                       {32, 32, 32, 64, 2, 0, 1}, {32, 32, 32, 64, 2, 1, 0}};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        assert_int_equal(decode_cosignature(&wrong[i]), TOC_MALFORMED);
    static toc_wire_cosignature rows[TOC_NEWS_COSIGNATURES_MAX + 1];
    for (size_t i = 0; i < TOC_COUNT(rows); i++)
        rows[i] = (toc_wire_cosignature){.size = UINT64_MAX, .made.time_s = INT64_MAX};
    toc_message news = {
        .kind = TOC_MSG_NEWS,
        .as.news = {.cosignature_count = TOC_NEWS_COSIGNATURES_MAX, .cosignatures = rows}};
    must_survive(&news);
    news.as.news.cosignature_count++;
    must_refuse(&news, TOC_LIMIT, "129 cosignatures in one notice");
    news.as.news.cosignature_count = 1;
    rows[0].made.time_s++;
    must_refuse(&news, TOC_MALFORMED, "a cosignature of no time");
    /* More than are taken, from outside. */
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_wire_cosignature one = {.size = 1, .made.time_s = 1};
    toc_message single = {.kind = TOC_MSG_NEWS,
                          .as.news = {.cosignature_count = 1, .cosignatures = &one}};
    assert_int_equal(toc_message_encode(&single, &body, NULL), TOC_OK);
    /* News of one row is its tag and length, the circle (34 bytes), and the row. */
    toc_span row = toc_span_of(body.data + 38, body.size - 38);
    toc_buf many = {0};
    add_field(&many, 1, toc_span_of(filler, 32));
    for (size_t i = 0; i <= TOC_NEWS_COSIGNATURES_MAX; i++) {
        if (i == TOC_NEWS_COSIGNATURES_MAX)
            assert_int_equal(decode_body(TOC_MSG_NEWS, &many, NULL), TOC_OK);
        toc_buf_add_span(&many, row);
    }
    assert_int_equal(decode_body(TOC_MSG_NEWS, &many, NULL), TOC_LIMIT);
    toc_buf_wipe(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_replies_have_an_id_and_notices_none),
        cmocka_unit_test(an_unknown_kind_needs_a_newer_version),
        cmocka_unit_test(a_kind_of_no_table_is_not_written),
        cmocka_unit_test(ids_and_hashes_are_exactly_32_bytes),
        cmocka_unit_test(a_proof_is_whole_hashes_and_not_too_many),
        cmocka_unit_test(there_are_three_lanes),
        cmocka_unit_test(a_pull_asks_for_something_and_not_for_too_much),
        cmocka_unit_test(a_grant_is_wanted_for_an_epoch_and_comes_as_a_box),
        cmocka_unit_test(a_fork_is_shown_and_in_bounds),
        cmocka_unit_test(a_chunk_counts_its_entries_rightly),
        cmocka_unit_test(an_entry_is_neither_shorter_than_its_header_nor_longer_than_allowed),
        cmocka_unit_test(a_part_of_the_roll_lies_inside_the_whole),
        cmocka_unit_test(a_refusal_has_a_code_we_know_and_a_short_text),
        cmocka_unit_test(equal_heads_are_not_listed),
        cmocka_unit_test(lists_have_limits_in_both_directions),
        cmocka_unit_test(a_cosignature_is_over_something_and_of_some_time),
        cmocka_unit_test(news_of_a_circle_carries_whole_chunks_of_that_circle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
