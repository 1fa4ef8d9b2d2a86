/* TLS to a server whose certificate is not looked at, through OpenSSL where its headers were there to compile with. */
#ifndef ANOA_TLS_H
#define ANOA_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A connected socket becomes a TLS connection that never blocks; NULL and a line on standard error where not. */
void *tls_open(int fd);
/* As recv and send: -1 and EAGAIN where the socket has to be waited for. */
ssize_t tls_read(void *tls, void *into, size_t length);
ssize_t tls_write(void *tls, const void *bytes, size_t length);

#endif
