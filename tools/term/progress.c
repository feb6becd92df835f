#include "tools/term/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tools/term/text.h"

enum { QUIET_MS = 1000, REDRAW_MS = 100, SECOND_MS = 1000 };

static uint64_t now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void toc_progress_begin(toc_progress_line *line)
{
    *line = (toc_progress_line){.on = isatty(STDERR_FILENO) == 1, .began_ms = now_ms()};
}

static void add_left(toc_buf *out, uint64_t done, uint64_t total, uint64_t rate)
{
    uint64_t seconds = rate == 0 ? 0 : (total - done) / rate;
    toc_buf_printf(out, " of %llu, %llu:%02llu left", (unsigned long long)total,
                   (unsigned long long)(seconds / 60), (unsigned long long)(seconds % 60));
}

void toc_progress_show(toc_progress_line *line, toc_span what, uint64_t done, uint64_t total)
{
    uint64_t now = line->on ? now_ms() : 0, spent = now - line->began_ms;
    if (!line->on || spent < QUIET_MS || now - line->shown_ms < REDRAW_MS)
        return;
    line->shown_ms = now;
    line->drawn = true;
    uint64_t rate = done * SECOND_MS / spent;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_term_add(&text, what);
    toc_buf_printf(&text, " %llu", (unsigned long long)done);
    if (total >= done && total > 0)
        add_left(&text, done, total, rate);
    toc_buf_printf(&text, ", %llu/s", (unsigned long long)rate);
    fprintf(stderr, "\r\033[K%s", toc_buf_text(&text));
    fflush(stderr);
}

void toc_progress_end(toc_progress_line *line)
{
    if (line->drawn)
        fputs("\r\033[K", stderr);
    line->drawn = false;
}
