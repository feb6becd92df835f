/* Charters that a quorum signed, and that name for a member a card which is not its: who decides
 * once does not speak for another ever after. */
#include "node/engine/roll.h"
#include "tests/unit/node/hostile.h"

enum { VICTIM = READER, WITNESS = MALLORY, ITEMS_MAX = 4 };

/* What the author, the only admin, tells the witness: cards, and charters that follow. */
typedef struct telling {
    scene *s;
    toc_arena *arena;
    toc_charter before; /* the newest of them */
    toc_secret *officer;
    size_t count;
    toc_hash keys[ITEMS_MAX];
    toc_buf items[ITEMS_MAX];
    toc_secret *forged; /* an officer's of the card that the victim never made */
} telling;

static int set_up_telling(void **state)
{
    static telling t;
    toc_err err;
    void *made = NULL;
    set_up(&made);
    t = (telling){.s = made};
    admit_as(t.s, WITNESS, TOC_ROLE_MEMBER, true);
    TOC_CHECK_OK(toc_arena_new(16 << 20, &t.arena, &err));
    TOC_CHECK_OK(toc_secret_random(&t.forged, &err));
    charter_at(t.s, WITNESS, t.arena, &t.before);
    t.officer = steal(t.s, AUTHOR, TOC_OWN_OFFICER);
    isolate(t.s, WITNESS); /* from where else it hears nothing */
    *state = &t;
    return 0;
}

static int tear_down_telling(void **state)
{
    telling *t = *state;
    void *inner = t->s;
    toc_secret_free(t->officer);
    toc_secret_free(t->forged);
    toc_arena_free(t->arena);
    for (size_t i = 0; i < t->count; i++)
        toc_buf_wipe(&t->items[i]);
    return tear_down(&inner);
}

static toc_card card_of(telling *t, int whom)
{
    toc_err err;
    toc_card card;
    copy_card(t->s, &t->s->net.nodes[whom]);
    toc_span bytes = toc_arena_dup(t->arena, toc_buf_view(&t->s->card));
    TOC_CHECK_OK(toc_card_open(bytes, t->arena, &card, &err));
    return card;
}

static toc_buf *add_item(telling *t)
{
    assert_true(t->count < ITEMS_MAX);
    return &t->items[t->count++];
}

/* The victim's next card, in order by itself, by a root of nobody's and with the forger's officer.
 */
static toc_card_hash forge_card(telling *t)
{
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *root = NULL;
    toc_card card = card_of(t, VICTIM), made;
    toc_officer officer = {
        .number = 7, .scopes = TOC_SCOPE_CHARTER, .title = toc_span_text("officer")};
    TOC_CHECK_OK(toc_secret_random(&root, &err));
    card.previous = card.hash;
    card.serial++;
    toc_sign_public(root, &card.root);
    toc_sign_public(t->forged, &officer.key);
    toc_possession_sign(&card.org, t->forged, &officer.proof);
    card.officers = &officer;
    card.officer_count = 1;
    toc_buf *item = add_item(t);
    TOC_CHECK_OK(toc_card_sign(&card, root, NULL, item, &err));
    TOC_CHECK_OK(toc_card_open(toc_buf_view(item), t->arena, &made, &err));
    memcpy(t->keys[t->count - 1].bytes, made.hash.bytes, sizeof made.hash.bytes);
    return made.hash;
}

/* The next version, in which the victim's row names that card; its officer signs too, or not. */
static void follow(telling *t, const toc_card_hash *card, toc_role role, uint32_t quorum, bool both)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter next = t->before;
    toc_charter_hash hash;
    toc_charter_signature signatures[2];
    toc_charter_member *members = toc_arena_zalloc(t->arena, next.member_count, sizeof *members);
    memcpy(members, next.members, next.member_count * sizeof *members);
    for (size_t i = 0; i < next.member_count; i++) {
        if (!toc_org_id_equal(&members[i].org, &t->s->net.nodes[VICTIM].org))
            continue;
        members[i].card = *card;
        members[i].role = role;
    }
    next.members = members;
    next.quorum = quorum;
    next.previous = next.hash;
    next.version++;
    TOC_CHECK_OK(toc_charter_write(&next, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    toc_charter_sign(&hash, &t->s->net.nodes[AUTHOR].org, t->officer, &signatures[0]);
    toc_charter_sign(&hash, &t->s->net.nodes[VICTIM].org, t->forged, &signatures[1]);
    toc_buf *item = add_item(t);
    toc_charter_join(toc_buf_view(&body), signatures, both ? 2 : 1, item);
    memcpy(t->keys[t->count - 1].bytes, hash.bytes, sizeof hash.bytes);
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(item), t->arena, &t->before, &err));
}

static toc_code hear(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const telling *t = context;
    for (size_t i = 0; i < t->count; i++)
        TOC_TRY(toc_log_roll_put(txn, &t->keys[i], toc_buf_view(&t->items[i]), err));
    return toc_roll_heard(engine, txn, 0, &t->s->circle, &t->keys[t->count - 1], now, err);
}

static uint64_t refused_in_all(const scene *s, int by, toc_refusal reason)
{
    uint64_t count = 0;
    const toc_engine *engine = s->net.nodes[by].engine;
    for (size_t i = 0; i < toc_engine_peer_count(engine); i++) {
        toc_peer_state peer;
        toc_engine_peer_at(engine, i, &peer);
        count += peer.refused[reason];
    }
    return count;
}

/* How many versions further it is. */
static uint32_t tell(telling *t)
{
    uint32_t before = version_at(t->s, WITNESS);
    assert_true(sim_do(&t->s->net, &t->s->net.nodes[WITNESS], hear, t));
    return version_at(t->s, WITNESS) - before;
}

static void a_charter_that_names_every_members_card_is_followed(void **state)
{
    telling *t = *state;
    toc_card own = card_of(t, VICTIM);
    follow(t, &own.hash, TOC_ROLE_MEMBER, 1, false);
    assert_int_equal(tell(t), 1);
    assert_int_equal(refused_in_all(t->s, WITNESS, TOC_REFUSE_ROLL), 0);
}

static void assert_not_followed(telling *t)
{
    assert_int_equal(tell(t), 0);
    assert_int_equal(refused_in_all(t->s, WITNESS, TOC_REFUSE_ROLL), 1);
}

static void a_charter_that_names_a_card_which_its_member_never_signed_is_refused(void **state)
{
    telling *t = *state;
    toc_card_hash forged = forge_card(t);
    follow(t, &forged, TOC_ROLE_MEMBER, 1, false);
    assert_not_followed(t);
}

static void a_charter_that_names_another_orgs_card_for_a_member_is_refused(void **state)
{
    telling *t = *state;
    toc_card other = card_of(t, AUTHOR);
    follow(t, &other.hash, TOC_ROLE_MEMBER, 1, false);
    assert_not_followed(t);
}

/* The version in between makes the victim an admin, by that card; the next has the votes of both.
 */
static void nobody_votes_by_a_card_that_its_org_never_signed(void **state)
{
    telling *t = *state;
    toc_card_hash forged = forge_card(t);
    follow(t, &forged, TOC_ROLE_ADMIN, 2, false);
    follow(t, &forged, TOC_ROLE_ADMIN, 2, true);
    assert_not_followed(t);
}

/* Whose officer signs for both. */
static void nobody_votes_by_another_orgs_card(void **state)
{
    telling *t = *state;
    toc_card other = card_of(t, AUTHOR);
    toc_secret_free(t->forged);
    t->forged = steal(t->s, AUTHOR, TOC_OWN_OFFICER);
    follow(t, &other.hash, TOC_ROLE_ADMIN, 2, false);
    follow(t, &other.hash, TOC_ROLE_ADMIN, 2, true);
    assert_not_followed(t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_telling, tear_down_telling)
    const struct CMUnitTest tests[] = {
        TEST(a_charter_that_names_every_members_card_is_followed),
        TEST(a_charter_that_names_a_card_which_its_member_never_signed_is_refused),
        TEST(a_charter_that_names_another_orgs_card_for_a_member_is_refused),
        TEST(nobody_votes_by_a_card_that_its_org_never_signed),
        TEST(nobody_votes_by_another_orgs_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
