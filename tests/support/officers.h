/* tests/support/officers.h: the officers of an org made by hand, the card that lists them, and a
 * charter that asks for them; for feeds of tests/support/test_feed.h.
 * Owns:    keys and bytes, until wiped. Errors: whatever cannot be made fails the test. */
#ifndef TOC_TESTS_SUPPORT_OFFICERS_H
#define TOC_TESTS_SUPPORT_OFFICERS_H

#include "proto/record/approval.h"
#include "proto/roll/charter.h"
#include "tests/support/viewbook.h"

enum { TOC_TEST_OFFICERS = 4 };

typedef struct toc_test_officers {
    toc_circle_id circle;
    toc_org_id org;
    toc_secret *keys[TOC_TEST_OFFICERS]; /* of number 1, 2, …; the last is not on the card */
    toc_buf card, charter;               /* signed bytes */
    toc_card_hash card_hash;
    toc_charter_hash charter_hash;
} toc_test_officers;

/* Officers 1 and 2 may submit, 3 has charters alone. Card and charter are of later versions: the
 * log takes them for what they say. `seed` makes the keys. */
void toc_test_officers_new(const toc_feed_name *feed, const toc_approval_rules *rules, uint8_t seed,
                           toc_test_officers *out);
void toc_test_officers_wipe(toc_test_officers *officers);
/* Card and charter into the roll. */
void toc_test_officers_store(const toc_test_officers *officers, toc_log *log);
/* A grant in the feed that names them. */
void toc_test_officers_grant(const toc_test_officers *officers, toc_test_feed *feed);
/* Says it with the approvals of these officers, in this order; `numbers` ends with 0. */
toc_said toc_test_officers_say(const toc_test_officers *officers, toc_test_feed *feed,
                               toc_statement statement, const uint32_t *numbers);

#endif
