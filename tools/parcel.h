/* tools/parcel.h: what is handed to the node: rows read from files into drafts, sent over the
 * socket, or sealed into the spool while the node is down.
 * Owns: its drafts. Threads: one. Errors: as proto/format and tools/ask.h. */
#ifndef TOC_TOOLS_PARCEL_H
#define TOC_TOOLS_PARCEL_H

#include "proto/format/drafts.h"
#include "tools/ask.h"

typedef struct toc_parcel {
    toc_cli *cli;
    const char *file;   /* named in refusals; NULL: not needed */
    const char *circle; /* NULL: the only one */
    bool alert, dry_run;
    const char *complete; /* the list that the file is the whole of; NULL: of none */
    bool yes;             /* however much leaves it */
    unsigned row_options; /* TOC_ROW_… of proto/format/claim.h */
    toc_drafts *drafts;
    uint64_t refused_by_node;
} toc_parcel;

/* The counts that `submit` ends with. */
typedef struct toc_totals {
    uint64_t read, fresh, changed, unchanged, merged, refused;
    uint64_t retracted; /* with --complete: what left the list */
    uint64_t spooled;   /* files that wait in the spool; their rows count as read only */
    toc_draft_notes notes;
} toc_totals;

/* Reads a file ("-": stdin) into drafts, telling what is refused. `format` 0: by its name or its
 * first character. */
TOC_MUST toc_code toc_parcel_read(toc_parcel *parcel, const char *path, toc_rows_format format,
                                  toc_err *err);
/* One claim, as a line of JSON Lines has it. */
TOC_MUST toc_code toc_parcel_line(toc_parcel *parcel, toc_span object, toc_err *err);
/* What `submit` ends with. */
TOC_MUST toc_code toc_parcel_print(const toc_parcel *parcel, const toc_totals *totals,
                                   toc_err *err);
/* One refusal, as JSON on stdout or as a sentence on stderr. */
void toc_parcel_refuse(const toc_parcel *parcel, const toc_problem *problem);
/* Sends the drafts, or spools them when the node does not answer; adds to `totals`. */
TOC_MUST toc_code toc_parcel_send(toc_parcel *parcel, toc_totals *totals, toc_err *err);
/* Seals a submission into the spool directory (tools/spool.c). `frames`: request line and frames.
 */
TOC_MUST toc_code toc_spool_put(const toc_cli *cli, const toc_draft_id *id, toc_span content,
                                char out_path[TOC_CONFIG_PATH_BYTES], toc_err *err);

#endif
