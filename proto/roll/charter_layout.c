#include "proto/base/wire.h"
#include "proto/roll/field.h"
#include "proto/roll/layout.h"
#include "proto/roll/pins_layout.h"
#include "proto/roll/registry_layout.h"
#include "proto/rules/terms.h"
#include "roll.pb-c.h"

/* Checks. */

static toc_code check_chain(const toc_charter *charter, toc_err *err)
{
    if (charter->version == 0)
        return toc_fail(err, TOC_MALFORMED, "charter: versions begin at 1");
    if (charter->version == 1) {
        if (!toc_field_is_zero(charter->previous.bytes))
            return toc_fail(err, TOC_MALFORMED, "charter: the first version names one before it");
        if (toc_charter_joins(charter))
            return toc_fail(err, TOC_MALFORMED, "charter: the first version joins another branch");
        if (toc_field_is_zero(charter->nonce))
            return toc_fail(err, TOC_MALFORMED, "charter: the first version has no random bytes");
        return TOC_OK;
    }
    if (toc_field_is_zero(charter->previous.bytes) || toc_field_is_zero(charter->circle.bytes))
        return toc_fail(err, TOC_MALFORMED,
                        "charter: a later version names its circle and the version before");
    if (toc_charter_joins(charter) &&
        (charter->version == 2 || toc_charter_hash_equal(&charter->joined, &charter->previous)))
        return toc_fail(err, TOC_MALFORMED, "charter: it joins what is no other branch");
    return TOC_OK;
}

static toc_code check_texts(const toc_charter *charter, toc_err *err)
{
    if (charter->name.size == 0)
        return toc_fail(err, TOC_MALFORMED, "charter: the name is missing");
    TOC_TRY(toc_field_text(charter->name, TOC_TEXT_BYTES_MAX, false, "charter: name", err));
    return toc_field_text(charter->purpose, TOC_NOTE_BYTES_MAX, true, "charter: purpose", err);
}

static toc_code check_policy(const toc_charter_policy *policy, toc_err *err)
{
    if ((unsigned)policy->tlp_max < TOC_TLP_CLEAR || (unsigned)policy->tlp_max > TOC_TLP_RED)
        return toc_fail(err, TOC_MALFORMED, "charter: the highest TLP is unknown");
    if (policy->history != TOC_HISTORY_NONE && policy->history != TOC_HISTORY_ALL)
        return toc_fail(err, TOC_MALFORMED, "charter: the history for joiners is unknown");
    if (policy->retention_days > TOC_RETENTION_DAYS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: a retention of %u days, at most %u",
                        policy->retention_days, TOC_RETENTION_DAYS_MAX);
    if (policy->admission_delay_ms > TOC_ADMISSION_DELAY_MS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: an admission delay of more than a year");
    return toc_approval_rules_check(&policy->approvals, err);
}

static toc_code check_member(const toc_charter_member *member, toc_err *err)
{
    if ((unsigned)member->role < TOC_ROLE_ADMIN || (unsigned)member->role > TOC_ROLE_RELAY)
        return toc_fail(err, TOC_MALFORMED, "charter: a member with an unknown role");
    if (!toc_slug_valid(member->kind))
        return toc_fail(err, TOC_MALFORMED, "charter: a member whose kind is no slug");
    if (member->card_serial_min == 0 || toc_field_is_zero(member->card.bytes))
        return toc_fail(err, TOC_MALFORMED, "charter: a member without a card");
    return toc_field_country(member->country, err);
}

static toc_code check_members(const toc_charter *charter, toc_err *err)
{
    size_t admins = 0;
    if (charter->member_count > TOC_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu members, at most %u", charter->member_count,
                        TOC_MEMBERS_MAX);
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_charter_member *member = &charter->members[i];
        if (i > 0 && memcmp(&charter->members[i - 1].org, &member->org, sizeof member->org) >= 0)
            return toc_fail(err, TOC_MALFORMED,
                            "charter: members not in order of org id, or one twice");
        TOC_TRY(check_member(member, err));
        admins += member->role == TOC_ROLE_ADMIN;
    }
    if (admins == 0)
        return toc_fail(err, TOC_MALFORMED, "charter: no admin");
    /* A majority, so that two versions that both hold share an admin who signed twice. */
    if (charter->quorum > admins || charter->quorum <= admins / 2)
        return toc_fail(err, TOC_MALFORMED, "charter: a quorum of %u among %zu admins",
                        charter->quorum, admins);
    return TOC_OK;
}

static toc_code check_charter(const toc_charter *charter, toc_err *err)
{
    TOC_TRY(check_chain(charter, err));
    TOC_TRY(check_texts(charter, err));
    TOC_TRY(check_policy(&charter->policy, err));
    TOC_TRY(check_members(charter, err));
    TOC_TRY(toc_registry_check(&charter->registry, err));
    return toc_pins_check(charter, err);
}

/* Encoding. */

static void pack_members(toc_field_packer *packer, const toc_charter *charter,
                         Toc__Roll__Charter *message)
{
    message->members =
        toc_field_pack_array(packer, charter->member_count, sizeof(Toc__Roll__Member *));
    Toc__Roll__Member *rows =
        toc_field_pack_array(packer, charter->member_count, sizeof(Toc__Roll__Member));
    if (packer->failed)
        return;
    message->n_members = charter->member_count;
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_charter_member *member = &charter->members[i];
        toc__roll__member__init(&rows[i]);
        rows[i].org = toc_field_pack_bytes(packer, &member->org, sizeof member->org);
        rows[i].role = (uint32_t)member->role;
        rows[i].kind = toc_field_pack_text(packer, member->kind);
        rows[i].country = toc_field_pack_optional(packer, member->country);
        rows[i].card_serial_min = member->card_serial_min;
        rows[i].card = toc_field_pack_bytes(packer, &member->card, sizeof member->card);
        message->members[i] = &rows[i];
    }
}

static void pack_approvals(toc_field_packer *packer, const toc_approval_rules *rules,
                           Toc__Roll__Policy *out)
{
    out->approvals = toc_field_pack_array(packer, rules->count, sizeof(Toc__Roll__ApprovalRule *));
    Toc__Roll__ApprovalRule *rows =
        toc_field_pack_array(packer, rules->count, sizeof(Toc__Roll__ApprovalRule));
    if (packer->failed)
        return;
    out->n_approvals = rules->count;
    for (size_t i = 0; i < rules->count; i++) {
        toc__roll__approval_rule__init(&rows[i]);
        rows[i].kind = rules->rows[i].kind;
        rows[i].k = rules->rows[i].k;
        rows[i].scope = rules->rows[i].scope;
        out->approvals[i] = &rows[i];
    }
}

static void fill_policy(toc_field_packer *packer, const toc_charter_policy *policy,
                        Toc__Roll__Policy *out)
{
    toc__roll__policy__init(out);
    out->tlp_max = (uint32_t)policy->tlp_max;
    out->has_retention_days = policy->retention_days != 0;
    out->retention_days = policy->retention_days;
    out->history = (uint32_t)policy->history;
    out->has_admission_delay_ms = policy->admission_delay_ms != 0;
    out->admission_delay_ms = policy->admission_delay_ms;
    out->has_bulk_bytes_per_day = policy->bulk_bytes_per_day != 0;
    out->bulk_bytes_per_day = policy->bulk_bytes_per_day;
    out->has_alert_bytes_per_day = policy->alert_bytes_per_day != 0;
    out->alert_bytes_per_day = policy->alert_bytes_per_day;
    pack_approvals(packer, &policy->approvals, out);
}

static void pack_chain(toc_field_packer *packer, const toc_charter *charter,
                       Toc__Roll__Charter *message)
{
    message->version = charter->version;
    if (charter->version == 1) {
        message->has_nonce = true;
        message->nonce = toc_field_pack_bytes(packer, charter->nonce, sizeof charter->nonce);
        return;
    }
    message->has_circle = message->has_previous = true;
    message->circle = toc_field_pack_bytes(packer, &charter->circle, sizeof charter->circle);
    message->previous = toc_field_pack_bytes(packer, &charter->previous, sizeof charter->previous);
    message->has_joined = toc_charter_joins(charter);
    if (message->has_joined)
        message->joined = toc_field_pack_bytes(packer, &charter->joined, sizeof charter->joined);
}

toc_code toc_charter_encode(const toc_charter *charter, toc_buf *out_body, toc_err *err)
{
    TOC_TRY(check_charter(charter, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    toc_field_packer packer = {.arena = arena};
    Toc__Roll__Charter message = TOC__ROLL__CHARTER__INIT;
    Toc__Roll__Policy policy;
    pack_chain(&packer, charter, &message);
    message.name = toc_field_pack_text(&packer, charter->name);
    message.purpose = toc_field_pack_optional(&packer, charter->purpose);
    message.quorum = charter->quorum;
    pack_members(&packer, charter, &message);
    fill_policy(&packer, &charter->policy, &policy);
    message.policy = &policy;
    toc_pins_pack(&packer, charter, &message);
    toc_registry_pack(&packer, &charter->registry, &message);
    if (packer.failed)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    toc_wire_pack(&message.base, out_body);
    return toc_buf_ok(out_body, err);
}

/* Decoding. */

static toc_code take_chain(const Toc__Roll__Charter *message, toc_charter *out, toc_err *err)
{
    bool first = message->version == 1;
    out->version = message->version;
    if (message->has_nonce != first || message->has_circle == first ||
        message->has_previous == first || (first && message->has_joined))
        return toc_fail(err, TOC_MALFORMED,
                        "charter: the first version has random bytes, every later one names its "
                        "circle and the version before");
    if (first)
        return toc_field_bytes(message->nonce, out->nonce, 32, "charter: nonce", err);
    TOC_TRY(toc_field_bytes(message->circle, out->circle.bytes, 32, "charter: circle", err));
    if (message->has_joined) {
        TOC_TRY(toc_field_bytes(message->joined, out->joined.bytes, 32, "charter: joined", err));
        if (!toc_charter_joins(out))
            return toc_fail(err, TOC_MALFORMED, "charter: it joins a branch of zeroes");
    }
    return toc_field_bytes(message->previous, out->previous.bytes, 32, "charter: previous", err);
}

static toc_code take_approvals(const Toc__Roll__Policy *message, toc_approval_rules *out,
                               toc_err *err)
{
    if (message->n_approvals > TOC_APPROVAL_RULES_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: approvals of %zu kinds, at most %u",
                        message->n_approvals, TOC_APPROVAL_RULES_MAX);
    out->count = message->n_approvals;
    for (size_t i = 0; i < out->count; i++) {
        const Toc__Roll__ApprovalRule *row = message->approvals[i];
        out->rows[i] = (toc_approval_rule){.kind = row->kind, .k = row->k, .scope = row->scope};
    }
    return TOC_OK;
}

static toc_code take_policy(const Toc__Roll__Policy *message, toc_charter_policy *out, toc_err *err)
{
    out->tlp_max = (toc_tlp)message->tlp_max;
    out->retention_days = message->has_retention_days ? message->retention_days : 0;
    out->history = (toc_history)message->history;
    out->admission_delay_ms = message->has_admission_delay_ms ? message->admission_delay_ms : 0;
    out->bulk_bytes_per_day = message->has_bulk_bytes_per_day ? message->bulk_bytes_per_day : 0;
    out->alert_bytes_per_day = message->has_alert_bytes_per_day ? message->alert_bytes_per_day : 0;
    return take_approvals(message, &out->approvals, err);
}

static toc_code take_members(const Toc__Roll__Charter *message, toc_arena *arena, toc_charter *out,
                             toc_err *err)
{
    if (message->n_members > TOC_MEMBERS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu members, at most %u", message->n_members,
                        TOC_MEMBERS_MAX);
    toc_charter_member *members = toc_arena_zalloc(arena, message->n_members, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_LIMIT, "charter: its members need more memory than is granted");
    for (size_t i = 0; i < message->n_members; i++) {
        const Toc__Roll__Member *row = message->members[i];
        members[i].role = (toc_role)row->role;
        members[i].kind = toc_span_text(row->kind);
        members[i].country = toc_span_text(row->country);
        members[i].card_serial_min = row->card_serial_min;
        TOC_TRY(toc_field_bytes(row->org, members[i].org.bytes, 32, "charter: org id", err));
        TOC_TRY(toc_field_bytes(row->card, members[i].card.bytes, 32, "charter: card hash", err));
    }
    out->members = members;
    out->member_count = message->n_members;
    return TOC_OK;
}

toc_code toc_charter_decode(toc_span body, toc_arena *arena, toc_charter *out, toc_err *err)
{
    ProtobufCMessage *unpacked = NULL;
    TOC_TRY(
        toc_wire_unpack(body, &toc__roll__charter__descriptor, arena, "charter", &unpacked, err));
    const Toc__Roll__Charter *message = (const Toc__Roll__Charter *)(const void *)unpacked;
    toc_charter charter = {0};
    TOC_TRY(take_chain(message, &charter, err));
    charter.name = toc_span_text(message->name);
    charter.purpose = toc_span_text(message->purpose);
    charter.quorum = message->quorum;
    TOC_TRY(take_policy(message->policy, &charter.policy, err));
    TOC_TRY(take_members(message, arena, &charter, err));
    TOC_TRY(toc_pins_take(message, arena, &charter, err));
    TOC_TRY(toc_registry_take(message, arena, &charter.registry, err));
    TOC_TRY(check_charter(&charter, err));
    *out = charter;
    return TOC_OK;
}
