/* proto/format/config.h: the one configuration file of node and tools, read strictly
 * (docs/OPERATING.md). Sections in brackets, `key = value`, # comments; an unknown
 * section or key is an error that names line, key and the nearest known one. Nothing secret is ever
 * in it.
 * Owns:    strings live in the configuration.
 * Threads: read-only after the parse.
 * Errors:  MALFORMED, USAGE with the line. */
#ifndef TOC_PROTO_FORMAT_CONFIG_H
#define TOC_PROTO_FORMAT_CONFIG_H

#include "proto/base/buf.h"
#include "proto/rules/audience.h"
#include "proto/rules/weights.h"

enum { TOC_CONFIG_PATH_BYTES = 1024, TOC_CONFIG_LISTEN_MAX = 8, TOC_CONFIG_IDS_MAX = 32 };

typedef enum toc_secret_kind {
    TOC_SECRET_ASK = 0,       /* on the terminal */
    TOC_SECRET_FILE = 1,      /* file:PATH, its first line */
    TOC_SECRET_CREDENTIAL = 2 /* credential:NAME, from systemd's $CREDENTIALS_DIRECTORY */
} toc_secret_kind;

/* [audience NAME]: users of this machine, and doors, who see a part of what is known here. */
typedef struct toc_config_audience {
    char name[TOC_SLUG_BYTES_MAX + 1];
    toc_audience sees; /* tlp = MARK, circle = ID | any (repeatable), org = ID */
    size_t uid_count, gid_count;
    unsigned uids[TOC_CONFIG_IDS_MAX], gids[TOC_CONFIG_IDS_MAX]; /* uid = N, gid = N, repeatable */
} toc_config_audience;

typedef struct toc_config {
    /* [node] */
    char state[TOC_CONFIG_PATH_BYTES];   /* state = DIRECTORY */
    char runtime[TOC_CONFIG_PATH_BYTES]; /* runtime = DIRECTORY; the socket is tocsind.sock in it */
    char spool[TOC_CONFIG_PATH_BYTES];   /* spool = DIRECTORY */
    toc_secret_kind secret_kind;         /* secret = file:PATH | credential:NAME | ask */
    char secret[TOC_CONFIG_PATH_BYTES];
    unsigned workers; /* workers = N (1 to 64); 0: as many as processors */
    int log_level;    /* log = error | warning | info | debug: 0 to 3 */
    /* [link] */
    size_t listen_count;
    char listen[TOC_CONFIG_LISTEN_MAX]
               [TOC_CONFIG_PATH_BYTES]; /* listen = tcp://HOST:PORT, repeatable */
    /* [store] */
    uint64_t log_map_bytes, views_map_bytes; /* log_map = 64G, views_map = 64G */
    /* [control]: root and the service user may do everything; who else may do what */
    size_t uid_count, gid_count;
    unsigned uids[TOC_CONFIG_IDS_MAX],
        gids[TOC_CONFIG_IDS_MAX]; /* allow_uid = N, allow_gid = N, repeatable: ask and submit */
    size_t admin_uid_count, admin_gid_count;
    unsigned admin_uids[TOC_CONFIG_IDS_MAX],
        admin_gids[TOC_CONFIG_IDS_MAX]; /* admin_uid = N, admin_gid = N, repeatable: everything */
    /* [weights]: org NAME | ID, kind KIND, role ROLE, list LIST = percent: how far whom is trusted
     */
    toc_weights weights;
    size_t audience_count;
    toc_config_audience audiences[TOC_AUDIENCES_MAX];
} toc_config;

/* The defaults of a Debian installation. */
void toc_config_default(toc_config *out);
/* Parses over the defaults. `name` is the file's name, for errors. */
TOC_MUST toc_code toc_config_parse(const char *name, toc_span text, toc_config *out, toc_err *err);
/* A file with the given values and a comment on each key; what `init` writes. */
void toc_config_write(const toc_config *config, toc_buf *out);

#endif
