#include "proto/control/control.h"

#include "proto/base/endian.h"

static bool type_known(uint8_t type)
{
    return type != 0 && strchr("QDAPEZ", type) != NULL;
}

toc_code toc_control_write(toc_control_type type, toc_span payload, toc_buf *out, toc_err *err)
{
    if (payload.size > TOC_CONTROL_FRAME_BYTES_MAX - 1)
        return toc_fail(err, TOC_LIMIT, "a control frame of %zu bytes, at most %u", payload.size,
                        TOC_CONTROL_FRAME_BYTES_MAX - 1);
    toc_buf_add_u32(out, (uint32_t)payload.size + 1);
    toc_buf_add_u8(out, (uint8_t)type);
    toc_buf_add_span(out, payload);
    return toc_buf_ok(out, err);
}

toc_code toc_control_read(toc_span bytes, toc_control_type *out_type, toc_span *out_payload,
                          size_t *out_used, toc_err *err)
{
    *out_used = 0;
    if (bytes.size < TOC_CONTROL_HEADER_BYTES)
        return TOC_OK;
    uint32_t length = toc_get_u32(bytes.data);
    if (length == 0 || length > TOC_CONTROL_FRAME_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a control frame of %u bytes, at most %u", length,
                        TOC_CONTROL_FRAME_BYTES_MAX);
    if (!type_known(bytes.data[4]))
        return toc_fail(err, TOC_MALFORMED, "a control frame of unknown type 0x%02x",
                        bytes.data[4]);
    if (bytes.size - 4 < length)
        return TOC_OK;
    *out_type = (toc_control_type)bytes.data[4];
    *out_payload = toc_span_of(bytes.data + TOC_CONTROL_HEADER_BYTES, length - 1);
    *out_used = 4 + (size_t)length;
    return TOC_OK;
}

toc_code toc_control_next_part(toc_span *frames, toc_span *out_part, bool *out_more, toc_err *err)
{
    toc_control_type type;
    toc_span part;
    size_t used;
    TOC_TRY(toc_control_read(*frames, &type, &part, &used, err));
    if (used == 0)
        return toc_fail(err, TOC_MALFORMED, "the drafts end in the middle");
    toc_span rest = toc_span_of(frames->data + used, frames->size - used);
    if (type != TOC_CONTROL_DRAFTS && type != TOC_CONTROL_END)
        return toc_fail(err, TOC_MALFORMED, "a '%c' frame among the drafts", type);
    if (type == TOC_CONTROL_END && rest.size > 0)
        return toc_fail(err, TOC_MALFORMED, "%zu bytes follow the end of the drafts", rest.size);
    *frames = rest;
    *out_part = part;
    *out_more = type == TOC_CONTROL_DRAFTS;
    return TOC_OK;
}
