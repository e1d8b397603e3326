/* Preloaded into marketd: while the file that FAILING_FSYNC names exists, syncing any file whose path contains its
 * content fails as it does on a disk that has lost a block. Each failure adds a byte to a file beside it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd)
{
    const char *control = getenv("FAILING_FSYNC");
    if (!control)
        return 0;
    int file = open(control, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    char part[256];
    ssize_t length = read(file, part, sizeof part - 1);
    close(file);
    if (length <= 0)
        return 0;
    part[length] = 0;
    char link[64], path[4096], hits[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    if (!strstr(path, part))
        return 0;
    snprintf(hits, sizeof hits, "%s.failures", control);
    file = open(hits, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        if (write(file, "x", 1) < 0) { /* only a count */ }
        close(file);
    }
    errno = EIO;
    return 1;
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fails(fd) ? -1 : real(fd);
}

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return fails(fd) ? -1 : real(fd);
}
