/* node/engine/refusal.h: what a node refuses of others, and counts by who sent it or wrote it.
 * Owns:    nothing; the texts are constant.
 * Threads: any. Errors:  none. */
#ifndef TOC_NODE_ENGINE_REFUSAL_H
#define TOC_NODE_ENGINE_REFUSAL_H

/* What was refused, by whom it came or who wrote it. */
typedef enum toc_refusal {
    TOC_REFUSE_NOT_A_MEMBER = 0,     /* a peer outside the circle asked or told */
    TOC_REFUSE_ENTRY_CHANGED,        /* leaves, frontier or proof do not lead to the checkpoint */
    TOC_REFUSE_CHECKPOINT_SIGNATURE, /* signed by another key than the granted card's */
    TOC_REFUSE_COMMITMENT,   /* opens, but not to what was committed to: the author's fault */
    TOC_REFUSE_UNOPENABLE,   /* does not open with the key it names: the author's fault */
    TOC_REFUSE_GRANT,        /* a grant that goes back, or that names what is not so */
    TOC_REFUSE_FORK,         /* two heads of one size with two roots */
    TOC_REFUSE_MALFORMED,    /* a message that breaks its format */
    TOC_REFUSE_COSIGNATURE,  /* a cosignature that is not so, is dated ahead, or takes another back
                              */
    TOC_REFUSE_ROLL,         /* a card or charter that does not verify */
    TOC_REFUSE_RETIRED_KEY,  /* a head signed by a key that the author's card retired */
    TOC_REFUSE_ERASURE,      /* an erasure of what its author may not erase */
    TOC_REFUSE_TWO_CARDS,    /* two valid cards of one serial */
    TOC_REFUSE_TWO_CHARTERS, /* two valid charters of one version */
    TOC_REFUSE_QUOTA,        /* more in a day than the circle takes of an org */
    TOC_REFUSE_CLOSED,       /* entries past where the charter ends their feed */
    TOC_REFUSE_OWN_WORDS,    /* a head that this org signed and this node did not write */
    TOC_REFUSE_PROPOSALS,    /* an admin of a circle proposes, or tells of, more than is kept */
    TOC_REFUSE_UNKNOWN_KEY,  /* handshake: a static key that no card names */
    TOC_REFUSE_REPLAY,       /* handshake: message 1 whose sender never confirmed */
    TOC_REFUSE_MAC1,         /* handshake: first frame that does not know our key */
    TOC_REFUSE_HANDSHAKE,    /* handshake: anything else */
    TOC_REFUSE_COUNT
} toc_refusal;
const char *toc_refusal_name(toc_refusal refusal); /* "entry-changed" */
const char *toc_refusal_text(toc_refusal refusal); /* one sentence */

#endif
