/* tools/roots.h: key files on the operator's side: the org's root keys, an officer's key.
 * Owns:    what the functions' outputs say. Threads: one.
 * Errors:  SEALED for another passphrase; DENIED for a file that others may read; STATE for roots
 * that are not those of the present card. */
#ifndef TOC_TOOLS_ROOTS_H
#define TOC_TOOLS_ROOTS_H

#include "proto/crypto/keyfile.h"
#include "store/identity.h"
#include "tools/cli.h"

/* For the options of a command that signs with the root. */
#define TOC_ROOT_OPTIONS                                                                           \
    {"root-file", "FILE", "the root key file (default: keys/root.key in the state directory)"},    \
    {                                                                                              \
        "root-secret", "SOURCE",                                                                   \
            "its passphrase: file:PATH, credential:NAME or ask (default: as the store key's)"      \
    }

/* --root-file, or the default. `out` takes TOC_CONFIG_PATH_BYTES. */
TOC_MUST toc_code toc_root_path(const toc_config *config, const toc_opts *args, char *out,
                                toc_err *err);
/* Writes `path` anew, sealed under the passphrase that the options name; `twice`: a new one, asked
 * again to be sure. EXISTS when it is there, unless `replace`. */
TOC_MUST toc_code toc_root_write(const toc_config *config, const toc_opts *args, const char *path,
                                 const toc_roots *roots, const toc_org_id *org, bool twice,
                                 bool replace, toc_err *err);
TOC_MUST toc_code toc_root_read(const toc_config *config, const toc_opts *args, const char *path,
                                toc_roots *out, toc_org_id *out_org, toc_err *err);
/* The roots of `card`, from `path`, or from `path`.new where a rotation was cut short. */
TOC_MUST toc_code toc_root_of(const toc_config *config, const toc_opts *args, const char *path,
                              const toc_card *card, toc_roots *out, toc_err *err);

#endif
