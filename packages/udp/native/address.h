/*
 * The 18-byte peer address of a datagram batch, to and from the kernel's form.
 *
 *   0..15  IPv6 address, or IPv4 as ::ffff:a.b.c.d
 *   16..17 port, little-endian
 */
#ifndef ANOA_ADDRESS_H
#define ANOA_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_BYTES 18

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} kernel_address;

/* Zero where an IPv6 address does not fit a socket of `family`; else the length of what was written. */
socklen_t address_to_kernel(const uint8_t *bytes, int family, kernel_address *into);

/* False, and nothing written, for any other family. */
bool address_from_kernel(const kernel_address *from, uint8_t *bytes);

static inline uint16_t address_port(const uint8_t *bytes) {
  return (uint16_t)(bytes[16] | (bytes[17] << 8));
}

#endif
