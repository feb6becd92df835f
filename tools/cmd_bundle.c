/* bundle: a record with everything that proves it, in a file for somebody who has no node. */
#include <stdlib.h>

#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/text.h"

const toc_option toc_bundle_options[] = {
    {"output", "FILE", "where it goes; without it, to stdout"},
    {NULL, NULL, NULL},
};

enum { BUNDLE_FILE_MODE = 0600 };

typedef struct bundle_taking {
    toc_buf text;
    toc_buf summary; /* the last line of the answer */
} bundle_taking;

static void bundle_taking_wipe(bundle_taking *taking)
{
    toc_buf_wipe(&taking->text);
    toc_buf_wipe(&taking->summary);
}
TOC_DEFINE_AUTO_WIPE(bundle_taking, bundle_taking_wipe)

static void add_receipts(const json_t *line, toc_buf *out)
{
    const json_t *list = json_object_get(line, "receipts");
    size_t others = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        if (toc_flag_of(row, "author"))
            continue;
        toc_buf_add_text(out, others++ == 0 ? "Receipted by " : ", ");
        toc_term_add(out, toc_span_text(toc_name_of(row)));
    }
    toc_buf_add_text(out, others > 0 ? ".\n"
                                     : "Nobody but the author has receipted it yet: it does not "
                                       "show since when it exists.\n");
}

static toc_code take_line(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    bundle_taking *taking = context;
    const json_t *part = json_object_get(line, "part");
    (void)out;
    if (part != NULL) {
        toc_buf_add(&taking->text, json_string_value(part), json_string_length(part));
        return toc_buf_ok(&taking->text, err);
    }
    char *whole = json_dumps(line, JSON_COMPACT);
    if (whole == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an answer");
    toc_buf_add_text(&taking->summary, whole);
    free(whole);
    return toc_buf_ok(&taking->summary, err);
}

static toc_code tell(const toc_cli *cli, bundle_taking *taking, const char *path, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (cli->json) {
        toc_buf_add_span(&text, toc_buf_view(&taking->summary));
        toc_buf_add_u8(&text, '\n');
        return toc_print(&text, err);
    }
    json_t *line = json_loads(toc_buf_text(&taking->summary), 0, NULL);
    toc_buf_add_text(&text, "A record of ");
    toc_term_add(&text, toc_span_text(toc_org_of(line)));
    toc_buf_printf(&text, ", in '%s', %zu bytes, not encrypted: whoever has it can read it.\n",
                   path, taking->text.size);
    add_receipts(line, &text);
    if (json_is_integer(json_object_get(line, "forked_from")))
        toc_buf_printf(&text,
                       "Its author's key signed two histories of this feed, which part at entry "
                       "%llu, after this record: the bundle has the proof, and 'tocsin verify' "
                       "says what it means.\n",
                       (unsigned long long)toc_number_of(line, "forked_from"));
    json_decref(line);
    toc_buf_add_text(&text, "It is checked with 'tocsin verify', and with the author's fingerprint "
                            "or the circle's id, given apart from it.\n");
    return toc_print(&text, err);
}

toc_code toc_cmd_bundle(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a record (its id, as lookup --ids has it)", err));
    const char *path = toc_opts_value(args, "output");
    TOC_AUTO(bundle_taking_wipe) bundle_taking taking = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "bundle");
    toc_json_text(&json, "record", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&request, err));
    toc_show show = {.line = take_line, .context = &taking};
    toc_cli quiet = *cli;
    quiet.json = false; /* the parts are put together here */
    TOC_TRY(toc_ask(&quiet, &request, &show, NULL, err));
    if (path == NULL)
        return toc_print(&taking.text, err);
    TOC_TRY(toc_file_write(path, toc_buf_view(&taking.text), BUNDLE_FILE_MODE, false, err));
    return tell(cli, &taking, path, err);
}
