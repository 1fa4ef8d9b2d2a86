/* Requests over TCP connections: one write per request where it fits the kernel's buffer, one read for what came. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"
#include "tls.h"

#define EVENTS_MAX 256
#define WAIT_MS 10
/* Holds the longest single answer and many short ones. */
#define IN_BYTES (512 * 1024)

static int poller = -1;

static void watch(load_connection *connection, bool also_to_write) {
  if (connection->waits_to_write == also_to_write) return;
  connection->waits_to_write = also_to_write;
  struct epoll_event event = {.events = also_to_write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = connection};
  epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
}

static bool write_out(load *load, load_connection *connection) {
  while (connection->out_at < connection->out_bytes) {
    const uint8_t *bytes = connection->out + connection->out_at;
    size_t length = connection->out_bytes - connection->out_at;
    ssize_t written = connection->tls != NULL
                          ? tls_write(connection->tls, bytes, length)
                          : send(connection->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written > 0) {
      connection->out_at += (size_t)written;
    } else if (errno == EAGAIN) {
      watch(connection, true);
      return false;
    } else if (errno != EINTR) {
      load->stopped_early = "the server closed a connection";
      return false;
    }
  }
  connection->out_at = connection->out_bytes = 0;
  watch(connection, false);
  return true;
}

/* Requests of one moment go out with one write: pipelining where several are outstanding. */
static bool send_more(load *load, load_connection *connection) {
  if (connection->out_bytes > 0 && !write_out(load, connection)) return false;
  bool any = false;
  uint64_t since_ns;
  while (connection->out_bytes + load->request_bytes_max <= load->request_bytes_max * load->settings.outstanding &&
         may_send(load, connection, &since_ns)) {
    connection->out_bytes += write_stream_request(load, connection, connection->out + connection->out_bytes);
    note_sent(load, connection, since_ns);
    any = true;
  }
  if (any) write_out(load, connection);
  return any;
}

static bool receive(load *load, load_connection *connection, int flags) {
  uint8_t *into = connection->in + connection->in_bytes;
  size_t room = IN_BYTES - connection->in_bytes;
  ssize_t count = connection->tls != NULL ? tls_read(connection->tls, into, room) : recv(connection->fd, into, room, flags);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
    load->stopped_early = "the server closed a connection";
  if (count <= 0) return false;
  load->now_ns = clock_ns();
  size_t bytes = connection->in_bytes + (size_t)count;
  size_t used = read_stream(load, connection, connection->in, bytes);
  connection->in_bytes = bytes - used;
  if (used > 0 && connection->in_bytes > 0) memmove(connection->in, connection->in + used, connection->in_bytes);
  return true;
}

/* Open loop: one request that is due to each connection that has room, in turn. */
static bool send_due(load *load) {
  bool any = false;
  for (uint32_t tried = 0; tried < load->settings.sockets; tried++) {
    load_connection *connection = &load->connections[load->next_connection];
    load->next_connection = (load->next_connection + 1) % load->settings.sockets;
    uint64_t since_ns;
    if (connection->out_bytes > 0 || !may_send(load, connection, &since_ns)) continue;
    connection->out_bytes = write_stream_request(load, connection, connection->out);
    note_sent(load, connection, since_ns);
    write_out(load, connection);
    any = true;
  }
  return any;
}

/* One connection needs no epoll, as one UDP socket needs none; its reads wait for WAIT_MS at most. */
static bool serve_alone(load *load, load_connection *connection) {
  bool any = receive(load, connection, load->settings.is_spinning ? MSG_DONTWAIT : 0);
  if (load->settings.rate <= 0) any |= send_more(load, connection);
  return any;
}

static bool serve_events(load *load) {
  struct epoll_event events[EVENTS_MAX];
  int count = epoll_wait(poller, events, EVENTS_MAX, load->settings.is_spinning ? 0 : WAIT_MS);
  bool any = false;
  load->now_ns = clock_ns();
  for (int i = 0; i < count; i++) {
    load_connection *connection = events[i].data.ptr;
    if (events[i].events & ~(uint32_t)EPOLLOUT) {
      /* What TLS has read and holds back, epoll knows nothing of. */
      while (receive(load, connection, MSG_DONTWAIT)) {
        any = true;
        if (connection->tls == NULL) break;
      }
    }
    if (connection->out_bytes > 0) any |= write_out(load, connection);
    if (load->settings.rate <= 0) any |= send_more(load, connection);
  }
  return any;
}

bool run_stream_load(load *load) {
  poller = epoll_create1(0);
  for (uint32_t i = 0; i < load->settings.sockets; i++) {
    load_connection *connection = &load->connections[i];
    connection->in = malloc(IN_BYTES);
    connection->out = malloc(load->request_bytes_max * load->settings.outstanding);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (connection->in == NULL || connection->out == NULL ||
        epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
      perror("epoll");
      return false;
    }
  }
  load->now_ns = clock_ns();
  bool has_begun = false;
  while (goes_on(load)) {
    uint64_t turn_ns = load->now_ns;
    bool any = false;
    if (load->settings.rate > 0) {
      any = send_due(load);
    } else if (!has_begun) {
      for (uint32_t i = 0; i < load->settings.sockets; i++) any |= send_more(load, &load->connections[i]);
      has_begun = true;
    }
    bool is_alone = load->settings.sockets == 1 && load->connections[0].out_bytes == 0 && !load->settings.is_tls;
    any |= is_alone ? serve_alone(load, &load->connections[0]) : serve_events(load);
    load->now_ns = clock_ns();
    if (!any) load->measures.idle_ns += load->now_ns - turn_ns;
  }
  return true;
}
