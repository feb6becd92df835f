/* The registry of a charter as bytes and back. */
#include "proto/roll/registry_layout.h"

#include "roll.pb-c.h"

static void pack_row(toc_field_packer *packer, const toc_listed *row, Toc__Roll__Listed *out)
{
    toc__roll__listed__init(out);
    out->kind = row->kind == TOC_GROUND_LIST ? 1 : 2;
    out->id = toc_field_pack_text(packer, row->id);
    out->title = toc_field_pack_optional(packer, row->title);
    out->copy_of = toc_field_pack_optional(packer, row->copy_of);
    out->aliases = toc_field_pack_array(packer, row->alias_count, sizeof(char *));
    if (packer->failed)
        return;
    out->n_aliases = row->alias_count;
    for (size_t i = 0; i < row->alias_count; i++)
        out->aliases[i] = toc_field_pack_text(packer, row->aliases[i]);
}

void toc_registry_pack(toc_field_packer *packer, const toc_registry *registry,
                       Toc__Roll__Charter *message)
{
    message->registry = toc_field_pack_array(packer, registry->count, sizeof(Toc__Roll__Listed *));
    Toc__Roll__Listed *rows =
        toc_field_pack_array(packer, registry->count, sizeof(Toc__Roll__Listed));
    if (packer->failed)
        return;
    message->n_registry = registry->count;
    for (size_t i = 0; i < registry->count; i++) {
        pack_row(packer, &registry->rows[i], &rows[i]);
        message->registry[i] = &rows[i];
    }
}

static toc_code take_row(const Toc__Roll__Listed *row, toc_listed *out, toc_err *err)
{
    if (row->kind != 1 && row->kind != 2)
        return toc_fail(err, TOC_MALFORMED, "registry: neither a list nor a vendor");
    if (row->n_aliases > TOC_LISTED_ALIASES_MAX)
        return toc_fail(err, TOC_LIMIT, "registry: %zu aliases of one id, at most %u",
                        row->n_aliases, TOC_LISTED_ALIASES_MAX);
    out->kind = row->kind == 1 ? TOC_GROUND_LIST : TOC_GROUND_VENDOR;
    out->id = toc_span_text(row->id);
    out->title = toc_span_text(row->title);
    out->copy_of = toc_span_text(row->copy_of);
    out->alias_count = row->n_aliases;
    for (size_t i = 0; i < row->n_aliases; i++)
        out->aliases[i] = toc_span_text(row->aliases[i]);
    /* What is absent and what is empty would be two ways to write one thing. */
    if ((row->title != NULL && out->title.size == 0) ||
        (row->copy_of != NULL && out->copy_of.size == 0))
        return toc_fail(err, TOC_MALFORMED, "registry: an empty title or original");
    return TOC_OK;
}

toc_code toc_registry_take(const Toc__Roll__Charter *message, toc_arena *arena, toc_registry *out,
                           toc_err *err)
{
    if (message->n_registry > TOC_REGISTRY_MAX)
        return toc_fail(err, TOC_LIMIT, "registry: %zu lists and vendors, at most %u",
                        message->n_registry, TOC_REGISTRY_MAX);
    toc_listed *rows = toc_arena_zalloc(arena, message->n_registry, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_LIMIT, "registry: it needs more memory than is granted");
    for (size_t i = 0; i < message->n_registry; i++)
        TOC_TRY(take_row(message->registry[i], &rows[i], err));
    *out = (toc_registry){.count = message->n_registry, .rows = rows};
    return TOC_OK;
}
