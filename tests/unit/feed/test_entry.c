#include "tests/support/check.h"

#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"
#include "proto/feed/entry.h"
#include "tests/support/vectors.h"

enum { INDEX = 5, EPOCH = 3, DAY = 20819 };

static toc_feed_name feed_name;
static toc_feed_id feed;
static toc_secret *sender_key;
static const toc_time moment = {.unix_ms = 1767225600123};

/* --- making entries
 * ----------------------------------------------------------------------------------------- */

static void seal(toc_lane lane, toc_span record, toc_buf *out)
{
    toc_err err = {0};
    feed_name.lane = lane;
    toc_feed_id_of(&feed_name, &feed);
    TOC_CHECK_OK(toc_entry_seal(&feed_name, &feed, INDEX, EPOCH, DAY, sender_key, moment, record,
                                out, &err));
}

/* What an author could write who keeps the commitment but not the layout of the plaintext. */
static void craft(toc_span plaintext, toc_buf *out)
{
    toc_entry_header header = {
        .version = 1, .kind = TOC_ENTRY_RECORD, .epoch = EPOCH, .keep_until_day = DAY};
    header.body_bytes = (uint32_t)(TOC_BODY_OVERHEAD_BYTES + plaintext.size);
    toc_entry_commit(&feed, INDEX, plaintext, &header.commit);
    uint8_t *entry = toc_buf_extend(out, TOC_ENTRY_HEADER_BYTES + header.body_bytes);
    assert_non_null(entry);
    toc_entry_header_write(&header, entry);
    uint8_t *nonce = entry + TOC_ENTRY_HEADER_BYTES;
    memset(nonce, 7, TOC_NONCE_BYTES);
    uint8_t aad[15 + 32 + 8 + TOC_ENTRY_HEADER_BYTES] = "tocsin/entry/1\n";
    memcpy(aad + 15, feed.bytes, 32);
    toc_put_u64(aad + 47, INDEX);
    memcpy(aad + 55, entry, TOC_ENTRY_HEADER_BYTES);
    toc_aead_seal(sender_key, nonce, plaintext, TOC_SPAN_OF(aad), nonce + TOC_NONCE_BYTES);
}

static toc_code open_entry(toc_span entry, toc_opened *out, toc_err *err)
{
    static uint8_t plain[TOC_ENTRY_BYTES_MAX];
    return toc_entry_open(&feed, INDEX, entry, sender_key, plain, out, err);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* --- the header
 * --------------------------------------------------------------------------------------------- */

static void a_header_is_48_bytes_in_the_order_of_the_protocol(void **state)
{
    (void)state;
    toc_entry_header header = {.version = 0x01,
                               .kind = 0x02,
                               .flags = 0x0304,
                               .epoch = 0x05060708,
                               .keep_until_day = 0x090A0B0C,
                               .body_bytes = 0x0D0E0F10};
    for (uint8_t i = 0; i < 32; i++)
        header.commit.bytes[i] = (uint8_t)(0x11 + i);
    uint8_t bytes[TOC_ENTRY_HEADER_BYTES];
    toc_entry_header_write(&header, bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], i + 1);
}

typedef struct change {
    size_t offset;
    uint8_t value;
    const char *what;
} change;

static void every_rule_of_the_header_is_checked(void **state)
{
    (void)state;
    static const change changes[] = {{0, 0, "version 0"},
                                     {0, 2, "version 2"},
                                     {1, 0, "kind 0"},
                                     {1, 4, "kind 4"},
                                     {1, 255, "kind 255"},
                                     {2, 1, "flags, high byte"},
                                     {3, 1, "flags, low byte"},
                                     {7, 0, "epoch 0"},
                                     {12, 1, "body length, highest byte"},
                                     {15, 0x2F, "a byte less"},
                                     {15, 0x31, "a byte more"},
                                     {1, 1, "a grant with a commitment"},
                                     {1, 3, "an erasure with a commitment"}};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_ALERT, toc_span_text("x"), &entry);
    /* 256 bytes of plaintext and 40 more. */
    assert_int_equal(toc_get_u32(entry.data + 12), 0x128);
    toc_entry_header header = {.version = 99};
    toc_span body = {0};
    for (size_t i = 0; i < TOC_COUNT(changes); i++) {
        uint8_t kept = entry.data[changes[i].offset];
        entry.data[changes[i].offset] = changes[i].value;
        if (toc_entry_parse(toc_buf_view(&entry), &header, &body, NULL) != TOC_MALFORMED)
            fail_msg("taken: %s", changes[i].what);
        entry.data[changes[i].offset] = kept;
    }
    assert_int_equal(header.version, 99);
    assert_null(body.data);
}

static void a_parsed_header_gives_every_field_and_lends_the_body(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_BULK, toc_span_text("x"), &entry);
    toc_entry_header header;
    toc_span body;
    TOC_CHECK_OK(toc_entry_parse(toc_buf_view(&entry), &header, &body, &err));
    assert_int_equal(header.version, 1);
    assert_int_equal(header.kind, TOC_ENTRY_RECORD);
    assert_int_equal(header.flags, 0);
    assert_int_equal(header.epoch, EPOCH);
    assert_int_equal(header.keep_until_day, DAY);
    assert_int_equal(header.body_bytes, 40 + 64);
    assert_memory_equal(header.commit.bytes, entry.data + 16, 32);
    assert_ptr_equal(body.data, entry.data + 48);
    assert_int_equal(body.size, 104);
}

static void every_truncation_and_one_byte_more_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_ALERT, toc_span_text("x"), &entry);
    toc_buf_add_u8(&entry, 0);
    toc_entry_header header;
    toc_span body;
    for (size_t size = 0; size <= entry.size; size++) {
        if (size != entry.size - 1)
            TOC_CHECK_FAILS(TOC_MALFORMED,
                            toc_entry_parse(toc_span_of(entry.data, size), &header, &body, NULL));
    }
}

static void an_entry_has_at_most_32_kib(void **state)
{
    (void)state;
    toc_err err = {0};
    static uint8_t bytes[TOC_ENTRY_BYTES_MAX + 1];
    toc_entry_header header = {.version = 1, .kind = TOC_ENTRY_GRANT, .epoch = 1};
    toc_span body;
    toc_entry_header_write(&header, bytes);
    TOC_CHECK_OK(toc_entry_parse(toc_span_of(bytes, TOC_ENTRY_HEADER_BYTES), &header, &body, &err));
    assert_int_equal(body.size, 0);
    header.body_bytes = TOC_ENTRY_BYTES_MAX - TOC_ENTRY_HEADER_BYTES;
    toc_entry_header_write(&header, bytes);
    TOC_CHECK_OK(toc_entry_parse(toc_span_of(bytes, TOC_ENTRY_BYTES_MAX), &header, &body, &err));
    header.body_bytes++;
    toc_entry_header_write(&header, bytes);
    TOC_CHECK_FAILS(TOC_LIMIT, toc_entry_parse(TOC_SPAN_OF(bytes), &header, &body, NULL));
}

/* --- the leaf
 * -----------------------------------------------------------------------------------------------
 */

static void an_erased_body_leaves_the_leaf_as_it_was(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_ALERT, toc_span_text("x"), &entry);
    toc_hash body_hash, leaf, erased;
    toc_sha256(toc_span_of(entry.data + 48, entry.size - 48), &body_hash);
    toc_entry_leaf(&feed, INDEX, toc_buf_view(&entry), &leaf);
    toc_entry_leaf_erased(&feed, INDEX, toc_span_of(entry.data, 48), &body_hash, &erased);
    assert_true(toc_hash_equal(&leaf, &erased));
}

static void a_bare_entry_has_the_leaf_of_the_whole_one(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_err err = {0};
    uint8_t bare[TOC_ENTRY_BARE_BYTES];
    toc_hash leaf, erased;
    toc_entry_header header, whole;
    toc_span body;
    toc_opened opened;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    seal(TOC_LANE_BULK, toc_span_text("x"), &entry);
    toc_entry_leaf(&feed, INDEX, toc_buf_view(&entry), &leaf);
    toc_entry_strip(toc_buf_view(&entry), bare);
    toc_entry_leaf(&feed, INDEX, TOC_SPAN_OF(bare), &erased);
    assert_true(toc_hash_equal(&leaf, &erased));
    TOC_CHECK_OK(toc_entry_parse(toc_buf_view(&entry), &whole, &body, &err));
    TOC_CHECK_OK(toc_entry_bare_parse(TOC_SPAN_OF(bare), &header, &err));
    assert_memory_equal(&header, &whole, sizeof header);
    assert_false(toc_entry_is_bare(toc_buf_view(&entry)));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_entry_parse(TOC_SPAN_OF(bare), &header, &body, NULL));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_entry_open(&feed, INDEX, TOC_SPAN_OF(bare), sender_key,
                                                  plain, &opened, NULL));
}

static void a_bare_entry_is_of_80_bytes_and_a_record(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    uint8_t bare[TOC_ENTRY_BARE_BYTES + 1] = {0};
    toc_entry_header header = {0};
    seal(TOC_LANE_BULK, toc_span_text("x"), &entry);
    toc_entry_strip(toc_buf_view(&entry), bare);
    for (size_t size = 0; size <= sizeof bare; size++) {
        if (size != TOC_ENTRY_BARE_BYTES)
            TOC_CHECK_FAILS(TOC_MALFORMED,
                            toc_entry_bare_parse(toc_span_of(bare, size), &header, NULL));
    }
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {{0, 1}, {0, 0x82}, {1, TOC_ENTRY_GRANT}, {1, TOC_ENTRY_ERASURE}, {1, 4}, {2, 1}};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++) {
        uint8_t before = bare[wrong[i].at];
        bare[wrong[i].at] = wrong[i].value;
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_entry_bare_parse(toc_span_of(bare, TOC_ENTRY_BARE_BYTES),
                                                            &header, NULL));
        bare[wrong[i].at] = before;
    }
    memset(bare + 16, 0, 32); /* a grant carries no commitment, and is refused all the same */
    bare[1] = TOC_ENTRY_GRANT;
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_entry_bare_parse(toc_span_of(bare, TOC_ENTRY_BARE_BYTES), &header, NULL));
    bare[1] = TOC_ENTRY_RECORD;
    bare[14] = 0xFF; /* a body that no entry has */
    bare[13] = 0xFF;
    TOC_CHECK_FAILS(TOC_LIMIT,
                    toc_entry_bare_parse(toc_span_of(bare, TOC_ENTRY_BARE_BYTES), &header, NULL));
}

static void a_leaf_depends_on_feed_index_and_every_byte(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_BULK, toc_span_text("x"), &entry);
    toc_hash leaf, other;
    toc_feed_id other_feed = feed;
    other_feed.bytes[31] ^= 1;
    toc_entry_leaf(&feed, INDEX, toc_buf_view(&entry), &leaf);
    toc_entry_leaf(&other_feed, INDEX, toc_buf_view(&entry), &other);
    assert_false(toc_hash_equal(&leaf, &other));
    toc_entry_leaf(&feed, INDEX + 1, toc_buf_view(&entry), &other);
    assert_false(toc_hash_equal(&leaf, &other));
    for (size_t i = 0; i < entry.size; i++) {
        entry.data[i] ^= 1;
        toc_entry_leaf(&feed, INDEX, toc_buf_view(&entry), &other);
        assert_false(toc_hash_equal(&leaf, &other));
        entry.data[i] ^= 1;
    }
}

/* --- sealing
 * ------------------------------------------------------------------------------------------------
 */

static void sizes_are_padded_by_lane_to_the_byte(void **state)
{
    (void)state;
    static const struct {
        toc_lane lane;
        size_t record, plaintext;
    } sizes[] = {{TOC_LANE_ALERT, 0, 256},      {TOC_LANE_ALERT, 212, 256},
                 {TOC_LANE_ALERT, 213, 512},    {TOC_LANE_ALERT, 468, 512},
                 {TOC_LANE_ALERT, 469, 1024},   {TOC_LANE_ALERT, 980, 1024},
                 {TOC_LANE_ALERT, 981, 2048},   {TOC_LANE_ALERT, 8148, 8192},
                 {TOC_LANE_ALERT, 8149, 16384}, {TOC_LANE_ALERT, 16340, 16384},
                 {TOC_LANE_BULK, 0, 64},        {TOC_LANE_BULK, 20, 64},
                 {TOC_LANE_BULK, 21, 128},      {TOC_LANE_BULK, 84, 128},
                 {TOC_LANE_BULK, 85, 192},      {TOC_LANE_BULK, 32532, 32576},
                 {TOC_LANE_BULK, 32533, 32640}, {TOC_LANE_BULK, 32596, 32640}};
    static uint8_t record[TOC_ENTRY_BYTES_MAX];
    memset(record, 0xAA, sizeof record);
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        seal(sizes[i].lane, toc_span_of(record, sizes[i].record), &entry);
        assert_int_equal(entry.size, 48 + 40 + sizes[i].plaintext);
        assert_true(entry.size <= TOC_ENTRY_BYTES_MAX);
    }
}

static void the_largest_record_of_each_lane_is_exact_and_named_in_the_error(void **state)
{
    (void)state;
    assert_int_equal(toc_record_bytes_max(TOC_LANE_ALERT), 16340);
    assert_int_equal(toc_record_bytes_max(TOC_LANE_BULK), 32596);
    assert_int_equal(toc_record_bytes_max(TOC_LANE_KEYS), 0);
    static uint8_t record[TOC_ENTRY_BYTES_MAX];
    for (unsigned lane = TOC_LANE_ALERT; lane <= TOC_LANE_BULK; lane++) {
        toc_err err = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        size_t max = toc_record_bytes_max((toc_lane)lane);
        seal((toc_lane)lane, toc_span_of(record, max), &entry);
        toc_buf_clear(&entry);
        TOC_CHECK_FAILS(TOC_LIMIT,
                        toc_entry_seal(&feed_name, &feed, INDEX, EPOCH, DAY, sender_key, moment,
                                       toc_span_of(record, max + 1), &entry, &err));
        assert_int_equal(entry.size, 0);
        assert_non_null(strstr(err.text, "16340"));
        assert_non_null(strstr(err.text, "32596"));
        assert_non_null(strstr(err.text, toc_lane_name((toc_lane)lane)));
    }
}

static void the_keys_lane_and_epoch_0_take_no_records(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    feed_name.lane = TOC_LANE_KEYS;
    TOC_CHECK_FAILS(TOC_USAGE, toc_entry_seal(&feed_name, &feed, INDEX, EPOCH, DAY, sender_key,
                                              moment, toc_span_text(""), &entry, NULL));
    feed_name.lane = TOC_LANE_BULK;
    TOC_CHECK_FAILS(TOC_USAGE, toc_entry_seal(&feed_name, &feed, INDEX, 0, DAY, sender_key, moment,
                                              toc_span_text(""), &entry, NULL));
    assert_int_equal(entry.size, 0);
}

static void opening_what_was_sealed_gives_record_and_time(void **state)
{
    (void)state;
    toc_err err = {0};
    static uint8_t record[2000];
    for (size_t i = 0; i < sizeof record; i++)
        record[i] = (uint8_t)(i * 31);
    for (unsigned lane = TOC_LANE_ALERT; lane <= TOC_LANE_BULK; lane++) {
        for (size_t size = 0; size <= sizeof record; size += size < 300 ? 1 : 97) {
            TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
            toc_opened opened;
            seal((toc_lane)lane, toc_span_of(record, size), &entry);
            TOC_CHECK_OK(open_entry(toc_buf_view(&entry), &opened, &err));
            assert_true(toc_span_equal(opened.record, toc_span_of(record, size)));
            assert_true(opened.time.unix_ms == moment.unix_ms);
        }
    }
}

static void sealing_twice_gives_other_bytes_and_another_commitment(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf one = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf two = {0};
    seal(TOC_LANE_BULK, toc_span_text("same"), &one);
    seal(TOC_LANE_BULK, toc_span_text("same"), &two);
    assert_memory_not_equal(one.data + 16, two.data + 16, 32);
    assert_memory_not_equal(one.data + 48, two.data + 48, TOC_NONCE_BYTES);
}

/* --- opening
 * ------------------------------------------------------------------------------------------------
 */

static void every_changed_byte_is_refused_and_leaves_no_plaintext(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    seal(TOC_LANE_BULK, toc_span_text("a secret of some length"), &entry);
    for (size_t i = 0; i < entry.size; i++) {
        uint8_t plain[256];
        toc_opened opened = {.time = {77}};
        memset(plain, 0, sizeof plain);
        entry.data[i] ^= 0x80;
        toc_code code =
            toc_entry_open(&feed, INDEX, toc_buf_view(&entry), sender_key, plain, &opened, NULL);
        assert_true(code == TOC_SEALED || code == TOC_MALFORMED);
        assert_true(all_zero(plain, sizeof plain));
        assert_int_equal(opened.time.unix_ms, 77);
        entry.data[i] ^= 0x80;
    }
}

static void an_entry_opens_at_its_own_place_and_under_its_own_key_alone(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_AUTO(toc_secret_free) toc_secret *other_key = NULL;
    TOC_CHECK_OK(toc_secret_random(&other_key, &err));
    seal(TOC_LANE_BULK, toc_span_text("text"), &entry);
    toc_span bytes = toc_buf_view(&entry);
    toc_feed_id other_feed = feed;
    other_feed.bytes[0] ^= 1;
    uint8_t plain[256];
    toc_opened opened;
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_entry_open(&other_feed, INDEX, bytes, sender_key, plain, &opened, NULL));
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_entry_open(&feed, INDEX + 1, bytes, sender_key, plain, &opened, NULL));
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_entry_open(&feed, INDEX, bytes, other_key, plain, &opened, NULL));
    TOC_CHECK_OK(toc_entry_open(&feed, INDEX, bytes, sender_key, plain, &opened, &err));
}

/* An author could aim one ciphertext at two readers with two keys; Poly1305 does not stand in the
 * way. */
static void a_body_that_opens_under_two_keys_is_refused_by_its_commitment(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("feed-two-keys.txt", 1);
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    TOC_AUTO(toc_vectors_free) toc_vectors *examples = toc_vectors_open("feed-wire.txt", 13);
    toc_feed_id bulk;
    assert_string_equal(toc_vector_text(toc_vectors_at(examples, 1), "case"), "feed-bulk");
    toc_vector_hex_into(toc_vectors_at(examples, 1), "feed_id", bulk.bytes, 32);
    toc_span entry = toc_vector_hex(vector, "entry"), aad = toc_vector_hex(vector, "aad");
    toc_span sealed = toc_span_of(entry.data + 48 + 24, entry.size - 48 - 24);
    uint8_t texts[2][64], plain[256];
    static const char *const keys[] = {"key_one", "key_two"};
    for (size_t i = 0; i < 2; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
        toc_opened opened;
        TOC_CHECK_OK(toc_secret_from(toc_vector_hex(vector, keys[i]), &key, &err));
        assert_int_equal(sealed.size, 64 + TOC_TAG_BYTES);
        /* The AEAD is content with both. */
        TOC_CHECK_OK(toc_aead_open(key, entry.data + 48, sealed, aad, texts[i], &err));
        memset(plain, 0, sizeof plain);
        TOC_CHECK_FAILS(TOC_SIGNATURE, toc_entry_open(&bulk, toc_vector_u64(vector, "index"), entry,
                                                      key, plain, &opened, &err));
        assert_non_null(strstr(err.text, "commit"));
        assert_true(all_zero(plain, sizeof plain));
    }
    toc_span record = toc_vector_hex(vector, "record_one");
    assert_memory_equal(texts[0] + 44, record.data, record.size);
    assert_memory_not_equal(texts[0], texts[1], 64);
}

static void a_text_that_was_not_committed_to_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    uint8_t plaintext[64] = {1};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    feed_name.lane = TOC_LANE_BULK;
    toc_feed_id_of(&feed_name, &feed);
    craft(TOC_SPAN_OF(plaintext), &entry);
    toc_opened opened;
    TOC_CHECK_OK(open_entry(toc_buf_view(&entry), &opened, &err));
    /* The same AEAD over a header with the commitment of another text. */
    plaintext[0] = 2;
    toc_hash other;
    toc_entry_commit(&feed, INDEX, TOC_SPAN_OF(plaintext), &other);
    memcpy(entry.data + 16, other.bytes, 32);
    plaintext[0] = 1;
    uint8_t aad[15 + 32 + 8 + TOC_ENTRY_HEADER_BYTES] = "tocsin/entry/1\n";
    memcpy(aad + 15, feed.bytes, 32);
    toc_put_u64(aad + 47, INDEX);
    memcpy(aad + 55, entry.data, TOC_ENTRY_HEADER_BYTES);
    toc_aead_seal(sender_key, entry.data + 48, TOC_SPAN_OF(plaintext), TOC_SPAN_OF(aad),
                  entry.data + 72);
    TOC_CHECK_FAILS(TOC_SIGNATURE, open_entry(toc_buf_view(&entry), &opened, &err));
    assert_non_null(strstr(err.text, "commit"));
}

static void check_layout(const char *what, toc_span plaintext, toc_code expected)
{
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    uint8_t plain[512] = {0};
    toc_opened opened;
    craft(plaintext, &entry);
    toc_code code =
        toc_entry_open(&feed, INDEX, toc_buf_view(&entry), sender_key, plain, &opened, NULL);
    if (code != expected)
        fail_msg("%s: %s", what, toc_code_name(code));
    assert_true(code == TOC_OK || all_zero(plain, plaintext.size));
}

static void a_plaintext_in_another_layout_is_malformed(void **state)
{
    (void)state;
    uint8_t plaintext[256] = {0};
    check_layout("an empty record", toc_span_of(plaintext, 64), TOC_OK);
    check_layout("no plaintext", toc_span_of(plaintext, 0), TOC_MALFORMED);
    check_layout("43 bytes", toc_span_of(plaintext, 43), TOC_MALFORMED);
    check_layout("not a multiple of 64", toc_span_of(plaintext, 65), TOC_MALFORMED);
    check_layout("44 bytes, no padding", toc_span_of(plaintext, 44), TOC_MALFORMED);
    plaintext[255] = 1;
    check_layout("padding that is not zero at its end", toc_span_of(plaintext, 256), TOC_MALFORMED);
    plaintext[255] = 0;
    plaintext[44] = 1;
    check_layout("padding that is not zero at its start", toc_span_of(plaintext, 256),
                 TOC_MALFORMED);
    plaintext[43] = 1;
    check_layout("a record of a byte there", toc_span_of(plaintext, 256), TOC_OK);
    plaintext[43] = 212;
    check_layout("a record that fills all", toc_span_of(plaintext, 256), TOC_OK);
    plaintext[43] = 213;
    check_layout("a record a byte too long", toc_span_of(plaintext, 256), TOC_MALFORMED);
    memset(plaintext + 40, 0xFF, 4);
    check_layout("a record of 4 GiB", toc_span_of(plaintext, 256), TOC_MALFORMED);
}

static void what_is_not_sealed_is_not_opened(void **state)
{
    (void)state;
    uint8_t bytes[TOC_ENTRY_HEADER_BYTES + TOC_BODY_OVERHEAD_BYTES], plain[256];
    toc_opened opened;
    for (unsigned kind = TOC_ENTRY_GRANT; kind <= TOC_ENTRY_ERASURE; kind++) {
        for (uint32_t size = 0; size < TOC_BODY_OVERHEAD_BYTES; size++) {
            memset(bytes, 0, sizeof bytes);
            toc_entry_header header = {
                .version = 1, .kind = (uint8_t)kind, .epoch = 1, .body_bytes = size};
            toc_entry_header_write(&header, bytes);
            TOC_CHECK_FAILS(TOC_MALFORMED,
                            toc_entry_open(&feed, INDEX, toc_span_of(bytes, 48 + size), sender_key,
                                           plain, &opened, NULL));
        }
    }
}

static int start(void **state)
{
    (void)state;
    if (toc_crypto_start(NULL) != TOC_OK || toc_secret_random(&sender_key, NULL) != TOC_OK)
        return -1;
    feed_name = (toc_feed_name){.lane = TOC_LANE_BULK, .generation = 1767225600};
    toc_feed_id_of(&feed_name, &feed);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_secret_free(sender_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_48_bytes_in_the_order_of_the_protocol),
        cmocka_unit_test(every_rule_of_the_header_is_checked),
        cmocka_unit_test(a_parsed_header_gives_every_field_and_lends_the_body),
        cmocka_unit_test(every_truncation_and_one_byte_more_are_refused),
        cmocka_unit_test(an_entry_has_at_most_32_kib),
        cmocka_unit_test(an_erased_body_leaves_the_leaf_as_it_was),
        cmocka_unit_test(a_bare_entry_has_the_leaf_of_the_whole_one),
        cmocka_unit_test(a_bare_entry_is_of_80_bytes_and_a_record),
        cmocka_unit_test(a_leaf_depends_on_feed_index_and_every_byte),
        cmocka_unit_test(sizes_are_padded_by_lane_to_the_byte),
        cmocka_unit_test(the_largest_record_of_each_lane_is_exact_and_named_in_the_error),
        cmocka_unit_test(the_keys_lane_and_epoch_0_take_no_records),
        cmocka_unit_test(opening_what_was_sealed_gives_record_and_time),
        cmocka_unit_test(sealing_twice_gives_other_bytes_and_another_commitment),
        cmocka_unit_test(every_changed_byte_is_refused_and_leaves_no_plaintext),
        cmocka_unit_test(an_entry_opens_at_its_own_place_and_under_its_own_key_alone),
        cmocka_unit_test(a_body_that_opens_under_two_keys_is_refused_by_its_commitment),
        cmocka_unit_test(a_text_that_was_not_committed_to_is_refused),
        cmocka_unit_test(a_plaintext_in_another_layout_is_malformed),
        cmocka_unit_test(what_is_not_sealed_is_not_opened),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
