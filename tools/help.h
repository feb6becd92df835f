/* tools/help.h: what --help and shell completion say, all from the table of commands. Threads:
 * pure.
 */
#ifndef TOC_TOOLS_HELP_H
#define TOC_TOOLS_HELP_H

#include "tools/cli.h"

/* `commands` ends with a name of NULL. */
void toc_help_all(const toc_command *commands, toc_buf *out);
/* The commands of two words that begin with this one. */
void toc_help_group(const toc_command *commands, const char *first, toc_buf *out);
void toc_help_command(const toc_command *command, toc_buf *out);
void toc_completion_bash(const toc_command *commands, toc_buf *out);

#endif
