/* proto/session/message.h: what peers say inside a link: requests, replies, refusals, notices
 * (PROTOCOL §3). One protobuf LinkMessage (proto/schema/link.proto) a frame, at most
 * TOC_MESSAGE_BYTES_MAX bytes.
 * Owns:    nothing; what was decoded lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT (every count and length is checked before memory is taken), STATE for
 * kinds, fields and refusal codes of a newer version. Encoding refuses whatever decoding refuses.
 */
#ifndef TOC_PROTO_SESSION_MESSAGE_H
#define TOC_PROTO_SESSION_MESSAGE_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/feed/cosignature.h"
#include "proto/feed/feed.h"
#include "proto/feed/merkle.h"

typedef enum toc_message_kind {
    TOC_MSG_HEADS = 1,      /* request: circle, digest, after */
    TOC_MSG_PULL = 2,       /* request: feed, from, until, known_size */
    TOC_MSG_WANT_GRANT = 3, /* request: feed (org, circle, generation), epoch */
    TOC_MSG_ROLL = 4,       /* request: hash, offset */
    TOC_MSG_PING = 5,       /* request: wall */
    TOC_MSG_WANT_FORK = 6,  /* request: feed, index */
    TOC_MSG_HEADS_REPLY = 17,
    TOC_MSG_CHUNK = 18, /* reply to PULL; several while `more` */
    TOC_MSG_GRANT_REPLY = 19,
    TOC_MSG_ROLL_REPLY = 20,
    TOC_MSG_PONG = 21,
    TOC_MSG_FORK_REPLY = 22,
    TOC_MSG_REFUSAL = 32, /* reply to any request */
    TOC_MSG_NEWS = 48     /* notice */
} toc_message_kind;

/* Another member's cosignature over a head that only a retired key signed: cosigner[32] ‖ time
 * u64 ‖ signature[64]. */
enum { TOC_VOUCHER_BYTES = 32 + 8 + 64 };

/* A signed tree head as it travels; the circle is the message's. */
typedef struct toc_head {
    toc_org_id org;
    toc_lane lane;
    uint64_t generation;
    uint64_t size;
    toc_hash root;
    toc_span note;
    toc_span voucher; /* TOC_VOUCHER_BYTES, or empty */
} toc_head;

/* A cosignature as it travels: over the checkpoint of `size` and `root` of a feed; the circle is
 * the message's. */
typedef struct toc_wire_cosignature {
    toc_org_id org; /* the feed's */
    toc_lane lane;
    uint64_t generation;
    uint64_t size; /* from 1 */
    toc_hash root;
    toc_org_id cosigner;
    toc_cosignature made;
} toc_wire_cosignature;

/* A fork of which a proof can be had; the circle is the message's. */
typedef struct toc_fork_mark {
    toc_org_id org;
    toc_lane lane;
    uint64_t generation;
    uint64_t index; /* the first entry that differs */
} toc_fork_mark;

/* Entries [from, from + count) of one feed with what proves them. */
typedef struct toc_wire_chunk {
    toc_feed_name feed;
    uint64_t from;
    uint32_t count;
    toc_span entries;        /* count × (length u32 ‖ entry) */
    toc_span note;           /* a checkpoint at or past from + count */
    toc_proof to_checkpoint; /* consistency from + count → checkpoint; empty when equal */
    toc_proof from_known;    /* consistency known_size → checkpoint; empty when 0 or equal */
    uint64_t known_size;     /* the newest checkpoint size the receiver said it had */
    bool more;               /* another part of the same reply follows */
    toc_span voucher;        /* of `note`, as in toc_head */
} toc_wire_chunk;

typedef enum toc_refusal_code {
    TOC_REFUSED_NOT_FOUND = 1, /* not there, or not for you: the same answer */
    TOC_REFUSED_BUSY = 2,
    TOC_REFUSED_WITHHELD = 3, /* an entry I lack for reasons of my own */
    TOC_REFUSED_MALFORMED = 4,
    TOC_REFUSED_POLICY = 5
} toc_refusal_code;

typedef struct toc_message {
    toc_message_kind kind;
    uint64_t id; /* of the request, from 1; replies repeat it; 0 in notices and nowhere else */
    union {
        struct {
            toc_circle_id circle;
            toc_hash digest;
            bool has_after;
            toc_feed_id after; /* heads with feed ids above this one */
        } heads;
        struct {
            toc_feed_name feed;
            uint64_t from;
            uint64_t until;
            uint64_t known_size;
        } pull;
        struct {
            toc_feed_name feed;
            uint32_t epoch;
        } want_grant;
        struct {
            toc_hash hash; /* a card, a charter, a circle id (its newest charter), or of a
                              proposal's bytes */
            uint64_t offset;
        } roll;
        struct {
            uint64_t wall_ms;
        } ping; /* and pong */
        struct {
            toc_feed_name feed;
            bool has_index; /* what the tree shows at it; else the proof */
            uint64_t index;
        } want_fork;
        struct {
            toc_span bytes; /* proto/feed/fork.h: a side, or a proof */
        } fork_reply;
        struct {
            toc_circle_id circle;
            bool equal;
            bool more;
            size_t count;
            toc_head *heads;
        } heads_reply;
        toc_wire_chunk chunk;
        struct {
            toc_key_id key_id;
            toc_span box; /* TOC_BOX_BYTES */
        } grant_reply;
        struct {
            uint64_t total; /* bytes of the whole item */
            uint64_t offset;
            toc_span bytes;
        } roll_reply;
        struct {
            toc_refusal_code code;
            toc_span sentence;
            uint32_t retry_after_ms;
        } refusal;
        struct {
            toc_circle_id circle;
            size_t head_count;
            toc_head *heads;
            size_t chunk_count;
            toc_wire_chunk *chunks; /* small entries inline, each complete with its proof */
            size_t roll_count;
            toc_hash *roll; /* cards and charters newly adopted */
            size_t cosignature_count;
            toc_wire_cosignature *cosignatures;
            size_t fork_count;
            toc_fork_mark *forks;
            size_t proposal_count;
            toc_hash *proposals; /* SHA-256 of signed charters that wait for signatures */
        } news;
    } as;
} toc_message;

/* Appends the encoded message. LIMIT when it does not fit a frame. */
TOC_MUST toc_code toc_message_encode(const toc_message *message, toc_buf *out, toc_err *err);
/* Spans and arrays of *out live in `arena`, for which TOC_MESSAGE_ARENA_BYTES is enough whatever
 * comes. */
TOC_MUST toc_code toc_message_decode(toc_span bytes, toc_arena *arena, toc_message *out,
                                     toc_err *err);
bool toc_message_is_request(toc_message_kind kind);

#endif
