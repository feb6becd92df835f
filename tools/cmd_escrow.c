/* keys escrow, keys restore: the root keys in shares. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "proto/answer/writer.h"
#include "proto/roll/share.h"
#include "tools/commands.h"
#include "tools/roots.h"

enum { SHARE_FILE_BYTES_MAX = 4096, SHARE_FILE_MODE = 0600 };

const toc_option toc_keys_escrow_options[] = {
    {"shares", "N", "how many are made"},
    {"threshold", "K", "how many of them give the keys back"},
    {"to", "DIR", "where share-1.txt … share-N.txt are written (default: here)"},
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

const toc_option toc_keys_restore_options[] = {
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

typedef struct share_list {
    toc_share rows[TOC_SHARES_MAX];
} share_list;

static void share_list_wipe(share_list *list)
{
    toc_wipe(list, sizeof *list);
}
TOC_DEFINE_AUTO_WIPE(share_list, share_list_wipe)

static toc_code write_share(const char *folder, const toc_share *share, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (snprintf(path, sizeof path, "%s/share-%u.txt", folder, share->number) >= (int)sizeof path)
        return toc_fail(err, TOC_LIMIT, "the path '%.64s…' is too long", folder);
    toc_buf_printf(&text, "Share %u of %u; any %u give back the root keys of one org.\n",
                   share->number, share->made, share->needed);
    toc_share_armour(share, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    return toc_file_write(path, toc_buf_view(&text), SHARE_FILE_MODE, false, err);
}

static toc_code tell(const toc_cli *cli, const char *key, const char *path, const char *text,
                     toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    if (cli->json) {
        toc_json_open(&json, NULL, '{');
        toc_json_text(&json, key, toc_span_text(path));
        toc_json_close(&json, '}');
        toc_json_end_line(&json);
    } else {
        toc_buf_printf(&line, "%s %s\n", text, path);
    }
    return toc_print(&line, err);
}

toc_code toc_cmd_keys_escrow(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    uint64_t made, needed;
    char path[TOC_CONFIG_PATH_BYTES];
    toc_config config;
    toc_org_id org;
    TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
    TOC_AUTO(share_list_wipe) share_list shares = {0};
    const char *folder = toc_opts_value(args, "to");
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_TRY(toc_opts_number(args, "shares", 0, TOC_SHARES_MAX, &made, err));
    TOC_TRY(toc_opts_number(args, "threshold", 0, TOC_SHARES_MAX, &needed, err));
    if (made == 0 || needed == 0)
        return toc_fail(err, TOC_USAGE, "how many? --shares N --threshold K");
    TOC_TRY(toc_cli_config(cli, &config, err));
    TOC_TRY(toc_root_path(&config, args, path, err));
    TOC_TRY(toc_root_read(&config, args, path, &roots, &org, err));
    TOC_TRY(toc_shares_make(&org, roots.root, roots.next, (uint8_t)needed, (uint8_t)made,
                            shares.rows, err));
    folder = folder == NULL ? "." : folder;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return toc_fail(err, TOC_IO, "make the directory '%s': %s", folder, strerror(errno));
    for (size_t i = 0; i < made; i++)
        TOC_TRY(write_share(folder, &shares.rows[i], err));
    return tell(cli, "folder", folder, "Give each share to somebody else. They are in", err);
}

toc_code toc_cmd_keys_restore(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    toc_config config;
    TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
    TOC_AUTO(share_list_wipe) share_list shares = {0};
    TOC_TRY(toc_opts_expect(args, 1, TOC_SHARES_MAX, "files with shares", err));
    for (size_t i = 0; i < args->word_count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        TOC_TRY(toc_file_read(args->words[i], SHARE_FILE_BYTES_MAX, &text, err));
        if (toc_share_dearmour(toc_buf_view(&text), &shares.rows[i], err) != TOC_OK)
            return toc_wrap(err, "'%s'", args->words[i]);
    }
    TOC_TRY(toc_shares_join(shares.rows, args->word_count, &roots.root, &roots.next, err));
    TOC_TRY(toc_cli_config(cli, &config, err));
    TOC_TRY(toc_root_path(&config, args, path, err));
    TOC_TRY(toc_root_write(&config, args, path, &roots, &shares.rows[0].org, true, false, err));
    return tell(cli, "file", path, "The root keys are in", err);
}
