/* tests/support/world.h: what a store holds, in the two formats of tests/model/README.md: the
 * records of E as a world for the reference model, and the views in the words that the model
 * prints. Each is one line of JSON.
 * Owns: nothing. Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_WORLD_H
#define TOC_TESTS_SUPPORT_WORLD_H

#include "tests/support/viewbook.h"

void toc_world_write(toc_viewbook *book, toc_buf *out);
/* The members that toc_world_views gives, for `model.py --parts`. */
/* clang-format off */
#define TOC_WORLD_PARTS "opened,entries,claims,wallets,clusters,dossiers,components,tentative,filed,live,beside,incidents,same,meant,movements,moves,disputed"
/* clang-format on */
/* Asked of the queries, as anybody would. */
void toc_world_views(toc_viewbook *book, toc_buf *out);

/* Runs a script of tests/model with its output in a file; `arguments` end with NULL. False where
 * there is no Python; a script that fails fails the test. */
bool toc_world_python(const char *script, const char *const *arguments, const char *out_path);

#endif
