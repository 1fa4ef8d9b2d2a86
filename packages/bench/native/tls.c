#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *context;

void *tls_open(int fd) {
  if (context == NULL) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL) return NULL;
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  }
  SSL *tls = SSL_new(context);
  if (tls == NULL || SSL_set_fd(tls, fd) != 1) return NULL;
  int outcome;
  /* The socket has a read timeout: a server that is busy takes several of them. */
  do outcome = SSL_connect(tls);
  while (outcome != 1 && SSL_get_error(tls, outcome) == SSL_ERROR_WANT_READ);
  if (outcome != 1) {
    ERR_print_errors_fp(stderr);
    return NULL;
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return tls;
}

static ssize_t outcome_of(SSL *tls, int outcome) {
  if (outcome > 0) return outcome;
  int why = SSL_get_error(tls, outcome);
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t tls_read(void *tls, void *into, size_t length) { return outcome_of(tls, SSL_read(tls, into, (int)length)); }

ssize_t tls_write(void *tls, const void *bytes, size_t length) {
  return outcome_of(tls, SSL_write(tls, bytes, (int)length));
}

#else

void *tls_open(int fd) {
  (void)fd;
  fprintf(stderr, "anoa-load: compiled without TLS\n");
  return NULL;
}

ssize_t tls_read(void *tls, void *into, size_t length) {
  (void)tls, (void)into, (void)length;
  errno = ENOTSUP;
  return -1;
}

ssize_t tls_write(void *tls, const void *bytes, size_t length) {
  (void)tls, (void)bytes, (void)length;
  errno = ENOTSUP;
  return -1;
}

#endif
