/* tools/node_client.h: one conversation with the node over its local socket
 * (proto/control/README.md).
 * Owns:    the connection.
 * Threads: one. It blocks.
 * Errors:  UNREACHABLE when nothing listens or it went away; what the node refuses comes with its
 * own code. */
#ifndef TOC_TOOLS_NODE_CLIENT_H
#define TOC_TOOLS_NODE_CLIENT_H

#include "proto/base/buf.h"
#include "proto/control/control.h"

typedef struct toc_node_client toc_node_client;

/* `path` of the socket. */
TOC_MUST toc_code toc_node_connect(const char *path, toc_node_client **out, toc_err *err);
void toc_node_disconnect(toc_node_client *client); /* NULL is fine */
TOC_DEFINE_AUTO(toc_node_client, toc_node_disconnect)

TOC_MUST toc_code toc_node_send(toc_node_client *client, toc_control_type type, toc_span payload,
                                toc_err *err);
/* The next frame; *out_payload is lent until the next call. */
TOC_MUST toc_code toc_node_receive(toc_node_client *client, toc_control_type *out_type,
                                   toc_span *out_payload, toc_err *err);

#endif
