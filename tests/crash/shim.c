/* Stands between a program and the system calls that change a disk: counts them in all processes together, and at one
 * of them kills the process group, or makes it fail. Loaded with LD_PRELOAD; does nothing until `crash_arm` maps the
 * state, which forks inherit. See shim.py for its layout.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 16384

enum { KILL = 1, FAIL = 2, FAIL_ON = 3 };

struct call {
    char what[16];
    char path[236];
    int32_t pid;
};

struct state {
    _Atomic int64_t count; /* calls so far */
    int64_t at;            /* the call that meets the fault, from 1; 0 for none */
    int64_t kind;
    int64_t error;   /* errno of FAIL and FAIL_ON */
    int64_t no_lock; /* flock says yes to everybody */
    _Atomic int64_t fired;
    struct call calls[MOST];
};

static struct state *state;

int crash_arm(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -1;
    void *found = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (found == MAP_FAILED) return -1;
    state = found;
    return 0;
}

long crash_size(void) { return (long)sizeof(struct state); }

/* A program that is started anew, not forked, finds the state by this variable. */
__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CRASH_STATE");
    if (path && *path) crash_arm(path);
}

static void name_of(int fd, char *out, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, out, size - 1);
    out[got > 0 ? got : 0] = 0;
}

/* 0 to go on, -1 to fail with errno, 1 to end here after half of the work. `space`: the call takes some. */
static int gate(const char *what, const char *path, int space) {
    if (!state) return 0;
    int64_t number = atomic_fetch_add(&state->count, 1) + 1;
    if (number <= MOST) {
        struct call *call = &state->calls[number - 1];
        strncpy(call->what, what, sizeof call->what - 1);
        strncpy(call->path, path ? path : "", sizeof call->path - 1);
        call->pid = getpid();
    }
    if (!state->at) return 0;
    int now = number == state->at, later = number > state->at && state->kind == FAIL_ON && space;
    if (!now && !later) return 0;
    if (now) atomic_store(&state->fired, 1);
    if (state->kind == KILL) return 1;
    errno = (int)state->error;
    return -1;
}

static void end(void) {
    kill(0, SIGKILL);
    for (;;) pause();
}

static int nowhere(const char *path) {
    return path && (!strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6) || !strncmp(path, "/sys/", 5));
}

/* Whether writing to it changes the disk: no pipes, sockets, standard files or memory. */
static int on_disk(int fd, char *name, size_t size) {
    struct stat found;
    int before = errno;
    if (!state || fd <= 2 || fstat(fd, &found) || !(S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))) {
        errno = before;
        return 0;
    }
    name_of(fd, name, size);
    errno = before;
    return !nowhere(name) && strncmp(name, "/memfd:", 7) != 0;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define BY_PATH(type, name, parameters, arguments, path, space) \
    type name parameters { \
        REAL(name); \
        int told = gate(#name, path, space); \
        if (told > 0) end(); \
        return told ? -1 : real arguments; \
    }

#define BY_HANDLE(type, name, parameters, arguments, space, half) \
    type name parameters { \
        REAL(name); \
        char path[256]; \
        if (!on_disk(fd, path, sizeof path)) return real arguments; \
        int told = gate(#name, path, space); \
        if (told > 0) { \
            half; \
            end(); \
        } \
        return told ? -1 : real arguments; \
    }

#define OPENS(name, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        if (!(flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) || nowhere(path)) return real arguments; \
        int told = gate(#name, path, (flags & O_CREAT) != 0); \
        if (told > 0) end(); \
        return told ? -1 : real arguments; \
    }

OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENS(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENS(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

#define STREAMS(name) \
    FILE *name(const char *path, const char *mode) { \
        REAL(name); \
        if (!strpbrk(mode, "wa+") || nowhere(path)) return real(path, mode); \
        int told = gate(#name, path, 1); \
        if (told > 0) end(); \
        return told ? NULL : real(path, mode); \
    }

STREAMS(fopen)
STREAMS(fopen64)

BY_PATH(int, creat, (const char *path, mode_t mode), (path, mode), path, 1)
BY_PATH(int, creat64, (const char *path, mode_t mode), (path, mode), path, 1)
BY_PATH(int, rename, (const char *path, const char *to), (path, to), path, 0)
BY_PATH(int, renameat, (int a, const char *path, int b, const char *to), (a, path, b, to), path, 0)
BY_PATH(int, renameat2, (int a, const char *path, int b, const char *to, unsigned f), (a, path, b, to, f), path, 0)
BY_PATH(int, link, (const char *path, const char *to), (path, to), to, 1)
BY_PATH(int, linkat, (int a, const char *path, int b, const char *to, int f), (a, path, b, to, f), to, 1)
BY_PATH(int, symlink, (const char *path, const char *to), (path, to), to, 1)
BY_PATH(int, symlinkat, (const char *path, int at, const char *to), (path, at, to), to, 1)
BY_PATH(int, unlink, (const char *path), (path), path, 0)
BY_PATH(int, unlinkat, (int at, const char *path, int flags), (at, path, flags), path, 0)
BY_PATH(int, remove, (const char *path), (path), path, 0)
BY_PATH(int, rmdir, (const char *path), (path), path, 0)
BY_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), path, 1)
BY_PATH(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode), path, 1)
BY_PATH(int, chmod, (const char *path, mode_t mode), (path, mode), path, 0)
BY_PATH(int, fchmodat, (int at, const char *path, mode_t mode, int flags), (at, path, mode, flags), path, 0)
BY_PATH(int, truncate, (const char *path, off_t size), (path, size), path, 0)
BY_PATH(int, truncate64, (const char *path, off64_t size), (path, size), path, 0)
BY_PATH(int, utimensat, (int at, const char *path, const struct timespec *t, int f), (at, path, t, f), path, 0)
BY_PATH(int, utimes, (const char *path, const struct timeval *t), (path, t), path, 0)

BY_HANDLE(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), 1, real(fd, data, size / 2))
BY_HANDLE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), 1,
          real(fd, data, size / 2, at))
BY_HANDLE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), 1,
          real(fd, data, size / 2, at))
BY_HANDLE(ssize_t, writev, (int fd, const struct iovec *data, int n), (fd, data, n), 1, real(fd, data, n / 2))
BY_HANDLE(ssize_t, pwritev, (int fd, const struct iovec *data, int n, off_t at), (fd, data, n, at), 1, )
BY_HANDLE(ssize_t, pwritev64, (int fd, const struct iovec *data, int n, off64_t at), (fd, data, n, at), 1, )
BY_HANDLE(int, fsync, (int fd), (fd), 0, )
BY_HANDLE(int, fdatasync, (int fd), (fd), 0, )
BY_HANDLE(int, fchmod, (int fd, mode_t mode), (fd, mode), 0, )
BY_HANDLE(int, ftruncate, (int fd, off_t size), (fd, size), 0, )
BY_HANDLE(int, ftruncate64, (int fd, off64_t size), (fd, size), 0, )
BY_HANDLE(int, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size), 1, )
BY_HANDLE(int, fallocate64, (int fd, int mode, off64_t at, off64_t size), (fd, mode, at, size), 1, )
BY_HANDLE(int, futimens, (int fd, const struct timespec *t), (fd, t), 0, )

/* These two give the error back instead of setting errno. */
#define ALLOCATES(name, offset) \
    int name(int fd, offset at, offset size) { \
        REAL(name); \
        char path[256]; \
        if (!on_disk(fd, path, sizeof path)) return real(fd, at, size); \
        int told = gate(#name, path, 1); \
        if (told > 0) end(); \
        return told ? errno : real(fd, at, size); \
    }

ALLOCATES(posix_fallocate, off_t)
ALLOCATES(posix_fallocate64, off64_t)

ssize_t sendfile64(int fd, int from, off64_t *at, size_t size) {
    static ssize_t (*real)(int, int, off64_t *, size_t);
    if (!real) real = (ssize_t(*)(int, int, off64_t *, size_t))dlsym(RTLD_NEXT, "sendfile64");
    char path[256];
    if (!on_disk(fd, path, sizeof path)) return real(fd, from, at, size);
    int told = gate("sendfile", path, 1);
    if (told > 0) end();
    return told ? -1 : real(fd, from, at, size);
}

ssize_t copy_file_range(int from, off64_t *a, int fd, off64_t *b, size_t size, unsigned flags) {
    REAL(copy_file_range);
    char path[256];
    if (!on_disk(fd, path, sizeof path)) return real(from, a, fd, b, size, flags);
    int told = gate("copy_file_range", path, 1);
    if (told > 0) end();
    return told ? -1 : real(from, a, fd, b, size, flags);
}

int flock(int fd, int operation) {
    REAL(flock);
    return state && state->no_lock ? 0 : real(fd, operation);
}
