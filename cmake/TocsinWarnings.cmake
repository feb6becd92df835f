# Every target of ours is built with these; warnings are errors in every preset.
add_library(toc_warnings INTERFACE)
target_compile_options(toc_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wpointer-arith
    -Wswitch-enum -Wdouble-promotion)
target_compile_definitions(toc_warnings INTERFACE _GNU_SOURCE)
