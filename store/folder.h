/* store/folder.h: a folder that comes into being whole or not at all.
 * It is made as `path`.new, filled, synced and renamed; what a maker that died left behind is
 * removed by the next one.
 * Owns:    the caller's toc_folder, wiped on every way out.
 * Threads: one at a time; of two makers of one path the second gets STATE.
 * Errors:  EXISTS, STATE, IO, FULL (disk), LIMIT (the path is too long). */
#ifndef TOC_STORE_FOLDER_H
#define TOC_STORE_FOLDER_H

#include "proto/base/attrs.h"
#include "proto/base/buf.h"
#include "proto/base/error.h"

enum { TOC_PATH_BYTES_MAX = 4096 };

typedef struct toc_folder {
    char path[TOC_PATH_BYTES_MAX];  /* where it will be */
    char draft[TOC_PATH_BYTES_MAX]; /* where it is being made: put files there */
    int lock;                       /* of the draft; below 1: nothing begun */
} toc_folder;

/* EXISTS when `path` is there. The draft is empty, 0700. `out` is to be all zeroes; discard it on
 * failure too. */
TOC_MUST toc_code toc_folder_begin(const char *path, toc_folder *out, toc_err *err);
/* Syncs the files of the draft and the draft, renames it to `path`, syncs the folder above. */
TOC_MUST toc_code toc_folder_finish(toc_folder *folder, toc_err *err);
void toc_folder_discard(
    toc_folder *folder); /* removes a draft that was not finished; zeroes are fine */
TOC_DEFINE_AUTO_WIPE(toc_folder, toc_folder_discard)

/* Removes a folder with the files in it (and no folders below); nothing there is fine. */
TOC_MUST toc_code toc_folder_remove(const char *path, toc_err *err);

/* A file that is written whole or not at all (as `path`.new, 0600, synced, renamed, the folder
 * above synced), and read whole. NOT_FOUND; LIMIT: it is larger than `bytes_max`. */
TOC_MUST toc_code toc_folder_file_write(const char *path, toc_span bytes, toc_err *err);
TOC_MUST toc_code toc_folder_file_read(const char *path, size_t bytes_max, toc_buf *out,
                                       toc_err *err);

/* An errno as a failure: FULL for ENOSPC and EDQUOT, NOT_FOUND for ENOENT, EXISTS, NO_MEMORY, else
 * IO. */
toc_code toc_folder_fail(toc_err *err, const char *what, const char *path, int error);

#endif
