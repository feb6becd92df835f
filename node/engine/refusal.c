#include "node/engine/refusal.h"

#include "proto/base/error.h"

static const char *const refusal_names[TOC_REFUSE_COUNT] = {
    [TOC_REFUSE_NOT_A_MEMBER] = "not-a-member",
    [TOC_REFUSE_ENTRY_CHANGED] = "entry-changed",
    [TOC_REFUSE_CHECKPOINT_SIGNATURE] = "checkpoint-signature",
    [TOC_REFUSE_COMMITMENT] = "commitment",
    [TOC_REFUSE_UNOPENABLE] = "unopenable",
    [TOC_REFUSE_GRANT] = "grant",
    [TOC_REFUSE_FORK] = "fork",
    [TOC_REFUSE_MALFORMED] = "malformed",
    [TOC_REFUSE_COSIGNATURE] = "cosignature",
    [TOC_REFUSE_ROLL] = "roll",
    [TOC_REFUSE_RETIRED_KEY] = "retired-key",
    [TOC_REFUSE_ERASURE] = "erasure",
    [TOC_REFUSE_TWO_CARDS] = "two-cards",
    [TOC_REFUSE_TWO_CHARTERS] = "two-charters",
    [TOC_REFUSE_QUOTA] = "quota",
    [TOC_REFUSE_CLOSED] = "closed",
    [TOC_REFUSE_OWN_WORDS] = "own-words",
    [TOC_REFUSE_PROPOSALS] = "proposals",
    [TOC_REFUSE_UNKNOWN_KEY] = "unknown-key",
    [TOC_REFUSE_REPLAY] = "replay",
    [TOC_REFUSE_MAC1] = "mac1",
    [TOC_REFUSE_HANDSHAKE] = "handshake",
};

static const char *const refusal_texts[TOC_REFUSE_COUNT] = {
    [TOC_REFUSE_NOT_A_MEMBER] = "it asked for, or told of, a circle that it is not a member of",
    [TOC_REFUSE_ENTRY_CHANGED] = "the entries do not lead to the checkpoint that came with them",
    [TOC_REFUSE_CHECKPOINT_SIGNATURE] =
        "the checkpoint is not signed by the key of the author's card",
    [TOC_REFUSE_COMMITMENT] = "an entry opened to something that its header does not commit to",
    [TOC_REFUSE_UNOPENABLE] = "an entry does not open with the sender key that it names",
    [TOC_REFUSE_GRANT] = "a grant goes back, or names a card, charter or epoch that is not so",
    [TOC_REFUSE_FORK] = "two signed heads of one feed contradict each other",
    [TOC_REFUSE_MALFORMED] = "a message breaks its format",
    [TOC_REFUSE_COSIGNATURE] =
        "a cosignature does not verify, is dated ahead, or takes back what its org said before",
    [TOC_REFUSE_ROLL] = "a card or charter does not verify",
    [TOC_REFUSE_RETIRED_KEY] = "a head is signed by a key that its author's card has retired",
    [TOC_REFUSE_CLOSED] = "entries past where the charter ends the feed of who was removed",
    [TOC_REFUSE_ERASURE] =
        "an erasure names entries of another feed or in other places than its author's own records",
    [TOC_REFUSE_TWO_CHARTERS] =
        "two valid charters: that which came first holds until one is chosen",
    [TOC_REFUSE_TWO_CARDS] = "two valid cards of one serial: the last common one holds",
    [TOC_REFUSE_QUOTA] = "more in a day than this circle takes of an org",
    [TOC_REFUSE_OWN_WORDS] =
        "a head of this org's that this node did not write: it was set back, or a second one runs",
    [TOC_REFUSE_PROPOSALS] =
        "more proposals than an admin signs or tells of: only some of one version are kept",
    [TOC_REFUSE_UNKNOWN_KEY] = "a handshake by a key that no known card names",
    [TOC_REFUSE_REPLAY] =
        "a handshake whose sender never proved that it is alive: perhaps a replay",
    [TOC_REFUSE_MAC1] = "a first frame by somebody who does not know this node's key",
    [TOC_REFUSE_HANDSHAKE] = "a handshake that breaks its format or came too late",
};

const char *toc_refusal_name(toc_refusal refusal)
{
    TOC_ASSERT((unsigned)refusal < TOC_REFUSE_COUNT);
    return refusal_names[refusal];
}

const char *toc_refusal_text(toc_refusal refusal)
{
    TOC_ASSERT((unsigned)refusal < TOC_REFUSE_COUNT);
    return refusal_texts[refusal];
}
