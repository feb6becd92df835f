/* tools/ask.h: one question to the node, or with --direct to the store, and its answer: with --json
 * the lines go to stdout unchanged, otherwise `show` draws them.
 * Owns: nothing. Threads: one. It blocks. Errors: what the node says, with its code; UNREACHABLE.
 */
#ifndef TOC_TOOLS_ASK_H
#define TOC_TOOLS_ASK_H

#include <jansson.h>

#include "proto/answer/writer.h"
#include "tools/cli.h"
#include "tools/node_client.h"

/* Draws one line of an answer into `out`, which goes to stdout afterwards. */
typedef toc_code toc_show_fn(void *context, json_t *line, toc_buf *out, toc_err *err);

typedef struct toc_show {
    toc_show_fn *line;
    void *context;
    uint64_t lines; /* seen so far */
} toc_show;

/* Begins a request: {"command": `command`; the caller adds members and closes it. */
toc_json toc_request_begin(toc_buf *out, const char *command);
/* The option of whatever may be asked as an audience would be answered, and its member. */
#define TOC_OPTION_AUDIENCE                                                                        \
    {                                                                                              \
        "audience", "NAME", "as this audience is answered: an [audience NAME] of tocsind.conf"     \
    }
void toc_request_audience(toc_json *json, const toc_opts *args);
/* Its member `key`: an array of the words. */
void toc_request_array(toc_json *json, const char *key, const toc_opts *args);
/* {"command": …} alone, or with such an array. */
void toc_request_words(toc_buf *out, const char *command, const char *key, const toc_opts *args);

/* `request`: a whole JSON object. *out_end (may be NULL) gets the object of the last frame. */
TOC_MUST toc_code toc_ask(toc_cli *cli, const toc_buf *request, toc_show *show, toc_buf *out_end,
                          toc_err *err);
/* The same, where an answer is a table: `row` puts a line of it into the toc_table that is its
 * context. `none` is said when there is no line. */
TOC_MUST toc_code toc_ask_table(toc_cli *cli, const toc_buf *request, const char *const *heads,
                                toc_show_fn *row, const char *none, toc_err *err);
/* The rest of an answer on an open connection. */
TOC_MUST toc_code toc_ask_answer(toc_cli *cli, toc_node_client *client, toc_show *show,
                                 toc_buf *out_end, toc_err *err);
/* One line of an answer, from wherever it came. */
TOC_MUST toc_code toc_ask_line(toc_cli *cli, toc_show *show, toc_span line, toc_err *err);

/* Members of an answer; "" and 0 where they are missing, so that drawing needs no care. */
const char *toc_text_of(const json_t *object, const char *key);
uint64_t toc_number_of(const json_t *object, const char *key);
bool toc_flag_of(const json_t *object, const char *key);
/* Whose a row is ("org_name"), and which org it is ("name"): its id where no name is known. */
const char *toc_org_of(const json_t *row);
const char *toc_name_of(const json_t *row);

/* Draws why there is no answer to what was asked, where the line says so ("error"): true. */
bool toc_show_error(const json_t *line, toc_buf *out);

/* The answer without the node (tools/direct.c). */
TOC_MUST toc_code toc_direct_ask(toc_cli *cli, const toc_buf *request, toc_show *show,
                                 toc_buf *out_end, toc_err *err);

#endif
