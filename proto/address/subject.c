#include "proto/address/subject.h"

#include "proto/crypto/hash.h"

typedef struct class_row {
    uint8_t payload_bytes;
    bool links;
} class_row;

static class_row class_of(uint8_t number)
{
    switch (number) {
    case TOC_CLASS_KEY_HASH160:
    case TOC_CLASS_ACCOUNT_KECCAK20:
        return (class_row){.payload_bytes = 20, .links = true};
    case TOC_CLASS_SCRIPT_HASH160:
    case TOC_CLASS_OPAQUE20:
        return (class_row){.payload_bytes = 20};
    case TOC_CLASS_KEY_ED25519:
    case TOC_CLASS_KEY_SS58:
        return (class_row){.payload_bytes = 32, .links = true};
    case TOC_CLASS_SCRIPT_SHA256:
    case TOC_CLASS_WITNESS_PROGRAM:
    case TOC_CLASS_OPAQUE32:
    case TOC_CLASS_LITERAL:
    case TOC_CLASS_CLUSTER:
    case TOC_CLASS_TRANSFER:
    case TOC_CLASS_INCIDENT:
        return (class_row){.payload_bytes = 32};
    default:
        return (class_row){0};
    }
}

size_t toc_class_payload_bytes(uint8_t class_number)
{
    return class_of(class_number).payload_bytes;
}

bool toc_class_links(uint8_t class_number)
{
    return class_of(class_number).links;
}

toc_code toc_subject_read(toc_span bytes, toc_subject *out, toc_err *err)
{
    size_t payload_bytes = bytes.size == 0 ? 0 : toc_class_payload_bytes(bytes.data[0]);
    if (bytes.size == 0)
        return toc_fail(err, TOC_MALFORMED, "a subject without bytes");
    if (payload_bytes == 0)
        return toc_fail(err, TOC_MALFORMED, "a subject of unknown class %u", bytes.data[0]);
    if (bytes.size != payload_bytes + 3)
        return toc_fail(err, TOC_MALFORMED, "a subject of class %u with %zu bytes, expected %zu",
                        bytes.data[0], bytes.size, payload_bytes + 3);
    *out = (toc_subject){.size = (uint8_t)bytes.size};
    memcpy(out->bytes, bytes.data, bytes.size);
    return TOC_OK;
}

toc_span toc_subject_vertex(const toc_subject *subject)
{
    size_t trailer = toc_class_links(subject->bytes[0]) ? 2 : 0;
    TOC_ASSERT(subject->size > trailer);
    return toc_span_of(subject->bytes, subject->size - trailer);
}

void toc_subject_set(toc_subject *out, toc_subject_class subject_class, const uint8_t *payload,
                     uint8_t family, toc_kind kind)
{
    size_t payload_bytes = toc_class_payload_bytes((uint8_t)subject_class);
    TOC_ASSERT(payload_bytes != 0);
    *out = (toc_subject){.size = (uint8_t)(payload_bytes + 3)};
    out->bytes[0] = (uint8_t)subject_class;
    memcpy(out->bytes + 1, payload, payload_bytes);
    out->bytes[1 + payload_bytes] = family;
    out->bytes[2 + payload_bytes] = (uint8_t)kind;
}

void toc_subject_set_hashed(toc_subject *out, toc_subject_class subject_class, toc_span payload,
                            uint8_t family, toc_kind kind)
{
    TOC_ASSERT(toc_class_payload_bytes((uint8_t)subject_class) == 32);
    toc_hash hash;
    toc_sha256(payload, &hash);
    toc_subject_set(out, subject_class, hash.bytes, family, kind);
}

const char *toc_kind_name(toc_kind kind)
{
    static const char *const names[TOC_KIND_COUNT] = {
        [TOC_KIND_P2PKH] = "p2pkh",
        [TOC_KIND_P2SH] = "p2sh",
        [TOC_KIND_P2WPKH] = "p2wpkh",
        [TOC_KIND_P2WSH] = "p2wsh",
        [TOC_KIND_P2TR] = "p2tr",
        [TOC_KIND_P2SH32] = "p2sh32",
        [TOC_KIND_ACCOUNT] = "account",
        [TOC_KIND_LITERAL] = "literal",
        [TOC_KIND_CONTRACT] = "contract",
        [TOC_KIND_SPROUT] = "sprout",
        [TOC_KIND_SAPLING] = "sapling",
        [TOC_KIND_UNIFIED] = "unified",
        [TOC_KIND_STANDARD] = "standard",
        [TOC_KIND_SUBADDRESS] = "subaddress",
        [TOC_KIND_DERIVED] = "program-derived",
        [TOC_KIND_MODULE] = "module",
        [TOC_KIND_VALIDATOR] = "validator",
        [TOC_KIND_BASE] = "base",
        [TOC_KIND_POINTER] = "pointer",
        [TOC_KIND_ENTERPRISE] = "enterprise",
        [TOC_KIND_STAKE] = "stake",
        [TOC_KIND_BYRON] = "byron",
        [TOC_KIND_MASTERCHAIN] = "masterchain",
        [TOC_KIND_TZ1] = "tz1",
        [TOC_KIND_TZ2] = "tz2",
        [TOC_KIND_TZ3] = "tz3",
        [TOC_KIND_TZ4] = "tz4",
        [TOC_KIND_IMPLICIT] = "implicit",
        [TOC_KIND_NAMED] = "named",
        [TOC_KIND_ID] = "id",
        [TOC_KIND_BLS] = "bls",
        [TOC_KIND_DELEGATED] = "delegated",
        [TOC_KIND_POOL] = "liquidity-pool",
        [TOC_KIND_BALANCE] = "claimable-balance",
        [TOC_KIND_SIGNED_PAYLOAD] = "signed-payload",
    };
    if ((unsigned)kind > TOC_KIND_WITNESS && (unsigned)kind <= TOC_KIND_WITNESS_LAST)
        return "witness";
    TOC_ASSERT((unsigned)kind < TOC_KIND_COUNT && names[kind] != NULL);
    return names[kind];
}
