/* node/clock.h: the one place where the node reads clocks. */
#ifndef TOC_NODE_CLOCK_H
#define TOC_NODE_CLOCK_H

#include "proto/base/span.h"

toc_now toc_clock_now(void); /* wall and monotonic */
uint64_t
toc_clock_mono_ms(void *context); /* `context` is not looked at: the shape that the fold asks for */

#endif
