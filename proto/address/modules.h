/* proto/address/modules.h: accounts of Cosmos modules and IBC escrows, which have the same twenty
 * bytes on every chain and no key: the first twenty bytes of SHA-256 over the module's name (Cosmos
 * SDK, x/auth/types.NewModuleAddress), or over "ics20-1", a zero byte and port/channel (ibc-go,
 * transfer/types.GetEscrowAddress).
 * Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_ADDRESS_MODULES_H
#define TOC_PROTO_ADDRESS_MODULES_H

#include "proto/base/span.h"

/* Channels 0 to 1023 of the port "transfer"; an escrow of a later channel is not recognised. */
enum { TOC_ESCROW_CHANNELS = 1024 };

bool toc_module_account(const uint8_t account[20]);
size_t toc_module_count(void);
const char *toc_module_name(size_t index); /* table order */

#endif
