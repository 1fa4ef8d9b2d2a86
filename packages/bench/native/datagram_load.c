/* Requests as datagrams, each by itself: sendmmsg without segmentation offload, recvmmsg as they come. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

#define BATCH 256
/* A blocked load looks at its clock this often. */
#define WAIT_MS 10

typedef struct {
  uint8_t *bytes; /* BATCH slots of `slot_bytes` */
  size_t slot_bytes;
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
} batch;

static batch arrived, outgoing;

static bool make_batch(batch *batch, size_t slot_bytes) {
  batch->slot_bytes = slot_bytes;
  batch->bytes = calloc(BATCH, slot_bytes);
  if (batch->bytes == NULL) return false;
  for (unsigned i = 0; i < BATCH; i++) {
    batch->vectors[i].iov_base = batch->bytes + i * slot_bytes;
    batch->vectors[i].iov_len = slot_bytes;
    batch->messages[i].msg_hdr.msg_iov = &batch->vectors[i];
    batch->messages[i].msg_hdr.msg_iovlen = 1;
  }
  return true;
}

static void send_batch(int fd, unsigned count) {
  for (unsigned at = 0; at < count;) {
    int sent = sendmmsg(fd, outgoing.messages + at, count - at, 0);
    if (sent > 0) {
      at += (unsigned)sent;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      struct pollfd wait = {.fd = fd, .events = POLLOUT};
      poll(&wait, 1, 1);
    } else if (errno != EINTR && errno != ECONNREFUSED) {
      at++; /* counts as lost when no answer comes */
    }
  }
}

/* Everything this connection may send now. */
static bool send_more(load *load, load_connection *connection) {
  unsigned count = 0;
  bool any = false;
  uint64_t since_ns;
  while (may_send(load, connection, &since_ns)) {
    size_t length = write_datagram(load, connection, outgoing.vectors[count].iov_base);
    if (length == 0) break;
    outgoing.vectors[count].iov_len = length;
    note_sent(load, connection, since_ns);
    any = true;
    if (++count == BATCH) {
      send_batch(connection->fd, count);
      count = 0;
    }
  }
  send_batch(connection->fd, count);
  return any;
}

static bool receive(load *load, load_connection *connection, int flags) {
  uint32_t wanted = connection->outstanding < BATCH ? connection->outstanding : BATCH;
  if (wanted == 0) wanted = 1;
  int count = recvmmsg(connection->fd, arrived.messages, wanted, flags, NULL);
  if (count <= 0) return false;
  load->now_ns = clock_ns();
  for (int i = 0; i < count; i++)
    read_datagram(load, connection, arrived.vectors[i].iov_base, arrived.messages[i].msg_len);
  return true;
}

/* Open loop: requests that are due go to whoever has room, in turn. */
static bool send_due(load *load) {
  bool any = false;
  for (uint32_t tried = 0; tried < load->settings.sockets; tried++) {
    load_connection *connection = &load->connections[load->next_connection];
    uint64_t since_ns;
    if (may_send(load, connection, &since_ns)) {
      size_t length = write_datagram(load, connection, outgoing.vectors[0].iov_base);
      if (length > 0) {
        outgoing.vectors[0].iov_len = length;
        note_sent(load, connection, since_ns);
        send_batch(connection->fd, 1);
        any = true;
      }
    }
    load->next_connection = (load->next_connection + 1) % load->settings.sockets;
  }
  return any;
}

static bool receive_alone(load *load, load_connection *connection) {
  bool is_blocking = !load->settings.is_spinning;
  return receive(load, connection, is_blocking ? MSG_WAITFORONE : MSG_DONTWAIT);
}

static bool receive_all(load *load, int poller) {
  struct epoll_event events[BATCH];
  int count = epoll_wait(poller, events, BATCH, load->settings.is_spinning ? 0 : WAIT_MS);
  bool any = false;
  load->now_ns = clock_ns();
  for (int i = 0; i < count; i++) {
    load_connection *connection = events[i].data.ptr;
    if (receive(load, connection, MSG_DONTWAIT)) any = true;
    if (load->settings.rate <= 0) send_more(load, connection);
  }
  return any;
}

static int make_poller(load *load) {
  int poller = epoll_create1(0);
  for (uint32_t i = 0; poller >= 0 && i < load->settings.sockets; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &load->connections[i]};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, load->connections[i].fd, &event) != 0) return -1;
  }
  return poller;
}

bool run_datagram_load(load *load) {
  if (!make_batch(&arrived, DATAGRAM_BYTES_MAX) || !make_batch(&outgoing, load->request_bytes_max)) return false;
  int poller = load->settings.sockets > 1 ? make_poller(load) : -1;
  if (load->settings.sockets > 1 && poller < 0) {
    perror("epoll");
    return false;
  }
  uint64_t looked_ns = 0;
  load->now_ns = clock_ns();
  while (goes_on(load)) {
    uint64_t turn_ns = load->now_ns;
    bool any = false;
    if (load->settings.rate > 0) {
      any = send_due(load);
    } else if (load->settings.sockets == 1) {
      any = send_more(load, &load->connections[0]);
    } else if (looked_ns == 0) {
      for (uint32_t i = 0; i < load->settings.sockets; i++) any |= send_more(load, &load->connections[i]);
    }
    any |= poller < 0 ? receive_alone(load, &load->connections[0]) : receive_all(load, poller);
    load->now_ns = clock_ns();
    if (!any) load->measures.idle_ns += load->now_ns - turn_ns;
    if (load->now_ns - looked_ns < WAIT_MS * 1000000u) continue;
    looked_ns = load->now_ns;
    for (uint32_t i = 0; i < load->settings.sockets; i++) {
      give_up_lost(load, &load->connections[i]);
      if (load->settings.rate <= 0) send_more(load, &load->connections[i]);
    }
  }
  return true;
}
