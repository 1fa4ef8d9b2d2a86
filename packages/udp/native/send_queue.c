#include "send_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool has_memory(send_queue *queue);
static void move_to_front(send_queue *queue);

void send_queue_init(send_queue *queue, size_t entries_max, size_t bytes_max) {
  memset(queue, 0, sizeof *queue);
  queue->entries_max = entries_max;
  queue->bytes_max = bytes_max;
}

void send_queue_free(send_queue *queue) {
  free(queue->entries);
  free(queue->bytes);
  queue->entries = NULL;
  queue->bytes = NULL;
  queue->head = queue->tail = queue->end = 0;
}

bool send_queue_push(send_queue *queue, const void *bytes, size_t length, const kernel_address *peer,
                     socklen_t peer_length) {
  if (!has_memory(queue)) return false;
  if (queue->tail == queue->entries_max || length > queue->bytes_max - queue->end) move_to_front(queue);
  if (queue->tail == queue->entries_max || length > queue->bytes_max - queue->end) return false;
  queued_datagram *entry = &queue->entries[queue->tail++];
  entry->at = queue->end;
  entry->length = length;
  entry->peer_length = peer_length;
  if (peer_length > 0) entry->peer = *peer;
  if (length > 0) memcpy(queue->bytes + queue->end, bytes, length);
  queue->end += length;
  return true;
}

void send_queue_drop(send_queue *queue, size_t count) {
  assert(count <= send_queue_count(queue));
  queue->head += count;
  if (queue->head == queue->tail) queue->head = queue->tail = queue->end = 0;
}

static bool has_memory(send_queue *queue) {
  if (queue->entries == NULL) queue->entries = malloc(queue->entries_max * sizeof *queue->entries);
  if (queue->bytes == NULL) queue->bytes = malloc(queue->bytes_max);
  return queue->entries != NULL && queue->bytes != NULL;
}

/* Only where half of it is free, so that a byte is moved at most once for each byte that left. */
static void move_to_front(send_queue *queue) {
  if (queue->head == 0) return;
  size_t begin = queue->entries[queue->head].at;
  if (queue->head < queue->entries_max / 2 && begin < queue->bytes_max / 2) return;
  size_t count = send_queue_count(queue);
  memmove(queue->bytes, queue->bytes + begin, queue->end - begin);
  memmove(queue->entries, queue->entries + queue->head, count * sizeof *queue->entries);
  for (size_t i = 0; i < count; i++) queue->entries[i].at -= begin;
  queue->end -= begin;
  queue->head = 0;
  queue->tail = count;
}
