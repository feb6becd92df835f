/* tests/support/tempdir.h: a folder for one test, made fresh and removed with all that is in it.
 * Owns:    the folder, from make to remove.
 * Errors:  a folder that cannot be made or removed fails the test. */
#ifndef TOC_TESTS_SUPPORT_TEMPDIR_H
#define TOC_TESTS_SUPPORT_TEMPDIR_H

enum { TOC_TEMPDIR_BYTES = 256 };

/* Below TMPDIR, or /tmp; 0700. */
void toc_tempdir_make(char out[TOC_TEMPDIR_BYTES]);
void toc_tempdir_remove(const char *path);

#endif
