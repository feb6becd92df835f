#include "proto/address/base32.h"

static int value_of(uint8_t character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a';
    return character >= '2' && character <= '7' ? character - '2' + 26 : -1;
}

toc_code toc_base32_strict(toc_span text, size_t offset, uint8_t *out, size_t *out_bytes,
                           toc_err *err)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t bytes = 0;
    bool lower = false, upper = false;
    for (size_t i = 0; i < text.size; i++) {
        int value = value_of(text.data[i]);
        if (value < 0)
            return toc_fail(err, TOC_MALFORMED,
                            "a character that Base32 does not have at position %zu",
                            offset + i + 1);
        lower = lower || text.data[i] >= 'a';
        upper = upper || (text.data[i] >= 'A' && text.data[i] <= 'Z');
        if (lower && upper)
            return toc_fail(err, TOC_MALFORMED, "capital and small letters mixed at position %zu",
                            offset + i + 1);
        bits = (bits << 5 | (uint32_t)value) & 0xFFF;
        count += 5;
        if (count >= 8) {
            count -= 8;
            out[bytes++] = (uint8_t)(bits >> count);
        }
    }
    if (count >= 5)
        return toc_fail(err, TOC_MALFORMED,
                        "a length of %zu, which no number of bytes has in Base32", text.size);
    if ((bits & ((1U << count) - 1)) != 0)
        return toc_fail(err, TOC_MALFORMED, "unused bits that are not zero at position %zu",
                        offset + text.size);
    *out_bytes = bytes;
    return TOC_OK;
}

void toc_base32_write(toc_span bytes, bool capitals, char *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcdefghijklmnopqrstuvwxyz234567";
    const char *letters = capitals ? alphabet : alphabet + 32;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        bits = (bits << 8 | bytes.data[i]) & 0xFFFF;
        for (count += 8; count >= 5; count -= 5)
            *out++ = letters[bits >> (count - 5) & 31];
    }
    if (count > 0)
        *out++ = letters[bits << (5 - count) & 31];
    *out = '\0';
}
