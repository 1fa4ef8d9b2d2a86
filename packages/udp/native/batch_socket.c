#include "batch_socket.h"

#include <assert.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Four full batches of the largest datagrams, as the other implementation keeps. */
#define QUEUE_BYTES (4u * 64u * 16384u)
#define QUEUE_DATAGRAMS 4096
/* Sent per turn when the socket becomes writable again. */
#define DRAIN_DATAGRAMS 256
/* Linux 4.12; older C libraries do not name it. Ninth of its numbers: datagrams lost for want of room. */
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
/* Linux 4.18. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
/* What one system datagram of many segments may hold: below the 65535 of IP by more than any header. */
#define RUN_BYTES_MAX 65000
#define RUN_SEGMENTS_MAX 64
#define MEMINFO_DROPS 8
#define MEMINFO_NUMBERS 9

/* Everything the kernel wants to know of a batch, prepared once. */
struct batch_headers {
  struct mmsghdr messages[BATCH_CAPACITY_MAX];
  struct iovec vectors[BATCH_CAPACITY_MAX];
  kernel_address peers[BATCH_CAPACITY_MAX];
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
  } controls[BATCH_CAPACITY_MAX];
};

/* Neighbours to one peer of one length (the last may be shorter) that leave as one message: UDP GSO. */
typedef struct {
  uint32_t first; /* slot */
  size_t bytes;
  size_t segment_bytes; /* 0: nothing may join */
} run;

static int configure(batch_socket *batch);
static int join(batch_socket *batch);
static struct batch_headers *new_headers(uint32_t capacity);
static bool joins(const batch_socket *batch, const run *current, size_t segments, uint32_t slot);
static void set_segments(struct msghdr *header, void *control, size_t segment_bytes);
static void enqueue(batch_socket *batch, const struct msghdr *header, size_t from_segment);
static void send_singly(batch_socket *batch, const struct msghdr *header, int error);
static bool keep_arrived(batch_socket *batch, uint32_t from, uint32_t to);
static uint32_t send_messages(batch_socket *batch, struct mmsghdr *messages, uint32_t count);
static void note(batch_socket *batch, uint32_t *counts, int error);

int batch_socket_open(batch_socket *batch, const socket_settings *settings, batch_memory arrived,
                      batch_memory outgoing) {
  assert(settings->capacity >= 1 && settings->capacity <= BATCH_CAPACITY_MAX);
  assert(settings->slot_bytes >= 1 && settings->slot_bytes <= SLOT_BYTES_MAX);
  memset(batch, 0, sizeof *batch);
  batch->settings = *settings;
  batch->arrived = arrived;
  batch->outgoing = outgoing;
  send_queue_init(&batch->queue, QUEUE_DATAGRAMS, QUEUE_BYTES);
  batch->fd = socket(settings->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (batch->fd < 0) return errno;
  int error = configure(batch);
  if (error == 0) error = join(batch);
  if (error == 0) {
    batch->in = new_headers(settings->capacity);
    batch->out = new_headers(settings->capacity);
    if (batch->in == NULL || batch->out == NULL) error = ENOMEM;
  }
  if (error != 0) {
    batch_socket_close(batch);
    return error;
  }
  for (uint32_t i = 0; i < settings->capacity; i++) {
    batch->in->vectors[i].iov_base = arrived.bytes + (size_t)i * settings->slot_bytes;
    batch->in->vectors[i].iov_len = settings->slot_bytes;
    /* A connected socket knows who it hears. */
    batch->in->messages[i].msg_hdr.msg_name = settings->is_connected ? NULL : &batch->in->peers[i];
  }
  return 0;
}

void batch_socket_close(batch_socket *batch) {
  if (batch->fd >= 0) close(batch->fd);
  batch->fd = -1;
  send_queue_free(&batch->queue);
  free(batch->in);
  free(batch->out);
  batch->in = batch->out = NULL;
}

receive_outcome batch_socket_receive(batch_socket *batch, uint32_t *count) {
  struct mmsghdr *messages = batch->in->messages;
  uint32_t capacity = batch->settings.capacity;
  *count = 0;
  if (!batch->settings.is_connected) {
    for (uint32_t i = 0; i < capacity; i++) messages[i].msg_hdr.msg_namelen = sizeof(kernel_address);
  }
  int received = recvmmsg(batch->fd, messages, capacity, MSG_DONTWAIT, NULL);
  if (received < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return RECEIVE_EMPTY;
    if (errno == EINTR) return RECEIVE_MORE;
    int error = errno;
    note(batch, batch->errors.receive, error);
    return error == EBADF || error == ENOTSOCK || error == EFAULT ? RECEIVE_BROKEN : RECEIVE_MORE;
  }
  for (uint32_t i = 0; i < (uint32_t)received; i++) {
    if (keep_arrived(batch, i, *count)) (*count)++;
  }
  if (*count > 0) batch->counts.batches_in++;
  return (uint32_t)received == capacity ? RECEIVE_MORE : RECEIVE_EMPTY;
}

void batch_socket_send(batch_socket *batch, uint32_t count) {
  const socket_settings *settings = &batch->settings;
  const batch_memory *outgoing = &batch->outgoing;
  struct batch_headers *out = batch->out;
  uint32_t messages = 0;
  uint32_t vectors = 0;
  run current = {0, 0, 0};
  assert(count <= settings->capacity);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t length = outgoing->lengths[i];
    const uint8_t *address = outgoing->addresses + (size_t)i * ADDRESS_BYTES;
    struct msghdr *header;
    if (length > settings->slot_bytes) {
      note(batch, batch->errors.send, EMSGSIZE);
      continue;
    }
    if (messages > 0 && joins(batch, &current, out->messages[messages - 1].msg_hdr.msg_iovlen, i)) {
      header = &out->messages[messages - 1].msg_hdr;
      if (header->msg_iovlen == 1) set_segments(header, &out->controls[messages - 1], current.segment_bytes);
      header->msg_iovlen++;
      current.bytes += length;
      if (length < current.segment_bytes) current.segment_bytes = 0;
    } else {
      header = &out->messages[messages].msg_hdr;
      memset(header, 0, sizeof *header);
      if (!settings->is_connected) {
        if (address_port(address) == 0) {
          batch->counts.unanswerable++;
          continue;
        }
        header->msg_name = &out->peers[messages];
        header->msg_namelen = address_to_kernel(address, settings->family, &out->peers[messages]);
        if (header->msg_namelen == 0) {
          note(batch, batch->errors.send, EAFNOSUPPORT);
          continue;
        }
      }
      header->msg_iov = &out->vectors[vectors];
      header->msg_iovlen = 1;
      current = (run){i, length, length};
      messages++;
    }
    out->vectors[vectors].iov_base = outgoing->bytes + (size_t)i * settings->slot_bytes;
    out->vectors[vectors].iov_len = length;
    vectors++;
  }
  /* What waits goes first. */
  uint32_t sent = batch_socket_wants_to_write(batch) ? 0 : send_messages(batch, out->messages, messages);
  for (uint32_t i = sent; i < messages; i++) enqueue(batch, &out->messages[i].msg_hdr, 0);
}

void batch_socket_drain(batch_socket *batch) {
  struct batch_headers *out = batch->out;
  send_queue *queue = &batch->queue;
  uint32_t budget = DRAIN_DATAGRAMS;
  while (budget > 0 && send_queue_count(queue) > 0) {
    uint32_t count = batch->settings.capacity < budget ? batch->settings.capacity : budget;
    if (count > send_queue_count(queue)) count = (uint32_t)send_queue_count(queue);
    for (uint32_t i = 0; i < count; i++) {
      queued_datagram *entry = &queue->entries[queue->head + i];
      out->vectors[i].iov_base = queue->bytes + entry->at;
      out->vectors[i].iov_len = entry->length;
      struct msghdr *header = &out->messages[i].msg_hdr;
      memset(header, 0, sizeof *header);
      header->msg_name = entry->peer_length > 0 ? &entry->peer : NULL;
      header->msg_namelen = entry->peer_length;
      header->msg_iov = &out->vectors[i];
      header->msg_iovlen = 1;
    }
    uint32_t done = send_messages(batch, out->messages, count);
    send_queue_drop(queue, done);
    if (done < count) return;
    budget -= count;
  }
}

void batch_socket_take_pending_error(batch_socket *batch) {
  int error = batch_socket_option(batch, SO_ERROR);
  if (error != 0) note(batch, batch->errors.receive, error);
}

int batch_socket_option(const batch_socket *batch, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  if (getsockopt(batch->fd, SOL_SOCKET, name, &value, &length) != 0) return 0;
  return value;
}

/*
 * The counter that SO_RXQ_OVFL attaches to later datagrams, but asked for: nothing is paid per datagram, and
 * it is right even when nothing arrives after the loss.
 */
uint32_t batch_socket_kernel_drops(const batch_socket *batch) {
  uint32_t numbers[MEMINFO_NUMBERS] = {0};
  socklen_t length = sizeof numbers;
  if (getsockopt(batch->fd, SOL_SOCKET, SO_MEMINFO, numbers, &length) != 0) return 0;
  return length == sizeof numbers ? numbers[MEMINFO_DROPS] : 0;
}

bool batch_socket_local(const batch_socket *batch, uint8_t *address) {
  kernel_address local;
  socklen_t length = sizeof local;
  return getsockname(batch->fd, &local.any, &length) == 0 && address_from_kernel(&local, address);
}

static int configure(batch_socket *batch) {
  const socket_settings *settings = &batch->settings;
  int on = 1;
  int off = 0;
  int fd = batch->fd;
  /* Before anything binds: some sandboxes and old kernels have sockets but no batches. */
  struct mmsghdr probe;
  memset(&probe, 0, sizeof probe);
  if (recvmmsg(fd, &probe, 1, MSG_DONTWAIT, NULL) < 0 && (errno == ENOSYS || errno == EPERM)) return ENOSYS;
  if (sendmmsg(fd, &probe, 0, MSG_DONTWAIT) < 0 && (errno == ENOSYS || errno == EPERM)) return ENOSYS;
  if (settings->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) {
    return errno;
  }
  if (settings->reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) return errno;
  /* Asked once: a kernel that knows the option sends runs. */
  int segment_bytes = 0;
  socklen_t option_bytes = sizeof segment_bytes;
  bool has_runs = getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes, &option_bytes) == 0;
  batch->run_segment_bytes_max = has_runs ? SLOT_BYTES_MAX : 0;
  /* The kernel grants what net.core.rmem_max and wmem_max allow; what it granted is reported. */
  int bytes = settings->kernel_buffer_bytes;
  if (bytes > 0) {
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  return 0;
}

static int join(batch_socket *batch) {
  const socket_settings *settings = &batch->settings;
  kernel_address address;
  socklen_t length = address_to_kernel(settings->address, settings->family, &address);
  if (length == 0) return EAFNOSUPPORT;
  int failed = settings->is_connected ? connect(batch->fd, &address.any, length)
                                      : bind(batch->fd, &address.any, length);
  return failed != 0 ? errno : 0;
}

static struct batch_headers *new_headers(uint32_t capacity) {
  struct batch_headers *headers = calloc(1, sizeof *headers);
  if (headers == NULL) return NULL;
  for (uint32_t i = 0; i < capacity; i++) {
    headers->messages[i].msg_hdr.msg_iov = &headers->vectors[i];
    headers->messages[i].msg_hdr.msg_iovlen = 1;
  }
  return headers;
}

/* Judges what came into slot `from` and keeps it as slot `to`; false drops it. `to <= from`. */
static bool keep_arrived(batch_socket *batch, uint32_t from, uint32_t to) {
  const batch_memory *arrived = &batch->arrived;
  const struct mmsghdr *message = &batch->in->messages[from];
  uint8_t *address = arrived->addresses + (size_t)to * ADDRESS_BYTES;
  size_t slot_bytes = batch->settings.slot_bytes;
  if ((message->msg_hdr.msg_flags & MSG_TRUNC) != 0 || message->msg_len > slot_bytes) {
    batch->counts.oversized++;
    return false;
  }
  if (batch->settings.is_connected) {
    memcpy(address, batch->settings.address, ADDRESS_BYTES);
  } else if (message->msg_hdr.msg_namelen == 0 || !address_from_kernel(&batch->in->peers[from], address) ||
             address_port(address) == 0) {
    batch->counts.unanswerable++;
    return false;
  }
  /* Rare: something before it in this batch was dropped. */
  if (to != from) {
    memcpy(arrived->bytes + to * slot_bytes, arrived->bytes + from * slot_bytes, message->msg_len);
  }
  arrived->lengths[to] = (uint16_t)message->msg_len;
  batch->counts.datagrams_in++;
  batch->counts.bytes_in += message->msg_len;
  return true;
}

/* Returns how many are done with: sent, or refused for a reason of their own. Fewer than `count`: it is full. */
static uint32_t send_messages(batch_socket *batch, struct mmsghdr *messages, uint32_t count) {
  uint32_t done = 0;
  bool is_second_try = false;
  while (done < count) {
    int sent = sendmmsg(batch->fd, messages + done, count - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      for (int i = 0; i < sent; i++, done++) {
        const struct msghdr *header = &messages[done].msg_hdr;
        for (size_t j = 0; j < header->msg_iovlen; j++) batch->counts.bytes_out += header->msg_iov[j].iov_len;
        batch->counts.datagrams_out += header->msg_iovlen;
      }
      is_second_try = false;
      continue;
    }
    if (sent == 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return done;
    if (errno == EINTR) continue;
    if (messages[done].msg_hdr.msg_iovlen > 1) {
      send_singly(batch, &messages[done++].msg_hdr, errno);
      if (batch_socket_wants_to_write(batch)) return done;
      continue;
    }
    note(batch, batch->errors.send, errno);
    /* A connected socket tells of an earlier datagram's fate here; the one at hand has not been tried. */
    bool is_of_the_past = batch->settings.is_connected && errno == ECONNREFUSED;
    if (is_of_the_past && !is_second_try) {
      is_second_try = true;
      continue;
    }
    done++;
    is_second_try = false;
  }
  return done;
}

static bool joins(const batch_socket *batch, const run *current, size_t segments, uint32_t slot) {
  size_t length = batch->outgoing.lengths[slot];
  if (length == 0 || length > current->segment_bytes || segments >= RUN_SEGMENTS_MAX) return false;
  if (current->segment_bytes > batch->run_segment_bytes_max) return false;
  if (current->bytes + length > RUN_BYTES_MAX) return false;
  if (batch->settings.is_connected) return true;
  const uint8_t *addresses = batch->outgoing.addresses;
  return memcmp(addresses + (size_t)slot * ADDRESS_BYTES, addresses + (size_t)current->first * ADDRESS_BYTES,
                ADDRESS_BYTES) == 0;
}

static void set_segments(struct msghdr *header, void *control, size_t segment_bytes) {
  uint16_t bytes = (uint16_t)segment_bytes;
  header->msg_control = control;
  header->msg_controllen = CMSG_SPACE(sizeof bytes);
  struct cmsghdr *option = CMSG_FIRSTHDR(header);
  option->cmsg_level = IPPROTO_UDP;
  option->cmsg_type = UDP_SEGMENT;
  option->cmsg_len = CMSG_LEN(sizeof bytes);
  memcpy(CMSG_DATA(option), &bytes, sizeof bytes);
}

/* A run was refused: its datagrams are tried one by one, and each has an error of its own if any. */
static void send_singly(batch_socket *batch, const struct msghdr *header, int error) {
  size_t segment_bytes = header->msg_iov[0].iov_len;
  /* Longer than the way allows in one piece, or a device that cannot: not tried again. */
  if (error == EINVAL || error == EMSGSIZE) batch->run_segment_bytes_max = (uint32_t)(segment_bytes - 1);
  if (error == EIO || error == EOPNOTSUPP) batch->run_segment_bytes_max = 0;
  for (size_t i = 0; i < header->msg_iovlen; i++) {
    struct mmsghdr single;
    memset(&single, 0, sizeof single);
    single.msg_hdr.msg_name = header->msg_name;
    single.msg_hdr.msg_namelen = header->msg_namelen;
    single.msg_hdr.msg_iov = &header->msg_iov[i];
    single.msg_hdr.msg_iovlen = 1;
    if (send_messages(batch, &single, 1) == 0) {
      enqueue(batch, header, i);
      return;
    }
  }
}

static void enqueue(batch_socket *batch, const struct msghdr *header, size_t from_segment) {
  for (size_t i = from_segment; i < header->msg_iovlen; i++) {
    const struct iovec *vector = &header->msg_iov[i];
    if (!send_queue_push(&batch->queue, vector->iov_base, vector->iov_len, header->msg_name,
                         header->msg_namelen)) {
      batch->counts.send_queue_full++;
    }
  }
}

static void note(batch_socket *batch, uint32_t *counts, int error) {
  int number = error > 0 && error < ERROR_NUMBERS ? error : ERROR_NUMBERS - 1;
  counts[number]++;
  batch->errors.any = true;
}
