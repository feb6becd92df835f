#include "node/rights.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum { RIGHTS_GROUPS_MAX = 256, RIGHTS_PASSWD_BYTES = 16384 };

static bool among(unsigned id, const unsigned *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

/* The caller's groups by the system's user database; its primary one comes with the socket or the
 * file, and is all that a user has who is not in it. False: it cannot be told. */
static bool groups_of(unsigned uid, unsigned gid, unsigned *out, size_t *out_count)
{
    struct passwd entry, *found = NULL;
    char text[RIGHTS_PASSWD_BYTES];
    gid_t groups[RIGHTS_GROUPS_MAX];
    int count = RIGHTS_GROUPS_MAX;
    out[0] = gid;
    *out_count = 1;
    if (getpwuid_r(uid, &entry, text, sizeof text, &found) != 0)
        return false;
    if (found == NULL)
        return true;
    if (getgrouplist(found->pw_name, gid, groups, &count) < 0)
        return false;
    for (int i = 0; i < count; i++)
        out[i] = groups[i];
    *out_count = (size_t)count;
    return true;
}

static bool any_among(const unsigned *groups, size_t group_count, const unsigned *ids, size_t count)
{
    for (size_t i = 0; i < group_count; i++) {
        if (among(groups[i], ids, count))
            return true;
    }
    return false;
}

static const toc_config_audience *find_audience(const toc_config *config, unsigned uid,
                                                const unsigned *groups, size_t count)
{
    for (size_t i = 0; i < config->audience_count; i++) {
        const toc_config_audience *audience = &config->audiences[i];
        if (among(uid, audience->uids, audience->uid_count) ||
            any_among(groups, count, audience->gids, audience->gid_count))
            return audience;
    }
    return NULL;
}

toc_rights toc_rights_in(const toc_config *config, unsigned uid, const unsigned *groups,
                         size_t count, bool known)
{
    bool named_admin = among(uid, config->admin_uids, config->admin_uid_count);
    bool named = named_admin || among(uid, config->uids, config->uid_count);
    if (!known) /* which audience he is may depend on a group, too: the first counts */
        return (toc_rights){.may = named, .admin = named_admin};
    toc_rights rights = {.audience = find_audience(config, uid, groups, count)};
    rights.admin =
        named_admin || any_among(groups, count, config->admin_gids, config->admin_gid_count);
    rights.may = rights.admin || named || any_among(groups, count, config->gids, config->gid_count);
    /* Who is named as an audience is one, whatever his groups may. */
    if (rights.audience != NULL && !named &&
        among(uid, rights.audience->uids, rights.audience->uid_count))
        rights.may = rights.admin = false;
    return rights;
}

toc_rights toc_rights_of(const toc_config *config, unsigned uid, unsigned gid)
{
    unsigned groups[RIGHTS_GROUPS_MAX];
    size_t count;
    if (uid == 0 || uid == geteuid())
        return (toc_rights){.may = true, .admin = true};
    bool known = groups_of(uid, gid, groups, &count);
    return toc_rights_in(config, uid, groups, count, known);
}

/* ---- a configuration that changes ---- */

static bool see_the_same(const toc_config_audience *left, const toc_config_audience *right)
{
    toc_hash before, after;
    toc_audience_id(&left->sees, &before);
    toc_audience_id(&right->sees, &after);
    return toc_hash_equal(&before, &after);
}

static size_t keep_common(unsigned *ids, size_t count, const unsigned *others, size_t other_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (among(ids[i], others, other_count))
            ids[kept++] = ids[i];
    }
    return kept;
}

static const toc_config_audience *find_named(const toc_config *config, const char *name)
{
    for (size_t i = 0; i < config->audience_count; i++) {
        if (strcmp(config->audiences[i].name, name) == 0)
            return &config->audiences[i];
    }
    return NULL;
}

bool toc_rights_keep_audiences(const toc_config *now, toc_config *fresh)
{
    static const toc_config_audience gone;
    toc_config_audience kept[TOC_AUDIENCES_MAX];
    bool changed = fresh->audience_count != now->audience_count;
    for (size_t i = 0; i < now->audience_count; i++) {
        toc_config_audience *each = &kept[i];
        const toc_config_audience *anew = find_named(fresh, now->audiences[i].name);
        *each = anew == NULL ? gone : *anew;
        if (anew != NULL && see_the_same(&now->audiences[i], anew))
            continue;
        const toc_config_audience said = *each;
        changed = true;
        *each = now->audiences[i];
        each->uid_count = keep_common(each->uids, each->uid_count, said.uids, said.uid_count);
        each->gid_count = keep_common(each->gids, each->gid_count, said.gids, said.gid_count);
    }
    fresh->audience_count = now->audience_count;
    memcpy(fresh->audiences, kept, now->audience_count * sizeof *kept);
    return changed;
}
