#include "tools/roots.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/crypto/storekey.h"
#include "store/passphrase.h"

enum { ROOT_FILE_BYTES_MAX = 4096, ROOT_FILE_MODE = 0600 };

toc_code toc_root_path(const toc_config *config, const toc_opts *args, char *out, toc_err *err)
{
    const char *given = toc_opts_value(args, "root-file");
    int size = given != NULL
                   ? snprintf(out, TOC_CONFIG_PATH_BYTES, "%s", given)
                   : snprintf(out, TOC_CONFIG_PATH_BYTES, "%s/keys/root.key", config->state);
    if (size >= TOC_CONFIG_PATH_BYTES)
        return toc_fail(err, TOC_LIMIT, "the path of the root key file is too long");
    return TOC_OK;
}

static toc_code passphrase(const toc_config *config, const toc_opts *args, bool twice, toc_buf *out,
                           toc_err *err)
{
    const char *source = toc_opts_value(args, "root-secret");
    if (source == NULL)
        return toc_passphrase_get(config, twice, out, err);
    return toc_passphrase_from(source, "the root key file", twice, out, err);
}

toc_code toc_root_write(const toc_config *config, const toc_opts *args, const char *path,
                        const toc_roots *roots, const toc_org_id *org, bool twice, bool replace,
                        toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(passphrase(config, args, twice, &words, err));
    toc_keyfile file = {.kind = TOC_KEYFILE_ROOT, .secrets = {roots->root, roots->next}}; /* lent */
    memcpy(file.org, org->bytes, sizeof file.org);
    TOC_TRY(toc_keyfile_write(&file, toc_passphrase_trim(toc_buf_view(&words)), &bytes, err));
    return toc_file_write(path, toc_buf_view(&bytes), ROOT_FILE_MODE, replace, err);
}

toc_code toc_root_read(const toc_config *config, const toc_opts *args, const char *path,
                       toc_roots *out, toc_org_id *out_org, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {0};
    if (toc_file_read(path, ROOT_FILE_BYTES_MAX, &bytes, err) != TOC_OK)
        return toc_wrap(err, "the root key file, which signs cards, is needed (--root-file)");
    TOC_TRY(passphrase(config, args, false, &words, err));
    if (toc_keyfile_read(toc_buf_view(&bytes), TOC_KEYFILE_ROOT,
                         toc_passphrase_trim(toc_buf_view(&words)), &file, err) != TOC_OK)
        return toc_wrap(err, "'%s'", path);
    memcpy(out_org->bytes, file.org, sizeof out_org->bytes);
    *out = (toc_roots){.root = file.secrets[0], .next = file.secrets[1]};
    file = (toc_keyfile){0}; /* transferred */
    return TOC_OK;
}

static bool signs(const toc_roots *roots, const toc_card *card)
{
    toc_verify_key key;
    toc_sign_public(roots->root, &key);
    return memcmp(&key, &card->root, sizeof key) == 0;
}

toc_code toc_root_of(const toc_config *config, const toc_opts *args, const char *path,
                     const toc_card *card, toc_roots *out, toc_err *err)
{
    char fresh[TOC_CONFIG_PATH_BYTES + 8];
    struct stat about;
    toc_org_id org;
    TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
    TOC_TRY(toc_root_read(config, args, path, &roots, &org, err));
    snprintf(fresh, sizeof fresh, "%s.new", path);
    if (!signs(&roots, card) && stat(fresh, &about) == 0) {
        /* A rotation whose card is in force, and whose file was not moved into its place. */
        toc_roots_wipe(&roots);
        TOC_TRY(toc_root_read(config, args, fresh, &roots, &org, err));
        if (signs(&roots, card) && rename(fresh, path) != 0)
            return toc_fail(err, TOC_IO, "move '%s' to '%s': %s", fresh, path, strerror(errno));
    }
    if (!signs(&roots, card))
        return toc_fail(err, TOC_STATE,
                        "the root keys in '%s' are not those of the present card (serial %llu)",
                        path, (unsigned long long)card->serial);
    *out = roots;
    roots = (toc_roots){0}; /* transferred */
    return TOC_OK;
}
