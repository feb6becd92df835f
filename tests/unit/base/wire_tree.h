/* tests/unit/base/wire_tree.h: a message with one field of every type, its protobuf-c descriptor
 * written by hand, so that the scan is tested whatever our own schemas use. */
#ifndef TOC_TESTS_UNIT_BASE_WIRE_TREE_H
#define TOC_TESTS_UNIT_BASE_WIRE_TREE_H

#include "proto/base/wire.h"

/* message Leaf { required uint32 number = 1; repeated Leaf leaves = 2; } */
typedef struct leaf {
    ProtobufCMessage base;
    uint32_t number;
    size_t n_leaves;
    struct leaf **leaves;
} leaf;

/* message Tree: one field of every type, repeated ones, a oneof, a submessage. */
typedef struct tree {
    ProtobufCMessage base;
    protobuf_c_boolean has[15]; /* by field number */
    int32_t i32, s32, sf32, e;
    int64_t i64, s64, sf64;
    uint32_t u32, f32;
    uint64_t u64, f64;
    protobuf_c_boolean flag;
    char *text;
    ProtobufCBinaryData bytes;
    size_t n_numbers, n_flags, n_fixed, n_texts;
    uint32_t *numbers;
    protobuf_c_boolean *flags;
    uint64_t *fixed;
    char **texts;
    leaf *sub;
    uint32_t which;
    uint64_t one;
    uint64_t two;
} tree;

static const ProtobufCMessageDescriptor leaf_descriptor;

#define FIELD(id_, name_, label_, type_, owner_, member_, quantifier_, flags_, descriptor_)        \
    {                                                                                              \
        .name = (name_), .id = (id_), .label = PROTOBUF_C_LABEL_##label_,                          \
        .type = PROTOBUF_C_TYPE_##type_, .quantifier_offset = (quantifier_),                       \
        .offset = offsetof(owner_, member_), .descriptor = (descriptor_), .flags = (flags_)        \
    }
#define OPTIONAL(id_, type_, member_)                                                              \
    FIELD(id_, #member_, OPTIONAL, type_, tree, member_,                                           \
          offsetof(tree, has) + (id_) * sizeof(protobuf_c_boolean), 0, NULL)

static const ProtobufCFieldDescriptor leaf_fields[] = {
    FIELD(1, "number", REQUIRED, UINT32, leaf, number, 0, 0, NULL),
    FIELD(2, "leaves", REPEATED, MESSAGE, leaf, leaves, offsetof(leaf, n_leaves), 0,
          &leaf_descriptor),
};
static const ProtobufCIntRange leaf_ranges[] = {{1, 0}, {0, 2}};
static const ProtobufCMessageDescriptor leaf_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Leaf",
    .short_name = "Leaf",
    .sizeof_message = sizeof(leaf),
    .n_fields = TOC_COUNT(leaf_fields),
    .fields = leaf_fields,
    .n_field_ranges = 1,
    .field_ranges = leaf_ranges,
};

enum { ONEOF = PROTOBUF_C_FIELD_FLAG_ONEOF, PACKED = PROTOBUF_C_FIELD_FLAG_PACKED };

static const ProtobufCFieldDescriptor tree_fields[] = {
    OPTIONAL(1, INT32, i32),
    OPTIONAL(2, SINT32, s32),
    OPTIONAL(3, SFIXED32, sf32),
    OPTIONAL(4, INT64, i64),
    OPTIONAL(5, SINT64, s64),
    OPTIONAL(6, SFIXED64, sf64),
    OPTIONAL(7, UINT32, u32),
    OPTIONAL(8, FIXED32, f32),
    OPTIONAL(9, UINT64, u64),
    OPTIONAL(10, FIXED64, f64),
    OPTIONAL(11, BOOL, flag),
    OPTIONAL(12, ENUM, e),
    FIELD(13, "text", OPTIONAL, STRING, tree, text, 0, 0, NULL),
    OPTIONAL(14, BYTES, bytes),
    FIELD(15, "numbers", REPEATED, UINT32, tree, numbers, offsetof(tree, n_numbers), 0, NULL),
    FIELD(16, "flags", REPEATED, BOOL, tree, flags, offsetof(tree, n_flags), PACKED, NULL),
    FIELD(17, "fixed", REPEATED, FIXED64, tree, fixed, offsetof(tree, n_fixed), PACKED, NULL),
    FIELD(18, "texts", REPEATED, STRING, tree, texts, offsetof(tree, n_texts), 0, NULL),
    FIELD(19, "sub", OPTIONAL, MESSAGE, tree, sub, 0, 0, &leaf_descriptor),
    FIELD(20, "one", OPTIONAL, UINT64, tree, one, offsetof(tree, which), ONEOF, NULL),
    FIELD(21, "two", OPTIONAL, UINT64, tree, two, offsetof(tree, which), ONEOF, NULL),
};
static const ProtobufCIntRange tree_ranges[] = {{1, 0}, {0, 21}};
static const ProtobufCMessageDescriptor tree_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Tree",
    .short_name = "Tree",
    .sizeof_message = sizeof(tree),
    .n_fields = TOC_COUNT(tree_fields),
    .fields = tree_fields,
    .n_field_ranges = 1,
    .field_ranges = tree_ranges,
};

#endif
