/* peer add, peer list: whose cards are held, and where the operator says they can be dialled. */
#include "tools/ask.h"
#include "tools/beside.h"
#include "tools/card.h"
#include "tools/commands.h"
#include "tools/term/table.h"

const toc_option toc_peer_add_options[] = {
    {"endpoint", "URL", "tcp://HOST:PORT to dial, instead of those on the card; repeatable"},
    {NULL, NULL, NULL},
};

static toc_code show_added(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "name")));
    toc_buf_add_text(out, " is a peer now.\nCompare the fingerprint by telephone:  ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "fingerprint")));
    toc_buf_add_u8(out, '\n');
    return toc_buf_ok(out, err);
}

/* The card is opened here too: what is broken should be told before a node is asked. */
static toc_code read_card(const char *path, toc_buf *out_armour, toc_arena *arena, toc_card *out,
                          toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_TRY(toc_file_read(path, (size_t)TOC_CARD_BYTES_MAX * 4, &text, err));
    if (toc_card_dearmour(toc_buf_view(&text), &bytes, err) != TOC_OK ||
        toc_card_open(toc_buf_view(&bytes), arena, out, err) != TOC_OK)
        return toc_wrap(err, "card '%s'", path);
    toc_card_armour(out->signed_card, out_armour);
    return toc_buf_ok(out_armour, err);
}

static void add_endpoints(const toc_opts *args, const toc_card *card, toc_json *json)
{
    size_t cursor = 0;
    const char *url;
    toc_json_open(json, "endpoints", '[');
    while ((url = toc_opts_each(args, "endpoint", &cursor)) != NULL)
        toc_json_text(json, NULL, toc_span_text(url));
    for (size_t i = 0; i < card->endpoint_count && !toc_opts_has(args, "endpoint"); i++)
        toc_json_text(json, NULL, card->endpoints[i]);
    toc_json_close(json, ']');
}

toc_code toc_cmd_peer_add(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a file with a card ('-' for stdin)", err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    toc_card card;
    TOC_TRY(read_card(args->words[0], &armour, arena, &card, err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "peer-add");
    toc_json_text(&json, "card", toc_buf_view(&armour));
    add_endpoints(args, &card, &json);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_added};
    return toc_ask(cli, &request, &show, NULL, err);
}

/* ---- list ---- */

static void add_list_cell(toc_table *table, const json_t *array)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));
        toc_buf_printf(&text, "%s%s", i == 0 ? "" : " ", item == NULL ? "" : item);
    }
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static toc_code collect_peer(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "name")));
    toc_table_add_text(table, toc_text_of(line, "kind"));
    toc_table_add_text(table, toc_text_of(line, "country"));
    toc_table_add_text(table, toc_text_of(line, "fingerprint"));
    add_list_cell(table, json_object_get(line, "endpoints"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_peer_list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"NAME",        "KIND",       "COUNTRY",
                                        "FINGERPRINT", "DIALLED AT", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "peer-list", NULL, args);
    return toc_ask_table(cli, &request, heads, collect_peer,
                         "No peers yet: tocsin peer add THEIR-CARD\n", err);
}

/* ---- peers: how the links are ---- */

static void add_refused(toc_table *table, json_t *line)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const char *reason;
    json_t *count;
    json_object_foreach(json_object_get(line, "refused"), reason, count)
    {
        if (json_integer_value(count) > 0)
            toc_buf_printf(&text, "%s%s %lld", text.size == 0 ? "" : ", ", reason,
                           (long long)json_integer_value(count));
    }
    toc_table_add(table, text.size == 0 ? TOC_STYLE_QUIET : TOC_STYLE_WARNING,
                  text.size == 0 ? toc_span_text("nothing") : toc_buf_view(&text));
}

/* On a link, or by what others passed on: the later one. RFC 3339 in UTC sorts as text. */
static void add_heard(toc_table *table, const json_t *line)
{
    const char *linked = toc_text_of(line, "last_heard");
    const char *cosigned = toc_text_of(line, "last_cosigned");
    toc_table_add_text(table, strcmp(linked, cosigned) >= 0 ? linked : cosigned);
}

/* Below the table, the forks of all. */
typedef struct link_list {
    toc_table table;
    toc_buf forks;
} link_list;

static void link_list_wipe(link_list *links)
{
    toc_table_wipe(&links->table);
    toc_buf_wipe(&links->forks);
}
TOC_DEFINE_AUTO_WIPE(link_list, link_list_wipe)

static toc_code collect_link(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    link_list *links = context;
    toc_table *table = &links->table;
    bool stranger = json_is_null(json_object_get(line, "org"));
    uint64_t up = toc_number_of(line, "links");
    toc_table_add(table, TOC_STYLE_STRONG,
                  toc_span_text(stranger ? "(strangers)" : toc_text_of(line, "name")));
    toc_table_add(table, up > 0 ? TOC_STYLE_GOOD : TOC_STYLE_QUIET,
                  toc_span_text(up > 0     ? "up"
                                : stranger ? ""
                                           : "down"));
    add_heard(table, line);
    toc_table_add_number(table, toc_number_of(line, "round_trip_ms"));
    toc_table_add_number(table, toc_number_of(line, "entries"));
    add_refused(table, line);
    toc_show_forks(json_object_get(line, "forks"), &links->forks);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_peers(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"PEER",     "LINK",    "LAST HEARD", ">MS",
                                        ">ENTRIES", "REFUSED", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(link_list_wipe) link_list links = {0};
    toc_table_init(&links.table, heads);
    toc_request_words(&request, "peers", NULL, args);
    toc_show show = {.line = collect_link, .context = &links};
    TOC_TRY(toc_ask(cli, &request, &show, NULL, err));
    TOC_TRY(toc_table_print(&links.table, 0, &out, err));
    toc_buf_add_span(&out, toc_buf_view(&links.forks));
    return toc_print(&out, err);
}
