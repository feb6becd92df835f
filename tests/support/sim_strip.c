#include "tests/support/sim_strip.h"

#include "proto/base/reader.h"

/* Half of the records; the rest as it came. */
static bool strip_chunk(sim_net *net, toc_wire_chunk *chunk, toc_arena *arena)
{
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    toc_reader reader = toc_reader_of(chunk->entries);
    bool any = false;
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        uint8_t bare[TOC_ENTRY_BARE_BYTES];
        if (entry.size > TOC_ENTRY_HEADER_BYTES && !toc_entry_is_bare(entry) &&
            entry.data[1] == TOC_ENTRY_RECORD && sim_below(net, 2) == 0) {
            toc_entry_strip(entry, bare);
            entry = TOC_SPAN_OF(bare);
            any = true;
        }
        toc_buf_add_u32(&entries, (uint32_t)entry.size);
        toc_buf_add_span(&entries, entry);
    }
    chunk->entries = toc_arena_dup(arena, toc_buf_view(&entries));
    return any;
}

bool sim_strip(sim_net *net, toc_buf *bytes)
{
    toc_err err;
    toc_message message;
    bool any = false;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    if (toc_arena_new(2 * (size_t)TOC_MESSAGE_ARENA_BYTES, &arena, &err) != TOC_OK)
        sim_die(net, "arena", &err);
    if (toc_message_decode(toc_buf_view(bytes), arena, &message, NULL) != TOC_OK)
        return false;
    if (message.kind == TOC_MSG_CHUNK)
        any = strip_chunk(net, &message.as.chunk, arena);
    for (size_t i = 0; message.kind == TOC_MSG_NEWS && i < message.as.news.chunk_count; i++)
        any = strip_chunk(net, &message.as.news.chunks[i], arena) || any;
    if (!any)
        return false;
    toc_buf_clear(bytes);
    if (toc_message_encode(&message, bytes, &err) != TOC_OK)
        sim_die(net, "a message without bodies", &err);
    return true;
}
