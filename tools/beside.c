#include "tools/beside.h"

#include "tools/ask.h"
#include "tools/term/colour.h"

/* "  WHAT      ORG: text" */
static void begin_line(const char *what, const json_t *claim, toc_buf *out)
{
    toc_buf_printf(out, "  %-8s  ", what);
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(claim)));
    toc_buf_add_text(out, ": ");
}

static void add_plain(const char *text, toc_buf *out)
{
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(text));
}

static void end_line(const json_t *claim, toc_buf *out)
{
    const char *note = toc_text_of(claim, "note");
    if (toc_flag_of(claim, "withdrawn"))
        toc_buf_add_text(out, "; source withdrawn");
    if (toc_flag_of(claim, "misstated"))
        toc_buf_add_text(out, "; misstates its sources");
    if (note[0] != '\0')
        toc_buf_add_text(out, "; ");
    toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text(note));
    toc_buf_add_u8(out, '\n');
}

static void show_dispute(const json_t *dispute, toc_buf *out)
{
    const json_t *target = json_object_get(dispute, "target");
    begin_line("disputed", dispute, out);
    add_plain(toc_text_of(dispute, "reason"), out);
    toc_buf_printf(out, ", of claim %.8s", toc_text_of(target, "claim"));
    if (!toc_flag_of(dispute, "current"))
        toc_buf_add_text(out, " before its last revision");
    end_line(dispute, out);
}

static void show_clearance(const json_t *clearance, toc_buf *out)
{
    begin_line("cleared", clearance, out);
    toc_buf_printf(out, "checked %.10s", toc_text_of(clearance, "checked"));
    if (toc_text_of(clearance, "basis")[0] != '\0')
        toc_buf_add_text(out, ", ");
    add_plain(toc_text_of(clearance, "basis"), out);
    end_line(clearance, out);
}

static void show_notice(const json_t *notice, toc_buf *out)
{
    const char *name = toc_text_of(notice, "operator_name");
    begin_line("service", notice, out);
    add_plain(toc_text_of(notice, "role"), out);
    if (name[0] != '\0')
        toc_buf_add_text(out, " of ");
    add_plain(name, out);
    toc_buf_add_text(out, toc_flag_of(notice, "effect") ? "" : ", stated only");
    toc_buf_add_text(out, toc_flag_of(notice, "contested") ? ", contested" : "");
    end_line(notice, out);
}

static void show_unapproved(const json_t *record, toc_buf *out)
{
    begin_line("pending", record, out);
    add_plain(toc_text_of(record, "kind"), out);
    toc_buf_printf(out, " record %.8s, not approved (%llu of %llu officers): counts for nothing",
                   toc_text_of(record, "record"),
                   (unsigned long long)toc_number_of(record, "approved_by"),
                   (unsigned long long)toc_number_of(record, "needed"));
    end_line(record, out);
}

static void show_each(const json_t *line, const char *key, void (*show)(const json_t *, toc_buf *),
                      toc_buf *out)
{
    const json_t *items = json_object_get(line, key);
    for (size_t i = 0; i < json_array_size(items); i++)
        show(json_array_get(items, i), out);
}

void toc_show_beside(const json_t *line, toc_buf *out)
{
    const json_t *service = json_object_get(line, "service");
    if (json_is_object(service))
        toc_buf_printf(out, "  service   built in: %s, %s\n", toc_text_of(service, "role"),
                       toc_text_of(service, "name"));
    show_each(line, "notices", show_notice, out);
    show_each(line, "disputes", show_dispute, out);
    show_each(line, "clearances", show_clearance, out);
    show_each(line, "unapproved", show_unapproved, out);
}

void toc_show_forked(const char *what, const char *org, toc_buf *out)
{
    toc_colour_add(out, TOC_STYLE_BAD, toc_span_text("  disputed  "));
    toc_buf_printf(out, "%s by ", what);
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(org));
    toc_buf_add_text(out, ", whose key signed two histories: counts in nothing\n");
}

void toc_show_forks(const json_t *forks, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(forks); i++) {
        const json_t *fork = json_array_get(forks, i);
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_BAD, toc_span_text("fork"));
        toc_buf_add_text(out, "      ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(fork)));
        toc_buf_add_text(out, ": ");
        add_plain(toc_text_of(fork, "text"), out);
        toc_buf_printf(out, ". Known here since %s\n", toc_text_of(fork, "since"));
    }
}

void toc_show_waiting(const json_t *circle, toc_buf *out)
{
    const char *until = toc_text_of(circle, "waits_until");
    uint64_t waiting = toc_number_of(circle, "new_readers");
    if (until[0] != '\0') {
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(circle, "name")));
        toc_buf_printf(out,
                       ": this org was admitted lately. Members give it no keys before about %s, "
                       "so what they write opens then, and what is sealed to readers by name is "
                       "not for it. Each counts from when its own node took the charter; its "
                       "operator may give them sooner.\n",
                       until);
    }
    if (waiting > 0) {
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(circle, "name")));
        toc_buf_printf(out,
                       ": %llu new reader%s no keys from this node yet ('tocsin circle show' says "
                       "who, and until when).\n",
                       (unsigned long long)waiting, waiting == 1 ? " gets" : "s get");
    }
}
