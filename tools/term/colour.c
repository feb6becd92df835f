#include "tools/term/colour.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/term/text.h"

static const char *const starts[] = {
    [TOC_STYLE_PLAIN] = "",        [TOC_STYLE_STRONG] = "\033[1m",   [TOC_STYLE_QUIET] = "\033[2m",
    [TOC_STYLE_GOOD] = "\033[32m", [TOC_STYLE_WARNING] = "\033[33m", [TOC_STYLE_BAD] = "\033[31m",
};

static bool colour_on(void)
{
    const char *no_colour = getenv("NO_COLOR"), *kind = getenv("TERM");
    return (no_colour == NULL || no_colour[0] == '\0') && isatty(STDOUT_FILENO) == 1 &&
           kind != NULL && strcmp(kind, "dumb") != 0;
}

size_t toc_terminal_columns(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

void toc_colour_add(toc_buf *out, toc_style style, toc_span text)
{
    bool on = style != TOC_STYLE_PLAIN && colour_on();
    if (on)
        toc_buf_add_text(out, starts[style]);
    toc_term_add(out, text);
    if (on)
        toc_buf_add_text(out, "\033[0m");
}
