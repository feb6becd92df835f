/* tools/term/question.h: asks the person at the terminal before something large is done.
 * Owns: nothing. Threads: one. Errors: USAGE when the answer is no, or nobody is there. */
#ifndef TOC_TOOLS_TERM_QUESTION_H
#define TOC_TOOLS_TERM_QUESTION_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"

/* "tocsin: WHAT. Go on? [y/N]"; without a terminal at both ends the answer is no. `what`: one
 * sentence, without its end. */
TOC_MUST toc_code toc_question(const char *what, toc_err *err);

#endif
