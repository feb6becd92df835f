#include "tools/help.h"

#include "proto/base/version.h"

enum { NAME_COLUMNS = 18, OPTION_COLUMNS = 22 };

static void add_command(const toc_command *command, toc_buf *out)
{
    toc_buf_printf(out, "  %-*s  %s\n", NAME_COLUMNS, command->name, command->about);
}

void toc_help_group(const toc_command *commands, const char *first, toc_buf *out)
{
    size_t size = strlen(first);
    toc_buf_printf(out, "usage: tocsin %s WORD … [--option …]\n\n", first);
    for (const toc_command *c = commands; c->name != NULL; c++) {
        if (strncmp(c->name, first, size) == 0 && c->name[size] == ' ')
            add_command(c, out);
    }
    toc_buf_printf(out, "\n'tocsin %s WORD --help' tells more, with an example.\n", first);
}

void toc_help_all(const toc_command *commands, toc_buf *out)
{
    toc_buf_add_text(out, "tocsin " TOC_VERSION
                          ": ask and feed a Tocsin node\n\nusage: tocsin COMMAND [--option …]\n\n");
    for (const toc_command *c = commands; c->name != NULL; c++)
        add_command(c, out);
    toc_buf_add_text(
        out,
        "\n'tocsin COMMAND --help' tells more, with an example. Exit codes: 0 done, 1 failed, 2 "
        "usage,\n4 some lines refused, 5 denied, 6 does not verify, 7 node not reachable.\n");
}

static void add_options(const toc_option *options, toc_buf *out)
{
    for (; options != NULL && options->name != NULL; options++) {
        TOC_AUTO(toc_buf_wipe) toc_buf left = {0};
        toc_buf_printf(&left, "--%s%s%s", options->name, options->value == NULL ? "" : " ",
                       options->value == NULL ? "" : options->value);
        toc_buf_printf(out, "  %-*s ", OPTION_COLUMNS, toc_buf_text(&left));
        if (left.size > OPTION_COLUMNS) /* on a line of its own, so that the column stays one */
            toc_buf_printf(out, "\n  %*s ", OPTION_COLUMNS, "");
        toc_buf_printf(out, "%s\n", options->about);
    }
}

void toc_help_command(const toc_command *command, toc_buf *out)
{
    toc_buf_printf(out, "%s\n\nusage: tocsin %s%s%s [--option …]\n\n", command->about,
                   command->name, command->words[0] == '\0' ? "" : " ", command->words);
    add_options(command->options, out);
    add_options(toc_global_options, out);
    toc_buf_printf(out, "\nexample:\n  %s\n", command->example);
}

static void add_words(const toc_option *options, toc_buf *out)
{
    for (; options != NULL && options->name != NULL; options++)
        toc_buf_printf(out, " --%s", options->name);
}

/* First words once each, then second words and options by what stands before. */
void toc_completion_bash(const toc_command *commands, toc_buf *out)
{
    toc_buf_add_text(out, "_tocsin() {\n    local at=${COMP_WORDS[COMP_CWORD]} words=\n"
                          "    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
    for (const toc_command *c = commands; c->name != NULL; c++) {
        toc_buf_printf(out, "    \"%s\"%s) words=\"", c->name,
                       strchr(c->name, ' ') == NULL ? "\\ *" : "");
        add_words(c->options, out);
        add_words(toc_global_options, out);
        toc_buf_add_text(out, "\" ;;\n");
    }
    toc_buf_add_text(out, "    esac\n    if [ \"$COMP_CWORD\" = 1 ]; then words=\"");
    for (const toc_command *c = commands; c->name != NULL; c++) {
        size_t size = strcspn(c->name, " ");
        bool said =
            c > commands && strncmp(c[-1].name, c->name, size) == 0 && c[-1].name[size] == ' ';
        if (!said)
            toc_buf_printf(out, "%.*s ", (int)size, c->name);
    }
    toc_buf_add_text(out,
                     "\"; fi\n    if [ \"$COMP_CWORD\" = 2 ]; then case ${COMP_WORDS[1]} in\n");
    for (const toc_command *c = commands; c->name != NULL; c++) {
        const char *second = strchr(c->name, ' ');
        if (second != NULL)
            toc_buf_printf(out, "    %.*s) words+=\" %s\" ;;&\n", (int)(second - c->name), c->name,
                           second + 1);
    }
    toc_buf_add_text(out,
                     "    esac; fi\n"
                     "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$at\")\n"
                     "    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "
                     "\"$at\")\n}\ncomplete -F _tocsin tocsin\n");
}
