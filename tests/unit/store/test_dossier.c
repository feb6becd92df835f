/* What stands beside the claims of a dossier, and what a claim rests on (docs/RULES.md §4, §5, §9).
 */
#include "proto/address/base58.h"
#include "proto/crypto/sign.h"
#include "tests/unit/store/kinds_support.h"

enum { MINUTE = 60000 };

/* ---- derived sources ---- */

/* A claim of feed 1 on wallet 2, derived from one of feed 0 on wallet 0. */
typedef struct derivation {
    toc_statement source, claim;
    toc_said said;
    toc_source_record record;
    uint8_t root_bytes[33];
    toc_root root;
} derivation;

static void derive(fixture *it, derivation *out)
{
    out->source = toc_book_claim(toc_book_numbered(0), "theft");
    out->said = toc_viewbook_say(it->feeds[0], out->source);
    out->record = source_of(it->feeds[0], &out->said);
    out->root = own_root(&out->said.claim, out->root_bytes);
    out->claim =
        derived_from(toc_book_claim(toc_book_numbered(2), "theft"), &out->record, 1, &out->root, 1);
}

static void a_derived_claim_scores_by_the_roots_of_its_sources(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    (void)toc_viewbook_say(it->feeds[2], made.claim); /* another org, the same lineage */
    fold_new(it);
    toc_wallet wallet = toc_book_numbered(2);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.claim_count, 2);
    assert_int_equal(dossier.score.score, 800);
    assert_int_equal(dossier.score.categories[0].lineage_count, 1);
    assert_int_equal(dossier.score.categories[0].org_count, 2);
    assert_false(dossier.claims[0].withdrawn || dossier.claims[0].misstated);
    check_orders(it);
}

static void a_claim_whose_roots_are_all_dead_is_source_withdrawn(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    (void)toc_viewbook_say(it->feeds[0], book_end(&made.source, 2));
    fold_new(it);
    toc_wallet wallet = toc_book_numbered(2);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.claim_count, 1); /* it stays live and counted */
    assert_int_equal(toc_viewbook_digest(&it->book).claims, 1);
    assert_true(dossier.claims[0].withdrawn);
    assert_false(dossier.claims[0].misstated);
    assert_int_equal(dossier.score.score, 0);
    assert_int_equal(dossier.score.category_count, 0);
    /* A newer head of the source brings its root back. */
    made.source.revision = 3;
    (void)toc_viewbook_say(it->feeds[3], made.source);
    fold_new(it);
    dossier = dossier_of(it, &wallet);
    assert_false(dossier.claims[0].withdrawn);
    assert_int_equal(dossier.score.score, 800);
}

/* Expired or gone is not retracted. */
static void a_root_whose_claim_is_not_retracted_is_alive(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    made.source.revision = 2;
    made.source.valid_until.unix_ms = TOC_BOOK_NOW + MINUTE;
    toc_said expiring = toc_viewbook_say(it->feeds[0], made.source);
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    fold_new(it);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&it->book);
    toc_wallet wallet = toc_book_numbered(2);
    assert_int_equal(dossier_of(it, &wallet).score.score, 800);
    erase(it, 0, &expiring);
    erase(it, 0, &made.said);
    assert_int_equal(dossier_of(it, &wallet).score.score, 800);
}

/* The retraction waits until T has moved; then the root is dead without anything new. */
static void a_retraction_that_waits_kills_no_root_yet(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    toc_statement end = book_end(&made.source, 2);
    end.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    (void)toc_viewbook_say(it->feeds[0], end);
    fold_new(it);
    toc_wallet wallet = toc_book_numbered(2);
    assert_false(dossier_of(it, &wallet).claims[0].withdrawn);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&it->book);
    assert_true(dossier_of(it, &wallet).claims[0].withdrawn);
}

static void a_claim_that_leaves_out_a_root_of_its_source_is_misstated(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    static const uint8_t list[] = "\2ofac-sdn";
    toc_root other = toc_span_of(list, sizeof list - 1);
    made.claim.roots = &other;
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    fold_new(it);
    toc_wallet wallet = toc_book_numbered(2);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_true(dossier.claims[0].misstated);
    assert_int_equal(dossier.score.score, 0);
    /* Who does not hold the source cannot tell. */
    erase(it, 0, &made.said);
    dossier = dossier_of(it, &wallet);
    assert_false(dossier.claims[0].misstated);
    assert_int_equal(dossier.score.score, 800);
}

/* Both orders: only with all sources at hand can a root be one too many. */
static void a_root_too_many_is_misstated_once_all_sources_are_held(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    static const uint8_t list[] = "\2ofac-sdn";
    toc_root roots[2] = {made.root, toc_span_of(list, sizeof list - 1)};
    made.claim.roots = roots;
    made.claim.root_count = 2;
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    fold_new(it);
    toc_wallet wallet = toc_book_numbered(2);
    assert_true(dossier_of(it, &wallet).claims[0].misstated);
    erase(it, 0, &made.said);
    assert_false(dossier_of(it, &wallet).claims[0].misstated);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_RELEASED, it->feeds[0], made.said.index,
                         made.said.index + 1);
    toc_viewbook_fold(&it->book);
    assert_true(dossier_of(it, &wallet).claims[0].misstated);
}

/* The salt of the source's plaintext shows that the hidden root is its root. */
static void an_undisclosed_root_is_told_by_the_salt_of_its_source(void **state)
{
    fixture *it = *state;
    derivation made;
    derive(it, &made);
    fold_new(it);
    toc_views_txn *txn = ask(it)->views;
    toc_claim_row row;
    toc_number_row stored;
    toc_span record;
    uint32_t feed;
    toc_err err = {0};
    TOC_CHECK_OK(toc_view_feed_number(&txn->view, &it->feeds[0]->id, &feed, &err));
    TOC_CHECK_OK(toc_view_row_at(&txn->view, feed, made.said.index, &row, &record, &err));
    TOC_CHECK_OK(toc_view_stored(&txn->view, &row, &stored, &err));
    uint8_t hidden[2][TOC_ROOT_UNDISCLOSED_BYTES], wrong[32] = {1};
    toc_root_undisclose(made.root, stored.salt, hidden[0]);
    toc_root_undisclose(made.root, wrong, hidden[1]);
    toc_wallet wallet = toc_book_numbered(2);
    for (size_t i = 0; i < 2; i++) {
        toc_root root = TOC_SPAN_OF(hidden[i]);
        made.claim.roots = &root;
        made.claim.revision = i + 1;
        (void)toc_viewbook_say(it->feeds[1], made.claim);
        fold_new(it);
        assert_int_equal(dossier_of(it, &wallet).claims[0].misstated, i == 1);
    }
    /* Always alive. */
    made.claim.revision = 3;
    toc_root root = TOC_SPAN_OF(hidden[0]);
    made.claim.roots = &root;
    (void)toc_viewbook_say(it->feeds[1], made.claim);
    (void)toc_viewbook_say(it->feeds[0], book_end(&made.source, 2));
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).score.score, 800);
}

/* ---- notices ---- */

static const toc_answer_notice *notice_at(fixture *it, const toc_wallet *wallet, size_t count)
{
    toc_dossier dossier = dossier_of(it, wallet);
    assert_int_equal(dossier.notice_count, count);
    return dossier.notices;
}

static void a_notice_by_its_operator_has_effect_and_makes_it_the_addressee(void **state)
{
    fixture *it = *state;
    toc_wallet own = toc_book_numbered(0), others = toc_book_numbered(2);
    (void)toc_viewbook_say(it->feeds[0], book_own_notice(it->feeds[0], own, "deposit"));
    (void)toc_viewbook_say(it->feeds[0], book_own_notice(it->feeds[1], others, "deposit"));
    fold_new(it);
    const toc_answer_notice *notice = notice_at(it, &own, 1);
    assert_true(notice->effect && notice->addressee && !notice->contested);
    notice = notice_at(it, &others, 1);
    assert_false(notice->effect || notice->addressee);
    assert_true(dossier_of(it, &own).found);
}

static void two_lineages_of_two_orgs_agree_on_a_service(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0), twin = toc_book_numbered(1);
    (void)toc_viewbook_say(it->feeds[0], book_notice(wallet, "hot"));
    (void)toc_viewbook_say(it->feeds[3], book_notice(twin, "hot")); /* the same org */
    (void)toc_viewbook_say(it->feeds[1], book_notice(twin, "cold"));
    fold_new(it);
    assert_false(notice_at(it, &wallet, 1)->effect);
    toc_statement second = book_notice(twin, "hot");
    second.revision = 2;
    (void)toc_viewbook_say(it->feeds[1], second); /* by the vertex: a twin's counts */
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.notice_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(dossier.notices[i].effect && !dossier.notices[i].addressee);
}

static void two_orgs_that_quote_one_list_are_one_lineage(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement notice = book_notice(wallet, "hot");
    notice.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
    (void)toc_viewbook_say(it->feeds[0], notice);
    (void)toc_viewbook_say(it->feeds[1], notice);
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.notice_count, 2);
    assert_false(dossier.notices[0].effect || dossier.notices[1].effect);
}

static void a_role_that_no_term_knows_has_no_effect(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    (void)toc_viewbook_say(it->feeds[0], book_own_notice(it->feeds[0], wallet, "vault-of-sorts"));
    fold_new(it);
    assert_false(notice_at(it, &wallet, 1)->effect);
}

static void a_signature_by_the_key_of_the_address_gives_effect(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_verify_key key;
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    char address[TOC_BASE58_TEXT_MAX], spelt[TOC_BASE58_TEXT_MAX + 8];
    char text[TOC_NOTICE_TEXT_BYTES];
    toc_signature signature;
    TOC_CHECK_OK(toc_secret_random(&seed, &err));
    toc_sign_public(seed, &key);
    toc_base58_encode(TOC_BASE58_BITCOIN, TOC_SPAN_OF(key.bytes), address);
    (void)snprintf(spelt, sizeof spelt, "SOL:%s", address);
    toc_wallet wallet = toc_book_wallet(spelt);
    toc_statement notice = book_notice(wallet, "cold");
    toc_notice_text(&notice.as.notice, &it->feeds[0]->name.org, text);
    toc_sign(seed, "", toc_span_text(text), &signature);
    notice.as.notice.signature = (toc_key_signature){.scheme = toc_span_text("ed25519"),
                                                     .key = TOC_SPAN_OF(key.bytes),
                                                     .signature = TOC_SPAN_OF(signature.bytes)};
    (void)toc_viewbook_say(it->feeds[0], notice);
    fold_new(it);
    assert_true(notice_at(it, &wallet, 1)->effect);
    assert_false(notice_at(it, &wallet, 1)->addressee);
    notice.as.notice.role = toc_span_text("hot");
    (void)toc_viewbook_say(it->feeds[1], notice); /* signed for another issuer and role */
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.notice_count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool first = toc_org_id_equal(&dossier.notices[i].claim.org, &it->feeds[0]->name.org);
        assert_int_equal(dossier.notices[i].proof, first ? TOC_NOTICE_VERIFIED : TOC_NOTICE_WRONG);
        assert_int_equal(dossier.notices[i].effect, first);
    }
}

static void a_notice_with_a_tag_is_about_that_tag_alone(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_wallet("XRP:rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh");
    toc_wallet one = tagged(wallet, "1"), two = tagged(wallet, "2");
    (void)toc_viewbook_say(it->feeds[0], book_own_notice(it->feeds[0], one, "deposit"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(wallet, "theft"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(two, "theft"));
    fold_new(it);
    assert_true(notice_at(it, &one, 1)->effect);
    assert_false(notice_at(it, &one, 1)->contested); /* others are accused */
    (void)notice_at(it, &wallet, 0);
    (void)notice_at(it, &two, 0);
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(one, "theft"));
    fold_new(it);
    assert_true(notice_at(it, &one, 1)->contested);
    assert_true(dossier_of(it, &one).contested);
}

/* One without a tag covers every subject of its vertex in any tag, and whoever is accused there. */
static void a_notice_without_a_tag_is_contested_by_a_perpetrator_anywhere_on_its_key(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0), twin = toc_book_numbered(1);
    (void)toc_viewbook_say(it->feeds[0], book_own_notice(it->feeds[0], wallet, "hot"));
    toc_statement victim = toc_book_claim(twin, "theft");
    victim.as.wallet.role = toc_span_text("victim");
    (void)toc_viewbook_say(it->feeds[1], victim);
    fold_new(it);
    assert_false(notice_at(it, &wallet, 1)->contested);
    assert_true(notice_at(it, &twin, 1)->effect); /* it covers the twin as well */
    toc_statement perpetrator = toc_book_claim(twin, "theft");
    (void)toc_viewbook_say(it->feeds[1], perpetrator);
    fold_new(it);
    assert_true(notice_at(it, &wallet, 1)->contested);
    assert_true(dossier_of(it, &wallet).contested);
    assert_true(notice_at(it, &twin, 1)->contested);
    (void)toc_viewbook_say(it->feeds[1], book_end(&perpetrator, 2));
    fold_new(it);
    assert_false(notice_at(it, &wallet, 1)->contested);
}

static void a_built_in_service_is_shown_and_contested_like_others(void **state)
{
    fixture *it = *state;
    toc_wallet burn = toc_book_wallet("ETH:0x0000000000000000000000000000000000000000");
    toc_wallet other = toc_book_numbered(0);
    assert_non_null(dossier_of(it, &burn).service);
    assert_string_equal(dossier_of(it, &burn).service->role, "burn");
    assert_false(dossier_of(it, &burn).contested);
    assert_null(dossier_of(it, &other).service);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(burn, "theft"));
    fold_new(it);
    assert_true(dossier_of(it, &burn).contested);
}

/* ---- disputes, questions ---- */

static void a_dispute_is_shown_at_its_target_as_long_as_both_live(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft"), named;
    toc_statement dispute = book_dispute(book_target(it->feeds[0], &claim, &named), 1);
    (void)toc_viewbook_say(it->feeds[1], dispute); /* before its target */
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).dispute_count, 0);
    assert_false(dossier_of(it, &wallet).found);
    (void)toc_viewbook_say(it->feeds[0], claim);
    (void)toc_viewbook_say(it->feeds[2], toc_book_claim(wallet, "scam"));
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.dispute_count, 1);
    assert_true(dossier.disputes[0].current);
    assert_int_equal(dossier.claim_count, 2);
    assert_false(dossier.claims[0].disputed); /* scam */
    assert_true(dossier.claims[1].disputed);
    assert_int_equal(dossier.score.score, 800); /* it changes no score */
    claim.revision = 2;
    (void)toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    dossier = dossier_of(it, &wallet);
    assert_true(dossier.claims[1].disputed);
    assert_false(dossier.disputes[0].current);
    (void)toc_viewbook_say(it->feeds[0], book_end(&claim, 3));
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).dispute_count, 0);
    claim.revision = 4;
    (void)toc_viewbook_say(it->feeds[0], claim);
    (void)toc_viewbook_say(it->feeds[1], book_end(&dispute, 2));
    fold_new(it);
    dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.dispute_count, 0);
    assert_false(dossier.claims[1].disputed);
}

static void a_reply_of_the_targets_org_is_the_answer_and_others_are_remarks(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft"), named;
    toc_target target = book_target(it->feeds[0], &claim, &named);
    toc_statement inquiry = book_statement(TOC_RECORD_INQUIRY);
    inquiry.as.inquiry = (toc_inquiry_body){.id = {{7}}, .target = target};
    (void)toc_viewbook_say(it->feeds[0], claim);
    toc_said asked = toc_viewbook_say(it->feeds[1], inquiry);
    toc_statement reply = book_statement(TOC_RECORD_REPLY);
    reply.as.reply = (toc_reply_body){
        .inquiry = asked.claim, .asker = it->feeds[1]->name.org, .id = {{7}}, .target = target};
    (void)toc_viewbook_say(it->feeds[0], reply);
    (void)toc_viewbook_say(it->feeds[2], reply);
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.inquiry_count, 1);
    assert_memory_equal(dossier.inquiries[0].addressee.bytes, it->feeds[0]->name.org.bytes, 32);
    assert_int_equal(dossier.inquiries[0].reply_count, 2);
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_dossier(&dossier, &line);
    assert_non_null(strstr(toc_buf_text(&line), "\"standing\":\"answer\""));
    assert_non_null(strstr(toc_buf_text(&line), "\"standing\":\"remark\""));
    (void)toc_viewbook_say(it->feeds[1], book_end(&inquiry, 2));
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).inquiry_count, 0); /* nor its replies */
}

/* ---- what else was said of exactly this wallet ---- */

static void what_is_said_of_exactly_this_wallet_and_tag_makes_a_dossier(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_wallet("XRP:rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh");
    toc_wallet one = tagged(wallet, "1");
    toc_statement clearance = book_statement(TOC_RECORD_CLEARANCE);
    clearance.as.clearance = (toc_clearance_body){.wallet = one, .checked = {TOC_BOOK_NOW}};
    toc_statement attribution = book_statement(TOC_RECORD_ATTRIBUTION);
    attribution.as.attribution = (toc_attribution_body){
        .wallet = one, .actor = toc_span_text("lazarus"), .basis = toc_span_text("own-analysis")};
    toc_statement sighting = book_statement(TOC_RECORD_SIGHTING);
    sighting.as.sighting = (toc_sighting_body){.wallet = one,
                                               .place = {.chain = one.chain, .id = {{9}}},
                                               .seen = {TOC_BOOK_NOW},
                                               .direction = TOC_DIRECTION_IN};
    const toc_statement *statements[] = {&clearance, &attribution, &sighting};
    for (size_t i = 0; i < 3; i++) {
        assert_false(i == 0 && dossier_of(it, &one).found);
        toc_statement statement = *statements[i];
        (void)toc_viewbook_say(it->feeds[0], statement);
        fold_new(it);
        toc_dossier dossier = dossier_of(it, &one);
        assert_true(dossier.found);
        assert_int_equal(dossier.clearance_count, i == 0);
        assert_int_equal(dossier.attribution_count, i == 1);
        assert_int_equal(dossier.sighting_count, i == 2);
        assert_int_equal(dossier.score.score, 0);
        assert_false(dossier_of(it, &wallet).found);
        (void)toc_viewbook_say(it->feeds[0], book_end(&statement, 2));
        fold_new(it);
        assert_false(dossier_of(it, &one).found);
    }
    assert_int_equal(toc_viewbook_digest(&it->book).wallets, 0);
}

#define IN_A_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOOK(a_derived_claim_scores_by_the_roots_of_its_sources),
        IN_A_BOOK(a_claim_whose_roots_are_all_dead_is_source_withdrawn),
        IN_A_BOOK(a_root_whose_claim_is_not_retracted_is_alive),
        IN_A_BOOK(a_retraction_that_waits_kills_no_root_yet),
        IN_A_BOOK(a_claim_that_leaves_out_a_root_of_its_source_is_misstated),
        IN_A_BOOK(a_root_too_many_is_misstated_once_all_sources_are_held),
        IN_A_BOOK(an_undisclosed_root_is_told_by_the_salt_of_its_source),
        IN_A_BOOK(a_notice_by_its_operator_has_effect_and_makes_it_the_addressee),
        IN_A_BOOK(two_lineages_of_two_orgs_agree_on_a_service),
        IN_A_BOOK(two_orgs_that_quote_one_list_are_one_lineage),
        IN_A_BOOK(a_role_that_no_term_knows_has_no_effect),
        IN_A_BOOK(a_signature_by_the_key_of_the_address_gives_effect),
        IN_A_BOOK(a_notice_with_a_tag_is_about_that_tag_alone),
        IN_A_BOOK(a_notice_without_a_tag_is_contested_by_a_perpetrator_anywhere_on_its_key),
        IN_A_BOOK(a_built_in_service_is_shown_and_contested_like_others),
        IN_A_BOOK(a_dispute_is_shown_at_its_target_as_long_as_both_live),
        IN_A_BOOK(a_reply_of_the_targets_org_is_the_answer_and_others_are_remarks),
        IN_A_BOOK(what_is_said_of_exactly_this_wallet_and_tag_makes_a_dossier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
