/* A configuration that is taken is written and read back the same; one that is not says why and
 * leaves its output untouched. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/format/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static toc_config config, again;
    toc_err err = {0};
    toc_config_default(&config);
    config.workers = 63; /* something that no default is */
    if (toc_config_parse("fuzz.conf", toc_span_of(data, size), &config, &err) != TOC_OK) {
        TOC_ASSERT(err.text[0] != '\0');
        TOC_ASSERT(config.workers == 63);
        return 0;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_config_write(&config, &text);
    TOC_ASSERT(toc_config_parse("again.conf", toc_buf_view(&text), &again, &err) == TOC_OK);
    TOC_AUTO(toc_buf_wipe) toc_buf second = {0};
    toc_config_write(&again, &second);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&text), toc_buf_view(&second)));
    return 0;
}
