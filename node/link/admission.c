/* Who may begin a handshake: 256 at once, 16 of one network, 32 of them kept for addresses that
 * succeeded in the last day. */
#include "node/link/state.h"

origin_prefix admission_origin(nng_stream *stream)
{
    origin_prefix origin = {0};
    nng_sockaddr address;
    if (nng_stream_get_addr(stream, NNG_OPT_REMADDR, &address) != 0)
        return origin;
    if (address.s_family == NNG_AF_INET) {
        origin.kind = 4;
        memcpy(origin.bytes, &address.s_in.sa_addr, 3);
    } else if (address.s_family == NNG_AF_INET6) {
        origin.kind = 6;
        memcpy(origin.bytes, address.s_in6.sa_addr, 8);
    }
    return origin;
}

static bool same(const origin_prefix *left, const origin_prefix *right)
{
    return left->kind == right->kind && memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}

static bool known_lately(const toc_links *links, const origin_prefix *origin)
{
    uint64_t now = links_now_ms();
    for (size_t i = 0; i < LINK_KNOWN_ADDRESSES; i++) {
        const known_origin *row = &links->known[i];
        if (row->at_ms != 0 && now - row->at_ms < LINK_KNOWN_MS && same(&row->origin, origin))
            return true;
    }
    return false;
}

static bool shakes_hands(const conn *c)
{
    return !c->initiator &&
           (c->state == CONN_FIRST || c->state == CONN_CONFIRM || c->state == CONN_DRAIN);
}

bool admission_allows(toc_links *links, const origin_prefix *origin, bool *out_known)
{
    size_t strangers = 0, all = 0, of_prefix = 0, links_up = 0;
    for (const conn *c = links->conns; c != NULL; c = c->next) {
        links_up += c->state == CONN_UP ? 1 : 0;
        if (!shakes_hands(c))
            continue;
        all++;
        strangers += c->admitted_as_known ? 0 : 1;
        of_prefix += same(&c->origin, origin) && c->state != CONN_CONFIRM ? 1 : 0;
    }
    *out_known = known_lately(links, origin);
    if (all >= TOC_HANDSHAKES_MAX || links_up >= TOC_LINKS_MAX)
        return false;
    if (*out_known)
        return true;
    return strangers < TOC_HANDSHAKES_MAX - TOC_HANDSHAKES_KEPT &&
           (origin->kind == 0 || of_prefix < TOC_HANDSHAKES_PREFIX_MAX);
}

void admission_succeeded(toc_links *links, const origin_prefix *origin)
{
    for (size_t i = 0; i < LINK_KNOWN_ADDRESSES; i++) {
        if (links->known[i].at_ms != 0 && same(&links->known[i].origin, origin)) {
            links->known[i].at_ms = links_now_ms();
            return;
        }
    }
    links->known[links->known_next] = (known_origin){.origin = *origin, .at_ms = links_now_ms()};
    links->known_next = (links->known_next + 1) % LINK_KNOWN_ADDRESSES;
}
