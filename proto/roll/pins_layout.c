/* The pins of a charter as bytes and back. */
#include "proto/roll/pins_layout.h"

#include "roll.pb-c.h"

toc_code toc_pins_check(const toc_charter *charter, toc_err *err)
{
    if (charter->pin_count > TOC_PINS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu feeds closed, at most %u", charter->pin_count,
                        TOC_PINS_MAX);
    if (charter->version == 1 && charter->pin_count > 0)
        return toc_fail(err, TOC_MALFORMED, "charter: the first version closes feeds");
    for (size_t i = 0; i < charter->pin_count; i++) {
        const toc_charter_pin *pin = &charter->pins[i];
        if ((unsigned)pin->lane >= TOC_LANE_COUNT || pin->generation == 0 || pin->size == 0)
            return toc_fail(err, TOC_MALFORMED,
                            "charter: a feed is closed without lane, generation or size");
        if (i > 0 && !toc_pins_before(&charter->pins[i - 1], pin))
            return toc_fail(err, TOC_MALFORMED,
                            "charter: closed feeds not in order of org, generation and lane, or "
                            "one twice");
    }
    return TOC_OK;
}

void toc_pins_pack(toc_field_packer *packer, const toc_charter *charter,
                   Toc__Roll__Charter *message)
{
    message->pins = toc_field_pack_array(packer, charter->pin_count, sizeof(Toc__Roll__Pin *));
    Toc__Roll__Pin *rows = toc_field_pack_array(packer, charter->pin_count, sizeof(Toc__Roll__Pin));
    if (packer->failed)
        return;
    message->n_pins = charter->pin_count;
    for (size_t i = 0; i < charter->pin_count; i++) {
        const toc_charter_pin *pin = &charter->pins[i];
        toc__roll__pin__init(&rows[i]);
        rows[i].org = toc_field_pack_bytes(packer, &pin->org, sizeof pin->org);
        rows[i].generation = pin->generation;
        rows[i].lane = (uint32_t)pin->lane;
        rows[i].size = pin->size;
        rows[i].root = toc_field_pack_bytes(packer, &pin->root, sizeof pin->root);
        rows[i].signature = toc_field_pack_bytes(packer, pin->signature, sizeof pin->signature);
        message->pins[i] = &rows[i];
    }
}

toc_code toc_pins_take(const Toc__Roll__Charter *message, toc_arena *arena, toc_charter *out,
                       toc_err *err)
{
    if (message->n_pins > TOC_PINS_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: %zu feeds closed, at most %u", message->n_pins,
                        TOC_PINS_MAX);
    toc_charter_pin *pins = toc_arena_zalloc(arena, message->n_pins, sizeof *pins);
    if (pins == NULL)
        return toc_fail(err, TOC_LIMIT, "charter: its pins need more memory than is granted");
    for (size_t i = 0; i < message->n_pins; i++) {
        const Toc__Roll__Pin *row = message->pins[i];
        pins[i].lane = (toc_lane)row->lane;
        pins[i].generation = row->generation;
        pins[i].size = row->size;
        TOC_TRY(toc_field_bytes(row->org, pins[i].org.bytes, 32, "charter: a pin's org id", err));
        TOC_TRY(toc_field_bytes(row->root, pins[i].root.bytes, 32, "charter: a pin's root", err));
        TOC_TRY(toc_field_bytes(row->signature, pins[i].signature, sizeof pins[i].signature,
                                "charter: a pin's signature", err));
    }
    out->pins = pins;
    out->pin_count = message->n_pins;
    return TOC_OK;
}
