/* Preloaded into a process, lets one of its operations on files fail: number FAULT_AT, with FAULT_ERRNO. Counts them into
   the file FAULT_COUNT. What is only read, and standard output and error, do not count. With SHUFFLE each operation waits
   for a time of its own before it begins, so that threads come in another order. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static void wait_some_time(long number) {
    static long seed = -1;
    if (seed < 0) {
        const char *stated = getenv("SHUFFLE");
        seed = stated ? atol(stated) : 0;
    }
    if (seed > 0) usleep((unsigned long)(number + seed) * 2654435761u % 4096);
}

static int fails(void) {
    static long at = -1;
    if (at < 0) {
        const char *stated = getenv("FAULT_AT");
        at = stated ? atol(stated) : 0;
    }
    long number = atomic_fetch_add(&count, 1) + 1;
    wait_some_time(number);
    if (number != at) return 0;
    const char *code = getenv("FAULT_ERRNO");
    errno = code ? atoi(code) : EIO;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t size) {
    if (fd > 2 && fails()) return -1;
    return NEXT(write)(fd, bytes, size);
}

static int opened(int (*next)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if ((flags & O_ACCMODE) != O_RDONLY && fails()) return -1;
    return next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(NEXT(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(NEXT(open64), path, flags, mode);
}

int fsync(int fd) {
    return fails() ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    return fails() ? -1 : NEXT(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    return fails() ? -1 : NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
    return fails() ? -1 : NEXT(mkdir)(path, mode);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld", atomic_load(&count));
    fclose(file);
}
