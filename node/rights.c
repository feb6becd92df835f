#include "node/rights.h"

#include <grp.h>
#include <pwd.h>
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

/* The caller's groups by the system's user database: its primary one comes with the socket or the
 * file. */
static size_t groups_of(unsigned uid, unsigned gid, unsigned *out)
{
    struct passwd entry, *found = NULL;
    char text[RIGHTS_PASSWD_BYTES];
    gid_t groups[RIGHTS_GROUPS_MAX];
    int count = RIGHTS_GROUPS_MAX;
    out[0] = gid;
    if (getpwuid_r(uid, &entry, text, sizeof text, &found) != 0 || found == NULL)
        return 1;
    if (getgrouplist(found->pw_name, gid, groups, &count) < 0)
        return 1;
    for (int i = 0; i < count; i++)
        out[i] = groups[i];
    return (size_t)count;
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

toc_rights toc_rights_of(const toc_config *config, unsigned uid, unsigned gid)
{
    if (uid == 0 || uid == geteuid())
        return (toc_rights){.may = true, .admin = true};
    unsigned groups[RIGHTS_GROUPS_MAX];
    size_t count = groups_of(uid, gid, groups);
    toc_rights rights = {.audience = find_audience(config, uid, groups, count)};
    rights.admin = among(uid, config->admin_uids, config->admin_uid_count) ||
                   any_among(groups, count, config->admin_gids, config->admin_gid_count);
    rights.may = rights.admin || among(uid, config->uids, config->uid_count) ||
                 any_among(groups, count, config->gids, config->gid_count);
    /* Who is named as an audience is one, whatever his groups may. */
    bool named = among(uid, config->uids, config->uid_count) ||
                 among(uid, config->admin_uids, config->admin_uid_count);
    if (rights.audience != NULL && !named &&
        among(uid, rights.audience->uids, rights.audience->uid_count))
        rights.may = rights.admin = false;
    return rights;
}
