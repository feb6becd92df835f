/* Movements: their versions, bridges and sightings, and the moves of a wallet (docs/RULES.md §9).
 */
#include "tests/unit/store/kinds_support.h"

enum { HOUR = 3600000 };

static const char eth_tx[] = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";

static toc_answer_transfers transfers_of(fixture *it, const char *text)
{
    toc_err err = {0};
    toc_answer_transfers answer;
    TOC_CHECK_OK(toc_query_transfers(ask(it), text, &answer, &err));
    assert_false(answer.partial);
    return answer;
}

static const toc_answer_movement *only_movement(fixture *it, const char *text)
{
    toc_answer_transfers answer = transfers_of(it, text);
    assert_int_equal(answer.movement_count, 1);
    return &answer.movements[0];
}

static toc_said say(fixture *it, size_t feed, toc_statement statement)
{
    return toc_viewbook_say(it->feeds[feed], statement);
}

/* ---- versions ---- */

static void what_two_say_alike_is_one_version(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement first = book_transfer(&from, &to, 0), second = first;
    second.as.transfer.block = 77; /* and later, but that is no other version */
    second.as.transfer.time.unix_ms += HOUR;
    toc_said said[] = {say(it, 0, first), say(it, 1, second)};
    fold_new(it);
    const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->version_count, 1);
    assert_false(movement->conflict);
    assert_false(movement->note);
    assert_int_equal(movement->versions[0].claim_count, 2);
    assert_int_equal(movement->versions[0].lineages, 2);
    int order = memcmp(said[0].record.bytes, said[1].record.bytes, 32);
    assert_memory_equal(movement->versions[0].claims[0].record.bytes,
                        said[order < 0 ? 0 : 1].record.bytes, 32);
}

/* Each part by which versions differ. */
static void who_paid_who_was_paid_and_what_make_versions(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2),
                     other = toc_book_numbered(4);
    toc_statement base = book_transfer(&from, &to, 0);
    for (size_t i = 0; i < 5; i++) {
        toc_statement changed = base;
        toc_transfer_body *body = &changed.as.transfer;
        body->from = i == 0 ? &other : &from;
        body->to = i == 1 ? &other : &to;
        body->amount.base_units[31] = i == 2 ? 99 : 100;
        body->amount.decimals = i == 3 ? 7 : 8;
        if (i == 4)
            body->amount.stated = false, body->amount.decimals = 0, body->amount.base_units[31] = 0;
        base.revision = changed.revision = i + 1;
        (void)say(it, 0, base);
        (void)say(it, 1, changed);
        fold_new(it);
        const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
        assert_int_equal(movement->version_count, 2);
        assert_true(movement->conflict);
    }
}

static void the_version_of_most_lineages_is_drawn(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2),
                     other = toc_book_numbered(4);
    (void)say(it, 0, book_transfer(&from, &other, 0));
    (void)say(it, 1, book_transfer(&from, &to, 0));
    toc_statement third = book_transfer(&from, &to, 0);
    (void)say(it, 2, third);
    fold_new(it);
    const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->version_count, 2);
    assert_int_equal(movement->versions[0].lineages, 2);
    assert_string_equal(movement->versions[0].claims[0].statement.as.transfer.to[0].address,
                        to.address);
    (void)say(it, 2, book_end(&third, 2));
    fold_new(it);
    movement = only_movement(it, TOC_BOOK_TX); /* one each: the lowest record id */
    assert_int_equal(movement->versions[0].lineages, 1);
    assert_true(memcmp(movement->versions[0].claims[0].record.bytes,
                       movement->versions[1].claims[0].record.bytes, 32) < 0);
}

static void two_orgs_with_one_list_are_one_lineage(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement listed = book_transfer(&from, &to, 0);
    listed.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
    (void)say(it, 0, listed);
    (void)say(it, 1, listed);
    fold_new(it);
    const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->versions[0].claim_count, 2);
    assert_int_equal(movement->versions[0].lineages, 1);
}

static void a_claim_that_misstates_its_roots_is_shown_as_void(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_said source = say(it, 0, book_transfer(&from, &to, 1));
    uint8_t bytes[33] = {TOC_ROOT_UNDISCLOSED, 1};
    toc_root stray = toc_span_of(bytes, sizeof bytes);
    toc_source_record record = source_of(it->feeds[0], &source);
    (void)say(it, 1, derived_from(book_transfer(&from, &to, 0), &record, 1, &stray, 1));
    fold_new(it);
    toc_answer_transfers answer = transfers_of(it, TOC_BOOK_TX);
    assert_int_equal(answer.movement_count, 2);
    assert_int_equal(answer.movements[0].version_count, 0);
    assert_int_equal(answer.movements[0].void_count, 1);
    assert_int_equal(answer.movements[1].version_count, 1);
    toc_dossier dossier = dossier_of(it, &to);
    assert_int_equal(dossier.move_total, 2);
    assert_int_not_equal(dossier.moves[0].drawn, dossier.moves[1].drawn);
}

static void a_dispute_marks_the_claim_of_a_movement(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement transfer = book_transfer(&from, &to, 0), named;
    (void)say(it, 0, transfer);
    (void)say(it, 1, book_dispute(book_target(it->feeds[0], &transfer, &named), 1));
    fold_new(it);
    const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->dispute_count, 1);
    assert_true(movement->disputes[0].current);
    assert_true(movement->versions[0].claims[0].disputed);
    (void)say(it, 0, book_end(&transfer, 2));
    fold_new(it);
    assert_false(transfers_of(it, TOC_BOOK_TX).found);
}

/* ---- transactions ---- */

static void a_transaction_has_all_its_places_in_order(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    static const char *const expected[] = {"0", "2", "10"};
    (void)say(it, 0, book_transfer(&from, &to, 3));
    (void)say(it, 1, book_transfer(&from, &to, 2));
    (void)say(it, 2, book_transfer(&from, &to, 0));
    toc_statement elsewhere = book_transfer(&from, &to, 0);
    elsewhere.as.transfer.place.tx =
        toc_span_text("0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098");
    (void)say(it, 2, elsewhere);
    fold_new(it);
    static const char *const spellings[] = {
        TOC_BOOK_TX, ("BTC:" TOC_BOOK_TX),
        "4A5E1E4BAAB89F3A32518A88C31BC87F618F76673E2CC77AB2127B7AFDEDA33B"};
    for (size_t i = 0; i < TOC_COUNT(spellings); i++) {
        toc_answer_transfers answer = transfers_of(it, spellings[i]);
        assert_int_equal(answer.movement_count, TOC_COUNT(expected));
        for (size_t j = 0; j < TOC_COUNT(expected); j++)
            assert_true(
                toc_span_equal(answer.movements[j].place.index, toc_span_text(expected[j])));
    }
    assert_false(transfers_of(it, "LTC:" TOC_BOOK_TX).found);
    toc_err err = {0};
    toc_answer_transfers answer;
    assert_int_equal(toc_query_transfers(ask(it), "ETH:nothing", &answer, &err), TOC_MALFORMED);
}

static void a_flow_note_is_found_by_its_id(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement note = book_transfer(&from, &to, 0);
    note.as.transfer.place = (toc_place){.chain = from.chain, .id = {{0xAB, 0xCD}}};
    (void)say(it, 0, note);
    fold_new(it);
    char text[65] = "abcd";
    memset(text + 4, '0', 60);
    text[64] = '\0';
    const toc_answer_movement *movement = only_movement(it, text);
    assert_true(movement->note);
    assert_true(dossier_of(it, &to).moves[0].note);
}

static void a_bridge_links_both_places_whoever_names_the_other(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2),
                     thief = toc_book_wallet("ETH:0x098B716B8Aaf21512996dC57EB0615e2383E2f96");
    toc_statement here = book_transfer(&from, &to, 0), there = book_transfer(&thief, &thief, 0);
    there.as.transfer.place = (toc_place){
        .chain = thief.chain, .tx = toc_span_text(eth_tx), .index_kind = TOC_INDEX_NATIVE};
    there.as.transfer.bridge = here.as.transfer.place;
    there.as.transfer.bridge_side = TOC_BRIDGE_ORIGIN;
    (void)say(it, 1, there);
    fold_new(it); /* nobody has told of the other end yet */
    const toc_answer_movement *movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->version_count, 0);
    assert_int_equal(movement->bridge_count, 1);
    (void)say(it, 0, here);
    fold_new(it);
    movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->version_count, 1);
    assert_int_equal(movement->bridge_count, 1);
    assert_int_equal(movement->bridges[0].side, TOC_BRIDGE_ONWARD); /* as seen from here */
    assert_true(movement->bridges[0].named_there);
    assert_false(movement->bridges[0].named_here);
    assert_true(toc_span_equal(movement->bridges[0].place.tx, toc_span_text(eth_tx)));
    movement = only_movement(it, eth_tx);
    assert_int_equal(movement->bridge_count, 1);
    assert_int_equal(movement->bridges[0].side, TOC_BRIDGE_ORIGIN);
    assert_true(movement->bridges[0].named_here);
    assert_false(movement->bridges[0].named_there);
    here.revision = 2;
    here.as.transfer.bridge = there.as.transfer.place;
    here.as.transfer.bridge_side = TOC_BRIDGE_ONWARD;
    (void)say(it, 0, here);
    fold_new(it);
    movement = only_movement(it, TOC_BOOK_TX);
    assert_int_equal(movement->bridge_count, 1);
    assert_true(movement->bridges[0].named_here && movement->bridges[0].named_there);
}

static void sightings_stand_at_their_place_even_where_nobody_claims_a_movement(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement transfer = book_transfer(&from, &to, 0);
    toc_statement sighting = book_statement(TOC_RECORD_SIGHTING);
    sighting.as.sighting = (toc_sighting_body){.wallet = to,
                                               .place = transfer.as.transfer.place,
                                               .seen = {TOC_BOOK_NOW},
                                               .direction = TOC_DIRECTION_IN};
    toc_statement second = sighting;
    second.as.sighting.place.index = toc_span_text("1");
    (void)say(it, 0, transfer);
    (void)say(it, 1, sighting);
    (void)say(it, 2, sighting);
    (void)say(it, 2, second);
    sighting.revision = 2; /* the same claim again */
    (void)say(it, 1, sighting);
    fold_new(it);
    toc_answer_transfers answer = transfers_of(it, TOC_BOOK_TX);
    assert_int_equal(answer.movement_count, 2);
    assert_int_equal(answer.movements[0].sighting_count, 2);
    assert_int_equal(answer.movements[0].version_count, 1);
    assert_int_equal(answer.movements[1].sighting_count, 1);
    assert_int_equal(answer.movements[1].version_count, 0);
    (void)say(it, 1, book_end(&sighting, 3));
    fold_new(it);
    assert_int_equal(transfers_of(it, TOC_BOOK_TX).movements[0].sighting_count, 1);
}

/* ---- moves of a wallet ---- */

static void moves_of_a_wallet_come_newest_first_and_each_once(void **state)
{
    fixture *it = *state;
    const toc_wallet wallet = toc_book_numbered(0), other = toc_book_numbered(2);
    toc_statement in = book_transfer(&other, &wallet, 0), out = book_transfer(&wallet, &other, 1);
    out.as.transfer.time.unix_ms = TOC_BOOK_NOW;
    (void)say(it, 0, in);
    (void)say(it, 0, out);
    in.as.transfer.time.unix_ms -= HOUR; /* another org saw it earlier */
    (void)say(it, 1, in);
    in.revision = 2; /* and then corrects the moment: that of revision 1 is no more */
    in.as.transfer.time.unix_ms = TOC_BOOK_NOW + HOUR;
    (void)say(it, 1, in);
    in.revision = 3;
    in.as.transfer.time.unix_ms = TOC_BOOK_NOW - HOUR / 2;
    (void)say(it, 1, in);
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_true(dossier.found);
    assert_int_equal(dossier.move_count, 2);
    assert_int_equal(dossier.move_total, 2);
    assert_int_equal(dossier.moves[0].direction, TOC_DIRECTION_OUT);
    assert_int_equal(dossier.moves[1].direction, TOC_DIRECTION_IN);
    assert_int_equal(dossier.moves[1].claim_count, 2);
    assert_int_equal(dossier.moves[1].time.unix_ms, TOC_BOOK_NOW - HOUR / 2);
    assert_true(dossier.moves[0].drawn && dossier.moves[1].drawn);
}

static void a_move_that_only_another_version_knows_is_not_drawn(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2),
                     other = toc_book_numbered(4);
    (void)say(it, 0, book_transfer(&from, &other, 0));
    (void)say(it, 1, book_transfer(&from, &to, 0));
    (void)say(it, 2, book_transfer(&from, &to, 0));
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &other);
    assert_int_equal(dossier.move_total, 1);
    assert_false(dossier.moves[0].drawn);
    assert_true(dossier.moves[0].conflict);
    assert_int_equal(dossier.moves[0].claim_count, 3);
    assert_true(dossier_of(it, &to).moves[0].drawn);
}

static void an_account_has_the_moves_of_its_tag_alone(void **state)
{
    fixture *it = *state;
    const toc_wallet bare = toc_book_wallet("XRP:rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh");
    const toc_wallet parties[] = {bare, tagged(bare, "104"), tagged(bare, "7")};
    toc_statement transfer = book_transfer(&bare, parties, 0);
    transfer.as.transfer.place.tx =
        toc_span_text("5C504ED432CB51138BCF09AA5E8A410DD4A1E204EF84BFED1BE16DFBA1B22060");
    transfer.as.transfer.place.index_kind = TOC_INDEX_NATIVE;
    transfer.as.transfer.place.index = (toc_span){0};
    transfer.as.transfer.to_count = 2; /* the bare account and one tag of it */
    (void)say(it, 0, transfer);
    fold_new(it);
    assert_int_equal(dossier_of(it, &parties[0]).move_total, 2); /* out, and in */
    assert_int_equal(dossier_of(it, &parties[1]).move_total, 1);
    assert_int_equal(dossier_of(it, &parties[2]).move_total, 0);
}

static void more_moves_than_are_listed_are_counted(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    for (unsigned i = 0; i < TOC_MOVES_MAX + 20; i++) {
        char tx[65];
        (void)snprintf(tx, sizeof tx, "%064x", i + 1);
        toc_statement transfer = book_transfer(&from, &to, 0);
        transfer.as.transfer.place.tx = toc_span_text(tx);
        transfer.as.transfer.time.unix_ms = TOC_BOOK_NOW - HOUR + i;
        (void)say(it, 0, transfer);
    }
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &to);
    assert_int_equal(dossier.move_count, TOC_MOVES_MAX);
    assert_int_equal(dossier.move_total, TOC_MOVES_MAX + 20);
    assert_false(dossier.moves_partial);
    assert_int_equal(dossier.moves[0].time.unix_ms, TOC_BOOK_NOW - HOUR + TOC_MOVES_MAX + 19);
}

/* ---- in and out of E ---- */

static uint64_t rows_of(fixture *it, toc_view_table table)
{
    toc_err err = {0};
    uint64_t rows;
    TOC_CHECK_OK(toc_table_count(ask(it)->views->view.txn, (toc_table)table, &rows, &err));
    return rows;
}

static void what_is_erased_leaves_no_row_and_any_order_gives_one_digest(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_answer_digest empty = toc_viewbook_digest(&it->book);
    toc_statement transfer = book_transfer(&from, &to, 0);
    toc_statement waiting = book_transfer(&from, &to, 1);
    waiting.issued_at.unix_ms = TOC_BOOK_NOW + (uint64_t)24 * HOUR;
    transfer.as.transfer.bridge = (toc_place){.chain = toc_chain_find(toc_span_text("ETH")),
                                              .tx = toc_span_text(eth_tx),
                                              .index_kind = TOC_INDEX_NATIVE};
    transfer.as.transfer.bridge_side = TOC_BRIDGE_ONWARD;
    toc_said said[] = {say(it, 0, transfer), say(it, 0, waiting)};
    fold_new(it);
    assert_int_equal(rows_of(it, TOC_VIEW_MENTIONS), 3);
    assert_int_equal(rows_of(it, TOC_VIEW_MOVES), 4);
    assert_int_equal(dossier_of(it, &to).move_total, 1); /* the other waits */
    check_orders(it);
    for (size_t i = 0; i < TOC_COUNT(said); i++)
        erase(it, 0, &said[i]);
    assert_int_equal(rows_of(it, TOC_VIEW_MENTIONS), 0);
    assert_int_equal(rows_of(it, TOC_VIEW_MOVES), 0);
    toc_answer_digest erased = toc_viewbook_digest(&it->book);
    assert_memory_equal(empty.digest.bytes, erased.digest.bytes, sizeof empty.digest.bytes);
    assert_false(transfers_of(it, TOC_BOOK_TX).found);
}

/* ---- in words ---- */

static toc_code keep_line(void *context, toc_span line, toc_err *err)
{
    (void)err;
    toc_buf_add_span(context, line);
    return TOC_OK;
}

static void a_lookup_takes_a_transaction_for_an_address(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    TOC_AUTO(toc_buf_wipe) toc_buf lines = {0};
    (void)say(it, 0, book_transfer(&from, &to, 0));
    fold_new(it);
    const char *const texts[] = {TOC_BOOK_TX, eth_tx, to.address, "0xnothing"};
    toc_question question = {.form = TOC_ASK_DOSSIER,
                             .count = TOC_COUNT(texts),
                             .texts = texts,
                             .visit = keep_line,
                             .context = &lines};
    TOC_CHECK_OK(toc_query_ask(ask(it), &question, &err));
    const char *line = toc_buf_text(&lines);
    assert_non_null(strstr(line, "\"found\":true,\"movements\":[{"));
    line = strchr(line, '\n') + 1;
    assert_non_null(strstr(line, "\"found\":false,\"movements\":[]"));
    line = strchr(line, '\n') + 1;
    assert_non_null(strstr(line, "\"moves\":[{\"direction\":\"in\""));
    line = strchr(line, '\n') + 1;
    assert_non_null(strstr(line, "\"error\":{"));
    assert_null(strstr(line, "\"movements\""));
}

#define IN_A_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOOK(what_two_say_alike_is_one_version),
        IN_A_BOOK(who_paid_who_was_paid_and_what_make_versions),
        IN_A_BOOK(the_version_of_most_lineages_is_drawn),
        IN_A_BOOK(two_orgs_with_one_list_are_one_lineage),
        IN_A_BOOK(a_claim_that_misstates_its_roots_is_shown_as_void),
        IN_A_BOOK(a_dispute_marks_the_claim_of_a_movement),
        IN_A_BOOK(a_transaction_has_all_its_places_in_order),
        IN_A_BOOK(a_flow_note_is_found_by_its_id),
        IN_A_BOOK(a_bridge_links_both_places_whoever_names_the_other),
        IN_A_BOOK(sightings_stand_at_their_place_even_where_nobody_claims_a_movement),
        IN_A_BOOK(moves_of_a_wallet_come_newest_first_and_each_once),
        IN_A_BOOK(a_move_that_only_another_version_knows_is_not_drawn),
        IN_A_BOOK(an_account_has_the_moves_of_its_tag_alone),
        IN_A_BOOK(more_moves_than_are_listed_are_counted),
        IN_A_BOOK(what_is_erased_leaves_no_row_and_any_order_gives_one_digest),
        IN_A_BOOK(a_lookup_takes_a_transaction_for_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
