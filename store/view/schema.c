#include "store/view/schema.h"

const char *const toc_view_table_names[TOC_VIEW_TABLES] = {
    [TOC_VIEW_META] = "meta",
    [TOC_VIEW_FEEDS] = "feeds",
    [TOC_VIEW_CLAIMS] = "claims",
    [TOC_VIEW_NUMBERS] = "numbers",
    [TOC_VIEW_COLUMNS] = "columns",
    [TOC_VIEW_INCIDENCE] = "incidence",
    [TOC_VIEW_CONNECTORS] = "connectors",
    [TOC_VIEW_JOINTS] = "joints",
    [TOC_VIEW_COMPONENTS] = "components",
    [TOC_VIEW_CLUSTERS] = "clusters",
    [TOC_VIEW_TENTATIVE] = "tentative",
    [TOC_VIEW_NOTICES] = "notices",
    [TOC_VIEW_COVERS] = "covers",
    [TOC_VIEW_RESTS] = "rests",
    [TOC_VIEW_WATCHES] = "watches",
    [TOC_VIEW_WAITING] = "waiting",
    [TOC_VIEW_EXPIRIES] = "expiries",
    [TOC_VIEW_ENDED] = "ended",
    [TOC_VIEW_MENTIONS] = "mentions",
    [TOC_VIEW_MOVES] = "moves",
    [TOC_VIEW_FORKS] = "forks",
    [TOC_VIEW_DISPUTED] = "disputed",
    [TOC_VIEW_PENDING] = "pending",
};

/* ---- keys ---- */

size_t toc_subject_size_at(toc_span bytes)
{
    size_t payload = bytes.size == 0 ? 0 : toc_class_payload_bytes(bytes.data[0]);
    size_t size = payload == 0 ? 0 : payload + 3;
    return size <= bytes.size ? size : 0;
}

size_t toc_vertex_size(toc_span subject)
{
    return toc_class_links(subject.data[0]) ? subject.size - 2 : subject.size;
}

toc_subject toc_subject_copy(toc_span bytes)
{
    TOC_ASSERT(bytes.size <= TOC_SUBJECT_BYTES_MAX);
    toc_subject subject = {.size = (uint8_t)bytes.size};
    memcpy(subject.bytes, bytes.data, bytes.size);
    return subject;
}

bool toc_span_begins(toc_span bytes, toc_span prefix)
{
    return bytes.size >= prefix.size && memcmp(bytes.data, prefix.data, prefix.size) == 0;
}

bool toc_filed_read(toc_span key, toc_filed *out)
{
    size_t subject_size = toc_subject_size_at(key);
    if (subject_size == 0 || key.size != subject_size + TOC_FILED_TAIL_BYTES)
        return false;
    const uint8_t *tail = key.data + subject_size;
    out->key = key;
    out->subject = toc_span_of(key.data, subject_size);
    memcpy(out->claim.bytes, tail, 32);
    out->revision = toc_get_u64(tail + 32);
    memcpy(out->record.bytes, tail + 40, 32);
    return true;
}

void toc_filed_key(toc_key *key, toc_span subject, const toc_claim_id *claim, uint64_t revision,
                   const toc_record_id *record)
{
    toc_key_clear(key);
    toc_key_add_span(key, subject);
    toc_key_add(key, claim->bytes, sizeof claim->bytes);
    toc_key_add_u64(key, revision);
    toc_key_add(key, record->bytes, sizeof record->bytes);
}

void toc_filed_end(toc_key *key, toc_span subject, const toc_claim_id *claim)
{
    toc_key_clear(key);
    toc_key_add_span(key, subject);
    toc_key_add(key, claim->bytes, sizeof claim->bytes);
    memset(toc_key_extend(key, 40), 0xFF, 40);
}

void toc_number_key(toc_key *key, uint32_t feed, uint64_t index)
{
    toc_key_clear(key);
    toc_key_add_u32(key, feed);
    toc_key_add_u64(key, index);
}

/* ---- claims ---- */

toc_code toc_claim_row_read(const toc_txn *txn, const toc_row *row, toc_claim_row *out,
                            toc_err *err)
{
    if (!toc_filed_read(row->key, &out->filed))
        return toc_table_lies(txn, TOC_VIEW_CLAIMS, row->key, "no key of a claim", err);
    size_t size = row->value.size;
    if ((size != TOC_CLAIM_BYTES && size != TOC_CLAIM_BYTES_MAX) ||
        row->value.data[0] < TOC_RECORD_WALLET || row->value.data[0] > TOC_RECORD_LAST)
        return toc_table_lies(txn, TOC_VIEW_CLAIMS, row->key, "no value of a claim", err);
    const uint8_t *value = row->value.data;
    out->kind = (toc_record_kind)value[0];
    out->feed = toc_get_u32(value + 1);
    out->index = toc_get_u64(value + 5);
    out->issued_at.unix_ms = toc_get_u64(value + 13);
    out->valid_until.unix_ms = toc_get_u64(value + 21);
    out->needed = size == TOC_CLAIM_BYTES ? 0 : value[29];
    out->counted = size == TOC_CLAIM_BYTES ? 0 : value[30];
    return TOC_OK;
}

size_t toc_claim_write(const toc_claim_row *row, uint8_t out[TOC_CLAIM_BYTES_MAX])
{
    out[0] = (uint8_t)row->kind;
    toc_put_u32(out + 1, row->feed);
    toc_put_u64(out + 5, row->index);
    toc_put_u64(out + 13, row->issued_at.unix_ms);
    toc_put_u64(out + 21, row->valid_until.unix_ms);
    if (row->needed == 0)
        return TOC_CLAIM_BYTES;
    out[29] = row->needed;
    out[30] = row->counted;
    return TOC_CLAIM_BYTES_MAX;
}

/* ---- numbers ---- */

bool toc_number_read(toc_span value, toc_number_row *out)
{
    *out = (toc_number_row){.malformed = value.size == 1 && value.data[0] == TOC_NUMBER_MALFORMED};
    if (out->malformed)
        return true;
    out->disputed = value.size > 0 && value.data[0] == TOC_NUMBER_DISPUTED;
    if (value.size < 1 || (value.data[0] != TOC_NUMBER_FILED && !out->disputed))
        return false;
    toc_span rest = toc_span_of(value.data + 1, value.size - 1);
    size_t subject_bytes = toc_subject_size_at(rest);
    size_t filed_bytes = subject_bytes + TOC_FILED_TAIL_BYTES - sizeof(toc_record_id);
    if (subject_bytes == 0 || rest.size <= filed_bytes + TOC_SALT_BYTES)
        return false;
    out->filed = toc_span_of(rest.data, filed_bytes);
    out->salt = rest.data + filed_bytes;
    out->record = toc_span_of(out->salt + TOC_SALT_BYTES, rest.size - filed_bytes - TOC_SALT_BYTES);
    return true;
}

void toc_number_write(uint8_t status, const toc_claim_row *row, const toc_number_row *stored,
                      toc_buf *out)
{
    toc_buf_clear(out);
    toc_buf_add_u8(out, status);
    toc_buf_add(out, row->filed.key.data, row->filed.key.size - sizeof(toc_record_id));
    toc_buf_add(out, stored->salt, TOC_SALT_BYTES);
    toc_buf_add_span(out, stored->record);
}

/* ---- ended, seconds ---- */

void toc_ended_key(toc_key *key, const toc_claim_id *claim, const toc_record_id *record)
{
    toc_key_clear(key);
    toc_key_add(key, claim->bytes, sizeof claim->bytes);
    toc_key_add(key, record->bytes, sizeof record->bytes);
}

void toc_mention_key(toc_key *key, toc_span named, const toc_claim_id *claim,
                     const toc_record_id *record)
{
    toc_key_clear(key);
    toc_key_add_span(key, named);
    toc_key_add(key, claim->bytes, sizeof claim->bytes);
    toc_key_add(key, record->bytes, sizeof record->bytes);
}

toc_code toc_mention_read(const toc_txn *txn, const toc_row *row, toc_mention *out, toc_err *err)
{
    size_t named = toc_subject_size_at(row->key);
    if (named == 0 || row->key.size != named + 64 || row->value.size == 0 ||
        toc_subject_size_at(row->value) != row->value.size)
        return toc_table_lies(txn, TOC_VIEW_MENTIONS, row->key, "no mention", err);
    memcpy(out->claim.bytes, row->key.data + named, sizeof out->claim.bytes);
    out->filed = row->value;
    return TOC_OK;
}

void toc_move_prefix(toc_key *key, const toc_wallet *wallet, toc_direction direction)
{
    toc_span tag = toc_span_text(wallet->tag);
    toc_key_clear(key);
    toc_key_add_span(key, toc_subject_view(&wallet->subject));
    TOC_ASSERT(tag.size <= UINT8_MAX);
    toc_key_add_u8(key, (uint8_t)tag.size);
    toc_key_add_span(key, tag);
    toc_key_add_u8(key, (uint8_t)direction);
}

void toc_move_key(toc_key *key, const toc_wallet *wallet, toc_direction direction, toc_time time,
                  toc_span place, const toc_record_id *record)
{
    toc_move_prefix(key, wallet, direction);
    toc_key_add_u64(key, time.unix_ms);
    toc_key_add(key, place.data + 1, 32);
    toc_key_add(key, record->bytes, sizeof record->bytes);
}

toc_code toc_move_read(const toc_txn *txn, const toc_row *row, size_t prefix_bytes,
                       toc_move_row *out, toc_err *err)
{
    if (row->key.size != prefix_bytes + TOC_MOVE_TAIL_BYTES || row->value.size != 0)
        return toc_table_lies(txn, TOC_VIEW_MOVES, row->key, "no move", err);
    const uint8_t *tail = row->key.data + prefix_bytes;
    *out = (toc_move_row){.time = {toc_get_u64(tail)}, .place = {.size = 35}};
    out->place.bytes[0] = TOC_CLASS_TRANSFER;
    memcpy(out->place.bytes + 1, tail + 8, 32);
    memcpy(out->record.bytes, tail + 40, sizeof out->record.bytes);
    return TOC_OK;
}

/* ---- joints ---- */

void toc_joint_write(const toc_decider *decider, uint8_t out[TOC_JOINT_BYTES])
{
    out[0] = decider->add ? 1 : 0;
    toc_put_u64(out + 1, decider->revision);
}

/* ---- components ---- */

toc_vertex toc_vertex_copy(toc_span vertex)
{
    TOC_ASSERT(vertex.size <= TOC_SUBJECT_BYTES_MAX);
    toc_vertex copy = {.size = (uint8_t)vertex.size};
    memcpy(copy.bytes, vertex.data, vertex.size);
    return copy;
}

bool toc_vertex_below(toc_span left, const toc_vertex *right)
{
    return right->size == 0 || toc_span_compare(left, toc_vertex_view(right)) < 0;
}

enum { REPORT_LIVE = 1, REPORT_CLUSTERED = 2, REPORT_INPUTS = 4 };

static size_t write_vertex(const toc_vertex *vertex, uint8_t *out)
{
    out[0] = vertex->size;
    memcpy(out + 1, vertex->bytes, vertex->size);
    return 1u + vertex->size;
}

size_t toc_report_write(const toc_report_row *row, uint8_t out[TOC_REPORT_BYTES_MAX])
{
    out[0] = (uint8_t)((row->live ? REPORT_LIVE : 0) | (row->clustered ? REPORT_CLUSTERED : 0) |
                       (row->inputs ? REPORT_INPUTS : 0));
    memcpy(out + 1, row->cluster.bytes, 32);
    toc_put_u64(out + 33, row->ended);
    toc_put_u64(out + 41, row->members);
    toc_put_u64(out + 49, row->expires.unix_ms);
    size_t size = 57;
    size += write_vertex(&row->low, out + size);
    size += write_vertex(&row->floor, out + size);
    out[size++] = row->root_size;
    memcpy(out + size, row->root, row->root_size);
    return size + row->root_size;
}

static size_t read_vertex(toc_span value, size_t at, toc_vertex *out)
{
    if (at >= value.size)
        return 0;
    size_t size = value.data[at];
    if (size > TOC_SUBJECT_BYTES_MAX || size > value.size - at - 1)
        return 0;
    out->size = (uint8_t)size;
    memcpy(out->bytes, value.data + at + 1, size);
    return at + 1 + size;
}

bool toc_report_read(toc_span value, toc_report_row *out)
{
    *out = (toc_report_row){0};
    if (value.size < 57 || value.data[0] > (REPORT_LIVE | REPORT_CLUSTERED | REPORT_INPUTS))
        return false;
    out->live = (value.data[0] & REPORT_LIVE) != 0;
    out->clustered = (value.data[0] & REPORT_CLUSTERED) != 0;
    out->inputs = (value.data[0] & REPORT_INPUTS) != 0;
    memcpy(out->cluster.bytes, value.data + 1, 32);
    out->ended = toc_get_u64(value.data + 33);
    out->members = toc_get_u64(value.data + 41);
    out->expires.unix_ms = toc_get_u64(value.data + 49);
    size_t at = read_vertex(value, 57, &out->low);
    at = at == 0 ? 0 : read_vertex(value, at, &out->floor);
    if (at == 0 || at >= value.size)
        return false;
    out->root_size = value.data[at++];
    if (out->root_size > TOC_REPORT_ROOT_BYTES_MAX || value.size - at != out->root_size)
        return false;
    memcpy(out->root, value.data + at, out->root_size);
    return true;
}

/* ---- clusters ---- */

size_t toc_cluster_write(const toc_cluster_row *row, uint8_t out[TOC_CLUSTER_BYTES_MAX])
{
    toc_put_u64(out, row->vertices);
    toc_put_u64(out + 8, row->reports);
    memcpy(out + 16, row->id.bytes, row->id.size);
    return 16u + row->id.size;
}

bool toc_cluster_read(toc_span value, toc_cluster_row *out)
{
    if (value.size <= 16 || value.size > TOC_CLUSTER_BYTES_MAX)
        return false;
    out->vertices = toc_get_u64(value.data);
    out->reports = toc_get_u64(value.data + 8);
    out->id = toc_vertex_copy(toc_span_of(value.data + 16, value.size - 16));
    return true;
}

/* ---- notices ---- */

enum { NOTICE_SOUND = 1, NOTICE_BY_OWN = 2, NOTICE_HEAD_BYTES = 1 + 2 + 32 + 8 };

size_t toc_notice_write(const toc_notice_row *row, uint8_t out[TOC_NOTICE_BYTES_MAX])
{
    TOC_ASSERT(row->root.size <= TOC_REPORT_ROOT_BYTES_MAX &&
               row->subject.size <= TOC_SUBJECT_BYTES_MAX);
    out[0] = (uint8_t)((row->sound ? NOTICE_SOUND : 0) | (row->by_own ? NOTICE_BY_OWN : 0));
    toc_put_u16(out + 1, row->role);
    memcpy(out + 3, row->org.bytes, 32);
    toc_put_u64(out + 35, row->expires.unix_ms);
    memcpy(out + NOTICE_HEAD_BYTES, row->subject.data, row->subject.size);
    size_t size = NOTICE_HEAD_BYTES + row->subject.size;
    if (row->root.size > 0)
        memcpy(out + size, row->root.data, row->root.size);
    return size + row->root.size;
}

bool toc_notice_read(toc_span value, toc_notice_row *out)
{
    if (value.size < NOTICE_HEAD_BYTES || value.size > TOC_NOTICE_BYTES_MAX ||
        value.data[0] > (NOTICE_SOUND | NOTICE_BY_OWN))
        return false;
    toc_span rest = toc_span_of(value.data + NOTICE_HEAD_BYTES, value.size - NOTICE_HEAD_BYTES);
    size_t subject_bytes = toc_subject_size_at(rest);
    if (subject_bytes == 0)
        return false;
    *out =
        (toc_notice_row){.sound = (value.data[0] & NOTICE_SOUND) != 0,
                         .by_own = (value.data[0] & NOTICE_BY_OWN) != 0,
                         .role = toc_get_u16(value.data + 1),
                         .expires.unix_ms = toc_get_u64(value.data + 35),
                         .subject = toc_span_of(rest.data, subject_bytes),
                         .root = toc_span_of(rest.data + subject_bytes, rest.size - subject_bytes)};
    memcpy(out->org.bytes, value.data + 3, 32);
    return true;
}

void toc_notice_key(toc_key *key, toc_span vertex, const toc_claim_id *claim)
{
    toc_key_clear(key);
    toc_key_add_span(key, vertex);
    toc_key_add(key, claim->bytes, sizeof claim->bytes);
}

/* ---- rests ---- */

/* count u8, then size u8 ‖ item each; the bytes read, 0 when they break that. */
static size_t read_items(toc_span bytes, toc_span *out, size_t max, size_t *out_count)
{
    if (bytes.size == 0 || bytes.data[0] > max)
        return 0;
    size_t at = 1;
    *out_count = bytes.data[0];
    for (size_t i = 0; i < *out_count; i++) {
        if (at >= bytes.size || bytes.data[at] > bytes.size - at - 1)
            return 0;
        out[i] = toc_span_of(bytes.data + at + 1, bytes.data[at]);
        at += 1u + bytes.data[at];
    }
    return at;
}

bool toc_rest_read(toc_span value, toc_rest_row *out)
{
    size_t first = read_items(value, out->roots, TOC_ROOTS_MAX, &out->root_count);
    if (first == 0)
        return false;
    out->roots_bytes = toc_span_of(value.data, first);
    toc_span rest = toc_span_of(value.data + first, value.size - first);
    size_t second = read_items(rest, out->watches, TOC_WATCHES_MAX, &out->watch_count);
    return second > 0 && second == rest.size;
}

/* ---- feeds ---- */

void toc_view_feed_write(const toc_view_feed *feed, uint8_t out[TOC_VIEW_FEED_BYTES])
{
    memcpy(out, feed->name.circle.bytes, 32);
    memcpy(out + 32, feed->name.org.bytes, 32);
    out[64] = (uint8_t)feed->name.lane;
    toc_put_u64(out + 65, feed->name.generation);
    memcpy(out + 73, feed->id.bytes, 32);
}

bool toc_view_feed_read(toc_span value, toc_view_feed *out)
{
    if (value.size != TOC_VIEW_FEED_BYTES || value.data[64] >= TOC_LANE_COUNT)
        return false;
    memcpy(out->name.circle.bytes, value.data, 32);
    memcpy(out->name.org.bytes, value.data + 32, 32);
    out->name.lane = (toc_lane)value.data[64];
    out->name.generation = toc_get_u64(value.data + 65);
    memcpy(out->id.bytes, value.data + 73, 32);
    return true;
}
