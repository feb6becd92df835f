#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_records(const toc_source *source, bool named, toc_err *err)
{
    if (source->id.size != 0 || source->version.size != 0)
        return toc_fail(err, TOC_MALFORMED, "source: a derived claim names no list");
    if (source->record_count > TOC_SOURCES_MAX)
        return toc_fail(err, TOC_LIMIT, "source: %zu records; at most %u are taken",
                        source->record_count, TOC_SOURCES_MAX);
    if (named != (source->record_count == 0))
        return toc_fail(err, TOC_MALFORMED,
                        named ? "source: records, where only the ground is named"
                              : "source: derived from no record");
    for (size_t i = 1; i < source->record_count; i++) {
        if (memcmp(source->records[i - 1].record.bytes, source->records[i].record.bytes,
                   sizeof source->records[i].record.bytes) >= 0)
            return toc_fail(err, TOC_MALFORMED, "source: records that are not in ascending order");
    }
    return TOC_OK;
}

toc_code toc_source_check(const toc_source *source, bool named, toc_err *err)
{
    if (source->ground != TOC_GROUND_DERIVED && source->record_count != 0)
        return toc_fail(err, TOC_MALFORMED, "source: records, and it is not derived");
    switch (source->ground) {
    case TOC_GROUND_OWN:
        if (source->id.size != 0 || source->version.size != 0)
            return toc_fail(err, TOC_MALFORMED, "source: an own observation names no list");
        return TOC_OK;
    case TOC_GROUND_LIST:
    case TOC_GROUND_VENDOR:
        TOC_TRY(toc_record_field_slug(source->id, "source", false, err));
        return toc_record_field_text(source->version, "source version", TOC_TEXT_BYTES_MAX, false,
                                     err);
    case TOC_GROUND_DERIVED:
        return check_records(source, named, err);
    }
    if ((unsigned)source->ground == 0)
        return toc_fail(err, TOC_MALFORMED, "source: no ground");
    return toc_fail(err, TOC_STATE, "source: ground %u needs a newer version",
                    (unsigned)source->ground);
}

static bool pack_records(const toc_source *from, toc_arena *arena, Toc__Source *to)
{
    if (from->record_count == 0)
        return true;
    Toc__SourceRecord *rows = toc_arena_zalloc(arena, from->record_count, sizeof *rows);
    to->records = toc_arena_zalloc(arena, from->record_count, sizeof(Toc__SourceRecord *));
    if (rows == NULL || to->records == NULL)
        return false;
    to->n_records = from->record_count;
    for (size_t i = 0; i < from->record_count; i++) {
        toc__source_record__init(&rows[i]);
        rows[i].record = toc_pb_lend(TOC_SPAN_OF(from->records[i].record));
        rows[i].feed = toc_pb_lend(TOC_SPAN_OF(from->records[i].feed));
        rows[i].index = from->records[i].index;
        to->records[i] = &rows[i];
    }
    return true;
}

Toc__Source *toc_source_pack(const toc_source *from, toc_arena *arena)
{
    Toc__Source *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__source__init(to);
    to->ground = (uint32_t)from->ground;
    bool whole = toc_pb_set_text(arena, from->id, &to->id) &&
                 toc_pb_set_text(arena, from->version, &to->version) &&
                 pack_records(from, arena, to);
    return whole ? to : NULL;
}

toc_code toc_source_unpack(const Toc__Source *from, toc_arena *arena, toc_source *out, toc_err *err)
{
    *out = (toc_source){.ground = (toc_ground)from->ground,
                        .id = toc_pb_text(from->id),
                        .version = toc_pb_text(from->version)};
    if (from->n_records == 0)
        return TOC_OK;
    if (from->n_records > TOC_SOURCES_MAX)
        return toc_fail(err, TOC_LIMIT, "source: %zu records; at most %u are taken",
                        from->n_records, TOC_SOURCES_MAX);
    toc_source_record *records = toc_arena_zalloc(arena, from->n_records, sizeof *records);
    if (records == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "source: out of memory");
    for (size_t i = 0; i < from->n_records; i++) {
        const Toc__SourceRecord *row = from->records[i];
        TOC_TRY(toc_pb_take32(row->record, "source record", records[i].record.bytes, err));
        TOC_TRY(toc_pb_take32(row->feed, "source feed", records[i].feed.bytes, err));
        records[i].index = row->index;
    }
    out->record_count = from->n_records;
    out->records = records;
    return TOC_OK;
}

toc_code toc_pb_take32(ProtobufCBinaryData from, const char *field, void *out, toc_err *err)
{
    if (from.len != 32)
        return toc_fail(err, TOC_MALFORMED, "%s: %zu bytes, not 32", field, from.len);
    memcpy(out, from.data, 32);
    return TOC_OK;
}
