#include "store/identity.h"

#include "proto/crypto/hash.h"

enum { IDENTITY_ARENA_BYTES = 1 << 20, IDENTITY_KEYS = TOC_OWN_OFFICER };

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
    for (int purpose = TOC_OWN_ROOT; purpose <= TOC_OWN_OFFICER; purpose++) {
        TOC_TRY(toc_secret_random(&out->secrets[purpose], err));
        TOC_TRY(toc_log_own_key_put(txn, (toc_own_key)purpose, out->secrets[purpose], err));
    }
    return TOC_OK;
}

static void fill_card(const own_keys *keys, const toc_identity *identity, toc_time now,
                      toc_card *card, toc_officer *officer)
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
    toc_sign_public(keys->secrets[TOC_OWN_ROOT], &card->root);
    toc_org_id_of(&card->root, &card->org);
    toc_verify_key next_root;
    toc_sign_public(keys->secrets[TOC_OWN_NEXT_ROOT], &next_root);
    toc_blake2b(TOC_SPAN_OF(next_root.bytes), &card->next_root);
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

toc_code toc_identity_create(toc_log_txn *txn, const toc_identity *identity, toc_time now,
                             toc_org_id *out_org, toc_err *err)
{
    toc_org_id owner;
    if (toc_log_owner(txn, &owner, NULL) == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "this store belongs to an org already");
    TOC_AUTO(own_keys_wipe) own_keys keys = {0};
    TOC_TRY(make_keys(txn, &keys, err));
    toc_card card, signed_card;
    toc_officer officer;
    fill_card(&keys, identity, now, &card, &officer);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_card_sign(&card, keys.secrets[TOC_OWN_ROOT], NULL, &bytes, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(IDENTITY_ARENA_BYTES, &arena, err));
    /* Read back as anybody would: what peers would refuse is refused here, before it is kept. */
    TOC_TRY(toc_card_open(toc_buf_view(&bytes), arena, &signed_card, err));
    TOC_TRY(toc_log_card_put(txn, &signed_card, err));
    TOC_TRY(toc_log_owner_put(txn, &card.org, err));
    *out_org = card.org;
    return TOC_OK;
}
