#include "node/clock.h"

#include <time.h>

static uint64_t read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

toc_now toc_clock_now(void)
{
    return (toc_now){.wall = {read_ms(CLOCK_REALTIME)}, .mono = {read_ms(CLOCK_MONOTONIC)}};
}

uint64_t toc_clock_mono_ms(void *context)
{
    (void)context;
    return read_ms(CLOCK_MONOTONIC);
}
