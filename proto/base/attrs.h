/* proto/base/attrs.h: attributes that every header uses. */
#ifndef TOC_PROTO_BASE_ATTRS_H
#define TOC_PROTO_BASE_ATTRS_H

/* The result must be looked at: neglecting it is a hole. */
#define TOC_MUST __attribute__((warn_unused_result))
#define TOC_PRINTF(format_index, first_index)                                                      \
    __attribute__((format(printf, format_index, first_index)))

/* NOLINTBEGIN(bugprone-macro-parentheses): a type does not stand in parentheses. */

/* Cleanup bound to scope: TOC_AUTO(toc_buf_free) toc_buf *wire = NULL;
 * TOC_DEFINE_AUTO(type, free_function) makes the helper that TOC_AUTO names. */
#define TOC_AUTO(free_function) __attribute__((cleanup(free_function##_auto)))
#define TOC_DEFINE_AUTO(type, free_function)                                                       \
    static inline void free_function##_auto(type **object)                                         \
    {                                                                                              \
        free_function(*object);                                                                    \
    }
/* The same for objects in the caller's storage. */
#define TOC_DEFINE_AUTO_WIPE(type, wipe_function)                                                  \
    static inline void wipe_function##_auto(type *object)                                          \
    {                                                                                              \
        wipe_function(object);                                                                     \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

#define TOC_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
