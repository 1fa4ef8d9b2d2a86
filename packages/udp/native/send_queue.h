/*
 * Datagrams the kernel did not take yet, copied, first in first out, in bounded memory: what does not fit is
 * refused and its owner counts it. The memory is taken when first needed and kept.
 *
 * Invariant: the bytes of entries [head, tail) lie one after another in [entries[head].at, end).
 */
#ifndef ANOA_SEND_QUEUE_H
#define ANOA_SEND_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

typedef struct {
  size_t at;
  size_t length;
  kernel_address peer;
  socklen_t peer_length; /* 0 on a connected socket */
} queued_datagram;

typedef struct {
  queued_datagram *entries;
  uint8_t *bytes;
  size_t entries_max;
  size_t bytes_max;
  size_t head;
  size_t tail;
  size_t end;
} send_queue;

void send_queue_init(send_queue *queue, size_t entries_max, size_t bytes_max);
void send_queue_free(send_queue *queue);
bool send_queue_push(send_queue *queue, const void *bytes, size_t length, const kernel_address *peer,
                     socklen_t peer_length);
/* The first `count` have left. */
void send_queue_drop(send_queue *queue, size_t count);

static inline size_t send_queue_count(const send_queue *queue) { return queue->tail - queue->head; }

#endif
