/* A disk that fails at one chosen point: LD_PRELOAD under a build, so that every library's calls are met (Python,
 * SQLite, Arrow, DuckDB, zlib), not only Python's.
 *
 * Each call that changes a file or folder below a root is a point: its kind, its path (process numbers in hidden names
 * as #) and its number among equal ones. faults_arm chooses what happens: log the points, die by SIGKILL at one (a
 * write is torn in half first), or let it fail with an error number, once or from there on (a full disk stays full).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NOTHING, LOG, KILL, FAIL };
enum { ONCE, NO_SPACE, NO_WRITES };

static int action = NOTHING, log_fd = -1, wanted_nth, wanted_error, lasting;
static char root[PATH_MAX], wanted_op[32], wanted_path[PATH_MAX];
static size_t root_length;
static atomic_int seen, broken;

void faults_arm(const char *root_, int log_fd_, int action_, const char *op, const char *path, int nth, int error,
                int lasting_) {
  snprintf(root, sizeof root, "%s/", root_);
  root_length = strlen(root);
  snprintf(wanted_op, sizeof wanted_op, "%s", op);
  snprintf(wanted_path, sizeof wanted_path, "%s", path);
  log_fd = log_fd_, wanted_nth = nth, wanted_error = error, lasting = lasting_;
  atomic_store(&seen, 0);
  atomic_store(&broken, 0);
  action = action_;
}

/* The path below the root, process numbers as #; 0 when it lies elsewhere. */
static int below(const char *path, char *out) {
  if (strncmp(path, root, root_length) != 0) return 0;
  const char *from = path + root_length;
  char *to = out;
  while (*from) {
    const char *end = strchrnul(from, '/');
    const char *digits = end;
    if (*from == '.')
      while (digits > from && digits[-1] >= '0' && digits[-1] <= '9') digits--;
    memcpy(to, from, digits - from);
    to += digits - from;
    if (digits < end) *to++ = '#';
    if (*end) *to++ = *end++;
    from = end;
  }
  *to = 0;
  return 1;
}

static void of_fd(int fd, char *out) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, out, PATH_MAX - 1);
  out[n > 0 ? n : 0] = 0;
}

static void of_at(int fd, const char *path, char *out) {
  if (path[0] == '/' || fd == AT_FDCWD) {
    snprintf(out, PATH_MAX, "%s", path);
    return;
  }
  of_fd(fd, out);
  size_t n = strlen(out);
  snprintf(out + n, PATH_MAX - n, "/%s", path);
}

static int takes_space(const char *op) {
  return strcmp(op, "unlink") && strcmp(op, "rmdir") && strcmp(op, "rename") && strcmp(op, "fsync");
}

/* 0: go on; 1: fail, errno is set; 2: die now (the caller may tear a write first). */
static int point(const char *op, const char *full) {
  char path[PATH_MAX];
  if (action == NOTHING || !below(full, path)) return 0;
  if (action == LOG) {
    char line[PATH_MAX + 64];
    int n = snprintf(line, sizeof line, "%s\t%s\n", op, path);
    syscall(SYS_write, log_fd, line, n);
    return 0;
  }
  if (broken && lasting && (lasting == NO_WRITES || takes_space(op))) {
    errno = wanted_error;
    return 1;
  }
  if (strcmp(op, wanted_op) || strcmp(path, wanted_path) || ++seen != wanted_nth) return 0;
  syscall(SYS_write, log_fd, "!", 1);
  if (action == KILL) return 2;
  broken = 1;
  errno = wanted_error;
  return 1;
}

static int at_fd(const char *op, int fd) {
  char path[PATH_MAX];
  if (action == NOTHING || fd == log_fd) return 0;
  of_fd(fd, path);
  return point(op, path);
}

static int at_path(const char *op, int fd, const char *name) {
  char path[PATH_MAX];
  if (action == NOTHING) return 0;
  of_at(fd, name, path);
  return point(op, path);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

#define REAL(name) \
  static typeof(name) *real; \
  if (!real) real = (typeof(name) *)dlsym(RTLD_NEXT, #name)
#define MEET(check) \
  switch (check) { \
    case 1: return -1; \
    case 2: die(); \
  }

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  int met = at_fd("write", fd);
  if (met == 1) return -1;
  if (met == 2) real(fd, data, size / 2), die();
  return real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  REAL(pwrite);
  int met = at_fd("write", fd);
  if (met == 1) return -1;
  if (met == 2) real(fd, data, size / 2, at), die();
  return real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  REAL(pwrite64);
  int met = at_fd("write", fd);
  if (met == 1) return -1;
  if (met == 2) real(fd, data, size / 2, at), die();
  return real(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  MEET(at_fd("write", fd));
  return real(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  REAL(pwritev);
  MEET(at_fd("write", fd));
  return real(fd, parts, count, at);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) {
  ssize_t (*real)(int, int, off_t *, size_t) = dlsym(RTLD_NEXT, "sendfile");
  int met = at_fd("write", to);
  if (met == 1) return -1;
  if (met == 2) real(to, from, at, size / 2 < 64 ? 8 : 64), die();
  return real(to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) { return sendfile(to, from, (off_t *)at, size); }
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags) {
  REAL(copy_file_range);
  MEET(at_fd("write", to));
  return real(from, a, to, b, size, flags);
}
int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  MEET(at_fd("truncate", fd));
  return real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  MEET(at_fd("truncate", fd));
  return real(fd, size);
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  REAL(fallocate);
  MEET(at_fd("truncate", fd));
  return real(fd, mode, at, size);
}
int fsync(int fd) {
  REAL(fsync);
  MEET(at_fd("fsync", fd));
  return real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  MEET(at_fd("fsync", fd));
  return real(fd);
}

static int creates(int flags) { return flags & (O_CREAT | O_TRUNC); }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if (creates(flags)) MEET(at_path("create", AT_FDCWD, path)); \
    return real(path, flags, mode); \
  }
#define OPENAT(name) \
  int name(int fd, const char *path, int flags, ...) { \
    int (*real)(int, const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if (creates(flags)) MEET(at_path("create", fd, path)); \
    return real(fd, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  MEET(at_path("mkdir", AT_FDCWD, path));
  return real(path, mode);
}
int mkdirat(int fd, const char *path, mode_t mode) {
  REAL(mkdirat);
  MEET(at_path("mkdir", fd, path));
  return real(fd, path, mode);
}
int rmdir(const char *path) {
  REAL(rmdir);
  MEET(at_path("rmdir", AT_FDCWD, path));
  return real(path);
}
int unlink(const char *path) {
  REAL(unlink);
  MEET(at_path("unlink", AT_FDCWD, path));
  return real(path);
}
int unlinkat(int fd, const char *path, int flags) {
  REAL(unlinkat);
  MEET(at_path(flags & AT_REMOVEDIR ? "rmdir" : "unlink", fd, path));
  return real(fd, path, flags);
}
int rename(const char *from, const char *to) {
  REAL(rename);
  MEET(at_path("rename", AT_FDCWD, to));
  return real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  REAL(renameat);
  MEET(at_path("rename", b, to));
  return real(a, from, b, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
  REAL(renameat2);
  MEET(at_path("rename", b, to));
  return real(a, from, b, to, flags);
}
int link(const char *from, const char *to) {
  REAL(link);
  MEET(at_path("link", AT_FDCWD, to));
  return real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  REAL(linkat);
  MEET(at_path("link", b, to));
  return real(a, from, b, to, flags);
}
int symlink(const char *from, const char *to) {
  REAL(symlink);
  MEET(at_path("symlink", AT_FDCWD, to));
  return real(from, to);
}
int symlinkat(const char *from, int fd, const char *to) {
  REAL(symlinkat);
  MEET(at_path("symlink", fd, to));
  return real(from, fd, to);
}
