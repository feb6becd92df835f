/* A message that decodes can be encoded, decodes to the same again, and is encoded in one way. */
#include "tests/unit/session/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *second = NULL;
    TOC_ASSERT(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, NULL) == TOC_OK);
    TOC_ASSERT(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &second, NULL) == TOC_OK);
    toc_message message = {0}, again = {0};
    toc_code code = toc_message_decode(toc_span_of(data, size), arena, &message, NULL);
    TOC_ASSERT(code == TOC_OK || code == TOC_MALFORMED || code == TOC_STATE || code == TOC_LIMIT);
    if (code != TOC_OK)
        return 0;
    TOC_AUTO(toc_buf_wipe) toc_buf once = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    TOC_ASSERT(toc_message_encode(&message, &once, NULL) == TOC_OK);
    TOC_ASSERT(once.size <= size); /* ours is the shortest way */
    TOC_ASSERT(toc_message_decode(toc_buf_view(&once), second, &again, NULL) == TOC_OK);
    TOC_ASSERT(message_equal(&message, &again));
    TOC_ASSERT(toc_message_encode(&again, &twice, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
    return 0;
}
