/* Damaged spellings: every one-character substitution and every truncation is refused, errors say
 * which rule broke and where, lost letter case is found again, poisoning is seen. */
#include "tests/support/check.h"

#include "proto/address/wallet.h"
#include "tests/support/vectors.h"

static const toc_chain *chain_named(const char *name)
{
    const toc_chain *chain = toc_chain_find(toc_span_text(name));
    if (chain == NULL)
        fail_msg("%s", name);
    return chain;
}

/* One spelling of every (chain, kind) that carries a checksum. */
enum { SAMPLES_MAX = 96 };
typedef struct sample {
    const toc_chain *chain;
    const char *text;
    toc_wallet wallet;
} sample;

static size_t take_samples(const toc_vectors *vectors, sample *samples)
{
    size_t count = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors) && count < SAMPLES_MAX; i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        const char *text = toc_vector_text(vector, "text");
        sample *next = &samples[count];
        next->chain = chain_named(toc_vector_text(vector, "chain"));
        next->text = text;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_parse_on(next->chain, toc_span_text(text), &next->wallet, &err));
        bool known = (next->wallet.flags & TOC_WALLET_CHECKSUM_ABSENT) != 0;
        for (size_t j = 0; j < count && !known; j++)
            known = samples[j].chain == next->chain &&
                    samples[j].wallet.kind == next->wallet.kind && samples[j].text[0] == text[0];
        count += !known;
    }
    return count;
}

static void check_substitutions(const sample *of)
{
    static const char characters[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_+/.:%";
    char text[TOC_ADDRESS_BYTES_MAX + 1];
    size_t size = strlen(of->text);
    bool ton = strcmp(toc_chain_name(of->chain), "TON") == 0 ||
               strcmp(toc_chain_name(of->chain), "TON testnet") == 0;
    memcpy(text, of->text, size + 1);
    for (size_t i = 0; i < size; i++) {
        for (const char *c = characters; *c != '\0'; c++) {
            toc_wallet wallet;
            text[i] = *c;
            if (*c == of->text[i] ||
                toc_wallet_parse_on(of->chain, toc_span_of(text, size), &wallet, NULL) != TOC_OK)
                continue;
            bool same = toc_span_equal(toc_subject_view(&wallet.subject),
                                       toc_subject_view(&of->wallet.subject));
            if (!(ton && same)) /* both base64 alphabets spell one account */
                fail_msg("%s is taken for %s %s", text, toc_chain_symbol(wallet.chain),
                         wallet.address);
        }
        text[i] = of->text[i];
    }
}

static void every_substitution_of_one_character_is_refused(void **state)
{
    (void)state;
    static sample samples[SAMPLES_MAX];
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    size_t count = take_samples(vectors, samples);
    assert_true(count >= 60);
    for (size_t i = 0; i < count; i++) {
        /* SS58 has a checksum of 16 bits, so that one text in 65,536 passes by chance: the
         * networks' own samples are walked, the generic row's are not. */
        if (strcmp(toc_chain_symbol(samples[i].chain), "SUBSTRATE") != 0)
            check_substitutions(&samples[i]);
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    static sample samples[SAMPLES_MAX];
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-valid.txt", 281);
    size_t count = take_samples(vectors, samples);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(samples[i].text);
        if (strncmp(samples[i].text, "0.0.", 4) == 0)
            continue; /* Hedera's checksum is optional: what is left is an account without it */
        for (size_t cut = 1; cut < size; cut++) {
            toc_wallet wallet;
            toc_span head = toc_span_of(samples[i].text, size - cut),
                     tail = toc_span_of(samples[i].text + cut, size - cut);
            if (toc_wallet_parse_on(samples[i].chain, head, &wallet, NULL) == TOC_OK)
                fail_msg("%.*s is taken", (int)head.size, samples[i].text);
            bool prefix_dropped =
                samples[i].text[cut - 1] == ':' || (samples[i].text[0] == '0' && cut == 2);
            if (!prefix_dropped &&
                toc_wallet_parse_on(samples[i].chain, tail, &wallet, NULL) == TOC_OK)
                fail_msg("%s is taken", samples[i].text + cut);
        }
    }
}

static void errors_say_which_rule_broke_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *chain, *text, *says;
    } rows[] = {
        {"BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "checksum"},
        {"BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a", "position 33"},
        {"BTC", "1A1zP1eP5QGefi2DMPTfTL5", "23 characters"},
        {"BTC", "1A1zP1eP5QGefi2DMPTf...5SLmv7DivfNa", "cut short at position 21"},
        {"BTC",
         "1A1zP1eP5Q\xE2\x80\xA6"
         "7DivfNa",
         "ellipsis at position 11"},
        {"BTC",
         "1\xD0\x90"
         "1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
         "U+0410 at position 2 only looks like the letter A"},
        {"BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN\xC9\x91", "U+0251"},
        {"BTC", "bc1q\xE2\x80\x8Bw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         "invisible character (U+200B) at position 5"},
        {"BTC", "bc1qw508d6\x01qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         "control character (U+0001) at position 11"},
        {"BTC", "bc1qw508d6 qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "a space (U+0020) at position 11"},
        {"BTC", "bc1qw508d6\xC2\xA0qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         "a space (U+00A0) at position 11"},
        {"BTC", "bc1qw508d6\xFFqejxtdg4y5r3zarvary0c5xw7kv8f3t4", "UTF-8"},
        {"BTC", "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "mixed at position 5"},
        {"BTC", "bc1qw508b6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         "'b' is no Bech32 character at position 9"},
        {"BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tq", "position 42"},
        {"BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3", "more than one character"},
        {"ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "EIP-55"},
        {"ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "39 hexadecimal digits"},
        {"ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", "position 42"},
        {"ETH",
         "\xEF\xBC\x90"
         "x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
         "looks like the letter 0"},
        {"XLM", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGY", "checksum"},
        {"TRX", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6", "33 characters"},
        {"SOL", "833xorxttx5iya5b3tr6iqes9gbruvvfwy5cp2vpdzhq", "letter case was lost"},
        {"BTC", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr", "private key"},
        {"BCH", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "Bech32 character"},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet wallet;
        toc_err err = {0};
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_wallet_parse_on(chain_named(rows[i].chain), toc_span_text(rows[i].text),
                                            &wallet, &err));
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].text, err.text);
    }
}

/* Ids of real transactions: the first payment (block 170), the first of Ethereum, and examples of
 * the chains' documentation. */
static void a_transaction_id_is_told_with_the_chain_it_is_of(void **state)
{
    (void)state;
    static const struct {
        const char *chain, *text, *says; /* chain NULL: bare */
    } rows[] = {
        {NULL, "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
         "a transaction id of Bitcoin, TRON, XRP or another chain whose ids have 64 digits, not an "
         "address"},
        {"BTC", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
         "a transaction id of Bitcoin, not an address"},
        {"TRX", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
         "a transaction id of TRON, not an address"},
        {"XMR", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
         "a transaction id of Monero, not an address"},
        {"SOL", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
         "a transaction id of Bitcoin, TRON, XRP"}, /* not of the chain that was named */
        {NULL, "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
         "a transaction id of Ethereum or another EVM chain, not an address"},
        {"ETH", "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
         "a transaction id of Ethereum, not an address"},
        {NULL,
         "5j7s6NiJS3JAkvgkoc18WVAsiSaci2pxB2A6ueCJP4tprA2TFg9wSyTLeYouxPBJEMzJinENTkpA52YStRW5Dia7",
         "a transaction id of Solana, not an address"},
        {NULL, "0.0.1234@1615422161.673238162", "a transaction id of Hedera, not an address"},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet_candidates found;
        toc_err err = {0};
        toc_span text = toc_span_text(rows[i].text);
        toc_code code = rows[i].chain == NULL ? toc_wallet_parse(text, &found, &err)
                                              : toc_wallet_parse_on(chain_named(rows[i].chain),
                                                                    text, &found.wallets[0], &err);
        TOC_CHECK_FAILS(TOC_MALFORMED, code);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].text, err.text);
    }
}

static void what_may_be_a_private_key_is_never_kept_as_a_literal(void **state)
{
    (void)state;
    /* Examples of Bitcoin Core, BIP-32, xrpl.org and SEP-23's relatives, each with a wrong
     * character: nearly a key is nearly a key. */
    static const struct {
        const char *chain, *text;
    } rows[] = {
        {"BTC", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLx"},
        {"BTC", "Kz6UJmQACJmLtaQj5A3JAge4kVTNQ8gbvXuwbmCj7bsaabudb3Rx"},
        {"TBTC", "cTpB4YiyKiBcPxnefsDpbnDxFDffjqJob8wGCEDXxgQ7zQoMXJdx"},
        {"DOGE", "6KqHi3HxzZ3H1yUyvbdPQF3RJyjUyVqTcX7xPbWvbZXnB5b8X2x"},
        {"BTC",
         "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRN"
         "NU3TGtRBeJgk33yuGBxrMPHx"},
        {"XRP", "snoPBrXtMeMyMHUVTgbuqAfg1SUTx"},
        {"XLM", "SBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWHOKX"},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet wallet = {.flags = 77};
        toc_err err;
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_wallet_keep_invalid(chain_named(rows[i].chain),
                                                toc_span_text(rows[i].text), &wallet, &err));
        assert_int_equal(wallet.flags, 77);
    }
}

static void a_lost_letter_case_is_told_from_other_damage(void **state)
{
    (void)state;
    static const struct {
        const char *chain, *text;
        bool lost;
    } rows[] = {
        {"TRX", "ta3941ufavmvibskq6fmjxxmasnovx86mz", true},
        {NULL, " ta3941ufavmvibskq6fmjxxmasnovx86mz\n", true},
        {"TRX", "TA3941UFAVMVIBSKQ6FMJXXMASNOVX86MZ", true},  /* capitals alike */
        {"BTC", "ta3941ufavmvibskq6fmjxxmasnovx86mz", false}, /* begins as none of Bitcoin's does */
        {"TRX", "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mx", false}, /* has its letter case */
        {"TRX", "ta3941ufavmvibskq6fmjxxmasnovx86m0", false}, /* no Base58 */
        {NULL, "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e", false},
        {NULL, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tq", false},
        {NULL, "short", false},
        {NULL, "", false},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        const toc_chain *chain = rows[i].chain == NULL ? NULL : chain_named(rows[i].chain);
        if (toc_wallet_case_lost(chain, toc_span_text(rows[i].text)) != rows[i].lost)
            fail_msg("%s", rows[i].text);
    }
}

static void lost_letter_case_is_found_again_by_the_checksum(void **state)
{
    (void)state;
    /* Addresses of the OFAC SDN list, as a daily feed spells them and as the list does. */
    static const struct {
        const char *chain, *lower, *address;
    } rows[] = {
        {"TRX", "ta3941ufavmvibskq6fmjxxmasnovx86mz", "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"},
        {"LTC", "leo3j36nn1jcsuqruytqhfudcdch5yhmr3", "Leo3j36nn1JcsUQruytQhFUdCdCH5YHMR3"},
        {"DOGE", "dhzavdeol3pjgelwndejwwma1ceq9j9cpo", "DHzAVdEoL3PjGeLWNdEJwwMA1CeQ9J9Cpo"},
    };
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        toc_wallet_candidates found;
        toc_err err;
        TOC_CHECK_OK(toc_wallet_recover(chain_named(rows[i].chain), toc_span_text(rows[i].lower),
                                        &found, &err));
        assert_int_equal(found.count, 1);
        assert_string_equal(found.wallets[0].address, rows[i].address);
        assert_true((found.wallets[0].flags & TOC_WALLET_RECOVERED) != 0);
        toc_wallet wallet;
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_wallet_parse_on(chain_named(rows[i].chain),
                                            toc_span_text(rows[i].lower), &wallet, &err));
    }
}

static void a_text_that_no_letter_case_saves_is_not_found(void **state)
{
    (void)state;
    toc_wallet_candidates found = {.count = 7};
    toc_err err;
    TOC_CHECK_FAILS(TOC_NOT_FOUND,
                    toc_wallet_recover(chain_named("TRX"),
                                       toc_span_text("ta3941ufavmvibskq6fmjxxmasnovx86m1"), &found,
                                       &err));
    TOC_CHECK_FAILS(TOC_NOT_FOUND,
                    toc_wallet_recover(NULL,
                                       toc_span_text("0x52908400098527886e0f7030069857d2e4169ee7"),
                                       &found, &err));
    TOC_CHECK_FAILS(TOC_NOT_FOUND, toc_wallet_recover(NULL, toc_span_text("short"), &found, &err));
    assert_int_equal(found.count, 7);
}

static void the_fold_key_is_one_for_every_letter_case_and_prefix(void **state)
{
    (void)state;
    static const char *const same[] = {"TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz",
                                       "ta3941ufavmvibskq6fmjxxmasnovx86mz",
                                       "  TA3941UFAVMVIBSKQ6FMJXXMASNOVX86MZ\n"};
    static const char *const cash[] = {"bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
                                       "QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A"};
    toc_hash first, other;
    toc_wallet_fold_key(toc_span_text(same[0]), &first);
    for (size_t i = 1; i < TOC_COUNT(same); i++) {
        toc_wallet_fold_key(toc_span_text(same[i]), &other);
        assert_true(toc_hash_equal(&first, &other));
    }
    toc_wallet_fold_key(toc_span_text(cash[0]), &first);
    toc_wallet_fold_key(toc_span_text(cash[1]), &other);
    assert_true(toc_hash_equal(&first, &other));
    toc_wallet_fold_key(toc_span_text(same[0]), &other);
    assert_false(toc_hash_equal(&first, &other));
    toc_wallet_fold_key(toc_span_of(NULL, 0), &other);
}

static void a_listed_literal_that_fails_its_checksum_is_kept_byte_for_byte_on_request(void **state)
{
    (void)state;
    /* A real one: an ADA scam list with a Byron address cut short. */
    static const char literal[] = "1Mn386ue8o3mW9866octLNP8HFqcYsphJCV";
    toc_wallet wallet, again;
    toc_err err;
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_wallet_parse_on(chain_named("BTC"), toc_span_text(literal), &wallet, &err));
    TOC_CHECK_OK(
        toc_wallet_keep_invalid(chain_named("BTC"), toc_span_text(literal), &wallet, &err));
    assert_string_equal(wallet.address, literal);
    assert_string_equal(wallet.kind, "literal");
    assert_int_equal(wallet.flags, TOC_WALLET_INVALID);
    assert_int_equal(wallet.subject.bytes[0], TOC_CLASS_LITERAL);
    TOC_CHECK_OK(toc_wallet_keep_invalid(chain_named("LTC"), toc_span_text(literal), &again, &err));
    assert_false(
        toc_span_equal(toc_subject_view(&wallet.subject), toc_subject_view(&again.subject)));
    TOC_CHECK_FAILS(TOC_USAGE,
                    toc_wallet_keep_invalid(chain_named("BTC"),
                                            toc_span_text("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
                                            &wallet, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_wallet_keep_invalid(chain_named("BTC"),
                                                           toc_span_text("a\xE2\x80\x8B"
                                                                         "b"),
                                                           &wallet, &err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet_caip10(&again, &text);
    assert_non_null(strstr(toc_buf_text(&text), literal));
}

static bool near_each_other(const char *chain, const char *left, const char *right)
{
    toc_wallet a, b;
    toc_err err;
    TOC_CHECK_OK(toc_wallet_parse_on(chain_named(chain), toc_span_text(left), &a, &err));
    TOC_CHECK_OK(toc_wallet_parse_on(chain_named(chain), toc_span_text(right), &b, &err));
    assert_true(toc_wallet_near(&a, &b) == toc_wallet_near(&b, &a));
    return toc_wallet_near(&a, &b);
}

static void poisoning_lookalikes_are_near_and_other_pairs_are_not(void **state)
{
    (void)state;
    /* Bybit, 2025-02-21: sent to poison the history of the thief's wallets. */
    assert_true(near_each_other("ETH", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e",
                                "0xa4b2fd68593b6f34e51cb9edb66e71c1b4ab449e"));
    assert_true(near_each_other("ETH", "0x3a224b38ab6b606680ee152b1354407d9e079847",
                                "0x3a21f4e6bbe527d347ca7c157f4233c935779847"));
    assert_false(near_each_other("ETH", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e",
                                 "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e"));
    assert_false(near_each_other("ETH", "0xa4b24033f4c6d70133e4557c2c32a3fb693e449e",
                                 "0xa4b24033f4c6d70133e4557c2c32a3fb693e448e"));
    assert_false(near_each_other("BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
                                 "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"));
    assert_false(near_each_other("BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                                 "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_substitution_of_one_character_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(errors_say_which_rule_broke_and_where),
        cmocka_unit_test(a_transaction_id_is_told_with_the_chain_it_is_of),
        cmocka_unit_test(what_may_be_a_private_key_is_never_kept_as_a_literal),
        cmocka_unit_test(a_lost_letter_case_is_told_from_other_damage),
        cmocka_unit_test(lost_letter_case_is_found_again_by_the_checksum),
        cmocka_unit_test(a_text_that_no_letter_case_saves_is_not_found),
        cmocka_unit_test(the_fold_key_is_one_for_every_letter_case_and_prefix),
        cmocka_unit_test(a_listed_literal_that_fails_its_checksum_is_kept_byte_for_byte_on_request),
        cmocka_unit_test(poisoning_lookalikes_are_near_and_other_pairs_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
