/* Tezos: Base58Check with a prefix of three bytes that makes the first three characters
 * (tezos/src/lib_crypto/base58.ml, Prefix). */
#include "proto/address/base58.h"
#include "proto/address/chain.h"

typedef struct tezos_row {
    char lead[4];
    uint8_t prefix[3];
    toc_kind kind;
} tezos_row;

static const tezos_row rows[] = {
    {"tz1", {0x06, 0xA1, 0x9F}, TOC_KIND_TZ1},      {"tz2", {0x06, 0xA1, 0xA1}, TOC_KIND_TZ2},
    {"tz3", {0x06, 0xA1, 0xA4}, TOC_KIND_TZ3},      {"tz4", {0x06, 0xA1, 0xA6}, TOC_KIND_TZ4},
    {"KT1", {0x02, 0x5A, 0x79}, TOC_KIND_CONTRACT},
};

toc_fit toc_form_tezos(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[40];
    size_t size = 0;
    const tezos_row *row = NULL;
    for (size_t i = 0; i < TOC_COUNT(rows) && text.size >= 3; i++) {
        if (memcmp(text.data, rows[i].lead, 3) == 0)
            row = &rows[i];
    }
    if (row == NULL || text.size < 34 || text.size > 38) {
        toc_fail(err, TOC_MALFORMED,
                 "not an address of %s: those begin with tz1 to tz4 or KT1 and have 36 characters",
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes - 4, &size, err) !=
        TOC_OK)
        return TOC_FIT_BROKEN;
    if (size != 23 || memcmp(bytes, row->prefix, 3) != 0) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s (%zu bytes)", chain->name, size);
        return TOC_FIT_BROKEN;
    }
    memcpy(out->address, text.data, text.size);
    toc_subject_set(&out->subject, TOC_CLASS_OPAQUE20, bytes + 3, chain->family, row->kind);
    out->kind = toc_kind_name(row->kind);
    return TOC_FIT_OK;
}
