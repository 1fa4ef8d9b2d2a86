/*
 * One UDP socket that receives and sends whole batches: recvmmsg and sendmmsg straight into and out of memory
 * that belongs to the caller. Knows the kernel and nothing of JavaScript or event loops.
 *
 * Never blocks. What peers and the network do to it ends in `counts` and `errors`, never in a failure.
 */
#ifndef ANOA_BATCH_SOCKET_H
#define ANOA_BATCH_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "address.h"
#include "send_queue.h"

/* What the kernel takes in one call (UIO_MAXIOV). */
#define BATCH_CAPACITY_MAX 1024
#define SLOT_BYTES_MAX 65535
/* Linux' error numbers end at 133; any above share the last place. */
#define ERROR_NUMBERS 134

/* As DatagramBatch: slot i is bytes[i * slot_bytes ...], its peer addresses[i * ADDRESS_BYTES ...]. */
typedef struct {
  uint8_t *bytes;
  uint16_t *lengths;
  uint8_t *addresses;
} batch_memory;

typedef struct {
  uint64_t datagrams_in;
  uint64_t bytes_in;
  uint64_t batches_in;
  uint64_t datagrams_out;
  uint64_t bytes_out;
  uint64_t oversized;
  uint64_t unanswerable;
  uint64_t send_queue_full;
} socket_counts;

/* How often each error came since the list was last taken. */
typedef struct {
  bool any;
  uint32_t send[ERROR_NUMBERS];
  uint32_t receive[ERROR_NUMBERS];
} socket_errors;

typedef struct {
  int family; /* AF_INET or AF_INET6 */
  bool is_connected;
  bool reuse_port;
  int kernel_buffer_bytes;
  uint8_t address[ADDRESS_BYTES]; /* of the peer where connected, else our own */
  uint32_t capacity;
  uint32_t slot_bytes;
} socket_settings;

struct batch_headers;

typedef struct {
  int fd; /* -1 once closed */
  socket_settings settings;
  batch_memory arrived;
  batch_memory outgoing;
  struct batch_headers *in;
  struct batch_headers *out;
  uint32_t run_segment_bytes_max; /* datagrams up to this length may leave as runs; learnt from refusals */
  send_queue queue;
  socket_counts counts;
  socket_errors errors;
} batch_socket;

/* 0, or an errno and nothing left open. ENOSYS where the kernel has no batches. */
int batch_socket_open(batch_socket *batch, const socket_settings *settings, batch_memory arrived,
                      batch_memory outgoing);
/* Closes the descriptor at once; what was queued is lost. */
void batch_socket_close(batch_socket *batch);

typedef enum { RECEIVE_EMPTY, RECEIVE_MORE, RECEIVE_BROKEN } receive_outcome;

/* Fills the arrived batch; `count` of its slots are good. MORE: there may be more to read. */
receive_outcome batch_socket_receive(batch_socket *batch, uint32_t *count);

/* Sends the first `count` slots of the outgoing batch; its memory is free again on return. */
void batch_socket_send(batch_socket *batch, uint32_t count);

/* Sends what had to wait, a bounded part of it. */
void batch_socket_drain(batch_socket *batch);

/* Takes an error that waits in the socket without reading from it. */
void batch_socket_take_pending_error(batch_socket *batch);

static inline bool batch_socket_wants_to_write(const batch_socket *batch) {
  return send_queue_count(&batch->queue) > 0;
}

int batch_socket_option(const batch_socket *batch, int name); /* of SOL_SOCKET; 0 where unknown */
uint32_t batch_socket_kernel_drops(const batch_socket *batch);
bool batch_socket_local(const batch_socket *batch, uint8_t *address);

#endif
