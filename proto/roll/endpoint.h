/* proto/roll/endpoint.h: where a node can be dialled, as cards and configurations write it.
 * Threads: pure. Errors: MALFORMED, LIMIT. */
#ifndef TOC_PROTO_ROLL_ENDPOINT_H
#define TOC_PROTO_ROLL_ENDPOINT_H

#include "proto/base/error.h"
#include "proto/base/limits.h"
#include "proto/base/span.h"

/* "tcp://host:port": a host name (RFC 1123 §2.1), a dotted IPv4 address or an IPv6 address in
 * brackets (RFC 4291 §2.2, no zone), a port from 1 to 65535 without leading zeros. "ipc:///path":
 * an absolute path without control characters, of at most TOC_IPC_PATH_BYTES_MAX bytes. Nothing
 * else. */
TOC_MUST toc_code toc_endpoint_check(toc_span endpoint, toc_err *err);

#endif
