/* Whatever a person may write: what is taken has one canonical spelling that reads back to the same
 * wallet, and CAIP-10 prints what is taken again. What is refused has a sentence. The first byte
 * chooses the way in. */
#include "proto/address/wallet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_read_back(const toc_wallet *wallet)
{
    toc_wallet read;
    toc_span caip2 = toc_span_text(toc_chain_caip2(wallet->chain));
    toc_code code = toc_wallet_read(caip2, toc_span_text(wallet->address),
                                    toc_span_text(wallet->tag), &read, NULL);
    TOC_ASSERT(code == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_subject_view(&read.subject), toc_subject_view(&wallet->subject)));
    TOC_ASSERT(strcmp(read.address, wallet->address) == 0 && strcmp(read.tag, wallet->tag) == 0);
    TOC_ASSERT(read.kind == wallet->kind && read.chain == wallet->chain);
}

static void check_subject(const toc_wallet *wallet)
{
    toc_subject subject;
    TOC_ASSERT(toc_subject_read(toc_subject_view(&wallet->subject), &subject, NULL) == TOC_OK);
    TOC_ASSERT(toc_subject_vertex(&subject).size <= subject.size);
    bool test = (subject.bytes[subject.size - 2] & TOC_FAMILY_TEST_BIT) != 0;
    TOC_ASSERT(test == toc_chain_is_testnet(wallet->chain));
    TOC_ASSERT(test == ((wallet->flags & TOC_WALLET_TEST_NETWORK) != 0));
}

static void check_caip10(const toc_wallet *wallet)
{
    toc_wallet_candidates found;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet_caip10(wallet, &text);
    if (text.size > TOC_ADDRESS_BYTES_MAX)
        return;
    TOC_ASSERT(toc_wallet_parse(toc_buf_view(&text), &found, NULL) == TOC_OK && found.count == 1);
    TOC_ASSERT(found.wallets[0].chain == wallet->chain);
    TOC_ASSERT(strcmp(found.wallets[0].address, wallet->address) == 0);
    TOC_ASSERT(strcmp(found.wallets[0].tag, wallet->tag) == 0);
}

static void check_wallet(const toc_wallet *wallet)
{
    TOC_ASSERT(wallet->address[0] != '\0' && (wallet->flags & TOC_WALLET_INVALID) == 0);
    check_read_back(wallet);
    check_subject(wallet);
    check_caip10(wallet);
    TOC_ASSERT(!toc_wallet_near(wallet, wallet));
    TOC_ASSERT(toc_wallet_relation_of(wallet, TOC_ACCOUNT_UNKNOWN, wallet, TOC_ACCOUNT_CONTRACT) ==
               TOC_RELATION_SAME);
    toc_wallet_candidates receivers;
    TOC_ASSERT(toc_wallet_receivers(wallet, &receivers, NULL) == TOC_OK);
    for (size_t i = 0; i < receivers.count; i++)
        check_read_back(&receivers.wallets[i]);
}

static void check_code(toc_code code, const toc_err *err)
{
    TOC_ASSERT(code == TOC_OK ||
               ((code == TOC_MALFORMED || code == TOC_NOT_FOUND || code == TOC_LIMIT) &&
                err->code == code && err->text[0] != '\0'));
}

static void check_keep_invalid(const toc_chain *chain, toc_span text)
{
    toc_wallet wallet;
    if (toc_wallet_keep_invalid(chain, text, &wallet, NULL) != TOC_OK)
        return;
    TOC_ASSERT((wallet.flags & TOC_WALLET_INVALID) != 0);
    TOC_ASSERT(wallet.subject.bytes[0] == TOC_CLASS_LITERAL);
    check_subject(&wallet);
}

/* What stands behind a chain's name is a part of the text, and what one chain may have lost, some
 * chain may. */
static void check_split(toc_span text)
{
    toc_span rest;
    const toc_chain *chain = toc_wallet_split(text, &rest);
    TOC_ASSERT(rest.size == 0 ||
               (rest.data >= text.data && rest.data + rest.size <= text.data + text.size));
    if (chain != NULL && toc_wallet_case_lost(chain, rest))
        TOC_ASSERT(toc_wallet_case_lost(NULL, rest));
    (void)toc_ticker_is_loose(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    toc_err err = {0};
    toc_wallet_candidates found = {0};
    char txid[TOC_TXID_TEXT_BYTES];
    toc_hash key;
    if (size < 1)
        return 0;
    toc_span text = toc_span_of(data + 1, size - 1);
    toc_code code = TOC_OK;
    if (data[0] < 32) {
        code = toc_wallet_parse(text, &found, &err);
    } else if (data[0] < 64) {
        code = toc_wallet_parse_ticker(toc_span_text(data[0] % 2 == 0 ? "USDT" : "XBT"), text,
                                       &found, &err);
    } else {
        const toc_chain *chain = toc_chain_at((size_t)(data[0] - 64) % toc_chain_count());
        code = toc_wallet_parse_on(chain, text, &found.wallets[0], &err);
        found.count = code == TOC_OK ? 1 : 0;
        if (toc_txid_parse(chain, text, txid, NULL) == TOC_OK)
            TOC_ASSERT(toc_txid_parse(chain, toc_span_text(txid), txid, NULL) == TOC_OK);
        check_keep_invalid(chain, text);
    }
    check_code(code, &err);
    TOC_ASSERT(code != TOC_OK || (found.count > 0 && found.count <= TOC_WALLET_CANDIDATES_MAX));
    for (size_t i = 0; code == TOC_OK && i < found.count; i++)
        check_wallet(&found.wallets[i]);
    (void)toc_txid_like(text);
    check_split(text);
    toc_wallet_fold_key(text, &key);
    return 0;
}
