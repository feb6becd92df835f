/* Whatever the scan takes, protobuf-c takes; and packed again it is taken again and packs to the
 * same. */
#include "tests/unit/base/wire_tree.h"

enum { INPUT_BYTES_MAX = 65535, ARENA_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_BYTES_MAX)
        return 0;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_ASSERT(toc_arena_new(ARENA_BYTES, &arena, NULL) == TOC_OK);
    toc_span bytes = toc_span_of(data, size);
    toc_code scanned = toc_wire_scan(bytes, &tree_descriptor, "input", NULL);
    TOC_ASSERT(scanned == TOC_OK || scanned == TOC_MALFORMED || scanned == TOC_STATE);
    ProtobufCMessage *message = NULL;
    TOC_ASSERT(toc_wire_unpack(bytes, &tree_descriptor, arena, "input", &message, NULL) == scanned);
    if (scanned != TOC_OK)
        return 0;
    TOC_AUTO(toc_buf_wipe) toc_buf once = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    toc_wire_pack(message, &once);
    TOC_ASSERT(toc_wire_unpack(toc_buf_view(&once), &tree_descriptor, arena, "packed", &message,
                               NULL) == TOC_OK);
    toc_wire_pack(message, &twice);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
    return 0;
}
