#include "proto/base/wire.h"

#include "proto/base/text.h"

enum {
    WIRE_DEPTH_MAX = 8,
    WIRE_FIELDS_MAX = 256, /* of one message type; a programmer's limit, not a peer's */
    WIRE_ONEOFS_MAX = 16,  /* the same */
    FIELD_IGNORABLE_MIN = 1000,
    VARINT_BYTES_MAX = 10,
    TAG_BYTES_MAX = 5, /* protobuf-c reads no more for a tag or a length */
    GROUP_BEGIN = 3,
    GROUP_END = 4,
};

/* One message being walked; a submessage gets a walk of its own. */
typedef struct walk {
    const uint8_t *at;
    const uint8_t *end;
    const ProtobufCMessageDescriptor *type;
    const char *what;
    unsigned depth;
    uint32_t *newer; /* the first unknown field numbered 1 to 999, in the whole tree */
    toc_err *err;
    uint64_t seen[WIRE_FIELDS_MAX / 64];
    unsigned oneofs[WIRE_ONEOFS_MAX]; /* quantifier offsets of the oneofs that have a member */
    size_t oneof_count;
} walk;

static toc_code walk_message(walk *at);

static toc_code malformed(const walk *at, const char *field, const char *problem)
{
    return toc_fail(at->err, TOC_MALFORMED, "%s: field '%s' of %s %s", at->what, field,
                    at->type->short_name, problem);
}

/* A base 128 varint of at most `bytes_max` bytes; false when cut short or larger than 64 bits. */
static bool take_varint(walk *at, size_t bytes_max, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes_max && at->at < at->end; i++) {
        uint8_t byte = *at->at++;
        if (i == VARINT_BYTES_MAX - 1 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(walk *at, size_t size, toc_span *out)
{
    if (size > (size_t)(at->end - at->at))
        return false;
    *out = toc_span_of(at->at, size);
    at->at += size;
    return true;
}

static bool take_prefixed(walk *at, toc_span *out)
{
    uint64_t size;
    return take_varint(at, TAG_BYTES_MAX, &size) && size <= (uint64_t)(at->end - at->at) &&
           take_bytes(at, (size_t)size, out);
}

static ProtobufCWireType wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        break;
    }
    return PROTOBUF_C_WIRE_TYPE_VARINT;
}

/* Whether a varint of `size` bytes is a value of the type: protobuf-c would cut what is too large,
 * and two readers would see two values. */
static bool in_range(ProtobufCType type, uint64_t value, size_t size)
{
    if (type == PROTOBUF_C_TYPE_BOOL)
        return size == 1 && value <= 1;
    if (type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_SINT32)
        return value <= UINT32_MAX;
    if (type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM)
        return value <= INT32_MAX || value >= UINT64_MAX - INT32_MAX; /* sign-extended */
    return true;
}

static toc_code check_scalar(walk *at, const ProtobufCFieldDescriptor *field)
{
    ProtobufCWireType wire_type = wire_type_of(field->type);
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
        const uint8_t *start = at->at;
        uint64_t value;
        if (!take_varint(at, VARINT_BYTES_MAX, &value))
            return malformed(at, field->name, "is cut short or larger than 64 bits");
        if (!in_range(field->type, value, (size_t)(at->at - start)))
            return malformed(at, field->name, "holds a value outside its type");
        return TOC_OK;
    }
    toc_span ignored;
    if (!take_bytes(at, wire_type == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4, &ignored))
        return malformed(at, field->name, "is cut short");
    return TOC_OK;
}

static toc_code check_packed(walk *at, const ProtobufCFieldDescriptor *field)
{
    toc_span packed;
    if (!take_prefixed(at, &packed))
        return malformed(at, field->name, "is cut short");
    walk inner = {.at = packed.data,
                  .end = packed.data + packed.size,
                  .type = at->type,
                  .what = at->what,
                  .err = at->err};
    while (inner.at < inner.end)
        TOC_TRY(check_scalar(&inner, field));
    return TOC_OK;
}

static toc_code check_submessage(walk *at, const ProtobufCFieldDescriptor *field, toc_span bytes)
{
    if (at->depth == WIRE_DEPTH_MAX)
        return malformed(at, field->name, "is nested too deeply");
    walk inner = {.at = bytes.data,
                  .end = bytes.data + bytes.size,
                  .type = field->descriptor,
                  .what = at->what,
                  .depth = at->depth + 1,
                  .newer = at->newer,
                  .err = at->err};
    return walk_message(&inner);
}

static toc_code check_prefixed(walk *at, const ProtobufCFieldDescriptor *field)
{
    toc_span bytes;
    if (!take_prefixed(at, &bytes))
        return malformed(at, field->name, "is cut short");
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return check_submessage(at, field, bytes);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        size_t position;
        if (!toc_utf8_valid(bytes, &position))
            return malformed(at, field->name, "is not UTF-8");
        /* protobuf-c hands out C strings: what follows a NUL would be signed but never shown. */
        if (bytes.size > 0 && memchr(bytes.data, 0, bytes.size) != NULL)
            return malformed(at, field->name, "contains a NUL");
    }
    return TOC_OK;
}

/* protobuf-c keeps the last of several, or merges them. */
static toc_code note_seen(walk *at, const ProtobufCFieldDescriptor *field)
{
    size_t index = (size_t)(field - at->type->fields);
    uint64_t bit = 1ull << (index % 64);
    bool again = (at->seen[index / 64] & bit) != 0;
    at->seen[index / 64] |= bit;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return TOC_OK;
    if (again)
        return malformed(at, field->name, "comes twice");
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return TOC_OK;
    for (size_t i = 0; i < at->oneof_count; i++) {
        if (at->oneofs[i] == field->quantifier_offset)
            return malformed(at, field->name,
                             "comes beside another of which only one may be there");
    }
    TOC_ASSERT(at->oneof_count < WIRE_ONEOFS_MAX);
    at->oneofs[at->oneof_count++] = field->quantifier_offset;
    return TOC_OK;
}

static toc_code check_field(walk *at, const ProtobufCFieldDescriptor *field, unsigned wire_type)
{
    TOC_TRY(note_seen(at, field));
    ProtobufCWireType expected = wire_type_of(field->type);
    bool packable = expected != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    if (packable && field->label == PROTOBUF_C_LABEL_REPEATED &&
        wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        return check_packed(at, field);
    if (wire_type != (unsigned)expected)
        return malformed(at, field->name, "has the wrong wire type");
    return packable ? check_scalar(at, field) : check_prefixed(at, field);
}

static toc_code check_unknown(walk *at, uint32_t number, unsigned wire_type)
{
    uint64_t value;
    toc_span ignored;
    bool whole = false;
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
        whole = take_varint(at, VARINT_BYTES_MAX, &value);
    else if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        whole = take_prefixed(at, &ignored);
    else
        whole = take_bytes(at, wire_type == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4, &ignored);
    if (!whole)
        return toc_fail(at->err, TOC_MALFORMED, "%s: unknown field %u of %s is cut short", at->what,
                        number, at->type->short_name);
    if (number < FIELD_IGNORABLE_MIN && *at->newer == 0)
        *at->newer = number;
    return TOC_OK;
}

static toc_code take_field(walk *at)
{
    uint64_t tag;
    if (!take_varint(at, TAG_BYTES_MAX, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return toc_fail(at->err, TOC_MALFORMED, "%s: no field tag where one should be in %s",
                        at->what, at->type->short_name);
    uint32_t number = (uint32_t)tag >> 3;
    unsigned wire_type = tag & 7;
    if (wire_type > PROTOBUF_C_WIRE_TYPE_32BIT || wire_type == GROUP_BEGIN ||
        wire_type == GROUP_END)
        return toc_fail(at->err, TOC_MALFORMED, "%s: field %u of %s has wire type %u (%s)",
                        at->what, number, at->type->short_name, wire_type,
                        wire_type > PROTOBUF_C_WIRE_TYPE_32BIT ? "there is none such"
                                                               : "groups are not taken");
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(at->type, number);
    return field == NULL ? check_unknown(at, number, wire_type) : check_field(at, field, wire_type);
}

static toc_code walk_message(walk *at)
{
    TOC_ASSERT(at->type->n_fields <= WIRE_FIELDS_MAX);
    while (at->at < at->end)
        TOC_TRY(take_field(at));
    for (unsigned i = 0; i < at->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &at->type->fields[i];
        if (field->label == PROTOBUF_C_LABEL_REQUIRED && (at->seen[i / 64] >> (i % 64) & 1) == 0)
            return malformed(at, field->name, "is missing");
    }
    return TOC_OK;
}

toc_code toc_wire_scan(toc_span bytes, const ProtobufCMessageDescriptor *descriptor,
                       const char *what, toc_err *err)
{
    if (bytes.size > INT32_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %zu bytes", what, bytes.size);
    uint32_t newer = 0;
    walk at = {.type = descriptor, .what = what, .newer = &newer, .err = err};
    if (bytes.size > 0) {
        at.at = bytes.data;
        at.end = bytes.data + bytes.size;
    }
    TOC_TRY(walk_message(&at));
    if (newer != 0)
        return toc_fail(err, TOC_STATE, "%s: field %u is unknown: reading it needs a newer version",
                        what, newer);
    return TOC_OK;
}

static void *arena_alloc(void *arena, size_t size)
{
    return toc_arena_alloc(arena, size);
}

static void arena_free(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

/* Freeing does nothing. */
static ProtobufCAllocator allocator_over(toc_arena *arena)
{
    return (ProtobufCAllocator){.alloc = arena_alloc, .free = arena_free, .allocator_data = arena};
}

toc_code toc_wire_unpack(toc_span bytes, const ProtobufCMessageDescriptor *descriptor,
                         toc_arena *arena, const char *what, ProtobufCMessage **out, toc_err *err)
{
    TOC_TRY(toc_wire_scan(bytes, descriptor, what, err));
    ProtobufCAllocator allocator = allocator_over(arena);
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &allocator, bytes.size, bytes.data);
    /* Whatever else protobuf-c refuses, the scan refused before. */
    if (message == NULL)
        return toc_fail(err, TOC_LIMIT, "%s: %zu bytes need more memory than is granted", what,
                        bytes.size);
    *out = message;
    return TOC_OK;
}

void toc_wire_pack(const ProtobufCMessage *message, toc_buf *out)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *start = toc_buf_extend(out, size);
    if (start != NULL)
        protobuf_c_message_pack(message, start);
}
