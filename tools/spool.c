/* The spool: submissions that wait for the node, each sealed to its seal key, so that the directory
 * may be open to everybody who submits and tells nobody anything. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/roll/card.h"
#include "tools/parcel.h"

static toc_code seal_key(const char *spool, toc_seal_key *out, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/node.card", spool);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card card;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    if (toc_file_read(path, (size_t)TOC_CARD_BYTES_MAX * 4, &text, err) != TOC_OK)
        return toc_fail(err, TOC_UNREACHABLE,
                        "the node is down, and '%s' is missing (it is written when the node first "
                        "starts); start tocsind",
                        path);
    TOC_TRY(toc_card_dearmour(toc_buf_view(&text), &bytes, err));
    TOC_TRY(toc_card_open(toc_buf_view(&bytes), arena, &card, err));
    *out = card.seal;
    return TOC_OK;
}

static toc_code file_path(const toc_config *config, const toc_draft_id *id,
                          char out_path[TOC_CONFIG_PATH_BYTES], toc_err *err)
{
    char name[65];
    toc_hex_encode(TOC_SPAN_OF(id->bytes), name);
    int size = snprintf(out_path, TOC_CONFIG_PATH_BYTES, "%s/%s.submission", config->spool, name);
    return size < TOC_CONFIG_PATH_BYTES
               ? TOC_OK
               : toc_fail(err, TOC_LIMIT, "the spool directory's path is too long");
}

/* The directory is sticky: only whoever submitted a file, or the node's user, removes it. */
toc_code toc_spool_remove(const toc_cli *cli, const toc_draft_id *id, toc_err *err)
{
    toc_config config;
    char path[TOC_CONFIG_PATH_BYTES];
    TOC_TRY(toc_cli_config(cli, &config, err));
    TOC_TRY(file_path(&config, id, path, err));
    if (unlink(path) == 0)
        return TOC_OK;
    return toc_fail(err,
                    errno == ENOENT                     ? TOC_NOT_FOUND
                    : errno == EACCES || errno == EPERM ? TOC_DENIED
                                                        : TOC_IO,
                    "the node is down, and of what waits for it '%s' cannot be removed: %s", path,
                    strerror(errno));
}

toc_code toc_spool_put(const toc_cli *cli, const toc_draft_id *id, toc_span content,
                       char out_path[TOC_CONFIG_PATH_BYTES], toc_err *err)
{
    toc_config config;
    toc_seal_key key;
    TOC_TRY(toc_cli_config(cli, &config, err));
    TOC_TRY(seal_key(config.spool, &key, err));
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_TRY(toc_sealed_write(&key, content, &sealed, err));
    if (sealed.size > TOC_SPOOL_FILE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "the node is down, and %zu bytes are too many for the spool (at most %u); "
                        "start tocsind, or submit in smaller files",
                        sealed.size, TOC_SPOOL_FILE_BYTES_MAX);
    TOC_TRY(file_path(&config, id, out_path, err));
    return toc_file_write(out_path, toc_buf_view(&sealed), 0644, false, err); /* sealed */
}
