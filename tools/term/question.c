#include "tools/term/question.h"

#include <stdio.h>
#include <unistd.h>

toc_code toc_question(const char *what, toc_err *err)
{
    char answer[8] = "";
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return toc_fail(err, TOC_USAGE, "%s; say --yes when that is meant", what);
    fprintf(stderr, "tocsin: %s. Go on? [y/N] ", what);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
        return TOC_OK;
    return toc_fail(err, TOC_USAGE, "nothing was written");
}
