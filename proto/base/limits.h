/* proto/base/limits.h: every limit of the system, with its unit and its reason. */
#ifndef TOC_PROTO_BASE_LIMITS_H
#define TOC_PROTO_BASE_LIMITS_H

/* A table: one limit a line, its reason beside it. */
/* clang-format off */

/* Entries and records. */
#define TOC_ENTRY_BYTES_MAX      32768u /* header and body: fits a link message with its proofs */
#define TOC_ENTRY_HEADER_BYTES   48u    /* six fixed fields and the commitment (PROTOCOL §5) */
#define TOC_PLAIN_OVERHEAD_BYTES 44u    /* salt 32, time 8, record length 4 */
#define TOC_BODY_OVERHEAD_BYTES  40u    /* nonce 24, tag 16 */
#define TOC_RECORD_ALERT_BYTES_MAX                                                                 \
    16340u /* padded to 16,384 with the overhead: the next power of two is too large */
#define TOC_RECORD_BULK_BYTES_MAX 32596u /* what padding to 64 leaves of an entry */
#define TOC_PAD_ALERT_BYTES_MIN   256u   /* so that an alert does not tell its kind by its size */
#define TOC_PAD_BULK_BYTES        64u
#define TOC_GRANT_BOXES_MAX       380u                  /* 380 boxes of 80 bytes fill an entry */
#define TOC_READERS_MAX           64u                   /* of an addressed record: 5.6 KB of boxes; more are a circle */
#define TOC_WRITER_BOXES_MAX      256u                  /* sealed in one round of the core, at 90 us each: an alert waits so long for what names its readers */
#define TOC_ERASURE_ROWS_MAX      817u                  /* 817 rows of 40 bytes fill an entry */
#define TOC_EPOCH_RECORDS_MAX     (1u << 20)            /* a sender key's life in records */
#define TOC_EPOCH_MS_MAX          (30ull * 86400000ull) /* and in time */

/* Records. */
#define TOC_NOTE_BYTES_MAX                                                                         \
    4096u /* plain text, long enough for a reason, too short for a case file */
#define TOC_TEXT_BYTES_MAX    256u /* names, labels, actors, tags */
#define TOC_SLUG_BYTES_MAX    64u  /* ids of terms, incidents, lists; more is a sentence */
#define TOC_LABELS_MAX        16u
#define TOC_ASSETS_MAX        32u
#define TOC_ROOTS_MAX         64u
#define TOC_SOURCES_MAX       16u
#define TOC_TRANSFER_PARTIES_MAX 256u /* on one side: as many as members of a cluster in a record, both together */
#define TOC_TRACE_DEPTH_MAX   64u  /* numbers of a trace path; deeper calls run out of gas before money moves */
#define TOC_INDEX_BYTES_MAX   704u /* so many numbers of ten digits, and dots */
#define TOC_THEFTS_MAX        64u  /* transactions of an incident; more are transfers of their own */
#define TOC_DOCUMENTS_MAX     16u  /* hashes of papers kept elsewhere */
#define TOC_ADDRESS_KEY_BYTES_MAX 128u /* a public key; the longest in use, RSA apart, has 97 */
#define TOC_KEY_SIGNATURE_BYTES_MAX 1024u /* BIP-322 brings a whole witness */
#define TOC_AUDIENCE_MAX      500u /* as many as a circle has members */
#define TOC_AUDIENCE_NAMES_MAX 64u /* orgs that one submission tells by name and not by id */
#define TOC_MARKINGS_TOLD_MAX  16u /* markings of one submission whose readers a dry run names; of more it tells how many records */
#define TOC_AUDIENCE_CIRCLES_MAX 32u /* that one audience is told of; more: any */
#define TOC_AUDIENCES_MAX     8u  /* views of their own, each folded beside the officers' */
#define TOC_CHUNK_MEMBERS_MAX 512u /* cluster members in one record; 62-byte addresses: 505 or so  \
                                    */
#define TOC_REFUSALS_TOLD_MAX 100u /* rows that a command names to a person; JSON has all of them */
#define TOC_CLUSTER_MEMBERS_ASKED 100000u /* wallets; a person says whether more are meant */
#define TOC_CLUSTER_MEMBERS_MAX 1000000u
#define TOC_LOOKALIKES_MAX      16u /* told beside one wallet */
#define TOC_INCIDENT_WALLETS_MAX 10000u /* wallet claims listed with one incident */
#define TOC_UNAPPROVED_MAX      16u    /* records listed with one wallet that too few officers approved */
#define TOC_MOVES_MAX           100u   /* movements listed with one wallet: the newest */
#define TOC_MOVES_COUNTED_MAX   10000u /* rows looked at for their number, on each side */
#define TOC_TIMELINE_MAX        1000u /* moments told of one incident: the first ones */
#define TOC_SHUFFLE_SEED_MAX    UINT32_MAX /* of a rebuild in another order */
#define TOC_ADDRESS_BYTES_MAX                                                                      \
    256u /* longest address text accepted; the longest real one has 180 or so */
#define TOC_MEMO_BYTES_MAX      128u  /* a memo as a tag; chains allow 28 to 512, exchanges use short ones */
#define TOC_RECOVER_TRIES_MAX   (1u << 26) /* hashes to find a lost letter case: some ten seconds of a core */
#define TOC_FUTURE_MS_MAX                                                                          \
    300000ull /* a record issued more than 5 minutes past the horizon waits                        \
               */

/* Circles. */
#define TOC_MEMBERS_MAX    500u
#define TOC_OFFICERS_MAX   64u
#define TOC_APPROVAL_RULES_MAX 32u /* kinds of records that need officers: twice the kinds there are */
#define TOC_ENDPOINTS_MAX  8u
#define TOC_CARD_BYTES_MAX 32768u
#define TOC_CHARTER_BYTES_MAX                                                                      \
    524288u                      /* 77 KB of members, 255 KB of pins, 137 KB of signatures, and room for lists */
#define TOC_PINS_MAX       1500u /* feeds that a charter closes, for ever: 170 bytes each */
#define TOC_PINS_ORG_MAX   300u  /* of one org in one version: a hundred generations; who wrote in more loses the shortest feeds */
/* A link key that was replaced is still answered: a peer that was off has the old card. */
#define TOC_FORMER_LINK_KEY_MS 2592000000u
#define TOC_KEY_CHANGES_A_DAY 3u /* cards with other keys that an org puts in force, UTC */
/* That a peer follows; more than an org makes, since their midnights differ. Each may cost everybody
 * a new sender key. */
#define TOC_KEY_CHANGES_FOLLOWED_A_DAY 6u
#define TOC_CARD_CHAIN_MAX 1024u /* cards between one and the first: one a week for 20 years */
#define TOC_RETIRED_MAX                                                                            \
    256u /* retired keys on a card: 64 officers four times over, a third of its bytes */
#define TOC_IPC_PATH_BYTES_MAX 107u               /* sun_path of Linux less its NUL */
#define TOC_TIME_MS_MAX        253402300799999ull /* 9999-12-31T23:59:59.999Z: what RFC 3339 can write */
#define TOC_CHARTER_SIGNATURES_MAX                                                                 \
    1000u                             /* two officers of every member; each costs a verification */
#define TOC_RETENTION_DAYS_MAX 36500u /* a century: keeps day numbers far from their 32 bits */
#define TOC_ADMISSION_DELAY_MS_MAX                                                                 \
    (365ull * 86400000ull)                   /* past a year nobody would be admitted               \
                                              */
#define TOC_CARD_ARENA_BYTES    (256u << 10) /* what opening the largest honest card takes, twice */
#define TOC_CHARTER_ARENA_BYTES (2u << 20)   /* the same for a charter */

#define TOC_REGISTRY_MAX       128u /* lists and vendors of a circle's own; with eight aliases each 110 KB at worst */
#define TOC_LISTED_ALIASES_MAX 8u
/* Of one version, signed by one admin: an honest one signs one, and the second shows that its key is
 * in other hands. */
#define TOC_PROPOSALS_OF_AN_ADMIN 2u
/* Asked of a peer in a day: each signature makes other bytes, and they come by several peers. */
#define TOC_PROPOSALS_ASKED_A_DAY 64u

/* Cards and charters kept of what a peer tells of on a UTC day: anybody can make valid ones without
 * end, and nothing else bounds them. 800 versions of a circle of 500 with all its cards are less. */
#define TOC_ROLL_BYTES_A_DAY (256ull << 20)

/* What is taken of a member in a circle on a UTC day, where its charter says nothing else. */
#define TOC_QUOTA_ALERT_BYTES (8ull << 20)   /* 30,000 alerts of the smallest size, and no more than half a second of a line */
#define TOC_QUOTA_BULK_BYTES  (256ull << 20) /* 700,000 wallets; 500 members fill 125 GB a day at worst */
/* Keys for 500 readers are 40,400 bytes. 1,600 times a day: each of 500 members calls its keys stolen
 * three times, which makes everybody turn, and a hundred charters come besides. */
#define TOC_QUOTA_KEYS_BYTES  (64ull << 20)
#define TOC_QUOTA_DAYS_KEPT   7u  /* that a day's quota can still be used: whoever was away says it at once */
#define TOC_QUOTA_DAYS_REMEMBERED 31u /* beyond what a clock goes back by mistake */
#define TOC_GENERATIONS_TAKEN_A_DAY 24u /* of an org: one opens at each boot, and none boots more often all day */

/* Links. */
#define TOC_FRAME_BYTES_MAX   65535u /* Noise's own limit */
#define TOC_MESSAGE_BYTES_MAX 65519u /* less the tag */
#define TOC_REQUESTS_OPEN_MAX 32u    /* per side of a link */
#define TOC_LINKS_MAX         4096u
#define TOC_HANDSHAKES_MAX    256u /* at once */
#define TOC_HANDSHAKES_KEPT   32u  /* of them kept for addresses that succeeded in the last day */
#define TOC_HANDSHAKES_PREFIX_MAX                                                                  \
    16u /* at once from one /24 or /64, so that one network cannot take all */
#define TOC_FIRST_FRAME_MS       1000u
#define TOC_STRANGER_MS          5000u /* a failed handshake is read and dropped until then */
#define TOC_REKEY_MESSAGES       (1u << 20)
#define TOC_REKEY_MS             3600000u
#define TOC_QUEUE_PEER_BYTES_MAX (8u << 20)
#define TOC_QUEUE_NODE_BYTES_MAX (1u << 30)
#define TOC_QUEUE_ALERT_SHARE    4u    /* a quarter of a peer's window stays for the alert lane */
#define TOC_PULL_ENTRIES_MAX     4096u /* entries asked for in one Pull */
#define TOC_CHUNK_BYTES_MAX      (16u << 20) /* entries verified in one job; twice a peer's queue */
#define TOC_HEADS_PAGE_ROWS      256u
#define TOC_HEAD_NOTE_BYTES_MAX                                                                    \
    1024u /* origin, size, root and one signature are 450; what a relay adds must not crowd out    \
             the entries */
#define TOC_NEWS_CHUNKS_MAX     64u /* a decoded chunk takes 8 KiB for its proofs */
#define TOC_NEWS_ROLL_MAX       64u
#define TOC_NEWS_COSIGNATURES_MAX 128u /* of 220 bytes or so; each costs the receiver a verification */
#define TOC_NEWS_FORKS_MAX      512u /* of 52 bytes */
#define TOC_FORK_BYTES_MAX                                                                         \
    20000u /* two notes, and for each two proofs of 128 hashes; 64 is what any tree takes */
#define TOC_FORKS_PER_ORG_MAX 256u /* proofs kept: of so many feeds of an org */
#define TOC_NEWS_PROPOSALS_MAX 64u /* two of each admin is what a circle keeps, and few have over thirty */
#define TOC_REFUSAL_BYTES_MAX   512u    /* one sentence, as long as any of our errors */
#define TOC_ROLL_ITEM_BYTES_MAX 524288u /* the largest charter with as many bytes of signatures */
#define TOC_MESSAGE_ARENA_BYTES                                                                    \
    4194304u /* decodes any message, even 21,000 ignorable fields; the largest honest one takes 1  \
                MiB */

/* The store. */
#define TOC_LOG_TXN_ENTRIES_MAX 50000u /* LMDB spills and leaks past 131,071 dirty pages */
#define TOC_VIEW_TXN_ROWS_MAX                                                                      \
    120000u /* the same; up to three quarters stand in random order and dirty a page each */
#define TOC_VIEW_TXN_MS_MAX     20u    /* so that an alert waits at most this long for the fold */
#define TOC_VIEW_SYNC_BACKLOG                                                                      \
    5000u /* entries behind which transactions are long, and commits no longer synced one by one */
#define TOC_VIEW_DIRTY_MS_MIN 1000u /* a stream that is level for moments is not synced at each */
#define TOC_COSIGNATURES_KEPT_MAX                                                                  \
    2048u /* of one feed by one cosigner, 400 KB: three hours of steady bulk, every head; then half \
             as fine each time that it fills */
#define TOC_MAP_FULL_PERCENT 90u /* refuse writes there: a full map cannot even delete */

/* Files that people submit. */
#define TOC_ROW_BYTES_MAX        65536u /* one row: a note, all labels and assets, everything quoted */
#define TOC_ROW_FIELDS_MAX       64u    /* columns; ours are fewer */
#define TOC_DRAFT_PART_BYTES_MIN 65536u /* one part of a submission: the largest draft fits */

/* Rules. */
#define TOC_CLUSTER_CONFIDENCE_MIN 50u
#define TOC_HUB_REPORTS            256u /* a wallet in more reports than this joins nothing */
#define TOC_BIG_ATOM_MEMBERS       1000u
#define TOC_CONFIDENCE_CAP         95u
#define TOC_DEPOSIT_TERM_MS        (90ull * 86400000ull) /* deposit addresses change hands */

/* Submissions that are held. */
#define TOC_HELD_MAX       256u         /* at once */
#define TOC_HELD_BYTES_MAX (64u << 20)  /* all together: kept in a transaction, and read whole */
#define TOC_HOLD_MS_MAX    86400000u    /* a day: what waits longer is a draft, and not a hold */
/* Statements that wait for officers. */
#define TOC_DRAFTS_MAX      1024u                /* people read each before they approve it */
#define TOC_DRAFT_LAPSE_MS  86400000ull          /* a day: what nobody approved by then is said anew */
#define TOC_DRAFT_LAPSE_MS_MIN 60000ull          /* officers read what they sign */
#define TOC_DRAFT_LAPSE_MS_MAX                                                                     \
    (30ull * 86400000ull) /* a signature of last month says little of what is known today */
#define TOC_DRAFT_KEPT_MS   (7ull * 86400000ull) /* a lapsed one is still listed, as lapsed */
/* The audit. */
#define TOC_AUDIT_REQUEST_BYTES_MAX                                                                \
    (1u << 20) /* of one command, as given: 500 queries of the longest spelling are 134 KB */
#define TOC_AUDIT_LINE_BYTES_MAX (TOC_AUDIT_REQUEST_BYTES_MAX + 4096u) /* who, when, what came of it */
#define TOC_AUDIT_ANSWER_BYTES_MAX 512u /* of what a command that changes something answered */
#define TOC_AUDIT_CHECKPOINT_LINES 1024u /* a signature of 13 us for so many lines costs nothing */
#define TOC_AUDIT_CHECKPOINT_MS    3600000ull /* with anything new: what can be cut off unnoticed */

/* Answers about clusters. */
#define TOC_AROUND_PAIRS_MAX      1000000u /* shared wallets gone through to tell what stands behind one: some seconds */
#define TOC_CLUSTER_LINKS_MAX     1000u    /* pairs of reports listed */
#define TOC_CLUSTER_WITHOUT_MAX   16u      /* disputed reports without which a cluster is worked out anew */

/* What a node decides by itself. */
#define TOC_WEIGHTS_MAX     64u    /* of trust: each claim shown is held against all */
#define TOC_MANDATES_MAX    65536u /* orders and legal holds: each is a decision on paper */
#define TOC_MANDATE_REFERENCE_BYTES_MAX 256u /* court, file number */
#define TOC_ORDERS_FILE_BYTES_MAX (40u << 20) /* all of them, sealed, each of the longest */
#define TOC_DECISIONS_MAX   10000u /* pairs of wallets: people decide them one by one, and all are read for each answer */

/* Evidence bundles: they come from anywhere. */
#define TOC_BUNDLE_BYTES_MAX   (32u << 20)  /* of JSON: 300 charters of 500 members; smaller circles never come near */
#define TOC_BUNDLE_ARENA_BYTES (256u << 20) /* decoded, and every card and charter opened */
#define TOC_BUNDLE_ITEMS_MAX   65536u       /* cards, charters, receipts: of each */

/* Control socket. */
#define TOC_CONTROL_FRAME_BYTES_MAX (4u << 20)
#define TOC_CONTROL_CLIENTS_MAX     64u
#define TOC_CONTROL_GUESTS_MAX      48u /* of them of audiences: officers always find a place */
#define TOC_SPOOL_FILE_BYTES_MAX                                                                   \
    (256u << 20) /* a million wallet drafts; opened whole, in memory, twice */

/* clang-format on */
#endif
