/* keys rotate, card change, officer remove: what the root signs. */
#include "proto/base/text.h"
#include "proto/roll/change.h"
#include "proto/roll/endpoint.h"
#include "tools/change.h"
#include "tools/commands.h"

const toc_option toc_keys_rotate_options[] = {
    {"sign", NULL, "a new key for checkpoints: what was signed before stays valid"},
    {"cosign", NULL, "a new key for receipts"},
    {"link", NULL, "a new key for links; the old one is answered for 30 days"},
    {"seal", NULL, "a new key that sender keys are sealed to"},
    {"root", NULL, "the next root, which the card has committed to, and a new one after it"},
    {"compromised", NULL, "the old keys are in other hands: they are dropped at once"},
    TOC_ROOT_OPTIONS,
    {NULL, NULL, NULL},
};

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
    TOC_TRY(toc_change_begin(cli, args, which, &change, err));
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
