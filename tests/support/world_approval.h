/* tests/support/world_approval.h: what judges the approvals of a record, for the reference model
 * (tests/model/approvals.py).
 * Owns:    nothing. Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_WORLD_APPROVAL_H
#define TOC_TESTS_SUPPORT_WORLD_APPROVAL_H

#include "store/log.h"
#include "tests/support/world_record.h"

/* The member "approval", where the charter that the stand names is held and asks for officers. */
void toc_world_approval(toc_json *json, toc_log_txn *txn, const toc_world_stand *stand,
                        const toc_circle_id *circle, const toc_org_id *org,
                        const toc_statement *statement, toc_span record);

#endif
