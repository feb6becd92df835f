#include "tools/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/rules/nearest.h"

#define SYSTEM_CONFIG "/etc/tocsin/tocsind.conf"

enum { CONFIG_FILE_BYTES_MAX = 1 << 20 };

const toc_option toc_global_options[] = {
    {"config", "FILE",
     "the configuration (else $TOCSIN_CONFIG, DIR/tocsind.conf, " SYSTEM_CONFIG ")"},
    {"state", "DIR", "the state directory, overruling the configuration"},
    {"socket", "PATH", "the node's socket, overruling the configuration"},
    {"json", NULL, "JSON Lines on stdout, with stable field names"},
    {"direct", NULL, "open the store without the node (service user, node stopped)"},
    {"help", NULL, "this text"},
    {NULL, NULL, NULL},
};

toc_exit toc_exit_of(toc_code code)
{
    switch ((int)code) {
    case TOC_OK:
        return TOC_EXIT_DONE;
    case TOC_USAGE:
        return TOC_EXIT_USAGE;
    case TOC_DENIED:
        return TOC_EXIT_DENIED;
    case TOC_SIGNATURE:
        return TOC_EXIT_UNVERIFIED;
    case TOC_UNREACHABLE:
        return TOC_EXIT_UNREACHABLE;
    default:
        return TOC_EXIT_FAILED;
    }
}

/* ---- options ---- */

static const toc_option *find_in(const toc_option *options, const char *name, size_t size)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (strlen(options->name) == size && memcmp(options->name, name, size) == 0)
            return options;
    }
    return NULL;
}

static toc_code unknown_option(const toc_command *command, const char *text, toc_err *err)
{
    toc_nearest nearest = toc_nearest_to(toc_span_text(text));
    for (const toc_option *o = toc_global_options; o->name != NULL; o++)
        toc_nearest_try(&nearest, o->name, o->name);
    for (const toc_option *o = command->options; o != NULL && o->name != NULL; o++)
        toc_nearest_try(&nearest, o->name, o->name);
    return toc_fail(err, TOC_USAGE,
                    "'--%.64s' is no option of 'tocsin %s'; nearest is '--%s' (--help lists all)",
                    text, command->name, nearest.found == NULL ? "help" : nearest.found);
}

/* What stands behind an option where its value would: another option of this command. */
static bool is_option(const toc_command *command, const char *text)
{
    if (strncmp(text, "--", 2) != 0)
        return false;
    size_t size = strcspn(text + 2, "=");
    return find_in(command->options, text + 2, size) != NULL ||
           find_in(toc_global_options, text + 2, size) != NULL;
}

static void take_global(toc_cli *cli, const char *name, const char *value)
{
    if (strcmp(name, "config") == 0)
        cli->config_path = value;
    else if (strcmp(name, "state") == 0)
        cli->state = value;
    else if (strcmp(name, "socket") == 0)
        cli->socket = value;
    else if (strcmp(name, "json") == 0)
        cli->json = true;
    else if (strcmp(name, "direct") == 0)
        cli->direct = true;
}

/* One option at argv[*at]; moves past its value. */
static toc_code take_option(const toc_command *command, int argc, char **argv, int *at,
                            toc_cli *cli, toc_opts *out, toc_err *err)
{
    const char *text = argv[*at] + 2, *equals = strchr(text, '=');
    size_t size = equals == NULL ? strlen(text) : (size_t)(equals - text);
    const toc_option *own = find_in(command->options, text, size);
    const toc_option *option = own != NULL ? own : find_in(toc_global_options, text, size);
    if (option == NULL)
        return unknown_option(command, text, err);
    const char *value = equals == NULL ? NULL : equals + 1;
    if (option->value == NULL && value != NULL)
        return toc_fail(err, TOC_USAGE, "'--%s' takes no value", option->name);
    if (option->value != NULL && value == NULL) {
        if (*at + 1 >= argc || is_option(command, argv[*at + 1]))
            return toc_fail(err, TOC_USAGE, "'--%s' needs its %s behind it", option->name,
                            option->value);
        value = argv[++*at];
    }
    /* Of a variable that a script never set: the present directory, or '/', is not what it meant.
     */
    if (own == NULL && value != NULL && value[0] == '\0')
        return toc_fail(err, TOC_USAGE, "'--%s' needs its %s behind it, and got an empty text",
                        option->name, option->value);
    if (own == NULL)
        take_global(cli, option->name, value);
    out->given[out->given_count++] = (struct toc_given){option->name, value};
    return TOC_OK;
}

toc_code toc_opts_parse(const toc_command *command, int argc, char **argv, toc_cli *cli,
                        toc_opts *out, toc_err *err)
{
    *out = (toc_opts){0};
    out->words = calloc((size_t)argc + 1, sizeof *out->words);
    out->given = calloc((size_t)argc + 1, sizeof *out->given);
    if (out->words == NULL || out->given == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the command line");
    bool options = true;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            TOC_TRY(take_option(command, argc, argv, &i, cli, out, err));
        } else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            return toc_fail(err, TOC_USAGE, "'%.64s' is no option; they begin with two dashes",
                            argv[i]);
        } else {
            out->words[out->word_count++] = argv[i];
        }
    }
    return TOC_OK;
}

void toc_opts_wipe(toc_opts *args)
{
    free(args->words);
    free(args->given);
    *args = (toc_opts){0};
}

const char *toc_opts_each(const toc_opts *args, const char *name, size_t *cursor)
{
    while (*cursor < args->given_count) {
        const struct toc_given *given = &args->given[(*cursor)++];
        if (strcmp(given->name, name) == 0)
            return given->value == NULL ? "" : given->value;
    }
    return NULL;
}

const char *toc_opts_value(const toc_opts *args, const char *name)
{
    size_t cursor = 0;
    const char *found = NULL, *next;
    while ((next = toc_opts_each(args, name, &cursor)) != NULL)
        found = next;
    return found;
}

bool toc_opts_has(const toc_opts *args, const char *name)
{
    return toc_opts_value(args, name) != NULL;
}

toc_code toc_opts_number(const toc_opts *args, const char *name, uint64_t fallback, uint64_t max,
                         uint64_t *out, toc_err *err)
{
    const char *value = toc_opts_value(args, name);
    uint64_t number = fallback;
    if (value != NULL && toc_u64_parse(toc_span_text(value), max, &number, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "--%s needs a number up to %llu", name,
                        (unsigned long long)max);
    *out = number;
    return TOC_OK;
}

toc_code toc_opts_expect(const toc_opts *args, size_t least, size_t most, const char *what,
                         toc_err *err)
{
    if (args->word_count < least)
        return toc_fail(err, TOC_USAGE, "%s is missing (--help shows an example)", what);
    if (args->word_count > most)
        return toc_fail(err, TOC_USAGE, "'%.64s' is one word too many (--help shows an example)",
                        args->words[most]);
    return TOC_OK;
}

static toc_code take_stdin(toc_opts_take take, void *context, toc_err *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    toc_code code = TOC_OK;
    while (code == TOC_OK && (size = getline(&line, &room, stdin)) >= 0) {
        toc_span text = toc_span_of(line, (size_t)size);
        while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL)
            text.size--;
        if (text.size > 0)
            code = take(context, text, err);
    }
    free(line);
    return code;
}

toc_code toc_opts_texts(const toc_opts *args, toc_opts_take take, void *context, toc_err *err)
{
    for (size_t i = 0; i < args->word_count; i++) {
        bool dash = strcmp(args->words[i], "-") == 0;
        TOC_TRY(dash ? take_stdin(take, context, err)
                     : take(context, toc_span_text(args->words[i]), err));
    }
    return TOC_OK;
}

/* ---- configuration ---- */

static bool config_was_named(const toc_cli *cli)
{
    const char *from_environment = getenv("TOCSIN_CONFIG");
    return cli->config_path != NULL || (from_environment != NULL && from_environment[0] != '\0');
}

void toc_cli_config_path(const toc_cli *cli, char *out)
{
    if (cli->config_path != NULL)
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s", cli->config_path);
    else if (config_was_named(cli))
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s", getenv("TOCSIN_CONFIG"));
    else if (cli->state != NULL)
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s/tocsind.conf", cli->state);
    else
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s", SYSTEM_CONFIG);
}

toc_code toc_cli_config(const toc_cli *cli, toc_config *out, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES];
    toc_cli_config_path(cli, path);
    toc_config_default(out);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_code code = toc_file_read(path, CONFIG_FILE_BYTES_MAX, &text, err);
    if (code == TOC_OK)
        TOC_TRY(toc_config_parse(path, toc_buf_view(&text), out, err));
    else if (code != TOC_NOT_FOUND || config_was_named(cli))
        return code;
    if (cli->state == NULL)
        return TOC_OK;
    if (realpath(cli->state, path) == NULL || strlen(path) >= sizeof out->state)
        return toc_fail(err, TOC_NOT_FOUND, "no state directory '%s' ('tocsin init' makes one)",
                        cli->state);
    snprintf(out->state, sizeof out->state, "%s", path);
    return TOC_OK;
}

toc_code toc_cli_socket(const toc_cli *cli, char out[TOC_CONFIG_PATH_BYTES], toc_err *err)
{
    if (cli->socket != NULL) {
        snprintf(out, TOC_CONFIG_PATH_BYTES, "%s", cli->socket);
        return TOC_OK;
    }
    toc_config config;
    TOC_TRY(toc_cli_config(cli, &config, err));
    int size = snprintf(out, TOC_CONFIG_PATH_BYTES, "%s/tocsind.sock", config.runtime);
    if (size >= TOC_CONFIG_PATH_BYTES)
        return toc_fail(err, TOC_LIMIT, "the runtime directory's path is too long for a socket");
    return TOC_OK;
}

toc_code toc_print(const toc_buf *text, toc_err *err)
{
    TOC_TRY(toc_buf_ok(text, err));
    if (text->size > 0 && fwrite(text->data, 1, text->size, stdout) != text->size)
        return toc_fail(err, TOC_IO, "write to stdout: %s", strerror(errno));
    return TOC_OK;
}
