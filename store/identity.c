#include "store/identity.h"

#include "proto/roll/change.h"

enum { IDENTITY_ARENA_BYTES = 64 << 20, IDENTITY_KEYS = TOC_OWN_OFFICER };

void toc_roots_wipe(toc_roots *roots)
{
    toc_secret_free(roots->root);
    toc_secret_free(roots->next);
    *roots = (toc_roots){0};
}

toc_code toc_roots_new(toc_roots *out, toc_err *err)
{
    TOC_TRY(toc_secret_random(&out->root, err));
    return toc_secret_random(&out->next, err);
}

/* ---- the first card ---- */

typedef struct own_keys {
    toc_secret *secrets[IDENTITY_KEYS + 1]; /* by toc_own_key */
} own_keys;

static void own_keys_wipe(own_keys *keys)
{
    for (size_t i = 0; i < TOC_COUNT(keys->secrets); i++)
        toc_secret_free(keys->secrets[i]);
    *keys = (own_keys){0};
}
TOC_DEFINE_AUTO_WIPE(own_keys, own_keys_wipe)

static toc_code make_keys(toc_log_txn *txn, own_keys *out, toc_err *err)
{
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++) {
        TOC_TRY(toc_secret_random(&out->secrets[purpose], err));
        TOC_TRY(toc_log_own_key_put(txn, (toc_own_key)purpose, out->secrets[purpose], err));
    }
    return TOC_OK;
}

static void fill_card(const own_keys *keys, const toc_roots *roots, const toc_identity *identity,
                      toc_time now, toc_card *card, toc_officer *officer)
{
    *card = (toc_card){.serial = 1,
                       .name = identity->name,
                       .kind = identity->kind,
                       .country = identity->country,
                       .duty = identity->duty,
                       .endpoint_count = identity->endpoint_count,
                       .endpoints = identity->endpoints,
                       .valid_from = now,
                       .officer_count = 1,
                       .officers = officer};
    toc_sign_public(roots->root, &card->root);
    toc_org_id_of(&card->root, &card->org);
    toc_verify_key next_root;
    toc_sign_public(roots->next, &next_root);
    toc_next_root_of(&next_root, &card->next_root);
    toc_sign_public(keys->secrets[TOC_OWN_SIGN], &card->sign);
    toc_sign_public(keys->secrets[TOC_OWN_COSIGN], &card->cosign);
    toc_possession_sign(&card->org, keys->secrets[TOC_OWN_SIGN], &card->sign_proof);
    toc_possession_sign(&card->org, keys->secrets[TOC_OWN_COSIGN], &card->cosign_proof);
    toc_link_public(keys->secrets[TOC_OWN_LINK], &card->link);
    toc_seal_public(keys->secrets[TOC_OWN_SEAL], &card->seal);
    *officer = (toc_officer){.number = 1,
                             .scopes = TOC_SCOPE_SUBMIT | TOC_SCOPE_FREEZE | TOC_SCOPE_CHARTER,
                             .title = toc_span_text("first officer")};
    toc_sign_public(keys->secrets[TOC_OWN_OFFICER], &officer->key);
    toc_possession_sign(&card->org, keys->secrets[TOC_OWN_OFFICER], &officer->proof);
}

toc_code toc_identity_create(toc_log_txn *txn, const toc_identity *identity, const toc_roots *roots,
                             toc_time now, toc_org_id *out_org, toc_err *err)
{
    toc_org_id owner;
    if (toc_log_owner(txn, &owner, NULL) == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "this store belongs to an org already");
    TOC_AUTO(own_keys_wipe) own_keys keys = {0};
    TOC_TRY(make_keys(txn, &keys, err));
    toc_card card, signed_card;
    toc_officer officer;
    fill_card(&keys, roots, identity, now, &card, &officer);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_card_sign(&card, roots->root, NULL, &bytes, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(IDENTITY_ARENA_BYTES, &arena, err));
    /* Read back as anybody would: what peers would refuse is refused here, before it is kept. */
    TOC_TRY(toc_card_open(toc_buf_view(&bytes), arena, &signed_card, err));
    TOC_TRY(toc_log_card_put(txn, &signed_card, err));
    TOC_TRY(toc_log_owner_put(txn, &card.org, err));
    *out_org = card.org;
    return TOC_OK;
}

/* ---- the cards that follow ---- */

static toc_code prepare(toc_log_txn *txn, toc_own_key purpose, toc_secret **out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    TOC_TRY(toc_secret_random(&secret, err));
    TOC_TRY(toc_log_prepared_key_put(txn, purpose, secret, err));
    *out = secret;
    secret = NULL; /* transferred */
    return TOC_OK;
}

static toc_code prepare_signer(toc_log_txn *txn, toc_own_key purpose, const toc_org_id *org,
                               toc_verify_key *key, toc_signature *proof, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    TOC_TRY(prepare(txn, purpose, &secret, err));
    toc_sign_public(secret, key);
    toc_possession_sign(org, secret, proof);
    return TOC_OK;
}

toc_code toc_identity_prepare(toc_log_txn *txn, unsigned which, toc_card *card, toc_time retired_at,
                              toc_arena *arena, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *link = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *seal = NULL;
    if ((which & TOC_CHANGE_SIGN) != 0) {
        TOC_TRY(toc_card_retire(card, &card->sign, retired_at, arena, err));
        TOC_TRY(prepare_signer(txn, TOC_OWN_SIGN, &card->org, &card->sign, &card->sign_proof, err));
    }
    if ((which & TOC_CHANGE_COSIGN) != 0) {
        TOC_TRY(toc_card_retire(card, &card->cosign, retired_at, arena, err));
        TOC_TRY(prepare_signer(txn, TOC_OWN_COSIGN, &card->org, &card->cosign, &card->cosign_proof,
                               err));
    }
    if ((which & TOC_CHANGE_LINK) != 0) {
        TOC_TRY(prepare(txn, TOC_OWN_LINK, &link, err));
        toc_link_public(link, &card->link);
    }
    if ((which & TOC_CHANGE_SEAL) != 0) {
        TOC_TRY(prepare(txn, TOC_OWN_SEAL, &seal, err));
        toc_seal_public(seal, &card->seal);
    }
    return TOC_OK;
}

toc_code toc_identity_keys_since(toc_log_txn *txn, toc_keys_since *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(IDENTITY_ARENA_BYTES, &arena, err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    toc_org_id org;
    toc_card card;
    TOC_TRY(toc_log_owner(txn, &org, err));
    TOC_TRY(toc_log_card_of(txn, &org, arena, &card, err));
    const toc_verify_key sign = card.sign, cosign = card.cosign;
    toc_keys_since since = {.sign = card.valid_from, .cosign = card.valid_from};
    bool has_sign = true, has_cosign = true; /* every card so far */
    while (card.serial > 1 && (has_sign || has_cosign)) {
        const toc_card_hash previous = card.previous;
        toc_arena_reset(arena);
        TOC_TRY(cards.card(cards.context, &previous, &card, err));
        has_sign = has_sign && memcmp(&card.sign, &sign, sizeof sign) == 0;
        has_cosign = has_cosign && memcmp(&card.cosign, &cosign, sizeof cosign) == 0;
        since.sign = has_sign ? card.valid_from : since.sign;
        since.cosign = has_cosign ? card.valid_from : since.cosign;
    }
    *out = since;
    return TOC_OK;
}

toc_code toc_identity_officer_next(toc_log_txn *txn, uint32_t *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(IDENTITY_ARENA_BYTES, &arena, err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    toc_org_id org;
    toc_card card;
    TOC_TRY(toc_log_owner(txn, &org, err));
    TOC_TRY(toc_log_card_of(txn, &org, arena, &card, err));
    uint32_t last = 0;
    for (;;) {
        for (size_t i = 0; i < card.officer_count; i++)
            last = card.officers[i].number > last ? card.officers[i].number : last;
        if (card.serial == 1)
            break;
        toc_card_hash previous = card.previous;
        toc_arena_reset(arena);
        TOC_TRY(cards.card(cards.context, &previous, &card, err));
    }
    *out = last + 1;
    return last == UINT32_MAX ? toc_fail(err, TOC_LIMIT, "the last officer's number is taken")
                              : TOC_OK;
}
