/* store/view/schema.h: the tables of the views and the layouts of their rows (store/README.md).
 *
 * Integers are big-endian. A subject and a vertex tell their own length by their first byte, so
 * that keys that begin with one need no length before it.
 * Owns:    nothing; what a reader of a row fills in points into the row.
 * Threads: plain values.
 * Errors:  MALFORMED for a row that breaks its layout (toc_table_lies). */
#ifndef TOC_STORE_VIEW_SCHEMA_H
#define TOC_STORE_VIEW_SCHEMA_H

#include "proto/feed/feed.h"
#include "proto/record/record.h"
#include "store/table.h"

/* Raised whenever a layout below, or what is filed where, changes: older views are dropped. */
enum { TOC_VIEW_LAYOUT = 10, TOC_RULES_VERSION = 3 };

typedef enum toc_view_table {
    TOC_VIEW_META = 0,
    TOC_VIEW_FEEDS,      /* feed u32 → what it is called: local numbers as ids; and back */
    TOC_VIEW_CLAIMS,     /* every record of E */
    TOC_VIEW_NUMBERS,    /* feed u32 ‖ index u64 → where its record is filed, and the record */
    TOC_VIEW_COLUMNS,    /* feed u32 ‖ page u64 → arrays of cells, for search */
    TOC_VIEW_INCIDENCE,  /* what each members record says of each wallet */
    TOC_VIEW_CONNECTORS, /* report ‖ vertex, where two or more reports name the vertex */
    TOC_VIEW_JOINTS,     /* vertex ‖ report, the same pairs the other way → what decides */
    TOC_VIEW_COMPONENTS, /* report → its state and the cluster it is in */
    TOC_VIEW_CLUSTERS,   /* lowest report → id and size; lowest report ‖ report */
    TOC_VIEW_TENTATIVE,  /* report ‖ report, both ways round */
    TOC_VIEW_NOTICES, /* vertex ‖ claim of each live service notice without a tag → what it says */
    TOC_VIEW_COVERS,  /* vertex → what the notices that have effect on it do to clusters */
    TOC_VIEW_RESTS,   /* dependent → its alive roots, and what they and it follow from */
    TOC_VIEW_WATCHES, /* what a dependent follows from ‖ dependent */
    TOC_VIEW_WAITING, /* due u64 ‖ feed u32 ‖ index u64: of reports and notices only */
    TOC_VIEW_EXPIRIES, /* when to judge again u64 ‖ report; u64 ‖ subject ‖ claim of a notice */
    TOC_VIEW_ENDED,    /* claim ‖ record of each retraction → where it is filed */
    TOC_VIEW_MENTIONS, /* what a record names besides where it is filed ‖ claim ‖ record */
    TOC_VIEW_MOVES,    /* wallet, direction, time ‖ place ‖ record of a transfer */
    TOC_VIEW_FORKS,    /* feed id → index u64: from where on it is in dispute */
    TOC_VIEW_DISPUTED, /* as `claims`: the records that are, and in E are not */
    TOC_VIEW_PENDING,  /* report: joining what it changed was put off, while the fold is behind */
    TOC_VIEW_TABLES
} toc_view_table;

extern const char *const toc_view_table_names[TOC_VIEW_TABLES];

/* ---- keys ---- */

/* The length of the subject that `bytes` begin with; 0 when they begin with none. */
size_t toc_subject_size_at(toc_span bytes);
/* The length of the vertex of a subject that begins with this class. */
size_t toc_vertex_size(toc_span subject);
toc_subject toc_subject_copy(toc_span bytes);
bool toc_span_begins(toc_span bytes, toc_span prefix);

/* subject ‖ claim ‖ revision u64 ‖ record: both `claims` and `incidence`. */
enum { TOC_FILED_TAIL_BYTES = 32 + 8 + 32, TOC_FILED_BYTES_MAX = TOC_SUBJECT_BYTES_MAX + 72 };
typedef struct toc_filed {
    toc_span key;
    toc_span subject;
    toc_claim_id claim;
    uint64_t revision;
    toc_record_id record;
} toc_filed;
TOC_MUST bool toc_filed_read(toc_span key, toc_filed *out);
void toc_filed_key(toc_key *key, toc_span subject, const toc_claim_id *claim, uint64_t revision,
                   const toc_record_id *record);
/* Above every row of a subject and claim: the two ids are hashes, so a tail of ones is none. */
void toc_filed_end(toc_key *key, toc_span subject, const toc_claim_id *claim);

void toc_number_key(toc_key *key, uint32_t feed, uint64_t index);

/* ---- claims ---- */

/* kind u8 | feed u32 | index u64 | issued at u64 | valid until u64, then, where approvals lack,
 * needed u8 | counted u8. Small, because these are the rows that stand in random order: the record
 * itself is in `numbers`. */
enum { TOC_CLAIM_BYTES = 29, TOC_CLAIM_BYTES_MAX = 31 };
typedef struct toc_claim_row {
    toc_filed filed;
    toc_record_kind kind;
    uint32_t feed; /* local number: in no digest and no answer */
    uint64_t index;
    toc_time issued_at, valid_until;
    uint8_t needed, counted; /* officers, where fewer approved it than are needed; else 0 */
} toc_claim_row;
TOC_MUST toc_code toc_claim_row_read(const toc_txn *txn, const toc_row *row, toc_claim_row *out,
                                     toc_err *err);
size_t toc_claim_write(const toc_claim_row *row, uint8_t out[TOC_CLAIM_BYTES_MAX]);

/* ---- numbers ---- */

/* status u8, then for a record of E, or one in dispute: subject ‖ claim ‖ revision u64 | the salt
 * of its plaintext | the record as it was signed */
enum {
    TOC_NUMBER_FILED = 1,
    TOC_NUMBER_MALFORMED = 2,
    TOC_NUMBER_DISPUTED = 3,
    TOC_SALT_BYTES = 32
};
typedef struct toc_number_row {
    bool malformed;      /* nothing else is there */
    bool disputed;       /* filed in `disputed` */
    toc_span filed;      /* the key in `claims` (or `disputed`), without the record id */
    const uint8_t *salt; /* by which its roots are told from hidden ones (RULES §4) */
    toc_span record;
} toc_number_row;
TOC_MUST bool toc_number_read(toc_span value, toc_number_row *out);
/* The value of a record that is filed; `row` has its key. */
void toc_number_write(uint8_t status, const toc_claim_row *row, const toc_number_row *stored,
                      toc_buf *out);

/* ---- ended, mentions, moves ---- */

/* The retractions of a claim are found without its subject: a root is a claim id and no more.
 * claim ‖ record → the subject that both are filed under. */
void toc_ended_key(toc_key *key, const toc_claim_id *claim, const toc_record_id *record);
/* A same-as is found by its second incident, a transfer by its transaction and by the one that it
 * is bridged to, a sighting by its transaction: subject ‖ claim ‖ record → where it is filed. The
 * subject of a transaction is that of a place in it without an index. */
void toc_mention_key(toc_key *key, toc_span named, const toc_claim_id *claim,
                     const toc_record_id *record);
typedef struct toc_mention {
    toc_claim_id claim;
    toc_span filed; /* lent */
} toc_mention;
TOC_MUST toc_code toc_mention_read(const toc_txn *txn, const toc_row *row, toc_mention *out,
                                   toc_err *err);
/* subject ‖ size u8 ‖ tag | direction u8 ‖ time u64 ‖ the hash in the subject of the place [32] ‖
 * record → empty */
enum { TOC_MOVE_TAIL_BYTES = 8 + 32 + 32 };
void toc_move_prefix(toc_key *key, const toc_wallet *wallet, toc_direction direction);
void toc_move_key(toc_key *key, const toc_wallet *wallet, toc_direction direction, toc_time time,
                  toc_span place, const toc_record_id *record);
typedef struct toc_move_row {
    toc_time time;
    toc_subject place; /* where the record is filed */
    toc_record_id record;
} toc_move_row;
/* Of a row that begins with a prefix of so many bytes. */
TOC_MUST toc_code toc_move_read(const toc_txn *txn, const toc_row *row, size_t prefix_bytes,
                                toc_move_row *out, toc_err *err);

/* ---- incidence, joints ---- */

/* op u8 | position u16 of the last time the record names this wallet */
enum { TOC_INCIDENCE_BYTES = 3, TOC_JOINT_BYTES = 9 };
typedef struct toc_decider {
    bool found; /* the report names the vertex at all */
    bool add;
    uint64_t revision;
    uint16_t position;
    toc_record_id record;
} toc_decider;
/* op u8 | revision u64 */
void toc_joint_write(const toc_decider *decider, uint8_t out[TOC_JOINT_BYTES]);

/* ---- components ---- */

typedef struct toc_vertex {
    uint8_t size; /* 0: none */
    uint8_t bytes[TOC_SUBJECT_BYTES_MAX];
} toc_vertex;
toc_vertex toc_vertex_copy(toc_span vertex);
static inline toc_span toc_vertex_view(const toc_vertex *vertex)
{
    return toc_span_of(vertex->bytes, vertex->size);
}
bool toc_vertex_below(toc_span left, const toc_vertex *right); /* nothing is above everything */

enum { TOC_REPORT_ROOT_BYTES_MAX = 66 };
typedef struct toc_report_row {
    bool live;            /* a live report of RULES §6 */
    bool clustered;       /* in a cluster: its size is not 0 */
    bool inputs;          /* of a live report: found by multi-input */
    toc_claim_id cluster; /* lowest claim id among the cluster's reports */
    uint64_t ended;       /* highest revision of a retraction of it; 0: none */
    uint64_t members;     /* vertices that are members now, hubs included */
    toc_time expires;     /* of the head, or when one of its roots may change; 0: never */
    toc_vertex low;       /* the smallest member */
    toc_vertex floor;     /* of a live report: the smallest that is neither hub nor covered */
    uint8_t root_size;    /* of a live report that is not derived; else 0: see `rests` */
    uint8_t root[TOC_REPORT_ROOT_BYTES_MAX];
} toc_report_row;
enum {
    TOC_REPORT_BYTES_MAX =
        1 + 32 + 24 + 2 * (1 + TOC_SUBJECT_BYTES_MAX) + 1 + TOC_REPORT_ROOT_BYTES_MAX
};
size_t toc_report_write(const toc_report_row *row, uint8_t out[TOC_REPORT_BYTES_MAX]);
TOC_MUST bool toc_report_read(toc_span value, toc_report_row *out);

/* ---- clusters ---- */

/* vertices u64 | reports u64 | id (a vertex) */
enum { TOC_CLUSTER_BYTES_MAX = 16 + TOC_SUBJECT_BYTES_MAX };
typedef struct toc_cluster_row {
    uint64_t vertices, reports;
    toc_vertex id;
} toc_cluster_row;
size_t toc_cluster_write(const toc_cluster_row *row, uint8_t out[TOC_CLUSTER_BYTES_MAX]);
TOC_MUST bool toc_cluster_read(toc_span value, toc_cluster_row *out);

/* ---- notices, covers ---- */

/* flags u8 | role u16 | org | judge again u64 | subject | root: that of a notice that is not
 * derived */
enum { TOC_NOTICE_BYTES_MAX = 1 + 2 + 32 + 8 + TOC_SUBJECT_BYTES_MAX + TOC_REPORT_ROOT_BYTES_MAX };
typedef struct toc_notice_row {
    bool sound;    /* neither source withdrawn nor misstated, and its role is a term's */
    bool by_own;   /* its operator is its org, or the key of the address signed it */
    uint16_t role; /* the term's number */
    toc_org_id org;
    toc_time expires; /* of the head, or when one of its roots may change; 0: never */
    toc_span subject; /* lent; its vertex is in the key */
    toc_span root;    /* lent; empty when it is derived: see `rests` */
} toc_notice_row;
size_t toc_notice_write(const toc_notice_row *row, uint8_t out[TOC_NOTICE_BYTES_MAX]);
TOC_MUST bool toc_notice_read(toc_span value, toc_notice_row *out);
/* vertex ‖ claim */
void toc_notice_key(toc_key *key, toc_span vertex, const toc_claim_id *claim);

/* flags u8: of a vertex that some notice without a tag has effect on. */
enum {
    TOC_COVER_STRIPS = 1, /* RULES §6: no report joins by it */
    TOC_COVER_PAYS = 2    /* it is a deposit or a hot wallet: what its inputs are joined by is a
                             service paying out */
};

/* ---- rests, watches ---- */

/* A *dependent* is a report or a notice on derived ground, which the fold keeps up and which other
 * records can therefore change: 01 ‖ report, 02 ‖ subject ‖ claim. It follows from the claims of
 * its own roots (01 ‖ claim) and from the records that it is derived from (02 ‖ feed id ‖ index
 * u64). */
enum {
    TOC_DEPENDENT_REPORT = 1,
    TOC_DEPENDENT_NOTICE = 2,
    TOC_WATCH_CLAIM = 1,
    TOC_WATCH_RECORD = 2,
    TOC_WATCHES_MAX = TOC_ROOTS_MAX + TOC_SOURCES_MAX
};
/* roots u8, then size u8 ‖ root each | watches u8, then size u8 ‖ watch each */
typedef struct toc_rest_row {
    toc_span roots_bytes; /* the first half, as stored */
    size_t root_count, watch_count;
    toc_root roots[TOC_ROOTS_MAX]; /* lent */
    toc_span watches[TOC_WATCHES_MAX];
} toc_rest_row;
TOC_MUST bool toc_rest_read(toc_span value, toc_rest_row *out);

/* ---- feeds ---- */

/* number → circle | org | lane u8 | generation u64 | feed id; feed id → number u32 */
enum { TOC_VIEW_FEED_BYTES = 32 + 32 + 1 + 8 + 32 };
typedef struct toc_view_feed {
    toc_feed_name name;
    toc_feed_id id;
} toc_view_feed;
void toc_view_feed_write(const toc_view_feed *feed, uint8_t out[TOC_VIEW_FEED_BYTES]);
TOC_MUST bool toc_view_feed_read(toc_span value, toc_view_feed *out);

#endif
