/* Charters: the first byte of an input chooses.
 *   0  a signed charter. One that opens also reopens, and as the same.
 *   1  a body. As a draft it opens only if it keeps the rules that other code relies on (order,
 * majority, readers); what is written from it opens as the same rules; and without a signature no
 * judge lets it stand. */
#include "proto/roll/pins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static toc_arena *new_arena(void)
{
    toc_arena *arena = NULL;
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    TOC_ASSERT(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, NULL) == TOC_OK);
    return arena;
}

static toc_code no_card(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    (void)context;
    (void)hash;
    (void)out;
    return toc_fail(err, TOC_NOT_FOUND, "no card");
}

static const toc_card_source no_cards = {.card = no_card};

static void check_rules(const toc_charter *charter)
{
    size_t admins = 0, readers = 0;
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_charter_member *member = &charter->members[i];
        TOC_ASSERT(toc_charter_find(charter, &member->org) == member);
        TOC_ASSERT(i == 0 || memcmp(&member[-1].org, &member->org, 32) < 0);
        admins += member->role == TOC_ROLE_ADMIN;
        if (toc_charter_reads(charter, &member->org))
            TOC_ASSERT(toc_charter_reader(charter, readers++) == member);
        TOC_ASSERT(strcmp(toc_role_name(member->role), "unknown") != 0);
    }
    for (size_t i = 0; i < charter->pin_count; i++) {
        const toc_charter_pin *pin = &charter->pins[i];
        const toc_feed_name feed = {.circle = charter->circle,
                                    .org = pin->org,
                                    .lane = pin->lane,
                                    .generation = pin->generation};
        TOC_ASSERT(toc_pin_find(charter, &feed) == pin);
        TOC_ASSERT(toc_charter_end(charter, &feed) == pin->size && pin->size > 0);
    }
    TOC_ASSERT(charter->pin_count <= TOC_PINS_MAX);
    TOC_ASSERT(toc_pins_kept(charter, NULL, charter, NULL) == TOC_OK);
    TOC_ASSERT(charter->member_count <= TOC_MEMBERS_MAX);
    TOC_ASSERT(readers == toc_charter_reader_count(charter));
    TOC_ASSERT(charter->quorum <= admins && (uint64_t)charter->quorum * 2 > admins);
    TOC_ASSERT(charter->signature_count <= TOC_CHARTER_SIGNATURES_MAX);
}

static void try_signed(toc_span input)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    toc_charter charter = {0}, again = {0};
    toc_err err = {0};
    if (toc_charter_open(input, arena, &charter, &err) != TOC_OK) {
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
        return;
    }
    check_rules(&charter);
    TOC_ASSERT(toc_span_equal(charter.signed_charter, input));
    TOC_ASSERT(toc_charter_reopen(input, other, &again, NULL) == TOC_OK);
    TOC_ASSERT(toc_charter_hash_equal(&charter.hash, &again.hash));
    TOC_ASSERT(toc_charter_judge(NULL, &charter, &no_cards, NULL) != TOC_OK);
    TOC_ASSERT(toc_charter_judge(&charter, &again, &no_cards, NULL) == TOC_DENIED);
}

static void try_body(toc_span input)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter charter = {0}, again = {0};
    toc_charter_join(input, NULL, 0, &bytes);
    if (toc_charter_open(toc_buf_view(&bytes), arena, &charter, NULL) != TOC_OK)
        return;
    check_rules(&charter);
    TOC_ASSERT(charter.signature_count == 0 && toc_span_equal(charter.body, input));
    TOC_ASSERT(toc_charter_judge(NULL, &charter, &no_cards, NULL) != TOC_OK);
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf joined = {0};
    TOC_ASSERT(toc_charter_write(&charter, &first, NULL) == TOC_OK);
    toc_charter_join(toc_buf_view(&first), NULL, 0, &joined);
    TOC_ASSERT(toc_charter_open(toc_buf_view(&joined), other, &again, NULL) == TOC_OK);
    TOC_ASSERT(again.member_count == charter.member_count && again.version == charter.version);
    TOC_ASSERT(toc_charter_write(&again, &second, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&first), toc_buf_view(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const modes[])(toc_span input) = {try_signed, try_body};
    if (size > 0)
        modes[data[0] % TOC_COUNT(modes)](toc_span_of(data + 1, size - 1));
    return 0;
}
