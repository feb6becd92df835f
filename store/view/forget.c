/* Views of audiences that nobody is any more: in the clear, so they may not stay behind. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "store/folder.h"
#include "store/view/fold.h"

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static bool is_kept(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

toc_code toc_views_forget(const char *directory, const char *const *names, size_t count,
                          toc_err *err)
{
    __attribute__((cleanup(close_folder))) DIR *folder = opendir(directory);
    if (folder == NULL)
        return toc_folder_fail(err, "look for views in", directory, errno);
    const size_t prefix = strlen(TOC_VIEWS_PREFIX);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[TOC_PATH_BYTES_MAX];
        if (strncmp(entry->d_name, TOC_VIEWS_PREFIX, prefix) != 0 ||
            is_kept(entry->d_name + prefix, names, count))
            continue;
        int length = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path)
            return toc_fail(err, TOC_LIMIT, "the path '%s/%s' is too long", directory,
                            entry->d_name);
        TOC_TRY(toc_env_remove(path, err));
    }
    return TOC_OK;
}
