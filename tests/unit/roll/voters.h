/* tests/unit/roll/voters.h: a circle of five orgs whose officers vote, and charters that they
 * signed. Owns:    the cards, from new_world to free_world. Threads: the test's. Errors:  fail the
 * test. */
#ifndef TOC_TESTS_UNIT_ROLL_VOTERS_H
#define TOC_TESTS_UNIT_ROLL_VOTERS_H

#include "tests/unit/roll/fixture.h"

enum { CARDS_MAX = 16 };

/* Cards by the hash they are asked for under. */
typedef struct shelf {
    size_t count;
    struct {
        toc_card_hash asked;
        toc_card card;
    } rows[CARDS_MAX];
    toc_code broken; /* what every look-up answers, when not TOC_OK */
    size_t looked_up;
} shelf;

static inline toc_code look_up(void *context, const toc_card_hash *hash, toc_card *out,
                               toc_err *err)
{
    shelf *from = context;
    from->looked_up++;
    if (from->broken != TOC_OK)
        return toc_fail(err, from->broken, "the shelf is broken");
    for (size_t i = 0; i < from->count; i++) {
        if (toc_card_hash_equal(&from->rows[i].asked, hash)) {
            *out = from->rows[i].card;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_NOT_FOUND, "no such card");
}

static inline void put_card(shelf *to, const toc_card_hash *asked, const toc_card *card)
{
    assert_true(to->count < CARDS_MAX);
    to->rows[to->count].asked = *asked;
    to->rows[to->count++].card = *card;
}

/* A circle with the admins a, b, c, the member d and the observer e; the quorum is 2. */
typedef struct world {
    toc_arena *arena;
    shelf cards;
    toc_card a, b, c, d, e;
    rules rules;
} world;

static inline world *new_world(void)
{
    world *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->arena = new_arena();
    toc_card *const cards[] = {&made->a, &made->b, &made->c, &made->d, &made->e};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    static const toc_role roles[] = {TOC_ROLE_ADMIN, TOC_ROLE_ADMIN, TOC_ROLE_ADMIN,
                                     TOC_ROLE_MEMBER, TOC_ROLE_OBSERVER};
    rules_first(&made->rules);
    for (size_t i = 0; i < TOC_COUNT(cards); i++) {
        *cards[i] = first_card(names[i], made->arena);
        put_card(&made->cards, &cards[i]->hash, cards[i]);
        add_card(&made->rules, cards[i], roles[i]);
    }
    assert_int_equal(made->rules.charter.quorum, 2);
    return made;
}

static inline void free_world(world *made)
{
    toc_arena_free(made->arena);
    free(made);
}

typedef struct vote {
    const toc_org_id *org;
    const char *who; /* whose officer signs */
    const char *officer;
} vote;

/* The charter of these rules with these votes, opened in the arena of `in`. */
static inline toc_charter voted(world *in, const rules *from, const vote *votes, size_t count)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter_signature signatures[8];
    toc_charter_hash hash;
    assert_true(count <= TOC_COUNT(signatures));
    write_body(from, &body);
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    for (size_t i = 0; i < count; i++) {
        TOC_AUTO(toc_secret_free)
        toc_secret *officer = secret_named(votes[i].who, votes[i].officer);
        toc_charter_sign(&hash, votes[i].org, officer, &signatures[i]);
    }
    toc_charter_join(toc_buf_view(&body), signatures, count, &bytes);
    toc_charter charter;
    assert_code(toc_charter_open(toc_buf_view(&bytes), in->arena, &charter, NULL), TOC_OK);
    return charter;
}

static inline toc_code judge(world *in, const toc_charter *current, const toc_charter *next)
{
    toc_card_source source = {.context = &in->cards, .card = look_up};
    return toc_charter_judge(current, next, &source, NULL);
}

#define VOTE(org_name, officer_name)                                                               \
    {                                                                                              \
        .org = &in->org_name.org, .who = #org_name, .officer = (officer_name)                      \
    }

/* The first version, which a and b signed. */
static inline toc_charter standing(world *in)
{
    const vote two[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter charter = voted(in, &in->rules, two, 2);
    assert_code(judge(in, NULL, &charter), TOC_OK);
    return charter;
}

/* The same rules as those `before`, for the version that follows `current`. */
static inline void next_rules(const rules *before, const toc_charter *current, rules *out)
{
    *out = *before;
    out->charter.members = out->members;
    out->charter.version = current->version + 1;
    out->charter.circle = current->circle;
    out->charter.previous = current->hash;
}

static inline void remove_member(rules *from, const toc_org_id *org)
{
    toc_charter before = from->charter;
    toc_charter_member members[FIXTURE_ROWS_MAX];
    memcpy(members, from->members, sizeof members);
    from->charter.member_count = 0;
    for (size_t i = 0; i < before.member_count; i++) {
        if (!toc_org_id_equal(&members[i].org, org))
            add_member(from, &members[i].org, members[i].role, &members[i].card,
                       members[i].card_serial_min);
    }
}

#endif
