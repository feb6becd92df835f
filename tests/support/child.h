/* tests/support/child.h: what ends a process, tried in a child.
 * Owns: nothing. Threads: the test's. Errors: fail the test. */
#ifndef TOC_TESTS_SUPPORT_CHILD_H
#define TOC_TESTS_SUPPORT_CHILD_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"

/* Runs `body` in a child; the signal that ended it, or 0. */
static inline int signal_of(void (*body)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0};
        setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        body();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

#endif
