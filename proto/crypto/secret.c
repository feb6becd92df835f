#include "proto/crypto/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "proto/base/endian.h"

/* Slabs double, so that even 100,000 sender keys need fewer than a dozen and finding a slot's slab
 * is short. */
enum { SLAB_SLOTS_FIRST = 256, SLAB_SLOTS_MAX = 65536 };

struct toc_secret {
    uint8_t bytes[TOC_SECRET_BYTES];
};

typedef struct slab {
    struct slab *next;
    toc_secret *slots; /* guarded and, where the system permits, locked */
    size_t slot_count;
    uint32_t *free_slots; /* a stack of slot numbers */
    size_t free_count;
    bool *used; /* catches a slot freed twice */
} slab;

static struct {
    pthread_mutex_t lock;
    slab *newest;
} slabs = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool started;

static slab *slab_new(size_t slot_count)
{
    slab *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return NULL;
    fresh->slots = sodium_allocarray(slot_count, sizeof *fresh->slots);
    fresh->free_slots = calloc(slot_count, sizeof *fresh->free_slots);
    fresh->used = calloc(slot_count, sizeof *fresh->used);
    if (fresh->slots == NULL || fresh->free_slots == NULL || fresh->used == NULL) {
        sodium_free(fresh->slots);
        free(fresh->free_slots);
        free(fresh->used);
        free(fresh);
        return NULL;
    }
    fresh->slot_count = fresh->free_count = slot_count;
    for (size_t i = 0; i < slot_count; i++)
        fresh->free_slots[i] = (uint32_t)(slot_count - 1 - i);
    return fresh;
}

static slab *slab_with_room(void)
{
    for (slab *each = slabs.newest; each != NULL; each = each->next) {
        if (each->free_count > 0)
            return each;
    }
    size_t slot_count = SLAB_SLOTS_FIRST;
    if (slabs.newest != NULL && slabs.newest->slot_count < SLAB_SLOTS_MAX)
        slot_count = slabs.newest->slot_count * 2;
    else if (slabs.newest != NULL)
        slot_count = SLAB_SLOTS_MAX;
    slab *fresh = slab_new(slot_count);
    if (fresh != NULL) {
        fresh->next = slabs.newest;
        slabs.newest = fresh;
    }
    return fresh;
}

static toc_secret *slot_take(void)
{
    pthread_mutex_lock(&slabs.lock);
    toc_secret *slot = NULL;
    slab *from = slab_with_room();
    if (from != NULL) {
        uint32_t number = from->free_slots[--from->free_count];
        from->used[number] = true;
        slot = &from->slots[number];
    }
    pthread_mutex_unlock(&slabs.lock);
    return slot;
}

static void slot_give(toc_secret *slot)
{
    pthread_mutex_lock(&slabs.lock);
    slab *owner = slabs.newest;
    while (owner != NULL && !(slot >= owner->slots && slot < owner->slots + owner->slot_count))
        owner = owner->next;
    TOC_ASSERT(owner != NULL);
    uint32_t number = (uint32_t)(slot - owner->slots);
    TOC_ASSERT(owner->used[number]);
    owner->used[number] = false;
    owner->free_slots[owner->free_count++] = number;
    pthread_mutex_unlock(&slabs.lock);
}

/* B + (0, -1), the base point shifted by the point of order 2. libsodium before the fix of
 * CVE-2025-69277 takes it for a point of the main subgroup: it looked at one coordinate of [L]P
 * only. */
static bool library_refuses_mixed_order(void)
{
    uint8_t shifted[crypto_core_ed25519_BYTES];
    memset(shifted, 0x99, sizeof shifted);
    shifted[0] = 0x95;
    return crypto_core_ed25519_is_valid_point(shifted) == 0;
}

toc_code toc_crypto_start(toc_err *err)
{
    if (sodium_init() < 0)
        return toc_fail(err, TOC_STATE, "libsodium does not start: no source of randomness");
    if (!library_refuses_mixed_order())
        return toc_fail(err, TOC_STATE,
                        "libsodium %s accepts points outside the main subgroup (CVE-2025-69277); "
                        "install 1.0.18-1+deb12u1 or newer",
                        sodium_version_string());
    atomic_store(&started, true);
    return TOC_OK;
}

toc_code toc_secret_new(toc_secret **out, toc_err *err)
{
    TOC_ASSERT(atomic_load(&started));
    toc_secret *slot = slot_take();
    if (slot == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no guarded memory left for a key");
    sodium_memzero(slot->bytes, sizeof slot->bytes);
    *out = slot;
    return TOC_OK;
}

toc_code toc_secret_random(toc_secret **out, toc_err *err)
{
    toc_secret *secret = NULL;
    TOC_TRY(toc_secret_new(&secret, err));
    toc_random(secret->bytes, 32);
    *out = secret;
    return TOC_OK;
}

toc_code toc_secret_from(toc_span bytes, toc_secret **out, toc_err *err)
{
    if (bytes.size > TOC_SECRET_BYTES)
        return toc_fail(err, TOC_LIMIT, "a key of %zu bytes, at most %d fit a slot", bytes.size,
                        TOC_SECRET_BYTES);
    toc_secret *secret = NULL;
    TOC_TRY(toc_secret_new(&secret, err));
    if (bytes.size > 0)
        memcpy(secret->bytes, bytes.data, bytes.size);
    *out = secret;
    return TOC_OK;
}

void toc_secret_free(toc_secret *secret)
{
    if (secret == NULL)
        return;
    sodium_memzero(secret->bytes, sizeof secret->bytes);
    slot_give(secret);
}

uint8_t *toc_secret_bytes(toc_secret *secret)
{
    return secret->bytes;
}

const uint8_t *toc_secret_view(const toc_secret *secret)
{
    return secret->bytes;
}

bool toc_secret_equal(const toc_secret *left, const toc_secret *right)
{
    return toc_equal_secret(left->bytes, right->bytes, TOC_SECRET_BYTES);
}

void toc_wipe(void *data, size_t size)
{
    if (size > 0)
        sodium_memzero(data, size);
}

bool toc_equal_secret(const void *left, const void *right, size_t size)
{
    return size == 0 || sodium_memcmp(left, right, size) == 0;
}

void toc_random(void *out, size_t size)
{
    if (size > 0)
        randombytes_buf(out, size);
}

/* Call number n gives the ChaCha20 stream under (seed, nonce n): what a call gets depends on the
 * seed and on how many calls came before, not on their sizes. */
static struct {
    pthread_mutex_t lock;
    uint8_t key[crypto_stream_chacha20_KEYBYTES];
    uint64_t calls;
} seeded = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *seeded_name(void)
{
    return "tocsin-seeded";
}

static void seeded_buf(void *const out, const size_t size)
{
    uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    pthread_mutex_lock(&seeded.lock);
    toc_put_u64(nonce, seeded.calls++);
    crypto_stream_chacha20(out, size, nonce, seeded.key);
    pthread_mutex_unlock(&seeded.lock);
}

static uint32_t seeded_random(void)
{
    uint8_t bytes[4];
    seeded_buf(bytes, sizeof bytes);
    return toc_get_u32(bytes);
}

static randombytes_implementation seeded_implementation = {
    .implementation_name = seeded_name, .random = seeded_random, .buf = seeded_buf};

void toc_random_from_seed(uint64_t seed)
{
    pthread_mutex_lock(&seeded.lock);
    memset(seeded.key, 0, sizeof seeded.key);
    toc_put_u64(seeded.key, seed);
    seeded.calls = 0;
    pthread_mutex_unlock(&seeded.lock);
    TOC_ASSERT(randombytes_set_implementation(&seeded_implementation) == 0);
}

void toc_random_from_system(void)
{
    TOC_ASSERT(randombytes_set_implementation(&randombytes_sysrandom_implementation) == 0);
}
