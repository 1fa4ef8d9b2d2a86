/* What both kinds of load share: when a request may leave, when its answer counts, when the run ends. */
#include "load.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* Long enough that a server which had to wait for its core is not called a lost datagram. */
#define LOST_AFTER_NS 500000000u
/* delta of a request is a byte: ids on their way span no more than this. */
#define ID_SPAN_MAX 256

static processor_times own_before, server_before;

uint64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool may_send(load *load, const load_connection *connection, uint64_t *since_ns) {
  const load_settings *settings = &load->settings;
  if (connection->outstanding >= settings->outstanding) return false;
  uint32_t span = settings->target == TARGET_ANOA ? ID_SPAN_MAX : RING;
  if (connection->next_id - connection->oldest_id >= span) return false;
  if (settings->requests > 0 && load->sent >= settings->requests) return false;
  *since_ns = load->now_ns;
  if (settings->rate <= 0) return true;
  *since_ns = load->open_since_ns + (uint64_t)((double)load->sent * 1e9 / settings->rate);
  return *since_ns <= load->now_ns;
}

void note_sent(load *load, load_connection *connection, uint64_t since_ns) {
  load_slot *slot = &connection->slots[connection->next_id % RING];
  slot->since_ns = since_ns;
  slot->is_live = true;
  slot->parts = 0;
  if (connection->outstanding == 0) connection->heard_ns = load->now_ns;
  connection->next_id++;
  connection->outstanding++;
  load->sent++;
}

static void forget(load_connection *connection, uint64_t id) {
  connection->slots[id % RING].is_live = false;
  connection->outstanding--;
  while (connection->oldest_id < connection->next_id && !connection->slots[connection->oldest_id % RING].is_live)
    connection->oldest_id++;
}

void note_answered(load *load, load_connection *connection, uint64_t id) {
  connection->heard_ns = load->now_ns;
  if (id < connection->oldest_id || id >= connection->next_id || !connection->slots[id % RING].is_live) {
    load->measures.late++;
    return;
  }
  uint64_t since_ns = connection->slots[id % RING].since_ns;
  measures_note_latency(&load->measures, load->now_ns - since_ns);
  load->measures.requests++;
  load->measures.ops += load->settings.ops;
  load->answered++;
  forget(connection, id);
}

void give_up_lost(load *load, load_connection *connection) {
  if (connection->outstanding == 0 || load->now_ns - connection->heard_ns < LOST_AFTER_NS) {
    /* Others are answered: only the oldest can have been lost. */
    if (connection->outstanding == 0) return;
    uint64_t since_ns = connection->slots[connection->oldest_id % RING].since_ns;
    if (load->now_ns < since_ns || load->now_ns - since_ns < 2 * LOST_AFTER_NS) return;
    load->measures.lost++;
    load->answered++;
    forget(connection, connection->oldest_id);
    return;
  }
  uint64_t end = connection->next_id;
  for (uint64_t id = connection->oldest_id; id < end && connection->outstanding > 0; id++) {
    if (!connection->slots[id % RING].is_live) continue;
    load->measures.lost++;
    load->answered++;
    forget(connection, id);
  }
  connection->heard_ns = load->now_ns;
}

bool next_reads(load *load) {
  uint32_t percent = load->settings.reads_percent;
  if (percent >= 100) return true;
  load->random = load->random * 1664525u + 1013904223u;
  return (load->random >> 16) % 100 < percent;
}

static void begin_measuring(load *load) {
  memset(&load->measures, 0, sizeof load->measures);
  load->measured_from_ns = load->now_ns;
  own_before = processor_times_of(getpid());
  server_before = processor_times_of(load->settings.server_pid);
}

static bool has_ended(const load *load) {
  if (load->stopped_early != NULL) return true;
  if (load->settings.requests > 0) return load->answered >= load->settings.requests;
  return load->measured_from_ns > 0 &&
         load->now_ns - load->measured_from_ns >= (uint64_t)(load->settings.seconds * 1e9);
}

bool goes_on(load *load) {
  if (load->open_since_ns == 0) load->open_since_ns = load->now_ns;
  if (load->measured_from_ns == 0 &&
      load->now_ns - load->open_since_ns >= (uint64_t)(load->settings.warm_seconds * 1e9))
    begin_measuring(load);
  if (!has_ended(load)) return true;
  processor_times own = processor_times_of(getpid());
  processor_times server = processor_times_of(load->settings.server_pid);
  load->measures.own_seconds = own.ran - own_before.ran;
  load->measures.own_waited_seconds = own.waited - own_before.waited;
  load->measures.server_seconds = server.ran - server_before.ran;
  load->measures.server_waited_seconds = server.waited - server_before.waited;
  return false;
}
