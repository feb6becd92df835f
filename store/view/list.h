/* store/view/list.h: growing arrays of the fold.
 *     TOC_LIST(toc_claim_id) ids = {0};
 *     toc_claim_id *place = TOC_LIST_ADD(&ids);   NULL without memory
 *     TOC_LIST_WIPE(&ids);
 * Owns: the array. Threads: one at a time. Errors: NULL. */
#ifndef TOC_STORE_VIEW_LIST_H
#define TOC_STORE_VIEW_LIST_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TOC_LIST(type)                                                                             \
    struct {                                                                                       \
        type *at;                                                                                  \
        char (*item)[sizeof(type)]; /* for its size only */                                        \
        size_t count, capacity;                                                                    \
    }

/* `at` is the address of the array's pointer. */
static inline int toc_list_room(void *at, size_t *capacity, size_t item_bytes)
{
    size_t more = *capacity == 0 ? 64 : 2 * *capacity;
    void *items;
    memcpy(&items, at, sizeof items);
    items = more > SIZE_MAX / item_bytes ? NULL : realloc(items, more * item_bytes);
    if (items == NULL)
        return 0;
    memcpy(at, &items, sizeof items);
    *capacity = more;
    return 1;
}

/* Makes room for one more; false without memory, and nothing is lost. */
#define TOC_LIST_ROOM(list)                                                                        \
    ((list)->count < (list)->capacity ||                                                           \
     toc_list_room(&(list)->at, &(list)->capacity, sizeof *(list)->item))
#define TOC_LIST_ADD(list) (TOC_LIST_ROOM(list) ? &(list)->at[(list)->count++] : NULL)
#define TOC_LIST_WIPE(list)                                                                        \
    (free((list)->at), (list)->at = NULL, (list)->count = (list)->capacity = 0)

#endif
