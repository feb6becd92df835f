/* tools/cli.h: what every command of `tocsin` shares: its row in the table, its options, where the
 * configuration is, how it ends.
 * Owns:    toc_opts owns its two lists; words and values are argv's.
 * Threads: one. Errors: USAGE for a command line that makes no sense. */
#ifndef TOC_TOOLS_CLI_H
#define TOC_TOOLS_CLI_H

#include "proto/base/buf.h"
#include "proto/format/config.h"

typedef enum toc_exit {
    TOC_EXIT_DONE = 0,
    TOC_EXIT_FAILED = 1,
    TOC_EXIT_USAGE = 2,
    TOC_EXIT_REFUSED = 4,
    TOC_EXIT_DENIED = 5,
    TOC_EXIT_UNVERIFIED = 6,
    TOC_EXIT_UNREACHABLE = 7
} toc_exit;
toc_exit toc_exit_of(toc_code code);

typedef struct toc_option {
    const char *name;  /* without its dashes */
    const char *value; /* what stands behind it; NULL: a switch */
    const char *about;
} toc_option;

typedef struct toc_cli {
    const char *config_path; /* --config, TOCSIN_CONFIG, STATE/tocsind.conf or the system's */
    const char *state;       /* --state; NULL: the configuration's */
    const char *socket;      /* --socket; NULL: tocsind.sock in the runtime directory */
    bool json, direct;
    toc_exit exit; /* of a command that did what it could: DONE or REFUSED */
} toc_cli;

typedef struct toc_opts {
    size_t word_count, given_count;
    const char **words;
    struct toc_given {
        const char *name, *value;
    } * given;
} toc_opts;

typedef struct toc_command {
    const char *name;  /* "circle create" */
    const char *words; /* "NAME" */
    const char *about; /* one sentence */
    const char *example;
    const toc_option *options; /* ends with a name of NULL; NULL: none of its own */
    toc_code (*run)(toc_cli *cli, const toc_opts *args, toc_err *err);
} toc_command;

extern const toc_option toc_global_options[];

/* Everything after the command's name. Global options go to `cli`. Wipe `out` also on failure. */
TOC_MUST toc_code toc_opts_parse(const toc_command *command, int argc, char **argv, toc_cli *cli,
                                 toc_opts *out, toc_err *err);
void toc_opts_wipe(toc_opts *args);
TOC_DEFINE_AUTO_WIPE(toc_opts, toc_opts_wipe)
bool toc_opts_has(const toc_opts *args, const char *name);
const char *toc_opts_value(const toc_opts *args, const char *name); /* the last; NULL: not given */
/* One after the other where an option may be repeated; *cursor begins with 0. NULL at the end. */
const char *toc_opts_each(const toc_opts *args, const char *name, size_t *cursor);
/* The number given with an option, at most `max`; `fallback` when it is not given. */
TOC_MUST toc_code toc_opts_number(const toc_opts *args, const char *name, uint64_t fallback,
                                  uint64_t max, uint64_t *out, toc_err *err);
/* USAGE unless there are as many words as that. */
TOC_MUST toc_code toc_opts_expect(const toc_opts *args, size_t least, size_t most, const char *what,
                                  toc_err *err);

/* Each word in turn; "-" stands for the lines of stdin, without the blanks at their ends and
 * without empty ones. Lent until `take` returns; ends with the first failure. */
typedef toc_code (*toc_opts_take)(void *context, toc_span text, toc_err *err);
TOC_MUST toc_code toc_opts_texts(const toc_opts *args, toc_opts_take take, void *context,
                                 toc_err *err);

/* Reads the configuration; without a file the defaults, unless one was named. --state overrules. */
TOC_MUST toc_code toc_cli_config(const toc_cli *cli, toc_config *out, toc_err *err);
/* The path it is read from. `out` takes TOC_CONFIG_PATH_BYTES. */
void toc_cli_config_path(const toc_cli *cli, char *out);
TOC_MUST toc_code toc_cli_socket(const toc_cli *cli, char out[TOC_CONFIG_PATH_BYTES], toc_err *err);

/* Writes to stdout; IO when it is closed or full. */
TOC_MUST toc_code toc_print(const toc_buf *text, toc_err *err);

/* The whole of a file ("-": stdin), at most `bytes_max`. */
TOC_MUST toc_code toc_file_read(const char *path, size_t bytes_max, toc_buf *out, toc_err *err);
/* Writes `path` whole or not at all, synced, with `mode`; EXISTS when it is there, unless
 * `replace`. */
TOC_MUST toc_code toc_file_write(const char *path, toc_span bytes, unsigned mode, bool replace,
                                 toc_err *err);

#endif
