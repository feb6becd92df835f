/* Assets and what there is of them. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

/* CAIP-2: namespace [-a-z0-9]{3,8}, ":", reference [-_a-zA-Z0-9]{1,32}. CAIP-19 adds
 * "/" asset namespace [-a-z0-9]{3,8} ":" reference [-.%a-zA-Z0-9]{1,128}, and may add
 * "/" token id [-.%a-zA-Z0-9]{1,78}. */
typedef struct caip_part {
    char before; /* the separator that stands before it */
    uint8_t size_min, size_max;
    bool upper;
    const char *also; /* besides letters and digits */
} caip_part;

static const caip_part caip19[] = {
    {0, 3, 8, false, "-"},      {':', 1, 32, true, "-_"},  {'/', 3, 8, false, "-"},
    {':', 1, 128, true, "-.%"}, {'/', 1, 78, true, "-.%"},
};
enum { CAIP19_PARTS_MIN = 4 };

static bool fits(const caip_part *part, uint8_t character)
{
    if ((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9'))
        return true;
    if (character >= 'A' && character <= 'Z')
        return part->upper;
    return character != 0 && strchr(part->also, character) != NULL;
}

static bool is_caip19(toc_span text)
{
    size_t at = 0, parts = 0;
    for (; parts < TOC_COUNT(caip19) && at < text.size; parts++) {
        const caip_part *part = &caip19[parts];
        if (part->before != 0 && text.data[at++] != (uint8_t)part->before)
            return false;
        size_t start = at;
        while (at < text.size && fits(part, text.data[at]))
            at++;
        if (at - start < part->size_min || at - start > part->size_max)
            return false;
    }
    return at == text.size && parts >= CAIP19_PARTS_MIN;
}

static toc_code check_asset(const toc_amount *amount, const char *field, toc_err *err)
{
    static const uint8_t zeros[sizeof amount->base_units];
    if (!toc_span_equal(amount->asset, toc_span_text("native")) && !is_caip19(amount->asset))
        return toc_fail(err, TOC_MALFORMED, "%s: an asset that is neither 'native' nor CAIP-19",
                        field);
    if (!amount->stated &&
        (amount->decimals != 0 || memcmp(amount->base_units, zeros, sizeof zeros) != 0))
        return toc_fail(err, TOC_MALFORMED, "%s: an amount that is not stated", field);
    return TOC_OK;
}

toc_code toc_amounts_check(const toc_amount *amounts, size_t count, const char *field, toc_err *err)
{
    if (count > TOC_ASSETS_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %zu; at most %u are taken", field, count,
                        TOC_ASSETS_MAX);
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(check_asset(&amounts[i], field, err));
        if (i > 0 && toc_span_compare(amounts[i - 1].asset, amounts[i].asset) >= 0)
            return toc_fail(err, TOC_MALFORMED, "%s: not in ascending order", field);
    }
    return TOC_OK;
}

static bool pack_asset(const toc_amount *from, toc_arena *arena, Toc__Asset *to)
{
    toc__asset__init(to);
    to->has_amount = from->stated;
    if (from->stated) {
        size_t zeros = 0;
        while (zeros < sizeof from->base_units && from->base_units[zeros] == 0)
            zeros++;
        to->amount =
            toc_pb_lend(toc_span_of(from->base_units + zeros, sizeof from->base_units - zeros));
        to->has_decimals = from->decimals != 0;
        to->decimals = from->decimals;
    }
    return toc_pb_set_required(arena, from->asset, &to->asset);
}

bool toc_amounts_pack(const toc_amount *amounts, size_t count, toc_arena *arena, Toc__Asset ***out,
                      size_t *out_count)
{
    if (count == 0)
        return true;
    Toc__Asset *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    Toc__Asset **list = toc_arena_zalloc(
        arena, count, sizeof *list); /* NOLINT(bugprone-sizeof-expression): pointers are meant */
    if (rows == NULL || list == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        list[i] = &rows[i];
        if (!pack_asset(&amounts[i], arena, &rows[i]))
            return false;
    }
    *out = list;
    *out_count = count;
    return true;
}

static toc_code unpack_amount(const Toc__Asset *from, const char *field, toc_amount *out,
                              toc_err *err)
{
    out->asset = toc_pb_text(from->asset);
    out->stated = from->has_amount;
    if (from->amount.len > sizeof out->base_units)
        return toc_fail(err, TOC_LIMIT, "%s: an amount of more than 256 bits", field);
    if (from->amount.len > 0 && from->amount.data[0] == 0)
        return toc_fail(err, TOC_MALFORMED, "%s: an amount with leading zeros", field);
    if (from->decimals > UINT8_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %u decimals; at most 255", field, from->decimals);
    size_t zeros = sizeof out->base_units - from->amount.len;
    if (from->amount.len > 0)
        memcpy(out->base_units + zeros, from->amount.data, from->amount.len);
    out->decimals = (uint8_t)from->decimals;
    return TOC_OK;
}

toc_code toc_amounts_unpack(Toc__Asset *const *from, size_t count, const char *field,
                            toc_arena *arena, const toc_amount **out, size_t *out_count,
                            toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    toc_amount *amounts = toc_arena_zalloc(arena, count, sizeof *amounts);
    if (amounts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "%s: out of memory", field);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(unpack_amount(from[i], field, &amounts[i], err));
    *out_count = count;
    *out = amounts;
    return TOC_OK;
}
