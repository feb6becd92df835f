/* An exhibit for people who decide: every sentence says what rests on what, and no more. */
#include <jansson.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "tools/exhibit.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

static void heading(toc_buf *out, const char *text)
{
    toc_buf_add_u8(out, '\n');
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(text));
    toc_buf_add_text(out, "\n\n");
}

static void add_hex(toc_buf *out, const uint8_t bytes[32])
{
    toc_buf_add_hex(out, toc_span_of(bytes, 32));
}

static void add_moment(toc_buf *out, uint64_t unix_ms)
{
    char text[TOC_TIME_TEXT_BYTES];
    toc_time_print((toc_time){unix_ms < TOC_TIME_MS_MAX ? unix_ms : TOC_TIME_MS_MAX}, text);
    toc_buf_add_text(out, text);
}

static void add_second(toc_buf *out, uint64_t time_s)
{
    add_moment(out, toc_time_of_seconds(time_s).unix_ms);
}

static const toc_card *author_of(const toc_evidence *evidence)
{
    return toc_evidence_card(evidence, &evidence->feed.org);
}

/* ---- the record ---- */

static void add_value(toc_buf *out, const json_t *value);

static void add_list(toc_buf *out, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        toc_buf_add_text(out, i == 0 ? "" : "; ");
        add_value(out, json_array_get(value, i));
    }
}

static void add_object(toc_buf *out, const json_t *value)
{
    bool any = false;
    void *at = json_object_iter((json_t *)(uintptr_t)value);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        const json_t *inner = json_object_iter_value(at);
        if (json_is_null(inner))
            continue;
        toc_buf_printf(out, "%s%s ", any ? ", " : "", json_object_iter_key(at));
        add_value(out, inner);
        any = true;
    }
}

static void add_value(toc_buf *out, const json_t *value)
{
    if (json_is_string(value))
        toc_term_add(out, toc_span_of(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        toc_buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_array(value))
        add_list(out, value);
    else if (json_is_object(value))
        add_object(out, value);
    else
        toc_buf_add_text(out, json_is_true(value) ? "yes" : "no");
}

static bool says_nothing(const json_t *value)
{
    return json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
}

toc_code toc_exhibit_statement_words(const toc_statement *statement, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_exhibit_statement(statement, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    json_t *object = json_loadb((const char *)text.data, text.size, 0, NULL);
    if (object == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a statement");
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (says_nothing(json_object_iter_value(at)))
            continue;
        toc_buf_printf(out, "  %-18s", json_object_iter_key(at));
        add_value(out, json_object_iter_value(at));
        toc_buf_add_u8(out, '\n');
    }
    json_decref(object);
    return TOC_OK;
}

static toc_code show_record(const toc_evidence *evidence, toc_buf *out, toc_err *err)
{
    heading(out, "THE RECORD");
    toc_buf_printf(out, "  %-18s", "record");
    add_hex(out, evidence->record.bytes);
    toc_buf_add_u8(out, '\n');
    if (evidence->unread.code != TOC_OK) {
        toc_buf_add_text(out, "  Its text cannot be told here: ");
        toc_term_add(out, toc_span_text(evidence->unread.text));
        toc_buf_add_text(out, "\n");
        return TOC_OK;
    }
    toc_buf_printf(out, "  %-18s", "claim");
    add_hex(out, evidence->claim.bytes);
    toc_buf_add_u8(out, '\n');
    return toc_exhibit_statement_words(&evidence->statement, out, err);
}

/* ---- chain of custody ---- */

static void show_writing(const toc_evidence *evidence, toc_buf *out)
{
    const toc_charter *charter = &evidence->charters[evidence->charter_count - 1];
    toc_buf_add_text(out, "  Written by ");
    toc_term_add(out, author_of(evidence)->name);
    toc_buf_add_text(out, " (org ");
    add_hex(out, evidence->feed.org.bytes);
    toc_buf_printf(out, ")\n  as entry %llu of its %s feed of generation %llu in the circle ",
                   (unsigned long long)evidence->index, toc_lane_name(evidence->feed.lane),
                   (unsigned long long)evidence->feed.generation);
    toc_term_add(out, charter->name);
    toc_buf_add_text(out, "\n  (circle ");
    add_hex(out, evidence->feed.circle.bytes);
    toc_buf_add_text(out, ").\n  Sealed at ");
    add_moment(out, evidence->sealed.unix_ms);
    toc_buf_add_text(out, " by the author's own clock");
    toc_buf_add_text(out, evidence->addressed ? ", to some readers only.\n" : ".\n");
}

static void show_head(const toc_evidence *evidence, toc_buf *out)
{
    toc_buf_printf(out, "  It stands under the author's signed head of %llu entries, root\n  ",
                   (unsigned long long)evidence->checkpoint.size);
    add_hex(out, evidence->checkpoint.root.bytes);
    toc_buf_add_text(out, ",\n  signed with the key ");
    add_hex(out, evidence->signer->sign.bytes);
    toc_buf_printf(out, "\n  of its card of serial %llu%s.\n",
                   (unsigned long long)evidence->signer->serial,
                   evidence->signer_retired
                       ? "; the key was retired later, and somebody else held that head before"
                       : "");
}

static void show_right(const toc_evidence *evidence, toc_buf *out)
{
    const toc_charter_member *member = evidence->member;
    toc_buf_printf(out,
                   "  The author's grant, entry %llu, names its card of serial %llu and the "
                   "charter of version %u,\n  in which it is %s %s, kind ",
                   (unsigned long long)evidence->grant_index,
                   (unsigned long long)evidence->grant.card_serial, evidence->grant.charter_version,
                   member->role == TOC_ROLE_ADMIN ? "an" : "a", toc_role_name(member->role));
    toc_term_add(out, member->kind);
    if (member->country.size > 0) {
        toc_buf_add_text(out, ", country ");
        toc_term_add(out, member->country);
    }
    toc_buf_printf(out,
                   ".\n  Version 1 hashes to the circle's id; each version is signed by a quorum "
                   "of the admins of the one before.\n");
}

/* Which officers of the author approved it, where its circle asks for any. */
static void show_approvals(const toc_evidence *evidence, toc_buf *out)
{
    const toc_approval_verdict *approvals = &evidence->approvals;
    bool several = approvals->counted > 1;
    const char *before = several ? "approved by officers " : "approved by officer ";
    if (evidence->approval_count + approvals->needed == 0)
        return;
    toc_buf_add_text(out, "  It is ");
    for (size_t i = 0; i < evidence->approval_count; i++) {
        if (approvals->faults[i] != TOC_APPROVAL_COUNTS)
            continue;
        toc_buf_printf(out, "%s%u", before, approvals->officers[i]);
        before = " and ";
    }
    if (approvals->counted == 0)
        toc_buf_add_text(out, "approved by nobody");
    else
        toc_buf_printf(out, " of the author: %s, and had not lapsed by its own clock",
                       several ? "their signatures hold" : "the signature holds");
    toc_buf_printf(out, "; the charter asks for %u%s.\n", approvals->needed,
                   approvals->enough ? "" : ", so in the circle it counts for nothing");
}

static toc_code show_receipts(const toc_evidence *evidence, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"HELD BY", "ROLE",      "SINCE AT THE LATEST",
                                        ">HEAD",   "WHO IT IS", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (size_t i = 0; i < evidence->receipt_count; i++) {
        const toc_evidence_receipt *receipt = &evidence->receipts[i];
        TOC_AUTO(toc_buf_wipe) toc_buf moment = {0};
        add_second(&moment, receipt->time_s);
        toc_table_add(&table, TOC_STYLE_STRONG, receipt->card->name);
        toc_table_add_text(&table, receipt->author ? "author"
                                   : receipt->member == NULL
                                       ? "not in this charter"
                                       : toc_role_name(receipt->member->role));
        toc_table_add(&table, TOC_STYLE_PLAIN, toc_buf_view(&moment));
        toc_table_add_number(&table, receipt->size);
        toc_table_add_text(&table, receipt->known ? "known by an anchor" : "only by the bundle");
    }
    toc_buf_add_u8(out, '\n');
    return toc_table_print(&table, 2, out, err);
}

static toc_code show_cards(const toc_evidence *evidence, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"CARD OF", ">SERIAL", "FINGERPRINT", "ORG", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (size_t i = 0; i < evidence->card_count; i++) {
        const toc_card *card = &evidence->cards[i];
        char fingerprint[TOC_FINGERPRINT_BYTES];
        TOC_AUTO(toc_buf_wipe) toc_buf org = {0};
        toc_card_fingerprint(card, fingerprint);
        add_hex(&org, card->org.bytes);
        toc_table_add(&table, TOC_STYLE_PLAIN, card->name);
        toc_table_add_number(&table, card->serial);
        toc_table_add_text(&table, fingerprint);
        toc_table_add(&table, TOC_STYLE_QUIET, toc_buf_view(&org));
    }
    toc_buf_add_u8(out, '\n');
    TOC_TRY(toc_table_print(&table, 2, out, err));
    toc_buf_add_text(out, "\n  Each card is signed by its org's root key and follows the one "
                          "before; the first hashes to the org's id.\n");
    return TOC_OK;
}

static void show_fork(const toc_evidence *evidence, toc_buf *out)
{
    if (!evidence->forked)
        return;
    toc_buf_printf(out,
                   "\n  The author's key signed two histories of this feed. They part at entry "
                   "%llu, after this record,\n  which stands in both. Their heads:\n",
                   (unsigned long long)evidence->forked_from);
    for (size_t i = 0; i < 2; i++) {
        toc_buf_printf(out, "  %llu entries, root ",
                       (unsigned long long)evidence->fork_heads[i].size);
        add_hex(out, evidence->fork_heads[i].root.bytes);
        toc_buf_add_text(out, i == 0 ? ",\n" : ".\n");
    }
}

static toc_code show_custody(const toc_evidence *evidence, bool proven, toc_buf *out, toc_err *err)
{
    heading(out, proven ? "CHAIN OF CUSTODY" : "CHAIN OF CUSTODY, AS THE BUNDLE TELLS IT");
    show_writing(evidence, out);
    show_head(evidence, out);
    show_right(evidence, out);
    show_approvals(evidence, out);
    show_fork(evidence, out);
    TOC_TRY(show_receipts(evidence, out, err));
    return show_cards(evidence, out, err);
}

/* ---- what follows ---- */

static void show_anchors(const toc_exhibit *exhibit, toc_buf *out)
{
    for (size_t i = 0; i < exhibit->anchor_count; i++) {
        const toc_anchor *anchor = &exhibit->anchors[i];
        if (anchor->listed && !anchor->found)
            continue;
        toc_buf_add_text(out, anchor->found ? "  Anchor: " : "  NOT IN THE BUNDLE: ");
        toc_exhibit_anchor(anchor, out);
        toc_buf_add_u8(out, '\n');
    }
}

static void show_author(const toc_exhibit *exhibit, toc_buf *out)
{
    const toc_evidence *evidence = exhibit->evidence;
    toc_buf_add_text(out, "  - The keys of ");
    toc_term_add(out, author_of(evidence)->name);
    toc_buf_add_text(out, " signed for exactly this text at exactly this place of its feed:\n"
                          "    not a byte of it has changed since, and it cannot deny that its "
                          "keys did.\n");
    toc_buf_add_text(out, exhibit->verdict->author_named
                              ? "  - Who that is rests on the anchor that names it.\n"
                              : "  - Who that is rests on the circle's charter, which names its "
                                "id.\n");
    if (evidence->forked)
        toc_buf_add_text(out, "  - Two histories of that feed are signed, and this record is in "
                              "both: whichever is the\n    author's own, the record belongs to "
                              "it.\n");
    if (exhibit->verdict->circle_known)
        toc_buf_printf(out,
                       "  - By version %u of that circle's charter, which its grant names, it was "
                       "allowed to write there.\n",
                       evidence->grant.charter_version);
}

static void show_others(const toc_exhibit *exhibit, toc_buf *out)
{
    const toc_verdict *verdict = exhibit->verdict;
    if (verdict->others == 0)
        return;
    toc_buf_printf(out, "  - %zu other org%s, known by an anchor, signed to hold it, the first by ",
                   verdict->others, toc_plural(verdict->others));
    add_second(out, verdict->others_time_s);
    toc_buf_add_text(out, ":\n    so it existed by then, as far as that org's clock and word are "
                          "believed.\n");
}

static void show_proven(const toc_exhibit *exhibit, toc_buf *out)
{
    heading(out, "PROVEN");
    if (!exhibit->verdict->proven) {
        toc_buf_add_text(out, "  - Only that the parts of this bundle belong together.\n");
        return;
    }
    show_author(exhibit, out);
    show_others(exhibit, out);
}

static void show_not_proven(const toc_exhibit *exhibit, toc_buf *out)
{
    const toc_verdict *verdict = exhibit->verdict;
    heading(out, "NOT PROVEN");
    if (!verdict->author_known)
        toc_buf_add_text(out, "  - Who wrote it: the names come with the bundle, and anybody can "
                              "make such a bundle.\n    Give --org with the author's fingerprint "
                              "or --circle with the circle's id, got from elsewhere.\n");
    if (!verdict->vouched)
        toc_buf_add_text(out,
                         "  - That its author signed it while the key was its own: the key was "
                         "retired since, and nobody\n    who is known by an anchor signed to "
                         "hold this head before. Give --circle with the circle's id,\n    or "
                         "--org with the fingerprint of one who did, got from elsewhere.\n");
    if (verdict->missing != NULL)
        toc_buf_add_text(out, "  - What you asked for: an anchor that was given does not occur in "
                              "this bundle.\n");
    toc_buf_add_text(out, "  - That what the record says is true.\n"
                          "  - That an org is what its card calls itself, beyond what the anchor "
                          "vouches for.\n"
                          "  - When it was written: the times in it are the author's own.\n");
    if (verdict->others == 0)
        toc_buf_add_text(out, "  - Since when it exists: nobody else who is known has receipted "
                              "it.\n");
    if (!verdict->circle_known)
        toc_buf_add_text(out, "  - That the circle's charter is the one its members know: it comes "
                              "with the bundle.\n");
    toc_buf_add_text(out,
                     exhibit->evidence->forked
                         ? "  - Who held the author's key: that two histories are signed with it "
                           "means that somebody else had\n    it by then, or that two copies of "
                           "the author's node ran. It is not shown that this was not so\n    "
                           "already when the record was signed; the receipts above say since when "
                           "others held it.\n"
                         : "");
    toc_buf_add_text(out,
                     "  - That it still holds: it may have been corrected, disputed or taken back "
                     "since.\n"
                     "  - That no later grant or charter was in force by then: one may have ended "
                     "its membership, or have\n    asked for more officers.\n"
                     "  - That no key was in other hands, or was retired by a card that is not in "
                     "the bundle.\n"
                     "  - That nobody else knows it, or knew it earlier, or that whoever held it "
                     "read it.\n");
}

toc_code toc_exhibit_words(const toc_exhibit *exhibit, toc_buf *out, toc_err *err)
{
    const char *verdict = exhibit->verdict->proven ? "Proven" : "NOT proven";
    toc_colour_add(out, exhibit->verdict->proven ? TOC_STYLE_GOOD : TOC_STYLE_BAD,
                   toc_span_text(verdict));
    toc_buf_add_text(out, exhibit->verdict->proven
                              ? ": who wrote the record below, with the anchors given.\n"
                              : ": who wrote the record below.\n");
    show_anchors(exhibit, out);
    TOC_TRY(show_record(exhibit->evidence, out, err));
    TOC_TRY(show_custody(exhibit->evidence, exhibit->verdict->proven, out, err));
    show_proven(exhibit, out);
    show_not_proven(exhibit, out);
    return toc_buf_ok(out, err);
}
