/* tests/support/test_node.h: whole nodes in folders of their own, in this process, linked over
 * loopback; and an hour hand for waiting.
 * Owns:    the folder, the store key, the node.
 * Threads: one per node.
 * Errors:  whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_TEST_NODE_H
#define TOC_TESTS_SUPPORT_TEST_NODE_H

#include "node/control.h"
#include "node/spool.h"
#include "node/writer.h"
#include "proto/format/drafts.h"
#include "store/identity.h"
#include "tests/support/tempdir.h"

typedef struct toc_test_node {
    char folder[TOC_TEMPDIR_BYTES];
    char socket[TOC_TEMPDIR_BYTES + 32];
    toc_config config;
    toc_secret *key;
    toc_org_id org;
    toc_roots roots;
    toc_buf card; /* signed bytes */
    toc_node *node;
    toc_writer *writer;
    toc_control *control; /* NULL unless started */
    toc_spool *spool;     /* likewise */
    bool ran;             /* before: the boot is the same */
} toc_test_node;

/* An org with its store; listens on a free port of 127.0.0.1 once it runs. */
void toc_test_node_make(const char *name, toc_test_node *out);
void toc_test_node_start(toc_test_node *node);
void toc_test_node_start_all(toc_test_node *node); /* with control socket and spool */
void toc_test_node_stop(toc_test_node *node);
void toc_test_node_remove(toc_test_node *node); /* stops it first */

/* `node` gets the card of `peer`; with its endpoint when `dials`. */
void toc_test_node_add_peer(toc_test_node *node, toc_test_node *peer, bool dials);
toc_circle_id toc_test_node_circle(toc_test_node *admin);
void toc_test_node_admit(toc_test_node *admin, const toc_circle_id *circle, const toc_org_id *org);
void toc_test_node_join(toc_test_node *node, const toc_circle_id *circle);
/* Links up now, as the engine sees them. */
uint32_t toc_test_node_links(toc_test_node *node);
/* Entries opened, and the digest of the views once they are level with the log. */
uint64_t toc_test_node_digest(toc_test_node *node, toc_hash *out_opened);

/* Asks again and again, for at most `seconds`; fails the test when it never holds. */
typedef bool (*toc_test_holds)(void *context);
void toc_test_wait(const char *what, unsigned seconds, toc_test_holds holds, void *context);

/* The rows of a CSV text as frames of a submission: parts and their end. A row that is refused
 * fails the test. */
void toc_test_frames(const char *csv, toc_buf *out);

/* A draft about wallet number `index`, each another valid address. */
void toc_test_draft(uint64_t index, toc_statement *out);
/* Writes drafts [from, until) in batches and fails the test unless all are new. */
void toc_test_node_write(toc_test_node *node, const toc_circle_id *circle, uint64_t from,
                         uint64_t until);

#endif
