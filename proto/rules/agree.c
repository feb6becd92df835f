#include "proto/rules/agree.h"

bool toc_voices_agree(const toc_voice *voices, size_t count)
{
    const toc_root *first = NULL;
    bool orgs = false, roots = false;
    for (size_t i = 0; i < count; i++) {
        orgs = orgs || !toc_org_id_equal(&voices[i].org, &voices[0].org);
        for (size_t j = 0; j < voices[i].root_count; j++) {
            first = first == NULL ? &voices[i].roots[j] : first;
            roots = roots || !toc_span_equal(voices[i].roots[j], *first);
        }
    }
    return orgs && roots;
}
