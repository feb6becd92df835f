/* proto/address/spelling.h: what is wrong with a text before any chain looks at it: letters that
 * only look right, characters one cannot see, text cut in the middle. Private to proto/address.
 * Owns:    nothing.
 * Threads: pure.
 * Errors:  MALFORMED with the position of the character, counted in characters from 1. */
#ifndef TOC_PROTO_ADDRESS_SPELLING_H
#define TOC_PROTO_ADDRESS_SPELLING_H

#include "proto/base/error.h"
#include "proto/base/span.h"

/* Without the white space (ASCII) at both ends. */
toc_span toc_spelling_trim(toc_span text);

/* Only printable ASCII, without white space, may go on to the chains. */
TOC_MUST toc_code toc_spelling_check(toc_span text, toc_err *err);

#endif
