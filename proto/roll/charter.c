#include "proto/roll/charter.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/base/wire.h"
#include "proto/crypto/hash.h"
#include "proto/roll/field.h"
#include "proto/roll/layout.h"
#include "roll.pb-c.h"

enum { SIGNED_BYTES = 64 };

static const struct {
    toc_role role;
    const char *name;
} role_names[] = {
    {TOC_ROLE_ADMIN, "admin"},
    {TOC_ROLE_MEMBER, "member"},
    {TOC_ROLE_OBSERVER, "observer"},
    {TOC_ROLE_RELAY, "relay"},
};

const char *toc_role_name(toc_role role)
{
    for (size_t i = 0; i < TOC_COUNT(role_names); i++) {
        if (role_names[i].role == role)
            return role_names[i].name;
    }
    return "unknown";
}

toc_code toc_role_parse(toc_span text, toc_role *out, toc_err *err)
{
    for (size_t i = 0; i < TOC_COUNT(role_names); i++) {
        if (toc_ascii_equal_nocase(text, toc_span_text(role_names[i].name))) {
            *out = role_names[i].role;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_MALFORMED, "'%.*s' is no role: one of admin, member, observer, relay",
                    (int)(text.size < 32 ? text.size : 32), (const char *)text.data);
}

void toc_charter_hash_of(toc_span body, toc_charter_hash *out)
{
    toc_span parts[] = {toc_span_text("tocsin/charter/1\n"), body};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

static void circle_id_of(toc_span first_body, toc_circle_id *out)
{
    toc_span parts[] = {toc_span_text("tocsin/circle/1\n"), first_body};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

toc_code toc_charter_write(const toc_charter *charter, toc_buf *out_body, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_TRY(toc_charter_encode(charter, &body, err));
    toc_buf_add_span(out_body, toc_buf_view(&body));
    return toc_buf_ok(out_body, err);
}

static int compare_signatures(const void *left, const void *right)
{
    const toc_charter_signature *a = left, *b = right;
    int order = memcmp(&a->org, &b->org, sizeof a->org);
    if (order == 0)
        order = memcmp(&a->officer, &b->officer, sizeof a->officer);
    return order != 0 ? order : memcmp(&a->signature, &b->signature, sizeof a->signature);
}

static size_t drop_equal(toc_charter_signature *sorted, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_signatures(&sorted[kept - 1], &sorted[i]) != 0)
            sorted[kept++] = sorted[i];
    }
    return kept;
}

static void pack_signatures(toc_field_packer *packer, const toc_charter_signature *signatures,
                            size_t count, Toc__Roll__SignedCharter *envelope)
{
    toc_charter_signature *sorted = toc_field_pack_array(packer, count, sizeof *sorted);
    Toc__Roll__CharterSignature *rows = toc_field_pack_array(packer, count, sizeof *rows);
    envelope->signatures =
        toc_field_pack_array(packer, count, sizeof(Toc__Roll__CharterSignature *));
    if (packer->failed || count == 0)
        return;
    memcpy(sorted, signatures, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_signatures);
    envelope->n_signatures = drop_equal(sorted, count);
    for (size_t i = 0; i < envelope->n_signatures; i++) {
        toc__roll__charter_signature__init(&rows[i]);
        rows[i].org = toc_field_pack_bytes(packer, &sorted[i].org, sizeof sorted[i].org);
        rows[i].officer =
            toc_field_pack_bytes(packer, &sorted[i].officer, sizeof sorted[i].officer);
        rows[i].signature =
            toc_field_pack_bytes(packer, &sorted[i].signature, sizeof sorted[i].signature);
        envelope->signatures[i] = &rows[i];
    }
}

void toc_charter_join(toc_span body, const toc_charter_signature *signatures, size_t count,
                      toc_buf *out)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    if (toc_arena_new(SIZE_MAX, &arena, NULL) != TOC_OK) {
        out->failed = true;
        return;
    }
    toc_field_packer packer = {.arena = arena};
    Toc__Roll__SignedCharter envelope = TOC__ROLL__SIGNED_CHARTER__INIT;
    envelope.body = toc_field_pack_bytes(&packer, body.data, body.size);
    pack_signatures(&packer, signatures, count, &envelope);
    if (packer.failed)
        out->failed = true;
    else
        toc_wire_pack(&envelope.base, out);
}

static void signed_message(const toc_charter_hash *hash, const toc_org_id *org,
                           uint8_t out[SIGNED_BYTES])
{
    memcpy(out, hash->bytes, 32);
    memcpy(out + 32, org->bytes, 32);
}

void toc_charter_sign(const toc_charter_hash *hash, const toc_org_id *org,
                      const toc_secret *officer, toc_charter_signature *out)
{
    uint8_t message[SIGNED_BYTES];
    signed_message(hash, org, message);
    out->org = *org;
    toc_sign_public(officer, &out->officer);
    toc_sign(officer, TOC_DOMAIN_CHARTER, toc_span_of(message, sizeof message), &out->signature);
}

static toc_code take_signature(const Toc__Roll__CharterSignature *row, toc_charter_signature *out,
                               toc_err *err)
{
    TOC_TRY(toc_field_bytes(row->org, out->org.bytes, 32, "charter: signer's org id", err));
    TOC_TRY(toc_field_bytes(row->officer, out->officer.bytes, 32, "charter: officer's key", err));
    return toc_field_bytes(row->signature, out->signature.bytes, 64, "charter: signature", err);
}

static bool in_order(const toc_charter_signature *left, const toc_charter_signature *right)
{
    int order = memcmp(&left->org, &right->org, sizeof left->org);
    return order < 0 ||
           (order == 0 && memcmp(&left->officer, &right->officer, sizeof left->officer) < 0);
}

static toc_code take_signatures(const Toc__Roll__SignedCharter *envelope, toc_arena *arena,
                                toc_charter *out, toc_err *err)
{
    size_t count = envelope->n_signatures;
    if (count > TOC_CHARTER_SIGNATURES_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu signatures, at most %u", count,
                        TOC_CHARTER_SIGNATURES_MAX);
    toc_charter_signature *signatures = toc_arena_zalloc(arena, count, sizeof *signatures);
    if (signatures == NULL)
        return toc_fail(err, TOC_LIMIT, "charter: its signatures need more memory than is granted");
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(take_signature(envelope->signatures[i], &signatures[i], err));
        if (i > 0 && !in_order(&signatures[i - 1], &signatures[i]))
            return toc_fail(err, TOC_MALFORMED,
                            "charter: signatures not in order, or one officer's twice");
    }
    out->signatures = signatures;
    out->signature_count = count;
    return TOC_OK;
}

static toc_code verify_signatures(const toc_charter *charter, toc_err *err)
{
    for (size_t i = 0; i < charter->signature_count; i++) {
        const toc_charter_signature *each = &charter->signatures[i];
        uint8_t message[SIGNED_BYTES];
        signed_message(&charter->hash, &each->org, message);
        if (toc_verify(&each->officer, TOC_DOMAIN_CHARTER, toc_span_of(message, sizeof message),
                       &each->signature, NULL) != TOC_OK)
            return toc_fail(err, TOC_SIGNATURE, "charter: signature %zu of %zu does not verify",
                            i + 1, charter->signature_count);
    }
    return TOC_OK;
}

toc_code toc_charter_reopen(toc_span signed_charter, toc_arena *arena, toc_charter *out,
                            toc_err *err)
{
    if (signed_charter.size > TOC_CHARTER_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu bytes, at most %u", signed_charter.size,
                        TOC_CHARTER_BYTES_MAX);
    toc_span kept = toc_arena_dup(arena, signed_charter);
    if (kept.data == NULL)
        return toc_fail(err, TOC_LIMIT, "charter: it needs more memory than is granted");
    ProtobufCMessage *unpacked = NULL;
    TOC_TRY(toc_wire_unpack(kept, &toc__roll__signed_charter__descriptor, arena, "signed charter",
                            &unpacked, err));
    const Toc__Roll__SignedCharter *envelope =
        (const Toc__Roll__SignedCharter *)(const void *)unpacked;
    toc_span body = toc_span_of(envelope->body.data, envelope->body.len);
    toc_charter charter = {0};
    TOC_TRY(toc_charter_decode(body, arena, &charter, err));
    charter.body = body;
    charter.signed_charter = kept;
    toc_charter_hash_of(body, &charter.hash);
    if (charter.version == 1)
        circle_id_of(body, &charter.circle);
    TOC_TRY(take_signatures(envelope, arena, &charter, err));
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    toc_charter_join(body, charter.signatures, charter.signature_count, &again);
    TOC_TRY(toc_field_exact(&again, kept, "signed charter", err));
    *out = charter;
    return TOC_OK;
}

toc_code toc_charter_open(toc_span signed_charter, toc_arena *arena, toc_charter *out, toc_err *err)
{
    toc_charter charter = {0};
    TOC_TRY(toc_charter_reopen(signed_charter, arena, &charter, err));
    TOC_TRY(verify_signatures(&charter, err));
    *out = charter;
    return TOC_OK;
}

/* Membership. */

static int compare_member(const void *key, const void *row)
{
    const toc_org_id *org = key;
    const toc_charter_member *member = row;
    return memcmp(org, &member->org, sizeof *org);
}

const toc_charter_member *toc_charter_find(const toc_charter *charter, const toc_org_id *org)
{
    if (charter->member_count == 0)
        return NULL;
    return bsearch(org, charter->members, charter->member_count, sizeof *charter->members,
                   compare_member);
}

static bool role_reads(toc_role role)
{
    return role == TOC_ROLE_ADMIN || role == TOC_ROLE_MEMBER || role == TOC_ROLE_OBSERVER;
}

uint64_t toc_charter_bytes_per_day(const toc_charter *charter, toc_lane lane)
{
    const toc_charter_policy *policy = &charter->policy;
    if (lane == TOC_LANE_KEYS)
        return TOC_QUOTA_KEYS_BYTES;
    if (lane == TOC_LANE_ALERT)
        return policy->alert_bytes_per_day != 0 ? policy->alert_bytes_per_day
                                                : TOC_QUOTA_ALERT_BYTES;
    return policy->bulk_bytes_per_day != 0 ? policy->bulk_bytes_per_day : TOC_QUOTA_BULK_BYTES;
}

bool toc_charter_reads(const toc_charter *charter, const toc_org_id *org)
{
    const toc_charter_member *member = toc_charter_find(charter, org);
    return member != NULL && role_reads(member->role);
}

bool toc_charter_writes(const toc_charter *charter, const toc_org_id *org)
{
    const toc_charter_member *member = toc_charter_find(charter, org);
    return member != NULL && (member->role == TOC_ROLE_ADMIN || member->role == TOC_ROLE_MEMBER);
}

const toc_charter_member *toc_charter_reader(const toc_charter *charter, size_t index)
{
    for (size_t i = 0; i < charter->member_count; i++) {
        if (role_reads(charter->members[i].role) && index-- == 0)
            return &charter->members[i];
    }
    return NULL;
}

size_t toc_charter_reader_count(const toc_charter *charter)
{
    size_t count = 0;
    for (size_t i = 0; i < charter->member_count; i++)
        count += role_reads(charter->members[i].role);
    return count;
}
