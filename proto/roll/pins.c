#include "proto/roll/pins.h"

#include <stdlib.h>

#include "proto/feed/note.h"
#include "proto/roll/pins_layout.h"

static int compare_place(const toc_charter_pin *left, const toc_charter_pin *right)
{
    int order = memcmp(&left->org, &right->org, sizeof left->org);
    if (order != 0)
        return order;
    if (left->generation != right->generation)
        return left->generation < right->generation ? -1 : 1;
    return (left->lane > right->lane) - (left->lane < right->lane);
}

static int by_place(const void *left, const void *right)
{
    return compare_place(left, right);
}

bool toc_pins_before(const toc_charter_pin *left, const toc_charter_pin *right)
{
    return compare_place(left, right) < 0;
}

/* ---- looking things up ---- */

const toc_charter_pin *toc_pin_find(const toc_charter *charter, const toc_feed_name *feed)
{
    const toc_charter_pin key = {
        .org = feed->org, .generation = feed->generation, .lane = feed->lane};
    if (charter->pin_count == 0)
        return NULL;
    return bsearch(&key, charter->pins, charter->pin_count, sizeof *charter->pins, by_place);
}

uint64_t toc_pins_generation(const toc_charter *charter, const toc_org_id *org)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < charter->pin_count; i++) {
        if (toc_org_id_equal(&charter->pins[i].org, org))
            newest = charter->pins[i].generation; /* they ascend */
    }
    return newest;
}

uint64_t toc_charter_end(const toc_charter *charter, const toc_feed_name *feed)
{
    const toc_charter_pin *pin = toc_pin_find(charter, feed);
    if (pin != NULL)
        return pin->size;
    return toc_charter_writes(charter, &feed->org) &&
                   feed->generation > toc_pins_generation(charter, &feed->org)
               ? UINT64_MAX
               : 0;
}

/* ---- heads ---- */

static const toc_note_signature *signature_by(const toc_note *note, toc_span name,
                                              const toc_verify_key *signer)
{
    uint8_t key[4];
    toc_note_key_hash(name, 1, signer, key);
    for (size_t i = 0; i < note->signature_count; i++) {
        const toc_note_signature *each = &note->signatures[i];
        if (toc_span_equal(each->name, name) && memcmp(each->key_hash, key, sizeof key) == 0 &&
            each->size == TOC_PIN_SIGNATURE_BYTES - sizeof key)
            return each;
    }
    return NULL;
}

toc_code toc_pin_of(const toc_feed_name *feed, toc_span text, const toc_verify_key *signer,
                    toc_charter_pin *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_checkpoint checkpoint;
    toc_note note;
    toc_feed_origin(feed, origin);
    if (toc_checkpoint_open(text, feed, signer, &checkpoint, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "a head that its author did not sign closes no feed");
    toc_checkpoint_body(feed, checkpoint.size, &checkpoint.root, &body);
    TOC_TRY(toc_buf_ok(&body, err));
    TOC_TRY(toc_note_parse(text, &note, err));
    const toc_note_signature *signature = signature_by(&note, toc_span_text(origin), signer);
    if (checkpoint.size == 0 || signature == NULL ||
        !toc_span_equal(note.body, toc_buf_view(&body)))
        return toc_fail(err, TOC_MALFORMED, "a head that says more than size and root");
    *out = (toc_charter_pin){.org = feed->org,
                             .lane = feed->lane,
                             .generation = feed->generation,
                             .size = checkpoint.size,
                             .root = checkpoint.root};
    memcpy(out->signature, signature->key_hash, sizeof signature->key_hash);
    memcpy(out->signature + sizeof signature->key_hash, signature->bytes, signature->size);
    return TOC_OK;
}

void toc_pin_note(const toc_charter_pin *pin, const toc_feed_name *feed, toc_buf *out)
{
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(feed, origin);
    toc_checkpoint_body(feed, pin->size, &pin->root, out);
    toc_buf_add_u8(out, '\n');
    toc_note_line(toc_span_text(origin), TOC_SPAN_OF(pin->signature), out);
}

/* ---- the next version ---- */

/* By org, the longest feeds first. */
static int by_length(const void *left, const void *right)
{
    const toc_charter_pin *a = left, *b = right;
    int order = memcmp(&a->org, &b->org, sizeof a->org);
    if (order != 0)
        return order;
    return a->size != b->size ? (a->size > b->size ? -1 : 1) : compare_place(a, b);
}

toc_code toc_pins_add(toc_charter *draft, const toc_charter_pin *pins, size_t count,
                      toc_arena *arena, toc_err *err)
{
    size_t before = draft->pin_count, kept = before, of_org = 0;
    toc_charter_pin *all = toc_arena_zalloc(arena, before + count + 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the pins of a charter");
    if (before > 0)
        memcpy(all, draft->pins, before * sizeof *all);
    if (count > 0)
        memcpy(all + before, pins, count * sizeof *all);
    qsort(all + before, count, sizeof *all, by_length);
    for (size_t i = before; i < before + count && kept < TOC_PINS_MAX; i++) {
        bool same = i > before && toc_org_id_equal(&all[i].org, &all[kept - 1].org);
        of_org = same ? of_org + 1 : 1;
        if (of_org <= TOC_PINS_ORG_MAX)
            all[kept++] = all[i];
    }
    qsort(all, kept, sizeof *all, by_place);
    draft->pins = all;
    draft->pin_count = kept;
    return TOC_OK;
}

toc_code toc_pins_join(toc_charter *draft, const toc_charter *other, toc_arena *arena, toc_err *err)
{
    size_t count = 0, i = 0, j = 0;
    toc_charter_pin *all =
        toc_arena_zalloc(arena, draft->pin_count + other->pin_count + 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the pins of a charter");
    while (i < draft->pin_count || j < other->pin_count) {
        int order = i == draft->pin_count   ? 1
                    : j == other->pin_count ? -1
                                            : compare_place(&draft->pins[i], &other->pins[j]);
        const toc_charter_pin *pin = order <= 0 ? &draft->pins[i] : &other->pins[j];
        if (order == 0 && other->pins[j].size > pin->size)
            pin = &other->pins[j];
        all[count++] = *pin;
        i += order <= 0;
        j += order >= 0;
    }
    draft->pins = all;
    draft->pin_count = count;
    return TOC_OK;
}

static bool pins_equal(const toc_charter_pin *left, const toc_charter_pin *right)
{
    return compare_place(left, right) == 0 && left->size == right->size &&
           toc_hash_equal(&left->root, &right->root) &&
           memcmp(left->signature, right->signature, sizeof left->signature) == 0;
}

static toc_feed_name feed_of(const toc_charter_pin *pin)
{
    return (toc_feed_name){.org = pin->org, .lane = pin->lane, .generation = pin->generation};
}

/* NULL `charter`: it has none. */
static bool has_pin(const toc_charter *charter, const toc_charter_pin *pin)
{
    const toc_feed_name feed = feed_of(pin);
    const toc_charter_pin *own = charter == NULL ? NULL : toc_pin_find(charter, &feed);
    return own != NULL && pins_equal(own, pin);
}

static bool is_open(const toc_charter *charter, const toc_charter_pin *pin)
{
    const toc_feed_name feed = feed_of(pin);
    return charter != NULL && toc_charter_end(charter, &feed) == UINT64_MAX;
}

/* Does the pin that is there now close the feed where `pin` did, or later as the other branch? */
static bool is_kept(const toc_charter_pin *pin, const toc_charter *other, const toc_charter *next)
{
    const toc_feed_name feed = feed_of(pin);
    const toc_charter_pin *now = toc_pin_find(next, &feed);
    return now != NULL && (pins_equal(now, pin) || (now->size > pin->size && has_pin(other, now)));
}

/* Is it one of `current`, or of a feed that was open, on whichever branch, or one of the other? */
static bool may_close(const toc_charter *current, const toc_charter *other,
                      const toc_charter_pin *pin)
{
    const toc_feed_name feed = feed_of(pin);
    return toc_pin_find(current, &feed) != NULL || is_open(current, pin) || is_open(other, pin) ||
           has_pin(other, pin);
}

toc_code toc_pins_kept(const toc_charter *current, const toc_charter *other,
                       const toc_charter *next, toc_err *err)
{
    bool kept = true;
    for (size_t i = 0; kept && i < current->pin_count; i++)
        kept = is_kept(&current->pins[i], other, next);
    for (size_t i = 0; kept && i < next->pin_count; i++)
        kept = may_close(current, other, &next->pins[i]);
    return kept ? TOC_OK
                : toc_fail(err, TOC_DENIED,
                           "charter: version %u opens a feed again that version %u closed",
                           next->version, current->version);
}
