/* tools/parcel.h: what is handed to the node: rows read from files into drafts, sent over the
 * socket, or sealed into the spool while the node is down.
 * Owns: its drafts. Threads: one. Errors: as proto/format and tools/ask.h. */
#ifndef TOC_TOOLS_PARCEL_H
#define TOC_TOOLS_PARCEL_H

#include "proto/format/drafts.h"
#include "tools/ask.h"
#include "tools/readers.h"

typedef struct toc_parcel {
    toc_cli *cli;
    const char *file;   /* named in refusals; NULL: not needed */
    const char *circle; /* NULL: the only one */
    bool alert, dry_run;
    toc_time hold_until;   /* 0: it is written at once */
    uint64_t lapse_ms;     /* of what waits for officers; 0: the node's default */
    const char *complete;  /* the list that the file is the whole of; NULL: of none */
    bool yes;              /* however much leaves it */
    unsigned row_options;  /* TOC_ROW_… of proto/format/claim.h */
    toc_span derived_from; /* of rows that state no source, as their column; empty: nothing */
    toc_drafts *drafts;
    uint64_t refusals; /* told, or counted past those that are */
} toc_parcel;

/* The counts that `submit` ends with. */
typedef struct toc_totals {
    uint64_t read, fresh, changed, unchanged, merged, refused;
    uint64_t retracted; /* with --complete: what left the list */
    uint64_t held;      /* submissions that wait to be written, and can be recalled */
    uint64_t spooled;   /* files that wait in the spool; their rows count as read only */
    uint64_t drafted;   /* records that wait for officers, or would */
    toc_draft_notes notes;
    char unregistered[1024]; /* "list NAME" and "vendor NAME", one a line */
    toc_dry_readers readers; /* of a dry run */
} toc_totals;
void toc_totals_wipe(toc_totals *totals);
TOC_DEFINE_AUTO_WIPE(toc_totals, toc_totals_wipe)

/* What any command that submits takes: --circle, --alert, --dry-run, --hold, --lapse. */
TOC_MUST toc_code toc_parcel_begin(toc_cli *cli, const toc_opts *args, toc_parcel *out,
                                   toc_err *err);
/* "12h": in the largest unit that tells it. */
void toc_duration_print(uint64_t ms, char out[24]);
/* The value of --lapse; 0 without it. */
TOC_MUST toc_code toc_lapse_parse(const toc_opts *args, uint64_t *out_ms, toc_err *err);
/* Reads a file ("-": stdin) into drafts, telling what is refused. `format` 0: by its name or its
 * first character. */
TOC_MUST toc_code toc_parcel_read(toc_parcel *parcel, const char *path, toc_rows_format format,
                                  toc_err *err);
/* One claim, as a line of JSON Lines has it. */
TOC_MUST toc_code toc_parcel_line(toc_parcel *parcel, toc_span object, toc_err *err);
/* What was done to take addresses (parcel_summary.c): as sentences, and into `totals`. */
void toc_parcel_tell_notes(const toc_parcel *parcel, toc_totals *totals);
/* What `submit` ends with. DENIED, when all is printed, of a dry run that the quota would end. */
TOC_MUST toc_code toc_parcel_print(const toc_parcel *parcel, const toc_totals *totals,
                                   toc_err *err);
/* One refusal, as JSON on stdout or as a sentence on stderr; of sentences only the first
 * TOC_REFUSALS_TOLD_MAX. */
void toc_parcel_refuse(toc_parcel *parcel, const toc_problem *problem);
/* How many more there were. */
void toc_parcel_tell_more(const toc_parcel *parcel);
/* Sends the drafts, or spools them when the node does not answer; adds to `totals`. */
TOC_MUST toc_code toc_parcel_send(toc_parcel *parcel, toc_totals *totals, toc_err *err);
/* Sends a request, and the drafts where there are any; or spools both under `id` when the node does
 * not answer. */
TOC_MUST toc_code toc_parcel_deliver(toc_parcel *parcel, const toc_buf *request,
                                     const toc_draft_id *id, toc_show *show, bool *out_spooled,
                                     toc_err *err);
/* What a line of the node refuses of the drafts. */
void toc_parcel_refuse_line(toc_parcel *parcel, const json_t *line);
/* Seals a submission into the spool directory (tools/spool.c). `content`: request line, newline,
 * frames. */
TOC_MUST toc_code toc_spool_put(const toc_cli *cli, const toc_draft_id *id, toc_span content,
                                char out_path[TOC_CONFIG_PATH_BYTES], toc_err *err);
/* Takes a submission out of the spool directory. NOT_FOUND; DENIED when it is somebody else's. */
TOC_MUST toc_code toc_spool_remove(const toc_cli *cli, const toc_draft_id *id, toc_err *err);

#endif
