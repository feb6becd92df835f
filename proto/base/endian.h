/* proto/base/endian.h: big-endian integers in byte arrays, the order of every layout and key of ours. */
#ifndef TOC_PROTO_BASE_ENDIAN_H
#define TOC_PROTO_BASE_ENDIAN_H

#include <stdint.h>
#include <string.h>

static inline void toc_put_u16(uint8_t *out, uint16_t value)
{
    value = __builtin_bswap16(value);
    memcpy(out, &value, 2);
}

static inline void toc_put_u32(uint8_t *out, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(out, &value, 4);
}

static inline void toc_put_u64(uint8_t *out, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(out, &value, 8);
}

static inline uint16_t toc_get_u16(const uint8_t *data)
{
    uint16_t value;
    memcpy(&value, data, 2);
    return __builtin_bswap16(value);
}

static inline uint32_t toc_get_u32(const uint8_t *data)
{
    uint32_t value;
    memcpy(&value, data, 4);
    return __builtin_bswap32(value);
}

static inline uint64_t toc_get_u64(const uint8_t *data)
{
    uint64_t value;
    memcpy(&value, data, 8);
    return __builtin_bswap64(value);
}

#endif
