/* proto/format/deed.h: the lines of the audit, as JSON (proto/control/README.md): who asked for
 * what, what was written for it, what came of it.
 * Owns:    a toc_deed_line the parsed text, until wipe. Threads: pure.
 * Errors:  MALFORMED for a line that is none; USAGE for a word that no line has. */
#ifndef TOC_PROTO_FORMAT_DEED_H
#define TOC_PROTO_FORMAT_DEED_H

#include "proto/base/buf.h"
#include "proto/feed/feed.h"

/* By which door somebody came in. */
typedef enum toc_door {
    TOC_DOOR_SOCKET = 1, /* uid and gid as the system told them of the caller */
    TOC_DOOR_SPOOL = 2,  /* those of the file's owner */
    TOC_DOOR_DIRECT = 3, /* those of the process that opened the store */
    TOC_DOOR_HELD = 4,   /* the uid of who submitted what was held until now; no gid */
    TOC_DOOR_START = 5   /* nobody asked: the node itself, when it starts */
} toc_door;

typedef struct toc_deed {
    toc_door door;
    unsigned uid, gid;
    toc_span audience;      /* as which the caller may ask, by its name; empty: as an officer */
    toc_span command;       /* "lookup"; empty where the request said none */
    toc_span request;       /* its arguments as given: one JSON object; empty: not kept */
    uint64_t request_bytes; /* where it is not kept: how many came */
} toc_deed;

/* Records appended to an own feed in one transaction: [from, until). */
typedef struct toc_deed_records {
    toc_circle_id circle;
    toc_lane lane;
    uint64_t generation, from, until;
} toc_deed_records;

/* Records that officers are to approve first. */
typedef struct toc_deed_drafts {
    toc_circle_id circle;
    toc_lane lane;
    size_t count;
    const toc_draft_id *ids;
} toc_deed_drafts;

typedef struct toc_deed_outcome {
    toc_code code;
    uint64_t lines;  /* of the answer */
    toc_span answer; /* the last of them, where the deed changed something; empty: not kept */
} toc_deed_outcome;

/* No line's number. */
#define TOC_DEED_NONE UINT64_MAX

/* Appends a line. `outcome` NULL: it is still open. */
void toc_deed_write_asked(const toc_deed *deed, const toc_deed_outcome *outcome, toc_buf *out);
/* `asked`: the number of the line that it belongs to; TOC_DEED_NONE: of nobody's asking. */
void toc_deed_write_records(uint64_t asked, const toc_deed_records *records, toc_buf *out);
void toc_deed_write_drafts(uint64_t asked, const toc_deed_drafts *drafts, toc_buf *out);
void toc_deed_write_outcome(uint64_t asked, const toc_deed_outcome *outcome, toc_buf *out);

typedef struct toc_deed_line {
    void *json;
    bool is_asked; /* `deed` is filled in, but for request and its size */
    toc_deed deed;
    toc_span outcome; /* "ok", or the name of a toc_code; empty: not in this line */
    uint64_t of;      /* the line that it belongs to; TOC_DEED_NONE: none */
    bool has_records;
    toc_deed_records records;
} toc_deed_line;
TOC_MUST toc_code toc_deed_read(toc_span text, toc_deed_line *out, toc_err *err);
void toc_deed_line_wipe(toc_deed_line *line);
TOC_DEFINE_AUTO_WIPE(toc_deed_line, toc_deed_line_wipe)
/* Hands over every text within the request and the answer, and the ids of drafts, in no order,
 * until one is taken. */
bool toc_deed_names(const toc_deed_line *line, bool (*take)(void *context, toc_span text),
                    void *context);
const char *toc_door_name(toc_door door); /* "socket" */

/* Whether lines may have this outcome, or this command: USAGE with the words there are, or the
 * nearest. What somebody asked for that is no command is in a line as he spelt it. */
TOC_MUST toc_code toc_deed_outcome_check(toc_span word, toc_err *err);
TOC_MUST toc_code toc_deed_command_check(toc_span word, toc_err *err);

#endif
