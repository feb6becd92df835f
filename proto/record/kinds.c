#include "proto/record/parts.h"

const toc_kind_row *toc_kind_row_of(toc_record_kind kind)
{
    static const toc_kind_row *const rows[] = {
        [TOC_RECORD_WALLET] = &toc_kind_wallet,
        [TOC_RECORD_CLUSTER] = &toc_kind_cluster,
        [TOC_RECORD_MEMBERS] = &toc_kind_members,
        [TOC_RECORD_RETRACTION] = &toc_kind_retraction,
        [TOC_RECORD_TRANSFER] = &toc_kind_transfer,
        [TOC_RECORD_INCIDENT] = &toc_kind_incident,
        [TOC_RECORD_SAME_AS] = &toc_kind_same_as,
        [TOC_RECORD_ATTRIBUTION] = &toc_kind_attribution,
        [TOC_RECORD_SIGHTING] = &toc_kind_sighting,
        [TOC_RECORD_NOTICE] = &toc_kind_notice,
        [TOC_RECORD_CLEARANCE] = &toc_kind_clearance,
        [TOC_RECORD_DISPUTE] = &toc_kind_dispute,
        [TOC_RECORD_INQUIRY] = &toc_kind_inquiry,
        [TOC_RECORD_REPLY] = &toc_kind_reply,
    };
    return (unsigned)kind < TOC_COUNT(rows) ? rows[kind] : NULL;
}

const char *toc_record_kind_name(toc_record_kind kind)
{
    const toc_kind_row *row = toc_kind_row_of(kind);
    return row == NULL ? "unknown" : row->name;
}

bool toc_record_kind_is_head(toc_record_kind kind)
{
    const toc_kind_row *row = toc_kind_row_of(kind);
    return row != NULL && row->is_head;
}

unsigned toc_statement_rules(const toc_statement *statement)
{
    bool second = statement->kind > TOC_RECORD_RETRACTION ||
                  statement->source.ground == TOC_GROUND_DERIVED ||
                  (statement->kind == TOC_RECORD_RETRACTION &&
                   statement->as.retraction.target_kind > TOC_RECORD_RETRACTION);
    return second ? 2 : 1;
}

const toc_statement *toc_statement_about(const toc_statement *statement, toc_statement *scratch)
{
    if (statement->kind == TOC_RECORD_MEMBERS) {
        *scratch = (toc_statement){.kind = TOC_RECORD_CLUSTER};
        scratch->as.cluster.cluster = statement->as.members.cluster;
        return scratch;
    }
    if (statement->kind != TOC_RECORD_RETRACTION)
        return statement;
    const toc_retraction_body *body = &statement->as.retraction;
    if (body->target_kind != TOC_RECORD_WALLET && body->target_kind != TOC_RECORD_CLUSTER)
        return body->named;
    *scratch = (toc_statement){.kind = body->target_kind, .source = statement->source};
    if (body->target_kind == TOC_RECORD_WALLET)
        scratch->as.wallet = body->wallet;
    else
        scratch->as.cluster = body->cluster;
    return scratch;
}

const toc_target *toc_statement_target(const toc_statement *statement)
{
    return statement->kind == TOC_RECORD_DISPUTE   ? &statement->as.dispute.target
           : statement->kind == TOC_RECORD_INQUIRY ? &statement->as.inquiry.target
           : statement->kind == TOC_RECORD_REPLY   ? &statement->as.reply.target
                                                   : NULL;
}

const toc_wallet *toc_kind_wallet_of(const toc_statement *statement)
{
    const toc_kind_row *row = toc_kind_row_of(statement->kind);
    if (row == NULL || row->wallet_at == 0)
        return NULL;
    const void *there = (const uint8_t *)statement + row->wallet_at;
    const toc_wallet *wallet = there;
    return wallet->chain == NULL && row->subject != NULL ? NULL : wallet;
}

toc_code toc_kind_check_wallets(const toc_statement *statement, toc_err *err)
{
    const toc_kind_row *row = toc_kind_row_of(statement->kind);
    const toc_wallet *wallet = toc_kind_wallet_of(statement);
    if (wallet != NULL)
        TOC_TRY(toc_wallet_check(wallet, err));
    return row->check_wallets == NULL ? TOC_OK : row->check_wallets(statement, err);
}

const toc_wallet *toc_statement_wallet(const toc_statement *statement)
{
    const toc_target *target = toc_statement_target(statement);
    if (target != NULL)
        return toc_statement_wallet(target->named);
    if (statement->kind != TOC_RECORD_RETRACTION)
        return toc_kind_wallet_of(statement);
    const toc_retraction_body *body = &statement->as.retraction;
    if (body->target_kind == TOC_RECORD_WALLET)
        return &body->wallet.wallet;
    return body->named == NULL ? NULL : toc_statement_wallet(body->named);
}
