/* Replays a fuzz corpus without libFuzzer, so that plain ctest runs every property over every input
 * that was ever found: each file below the folders named on the command line goes through
 * LLVMFuzzerTestOneInput once. Fails when it found no file, for then nothing was tested. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES_MAX = 64 << 20, DEPTH_MAX = 8 };

static size_t replayed;

static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = file == NULL || size > INPUT_BYTES_MAX ? NULL : malloc(size + 1);
    size_t got = data == NULL ? 0 : fread(data, 1, size, file);
    if (file != NULL)
        fclose(file);
    if (data == NULL || got != size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        free(data);
        return 1;
    }
    /* A copy of exactly that size, so that a sanitizer sees a read past the end. */
    uint8_t *exact = size == 0 ? NULL : malloc(size);
    if (exact != NULL)
        memcpy(exact, data, size);
    free(data);
    fprintf(stderr, "%s\n", path); /* the last one printed is the one that failed */
    (void)LLVMFuzzerTestOneInput(exact, exact == NULL ? 0 : size);
    free(exact);
    replayed++;
    return 0;
}

static int replay_path(const char *path, unsigned depth);

static int replay_folder(const char *path, unsigned depth) // NOLINT(misc-no-recursion)
{
    DIR *folder = opendir(path);
    int failures = 0;
    if (folder == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char below[4096];
        int size = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        failures += size < 0 || (size_t)size >= sizeof below ? 1 : replay_path(below, depth + 1);
    }
    closedir(folder);
    return failures;
}

static int replay_path(const char *path, unsigned depth) // NOLINT(misc-no-recursion)
{
    struct stat status;
    if (depth > DEPTH_MAX || stat(path, &status) != 0) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        return 1;
    }
    if (S_ISDIR(status.st_mode))
        return replay_folder(path, depth);
    return S_ISREG(status.st_mode) ? replay_file(path, (size_t)status.st_size) : 0;
}

int main(int argc, char **argv)
{
    int failures = 0;
    for (int i = 1; i < argc; i++)
        failures += replay_path(argv[i], 0);
    if (replayed == 0) {
        fprintf(stderr, "no input found\n");
        return EXIT_FAILURE;
    }
    printf("%zu inputs replayed\n", replayed);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
