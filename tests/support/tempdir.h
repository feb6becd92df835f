/* tests/support/tempdir.h: a folder for one test, made fresh and removed with all that is in it.
 * Owns:    the folder, from make to remove.
 * Errors:  a folder that cannot be made or removed fails the test. */
#ifndef TOC_TESTS_SUPPORT_TEMPDIR_H
#define TOC_TESTS_SUPPORT_TEMPDIR_H

#include "proto/base/span.h"

enum { TOC_TEMPDIR_BYTES = 256, TOC_TEMPDIR_PATH_BYTES = TOC_TEMPDIR_BYTES + 64 };

/* Below TMPDIR, or /tmp; 0700. */
void toc_tempdir_make(char out[TOC_TEMPDIR_BYTES]);
void toc_tempdir_remove(const char *path);
/* Of a file below it; `name` has 63 bytes at most. */
void toc_tempdir_path(const char *folder, const char *name, char out[TOC_TEMPDIR_PATH_BYTES]);
/* Writes such a file, over one that is there. */
void toc_tempdir_write(const char *folder, const char *name, toc_span bytes);

#endif
