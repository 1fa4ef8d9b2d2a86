#include "address.h"

#include <string.h>

static const uint8_t MAPPED_PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

socklen_t address_to_kernel(const uint8_t *bytes, int family, kernel_address *into) {
  if (family == AF_INET6) {
    memset(&into->v6, 0, sizeof into->v6);
    into->v6.sin6_family = AF_INET6;
    into->v6.sin6_port = htons(address_port(bytes));
    memcpy(&into->v6.sin6_addr, bytes, 16);
    return sizeof into->v6;
  }
  if (memcmp(bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX) != 0) return 0;
  memset(&into->v4, 0, sizeof into->v4);
  into->v4.sin_family = AF_INET;
  into->v4.sin_port = htons(address_port(bytes));
  memcpy(&into->v4.sin_addr, bytes + 12, 4);
  return sizeof into->v4;
}

bool address_from_kernel(const kernel_address *from, uint8_t *bytes) {
  uint16_t port;
  if (from->any.sa_family == AF_INET) {
    memcpy(bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX);
    memcpy(bytes + 12, &from->v4.sin_addr, 4);
    port = ntohs(from->v4.sin_port);
  } else if (from->any.sa_family == AF_INET6) {
    memcpy(bytes, &from->v6.sin6_addr, 16);
    port = ntohs(from->v6.sin6_port);
  } else {
    return false;
  }
  bytes[16] = (uint8_t)(port & 0xff);
  bytes[17] = (uint8_t)(port >> 8);
  return true;
}
