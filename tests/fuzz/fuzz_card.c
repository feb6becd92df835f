/* Cards: the first byte of an input chooses.
 *   0  a signed card. One that opens also reopens, and as the same: same hash, same bytes.
 *   1  the body of a card, not signed. One that decodes keeps the rules that other code relies on,
 * and what is encoded from it decodes to the same and encodes to the same bytes again. 2  text. A
 * card found in it comes back from its own armour. */
#include "proto/roll/card.h"
#include "proto/roll/endpoint.h"
#include "proto/roll/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static toc_arena *new_arena(void)
{
    toc_arena *arena = NULL;
    TOC_ASSERT(toc_crypto_start(NULL) == TOC_OK);
    TOC_ASSERT(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, NULL) == TOC_OK);
    return arena;
}

static void try_signed(toc_span input)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    toc_card card = {0}, again = {0};
    toc_err err = {0};
    if (toc_card_open(input, arena, &card, &err) != TOC_OK) {
        TOC_ASSERT(err.code != TOC_OK && err.text[0] != '\0');
        return;
    }
    TOC_ASSERT(toc_span_equal(card.signed_card, input));
    TOC_ASSERT(toc_card_reopen(input, other, &again, NULL) == TOC_OK);
    TOC_ASSERT(toc_card_hash_equal(&card.hash, &again.hash));
    TOC_ASSERT(toc_card_follows(&card, &again, NULL) == TOC_DENIED);
    TOC_ASSERT(toc_card_apart(&card, &again, NULL) == TOC_OK);
}

static void check_rules(const toc_card *card)
{
    TOC_ASSERT(card->serial >= 1 && card->name.size > 0);
    TOC_ASSERT(card->officer_count <= TOC_OFFICERS_MAX && card->retired_count <= TOC_RETIRED_MAX);
    TOC_ASSERT(card->endpoint_count <= TOC_ENDPOINTS_MAX);
    for (size_t i = 0; i < card->endpoint_count; i++)
        TOC_ASSERT(toc_endpoint_check(card->endpoints[i], NULL) == TOC_OK);
    for (size_t i = 0; i < card->officer_count; i++) {
        TOC_ASSERT(card->officers[i].number != 0 && card->officers[i].scopes != 0);
        TOC_ASSERT(toc_card_officer(card, &card->officers[i].key) == &card->officers[i]);
        TOC_ASSERT(memcmp(&card->officers[i].key, &card->sign, sizeof card->sign) != 0);
    }
}

static void try_body(toc_span input)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    toc_card card = {0}, again = {0};
    if (toc_card_decode(input, arena, &card, NULL) != TOC_OK)
        return;
    check_rules(&card);
    TOC_ASSERT(toc_card_encode(&card, &first, NULL) == TOC_OK);
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    TOC_ASSERT(toc_card_decode(toc_buf_view(&first), other, &again, NULL) == TOC_OK);
    TOC_ASSERT(again.serial == card.serial && toc_span_equal(again.name, card.name));
    TOC_ASSERT(again.officer_count == card.officer_count);
    TOC_ASSERT(toc_card_encode(&again, &second, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&first), toc_buf_view(&second)));
}

static void try_text(toc_span input)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    if (toc_card_dearmour(input, &bytes, NULL) != TOC_OK) {
        TOC_ASSERT(bytes.size == 0);
        return;
    }
    TOC_ASSERT(bytes.size <= TOC_CARD_BYTES_MAX);
    toc_card_armour(toc_buf_view(&bytes), &text);
    TOC_ASSERT(toc_card_dearmour(toc_buf_view(&text), &again, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&bytes), toc_buf_view(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const modes[])(toc_span input) = {try_signed, try_body, try_text};
    if (size > 0)
        modes[data[0] % TOC_COUNT(modes)](toc_span_of(data + 1, size - 1));
    return 0;
}
