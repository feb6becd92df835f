/* tests/support/dice.h: chance that comes again with its seed: splitmix64 (Vigna 2015).
 * Owns:    nothing. Threads: one a dice. Errors:  none. */
#ifndef TOC_TESTS_SUPPORT_DICE_H
#define TOC_TESTS_SUPPORT_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dice {
    uint64_t state;
} dice;

static inline uint64_t dice_draw(dice *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline size_t dice_below(dice *random, size_t count)
{
    return (size_t)(dice_draw(random) % count);
}

static inline bool dice_chance(dice *random, size_t percent)
{
    return dice_below(random, 100) < percent;
}

#endif
