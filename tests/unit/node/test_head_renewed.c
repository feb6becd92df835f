/* The head that is stored, signed anew: by the author's newest key alone, and the same head. */
#include "proto/roll/change.h"
#include "tests/unit/node/hostile.h"

enum { FIRST, RETIRED, PRESENT, KEYS };

/* The author's alert feed with everybody, under a head by its first key, and its keys since. The
 * reader has all its cards, and hears of it from another member only. */
typedef struct renewal {
    scene *s;
    toc_log_feed feed;
    toc_secret *keys[KEYS];
    toc_buf held; /* the note of the head at the reader */
} renewal;

static void hold(renewal *r)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_span note;
    TOC_CHECK_OK(toc_log_read(r->s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_head_note(txn, r->feed.number, &note, &err));
    toc_buf_clear(&r->held);
    toc_buf_add_span(&r->held, note);
}

static int set_up_renewal(void **state)
{
    static renewal r;
    void *made = NULL;
    set_up(&made);
    r = (renewal){.s = made};
    scene *s = r.s;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    isolate(s, AUTHOR);
    for (int i = FIRST; i < KEYS; i++) {
        r.keys[i] = steal(s, AUTHOR, TOC_OWN_SIGN);
        if (i == PRESENT)
            break;
        assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
        copy_card(s, &s->net.nodes[AUTHOR]);
        assert_true(sim_do(&s->net, &s->net.nodes[READER], add_peer, s));
    }
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &r.feed));
    assert_true(r.feed.head_size > 1 && r.feed.head_size == r.feed.frontier.size);
    *state = &r;
    return 0;
}

static int tear_down_renewal(void **state)
{
    renewal *r = *state;
    void *inner = r->s;
    for (int i = FIRST; i < KEYS; i++)
        toc_secret_free(r->keys[i]);
    toc_buf_wipe(&r->held);
    return tear_down(&inner);
}

/* Told as the head that is stored; the note is of this size and root. Is it taken? */
static bool takes(renewal *r, const toc_secret *key, uint64_t size, const toc_hash *root,
                  bool spoilt)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf before = {0};
    TOC_CHECK_OK(toc_checkpoint_sign(&r->feed.name, size, root, key, &note, &err));
    if (spoilt) /* a letter of the signature, not of what names the key */
        note.data[note.size - 20] = note.data[note.size - 20] == 'A' ? 'B' : 'A';
    toc_head head = {.org = r->feed.name.org,
                     .lane = r->feed.name.lane,
                     .generation = r->feed.name.generation,
                     .size = r->feed.head_size,
                     .root = r->feed.head_root,
                     .note = toc_buf_view(&note)};
    const toc_message news = {.kind = TOC_MSG_NEWS,
                              .as.news = {.circle = r->s->circle, .heads = &head, .head_count = 1}};
    hold(r);
    toc_buf_add_span(&before, toc_buf_view(&r->held));
    say(r->s, MALLORY, READER, &news);
    steps(r->s, 5);
    hold(r);
    bool changed = !toc_span_equal(toc_buf_view(&before), toc_buf_view(&r->held));
    assert_true(!changed || toc_span_equal(toc_buf_view(&note), toc_buf_view(&r->held)));
    return changed;
}

/* A note by a key that was retired proves less than one from before it was, or from after. */
static void only_the_newest_key_signs_a_head_anew(void **state)
{
    renewal *r = *state;
    const uint64_t size = r->feed.head_size;
    const toc_hash *root = &r->feed.head_root;
    TOC_AUTO(toc_secret_free) toc_secret *another = steal(r->s, MALLORY, TOC_OWN_SIGN);
    assert_false(takes(r, another, size, root, false));
    assert_false(takes(r, r->keys[RETIRED], size, root, false));
    assert_false(takes(r, r->keys[PRESENT], size, root, true));
    assert_true(takes(r, r->keys[PRESENT], size, root, false));
    assert_false(takes(r, r->keys[FIRST], size, root, false));
}

/* Else the head would stand under a note that says something else, and nobody could prove it. */
static void what_is_signed_anew_is_the_same_head(void **state)
{
    renewal *r = *state;
    const uint64_t size = r->feed.head_size;
    toc_hash other = r->feed.head_root;
    other.bytes[0] ^= 1;
    assert_false(takes(r, r->keys[PRESENT], size - 1, &r->feed.head_root, false));
    assert_false(takes(r, r->keys[PRESENT], size, &other, false));
    assert_true(takes(r, r->keys[PRESENT], size, &r->feed.head_root, false));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_renewal, tear_down_renewal)
    const struct CMUnitTest tests[] = {
        TEST(only_the_newest_key_signs_a_head_anew),
        TEST(what_is_signed_anew_is_the_same_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
