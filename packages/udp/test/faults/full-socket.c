/*
 * Stands before the C library (LD_PRELOAD) and lets sendmmsg fail as a busy machine would, which loopback
 * never does. FULL_CALLS="20-40" says which calls find the socket full; FULL_ERRNO with what (EAGAIN).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags) {
  static int (*real)(int, struct mmsghdr *, unsigned int, int);
  static int calls, first = -1, last = -1, error;
  if (real == NULL) {
    const char *range = getenv("FULL_CALLS");
    const char *number = getenv("FULL_ERRNO");
    real = (int (*)(int, struct mmsghdr *, unsigned int, int))dlsym(RTLD_NEXT, "sendmmsg");
    if (range != NULL) (void)sscanf(range, "%d-%d", &first, &last);
    error = number != NULL ? atoi(number) : EAGAIN;
  }
  if (count == 0) return real(fd, messages, count, flags); /* the probe */
  calls++;
  if (calls >= first && calls <= last) {
    errno = error;
    return -1;
  }
  /* Takes a part at a time, as a socket does that is nearly full. */
  return real(fd, messages, count > 7 ? 7 : count, flags);
}
