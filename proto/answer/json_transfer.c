/* Movements (docs/RULES.md §9): those of a transaction, and those of a wallet. */
#include "proto/answer/parts.h"

enum { MOVE_PARTIES_MAX = 16 }; /* on each side of a wallet's move; the transaction has them all */

static void add_versions(toc_json *json, const toc_answer_movement *movement)
{
    toc_json_open(json, "versions", '[');
    for (size_t i = 0; i < movement->version_count; i++) {
        const toc_answer_version *version = &movement->versions[i];
        toc_json_open(json, NULL, '{');
        toc_json_bool(json, "drawn", i == 0);
        toc_json_number(json, "lineages", version->lineages);
        toc_json_claims(json, "claims", version->claims, version->claim_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_bridges(toc_json *json, const toc_answer_movement *movement)
{
    toc_json_open(json, "bridges", '[');
    for (size_t i = 0; i < movement->bridge_count; i++) {
        const toc_answer_bridge *bridge = &movement->bridges[i];
        bool onward = bridge->side == TOC_BRIDGE_ONWARD;
        toc_json_open(json, NULL, '{');
        toc_json_place(json, "place", &bridge->place);
        toc_json_text(json, "side", toc_span_text(onward ? "onward" : "origin"));
        toc_json_bool(json, "named_here", bridge->named_here);
        toc_json_bool(json, "named_there", bridge->named_there);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_movement(toc_json *json, const toc_answer_movement *movement)
{
    toc_json_open(json, NULL, '{');
    toc_json_place(json, "place", &movement->place);
    toc_json_bool(json, "note", movement->note);
    toc_json_bool(json, "conflict", movement->conflict);
    add_versions(json, movement);
    toc_json_claims(json, "void", movement->voids, movement->void_count);
    toc_json_disputes(json, movement->disputes, movement->dispute_count);
    add_bridges(json, movement);
    toc_json_claims(json, "sightings", movement->sightings, movement->sighting_count);
    toc_json_close(json, '}');
}

void toc_json_transfers(const toc_answer_transfers *transfers, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "query", toc_span_text(transfers->query));
    toc_json_bool(&json, "found", transfers->found);
    toc_json_open(&json, "movements", '[');
    for (size_t i = 0; i < transfers->movement_count; i++)
        add_movement(&json, &transfers->movements[i]);
    toc_json_close(&json, ']');
    toc_json_forked(&json, &transfers->in_dispute);
    toc_json_bool(&json, "partial", transfers->partial);
    toc_json_time(&json, "horizon", transfers->horizon);
    toc_json_bool(&json, "incomplete", transfers->incomplete);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

static void add_move(toc_json *json, const toc_answer_move *move)
{
    const toc_transfer_body *body = &move->claim.statement.as.transfer;
    bool in = move->direction == TOC_DIRECTION_IN;
    toc_json_open(json, NULL, '{');
    toc_json_text(json, "direction", toc_span_text(in ? "in" : "out"));
    toc_json_time(json, "time", move->time);
    toc_json_place(json, "place", &body->place);
    toc_json_bool(json, "note", move->note);
    toc_json_bool(json, "conflict", move->conflict);
    toc_json_bool(json, "drawn", move->drawn);
    toc_json_hex(json, "claim", TOC_SPAN_OF(move->claim.claim.bytes));
    toc_json_org(json, &move->claim.org, move->claim.org_name);
    toc_json_number(json, "claims", move->claim_count);
    toc_json_transfer_head(json, body, MOVE_PARTIES_MAX);
    toc_json_number(json, "from_total", body->from_count);
    toc_json_number(json, "to_total", body->to_count);
    toc_json_close(json, '}');
}

void toc_json_moves(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "moves", '[');
    for (size_t i = 0; i < dossier->move_count; i++)
        add_move(json, &dossier->moves[i]);
    toc_json_close(json, ']');
    toc_json_number(json, "move_total", dossier->move_total);
    toc_json_bool(json, "moves_partial", dossier->moves_partial);
}
