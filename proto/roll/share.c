#include "proto/roll/share.h"

#include "proto/base/reader.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"

enum {
    SHARE_VERSION = 1,
    SHARE_CHECK_BYTES = 8,
    SHARE_BODY_BYTES = 1 + 16 + 3 + 32 + 32 + 32 + TOC_SHARE_VALUE_BYTES,
    SHARE_LINE_CHARACTERS = 64,
    SHARE_SEED_BYTES = 32
};

static const char begin_line[] = "-----BEGIN TOCSIN SHARE-----";
static const char end_line[] = "-----END TOCSIN SHARE-----";

/* ---- making and joining ---- */

static void public_parts(const toc_secret *root, const toc_secret *next, toc_verify_key *out_root,
                         toc_hash *out_next)
{
    toc_verify_key next_key;
    toc_sign_public(root, out_root);
    toc_sign_public(next, &next_key);
    toc_next_root_of(&next_key, out_next);
}

toc_code toc_shares_make(const toc_org_id *org, const toc_secret *root, const toc_secret *next,
                         uint8_t needed, uint8_t made, toc_share *out, toc_err *err)
{
    uint8_t secret[TOC_SHARE_VALUE_BYTES], values[TOC_SHARES_MAX * TOC_SHARE_VALUE_BYTES];
    memcpy(secret, toc_secret_view(root), SHARE_SEED_BYTES);
    memcpy(secret + SHARE_SEED_BYTES, toc_secret_view(next), SHARE_SEED_BYTES);
    toc_code code = toc_shamir_split(TOC_SPAN_OF(secret), needed, made, values, err);
    toc_wipe(secret, sizeof secret);
    if (code != TOC_OK)
        return code;
    toc_share model = {.needed = needed, .made = made, .org = *org};
    toc_random(model.set, sizeof model.set);
    public_parts(root, next, &model.root, &model.next_root);
    for (uint8_t i = 0; i < made; i++) {
        out[i] = model;
        out[i].number = (uint8_t)(i + 1);
        memcpy(out[i].value, values + (size_t)i * TOC_SHARE_VALUE_BYTES, TOC_SHARE_VALUE_BYTES);
    }
    toc_wipe(values, sizeof values);
    return TOC_OK;
}

static toc_code check_set(const toc_share *shares, size_t count, toc_err *err)
{
    for (size_t i = 1; i < count; i++) {
        if (memcmp(shares[0].set, shares[i].set, sizeof shares[0].set) != 0)
            return toc_fail(err, TOC_DENIED,
                            "these shares are not of one set: those of number %u and %u were made "
                            "at different times, or for different orgs",
                            shares[0].number, shares[i].number);
        for (size_t j = 0; j < i; j++) {
            if (shares[i].number == shares[j].number)
                return toc_fail(err, TOC_USAGE, "share %u is there twice", shares[i].number);
        }
    }
    if (count == 0 || count < shares[0].needed)
        return toc_fail(err, TOC_STATE, "%zu shares; %u of the %u that were made are needed", count,
                        count == 0 ? 2 : shares[0].needed, count == 0 ? 2 : shares[0].made);
    return TOC_OK;
}

toc_code toc_shares_join(const toc_share *shares, size_t count, toc_secret **out_root,
                         toc_secret **out_next, toc_err *err)
{
    TOC_TRY(check_set(shares, count, err));
    uint8_t needed = shares[0].needed, x[TOC_SHARES_MAX], secret[TOC_SHARE_VALUE_BYTES];
    uint8_t values[TOC_SHARES_MAX * TOC_SHARE_VALUE_BYTES];
    if (needed > TOC_SHARES_MAX)
        return toc_fail(err, TOC_MALFORMED, "a share that asks for %u others", needed);
    for (uint8_t i = 0; i < needed; i++) {
        x[i] = shares[i].number;
        memcpy(values + (size_t)i * TOC_SHARE_VALUE_BYTES, shares[i].value, TOC_SHARE_VALUE_BYTES);
    }
    TOC_AUTO(toc_secret_free) toc_secret *root = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *next = NULL;
    toc_code code = toc_shamir_join(x, values, needed, TOC_SHARE_VALUE_BYTES, secret, err);
    if (code == TOC_OK)
        code = toc_secret_from(toc_span_of(secret, SHARE_SEED_BYTES), &root, err);
    if (code == TOC_OK)
        code =
            toc_secret_from(toc_span_of(secret + SHARE_SEED_BYTES, SHARE_SEED_BYTES), &next, err);
    toc_wipe(values, sizeof values);
    toc_wipe(secret, sizeof secret);
    TOC_TRY(code);
    toc_verify_key root_key;
    toc_hash next_hash;
    public_parts(root, next, &root_key, &next_hash);
    if (memcmp(&root_key, &shares[0].root, sizeof root_key) != 0 ||
        !toc_hash_equal(&next_hash, &shares[0].next_root))
        return toc_fail(err, TOC_SIGNATURE,
                        "these shares do not give the root keys that they name: one of them was "
                        "changed");
    *out_root = root;
    *out_next = next;
    root = next = NULL; /* transferred */
    return TOC_OK;
}

/* ---- as text ---- */

static void check_of(toc_span body, uint8_t out[SHARE_CHECK_BYTES])
{
    toc_span parts[] = {toc_span_text("tocsin/share/1\n"), body};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, SHARE_CHECK_BYTES);
}

void toc_share_armour(const toc_share *share, toc_buf *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    uint8_t check[SHARE_CHECK_BYTES];
    toc_buf_add_u8(&bytes, SHARE_VERSION);
    toc_buf_add(&bytes, share->set, sizeof share->set);
    toc_buf_add_u8(&bytes, share->needed);
    toc_buf_add_u8(&bytes, share->made);
    toc_buf_add_u8(&bytes, share->number);
    toc_buf_add_span(&bytes, TOC_SPAN_OF(share->org));
    toc_buf_add_span(&bytes, TOC_SPAN_OF(share->root));
    toc_buf_add_span(&bytes, TOC_SPAN_OF(share->next_root));
    toc_buf_add(&bytes, share->value, sizeof share->value);
    check_of(toc_buf_view(&bytes), check);
    toc_buf_add(&bytes, check, sizeof check);
    toc_base64_encode(toc_buf_view(&bytes), &characters);
    out->failed = out->failed || bytes.failed || characters.failed;
    toc_buf_printf(out, "%s\n", begin_line);
    for (size_t i = 0; i < characters.size; i += SHARE_LINE_CHARACTERS) {
        size_t left = characters.size - i;
        toc_buf_add(out, characters.data + i,
                    left < SHARE_LINE_CHARACTERS ? left : SHARE_LINE_CHARACTERS);
        toc_buf_add_u8(out, '\n');
    }
    toc_buf_printf(out, "%s\n", end_line);
}

static toc_code decode(toc_span text, toc_buf *out, toc_err *err)
{
    const uint8_t *begin =
        text.size == 0 ? NULL : memmem(text.data, text.size, begin_line, sizeof begin_line - 1);
    const uint8_t *from = begin == NULL ? NULL : begin + sizeof begin_line - 1;
    const uint8_t *end = from == NULL ? NULL
                                      : memmem(from, (size_t)(text.data + text.size - from),
                                               end_line, sizeof end_line - 1);
    if (end == NULL)
        return toc_fail(err, TOC_MALFORMED, "there is no share: '%s' … '%s'", begin_line, end_line);
    TOC_AUTO(toc_buf_wipe) toc_buf characters = {0};
    for (; from < end; from++) {
        if (*from != '\n' && *from != '\r' && *from != ' ' && *from != '\t')
            toc_buf_add_u8(&characters, *from);
    }
    TOC_TRY(toc_buf_ok(&characters, err));
    return toc_base64_decode(toc_buf_view(&characters), out, err);
}

toc_code toc_share_dearmour(toc_span text, toc_share *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    uint8_t check[SHARE_CHECK_BYTES];
    TOC_TRY(decode(text, &bytes, err));
    if (bytes.size == SHARE_BODY_BYTES + SHARE_CHECK_BYTES)
        check_of(toc_span_of(bytes.data, SHARE_BODY_BYTES), check);
    if (bytes.size != SHARE_BODY_BYTES + SHARE_CHECK_BYTES || bytes.data[0] != SHARE_VERSION ||
        memcmp(bytes.data + SHARE_BODY_BYTES, check, sizeof check) != 0)
        return toc_fail(err, TOC_MALFORMED,
                        "this share was misread or changed: its check does not fit");
    toc_reader reader = toc_reader_of(toc_span_of(bytes.data + 1, SHARE_BODY_BYTES - 1));
    toc_share share = {0};
    toc_read_bytes(&reader, share.set, sizeof share.set);
    share.needed = toc_read_u8(&reader);
    share.made = toc_read_u8(&reader);
    share.number = toc_read_u8(&reader);
    toc_read_bytes(&reader, share.org.bytes, sizeof share.org);
    toc_read_bytes(&reader, share.root.bytes, sizeof share.root);
    toc_read_bytes(&reader, share.next_root.bytes, sizeof share.next_root);
    toc_read_bytes(&reader, share.value, sizeof share.value);
    toc_code code = toc_reader_finish(&reader, "share", err);
    if (code == TOC_OK && (share.needed < 2 || share.needed > share.made || share.number == 0 ||
                           share.number > share.made || share.made > TOC_SHARES_MAX))
        code = toc_fail(err, TOC_MALFORMED, "a share whose numbers make no sense: %u, %u of %u",
                        share.number, share.needed, share.made);
    if (code == TOC_OK)
        *out = share;
    toc_wipe(&share, sizeof share);
    return code;
}
