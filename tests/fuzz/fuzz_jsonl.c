/* Rows of a file, in whatever chunks it comes (tests/fuzz/rows_property.h). */
#include "tests/fuzz/rows_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        check_rows(TOC_ROWS_JSONL, data, size);
    return 0;
}
