/* A library for LD_PRELOAD: while the file stands that NOSPACE names, writes at an offset fail as on a full file system. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(void) { const char *file = getenv("NOSPACE"); return file && access(file, F_OK) == 0; }

#define FULL if (is_full()) { errno = ENOSPC; return -1; }

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
{
    FULL
    return ((ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64"))(file, bytes, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset)
{
    FULL
    return ((ssize_t (*)(int, const struct iovec *, int, off64_t))dlsym(RTLD_NEXT, "pwritev64"))(file, parts, count, offset);
}
