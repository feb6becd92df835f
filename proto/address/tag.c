/* Tags: XRP destination tags, memos, Monero payment ids; and CAIP-10 with "-tag" behind the
 * address. */
#include "proto/address/evm.h"
#include "proto/address/parse.h"
#include "proto/base/text.h"

static toc_code check_u32(toc_span tag, char *out, toc_err *err)
{
    uint64_t number = 0;
    if (toc_u64_parse(tag, UINT32_MAX, &number, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "a destination tag is a number below 2^32");
    memcpy(out, tag.data, tag.size);
    out[tag.size] = '\0';
    return TOC_OK;
}

static toc_code check_memo(toc_span tag, char *out, toc_err *err)
{
    size_t bad = 0;
    if (tag.size > TOC_MEMO_BYTES_MAX)
        return toc_fail(err, TOC_MALFORMED, "a memo of %zu bytes, at most %u", tag.size,
                        TOC_MEMO_BYTES_MAX);
    if (!toc_utf8_valid(tag, &bad))
        return toc_fail(err, TOC_MALFORMED, "a memo that is no text (UTF-8) at byte %zu", bad + 1);
    for (size_t i = 0; i < tag.size; i++) {
        if (tag.data[i] < ' ' || tag.data[i] == 0x7F)
            return toc_fail(err, TOC_MALFORMED, "a control character in a memo at position %zu",
                            i + 1);
    }
    memcpy(out, tag.data, tag.size);
    out[tag.size] = '\0';
    return TOC_OK;
}

static toc_code check_payment_id(toc_span tag, char *out, toc_err *err)
{
    if (tag.size != 16 && tag.size != 64)
        return toc_fail(err, TOC_MALFORMED, "a payment id of %zu characters, expected 16 or 64",
                        tag.size);
    for (size_t i = 0; i < tag.size; i++) {
        uint8_t c = tag.data[i];
        if (toc_hex_digit(c) < 0)
            return toc_fail(err, TOC_MALFORMED,
                            "no hexadecimal digit at position %zu of a payment id", i + 1);
        out[i] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
    }
    out[tag.size] = '\0';
    return TOC_OK;
}

static toc_code canonical_tag(const toc_chain *chain, toc_span tag, char *out, toc_err *err)
{
    switch ((toc_tag_kind)chain->tag) {
    case TOC_TAG_U32:
        return check_u32(tag, out, err);
    case TOC_TAG_MEMO:
        return check_memo(tag, out, err);
    case TOC_TAG_PAYMENT_ID:
        return check_payment_id(tag, out, err);
    case TOC_TAG_NONE:
    default:
        return toc_fail(err, TOC_MALFORMED, "a tag on %s, which has none", chain->name);
    }
}

toc_code toc_wallet_set_tag(toc_wallet *wallet, toc_span tag, toc_err *err)
{
    char canonical[TOC_ADDRESS_BYTES_MAX + 1];
    if (tag.size == 0)
        return TOC_OK;
    TOC_TRY(canonical_tag(wallet->chain, tag, canonical, err));
    if (wallet->tag[0] != '\0' && strcmp(wallet->tag, canonical) != 0)
        return toc_fail(err, TOC_MALFORMED,
                        "the address carries the tag %s, and another stands beside it",
                        wallet->tag);
    memcpy(wallet->tag, canonical, sizeof canonical);
    return TOC_OK;
}

/* Where the address ends and "-tag" begins. TON's addresses have hyphens in them, Hedera's one
 * before its checksum, which is always printed where a tag follows. */
static size_t tag_at(const toc_chain *chain, toc_span text)
{
    size_t from = 0;
    if (chain->tag == TOC_TAG_NONE)
        return text.size;
    if (chain->form == toc_form_ton)
        from = 48 < text.size ? 48 : text.size;
    const uint8_t *at = from == text.size ? NULL : memchr(text.data + from, '-', text.size - from);
    if (at == NULL)
        return text.size;
    size_t hyphen = (size_t)(at - text.data);
    if (chain->form == toc_form_hedera)
        return hyphen + 6 < text.size && text.data[hyphen + 6] == '-' ? hyphen + 6 : text.size;
    return hyphen;
}

static toc_code unescape(toc_span text, uint8_t *out, size_t *out_size, toc_err *err)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? toc_hex_digit(text.data[i + 1]) : -1;
            int low = high < 0 ? -1 : toc_hex_digit(text.data[i + 2]);
            if (low < 0)
                return toc_fail(err, TOC_MALFORMED,
                                "a percent sign without two hexadecimal digits in a tag");
            c = (uint8_t)(high << 4 | low);
            i += 2;
        }
        out[size++] = c;
    }
    *out_size = size;
    return TOC_OK;
}

toc_code toc_parse_tagged(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t tag[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0, at = tag_at(chain, text);
    toc_wallet wallet;
    TOC_ASSERT(text.size <= sizeof tag);
    TOC_TRY(toc_parse_on(chain, toc_span_of(text.data, at), &wallet, err));
    if (at + 1 == text.size)
        return toc_fail(err, TOC_MALFORMED, "a hyphen without a tag at position %zu", at + 1);
    if (at < text.size) {
        TOC_TRY(unescape(toc_span_of(text.data + at + 1, text.size - at - 1), tag, &size, err));
        TOC_TRY(toc_wallet_set_tag(&wallet, toc_span_of(tag, size), err));
    }
    *out = wallet;
    return TOC_OK;
}

/* CAIP-10 allows letters, digits, '-', '.' and percent escapes. */
static void add_escaped(const char *text, toc_buf *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                     (*c >= 'A' && *c <= 'Z') || *c == '-' || *c == '.';
        if (plain)
            toc_buf_add_u8(out, (uint8_t)*c);
        else
            toc_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
    }
}

void toc_wallet_caip10(const toc_wallet *wallet, toc_buf *out)
{
    const toc_chain *chain = wallet->chain;
    const char *address = wallet->address;
    const char *colon = chain->form == toc_form_bitcoin && (wallet->flags & TOC_WALLET_INVALID) == 0
                            ? strchr(address, ':')
                            : NULL;
    toc_buf_add_text(out, chain->caip2);
    toc_buf_add_u8(out, ':');
    if (chain->form == toc_form_hedera && wallet->tag[0] != '\0')
        toc_hedera_print(chain, toc_span_text(address), out);
    else
        toc_buf_add_text(out, colon == NULL ? address : colon + 1);
    if (wallet->tag[0] != '\0') {
        toc_buf_add_u8(out, '-');
        add_escaped(wallet->tag, out);
    }
}
