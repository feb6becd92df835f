#include "node/diag.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "proto/base/text.h"

enum { DIAG_LINE_BYTES = 2048 };

static _Atomic int diag_level = TOC_DIAG_INFO;
static const char *const level_names[] = {"error", "warning", "info", "debug"};

void toc_diag_set_level(toc_diag_level level)
{
    atomic_store(&diag_level, (int)level);
}

toc_diag_id toc_diag_id_of(const void *id)
{
    toc_diag_id out;
    toc_hex_encode(toc_span_of(id, 8), out.text);
    return out;
}

void toc_diag(toc_diag_level level, const char *event, const char *format, ...)
{
    if ((int)level > atomic_load(&diag_level))
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char moment[TOC_TIME_TEXT_BYTES], line[DIAG_LINE_BYTES];
    toc_time_print((toc_time){(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000},
                   moment);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    /* A peer chooses some of these words: they stay on one line and draw nothing on a terminal. */
    for (char *at = line; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = ' ';
    }
    fprintf(stderr, "%s %s %s%s%s\n", moment, level_names[level], event, line[0] == '\0' ? "" : " ",
            line);
}
