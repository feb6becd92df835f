/* keys rotate, card change, officer remove: what the root signs. */
#include <stdio.h>

#include "proto/base/text.h"
#include "proto/roll/change.h"
#include "proto/roll/endpoint.h"
#include "tools/change.h"
#include "tools/commands.h"
#include "tools/term/question.h"

const toc_option toc_keys_rotate_options[] = {
    {"sign", NULL, "a new key for checkpoints: what was signed before stays valid"},
    {"cosign", NULL, "a new key for receipts"},
    {"link", NULL, "a new key for links; the old one is answered for 30 days"},
    {"seal", NULL, "a new key that sender keys are sealed to"},
    {"root", NULL, "the next root, which the card has committed to, and a new one after it"},
    {"compromised", NULL, "the old keys are in other hands: they are dropped at once"},
    {"retired-at", "TIME",
     "since when the old sign and cosign keys are not this org's any more, if not since now"},
    {"yes", NULL, "date a retirement back without asking, where nobody sits at the terminal"},
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

/* The moment is on the card for sign and cosign keys alone: by it others judge what they signed. */
static toc_code read_retirement(const toc_opts *args, unsigned which, toc_time *out, toc_err *err)
{
    const char *text = toc_opts_value(args, "retired-at");
    if (text == NULL)
        return TOC_OK;
    if ((which & (TOC_CHANGE_SIGN | TOC_CHANGE_COSIGN)) == 0)
        return toc_fail(
            err, TOC_USAGE,
            "--retired-at is for --sign and --cosign: what a link, seal or root key did "
            "is not judged by a moment (--compromised drops link and seal keys)");
    if (toc_time_parse(toc_span_text(text), out, err) != TOC_OK || out->unix_ms == 0)
        return toc_fail(err, TOC_USAGE,
                        "--retired-at takes a time (2026-03-09T22:45:00Z, or a day, which is its "
                        "midnight in UTC), not '%s'",
                        text);
    return TOC_OK;
}

/* What it takes, before it is signed. */
static toc_code confirm_retirement(const toc_opts *args, unsigned which, toc_time at, toc_err *err)
{
    char time[TOC_TIME_TEXT_BYTES], what[TOC_ERR_TEXT_BYTES];
    toc_time_print(at, time);
    if ((which & TOC_CHANGE_SIGN) != 0)
        fprintf(stderr,
                "tocsin: warning: what the old sign key signed since %s counts only where another "
                "member receipted it before. This node signs the heads that it holds anew, with "
                "all that stands under them: retract what is not yours. What only others hold has "
                "no evidence any more\n",
                time);
    if ((which & TOC_CHANGE_COSIGN) != 0)
        fprintf(stderr,
                "tocsin: warning: receipts that this org gave since %s count for nothing in "
                "evidence made from now on, whoever wrote the record. What this node still holds "
                "it receipts anew, as of now\n",
                time);
    snprintf(what, sizeof what,
             "the card tells everybody that the old keys were not this org's since %s, and every "
             "member keeps it",
             time);
    return toc_opts_has(args, "yes") ? TOC_OK : toc_question(what, err);
}

toc_code toc_cmd_keys_rotate(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const names[] = {"sign", "cosign", "link", "seal"};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    bool root = toc_opts_has(args, "root"), compromised = toc_opts_has(args, "compromised");
    unsigned which = 0;
    for (unsigned i = 0; i < TOC_COUNT(names); i++)
        which |= toc_opts_has(args, names[i]) ? 1u << i : 0;
    if (which == 0 && !root)
        return toc_fail(err, TOC_USAGE,
                        "which keys? --sign, --cosign, --link, --seal, --root, or several");
    TOC_AUTO(toc_change_wipe) toc_card_change change = {0};
    TOC_TRY(read_retirement(args, which, &change.retired_at, err));
    TOC_TRY(toc_change_begin(cli, args, which, &change, err));
    if (toc_opts_has(args, "retired-at"))
        TOC_TRY(confirm_retirement(args, which, change.retired_at, err));
    change.next.seal_compromised = compromised && (which & TOC_CHANGE_SEAL) != 0;
    return toc_change_end(&change, root, compromised, err);
}

const toc_option toc_card_change_options[] = {
    {"name", "TEXT", "the org's name"},
    {"duty", "TEXT", "duty contact"},
    {"endpoint", "URL", "tcp://HOST:PORT instead of the endpoints there are; repeatable"},
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

toc_code toc_cmd_card_change(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    toc_span endpoints[TOC_ENDPOINTS_MAX];
    size_t count = 0, cursor = 0;
    const char *url, *name = toc_opts_value(args, "name"), *duty = toc_opts_value(args, "duty");
    while ((url = toc_opts_each(args, "endpoint", &cursor)) != NULL) {
        if (count == TOC_ENDPOINTS_MAX)
            return toc_fail(err, TOC_LIMIT, "a card has at most %u endpoints", TOC_ENDPOINTS_MAX);
        endpoints[count] = toc_span_text(url);
        TOC_TRY(toc_endpoint_check(endpoints[count++], err));
    }
    if (name == NULL && duty == NULL && count == 0)
        return toc_fail(err, TOC_USAGE, "what changes? --name, --duty or --endpoint");
    TOC_AUTO(toc_change_wipe) toc_card_change change = {0};
    TOC_TRY(toc_change_begin(cli, args, 0, &change, err));
    if (name != NULL)
        change.next.name = toc_span_text(name);
    if (duty != NULL)
        change.next.duty = toc_span_text(duty);
    if (count > 0) {
        change.next.endpoints = endpoints;
        change.next.endpoint_count = count;
    }
    return toc_change_end(&change, false, false, err);
}
