#include "proto/rules/audience.h"

#include <stdlib.h>

#include "proto/crypto/hash.h"

const toc_audience toc_audience_officers = {.officers = true};

toc_audience toc_audience_reader(const toc_circle_id *circle, const toc_org_id *org)
{
    return (toc_audience){.tlp_max = TOC_TLP_RED,
                          .circle_count = 1,
                          .circles = {*circle},
                          .has_org = true,
                          .org = *org};
}

bool toc_audience_enters(const toc_audience *audience, const toc_circle_id *circle)
{
    for (size_t i = 0; i < audience->circle_count; i++) {
        if (toc_circle_id_equal(&audience->circles[i], circle))
            return true;
    }
    return audience->officers || audience->any_circle;
}

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_org_id_equal(&orgs[i], org))
            return true;
    }
    return false;
}

bool toc_audience_is_named(const toc_statement *statement)
{
    return statement->tlp == TOC_TLP_RED || statement->releasable_count > 0 ||
           statement->not_to_count > 0;
}

/* Every one of these is among those. */
static bool contains(const toc_org_id *those, size_t those_count, const toc_org_id *these,
                     size_t these_count)
{
    for (size_t i = 0; i < these_count; i++) {
        if (!among(those, those_count, &these[i]))
            return false;
    }
    return true;
}

bool toc_audience_narrows(const toc_statement *before, const toc_statement *after)
{
    if (after->tlp > before->tlp)
        return true;
    if (before->releasable_count == 0)
        return after->releasable_count > 0 ||
               !contains(before->not_to, before->not_to_count, after->not_to, after->not_to_count);
    for (size_t i = 0; i < before->releasable_count; i++) {
        const toc_org_id *org = &before->releasable_to[i];
        bool had = !among(before->not_to, before->not_to_count, org);
        bool has = !among(after->not_to, after->not_to_count, org) &&
                   (after->releasable_count == 0 ||
                    among(after->releasable_to, after->releasable_count, org));
        if (had && !has)
            return true;
    }
    return false;
}

/* Of what names readers, or those who are none: whoever stands for no org may be anybody's. */
static bool may_read(const toc_audience *audience, const toc_org_id *author,
                     const toc_statement *statement)
{
    if (toc_org_id_equal(&audience->org, author))
        return true;
    if (among(statement->not_to, statement->not_to_count, &audience->org))
        return false;
    return statement->releasable_count == 0 ||
           among(statement->releasable_to, statement->releasable_count, &audience->org);
}

bool toc_audience_sees(const toc_audience *audience, const toc_circle_id *circle,
                       const toc_org_id *author, const toc_statement *statement)
{
#ifdef TOCSIN_NOBODY_SEES
    (void)audience, (void)circle, (void)author, (void)statement;
    (void)may_read;
    return false; /* a build for tests: every door must then be empty */
#else
    if (audience->officers)
        return true;
    if (statement->tlp > audience->tlp_max || !toc_audience_enters(audience, circle))
        return false;
    return !toc_audience_is_named(statement) ||
           (audience->has_org && may_read(audience, author, statement));
#endif
}

static int compare_circles(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_circle_id));
}

void toc_audience_id(const toc_audience *audience, toc_hash *out)
{
    toc_audience named = *audience;
    if (named.any_circle || named.officers)
        named.circle_count = 0;
    if (named.circle_count > 1)
        qsort(named.circles, named.circle_count, sizeof named.circles[0], compare_circles);
    uint8_t what[] = {named.officers, named.officers ? 0 : (uint8_t)named.tlp_max,
                      named.any_circle && !named.officers, named.has_org && !named.officers};
    toc_span parts[] = {
        toc_span_text("tocsin/audience/1\n"), TOC_SPAN_OF(what),
        toc_span_of(named.org.bytes, what[3] ? sizeof named.org.bytes : 0),
        toc_span_of(named.circles[0].bytes, named.circle_count * sizeof named.circles[0])};
    toc_blake2b_parts(parts, TOC_COUNT(parts), out);
}
