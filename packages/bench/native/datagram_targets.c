/*
 * One datagram per request, for each kind of server. The numbers of our own protocol come from wire.h, which is
 * made from the protocol's generated constants when this is compiled: none is decided here.
 */
#include <string.h>

#include "load.h"
#include "wire.h"

#define MEMCACHED_HEADER_BYTES 8
#define SAMPLES_MAX 64

static void put_u16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *at, uint32_t value) {
  put_u16(at, value);
  put_u16(at + 2, value >> 16);
}

static void put_u48(uint8_t *at, uint64_t value) {
  put_u32(at, (uint32_t)value);
  put_u16(at + 4, (uint32_t)(value >> 32));
}

static uint32_t get_u16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static uint32_t get_u32(const uint8_t *at) { return get_u16(at) | get_u16(at + 2) << 16; }

static uint8_t *write_op(load *load, uint8_t *at) {
  uint32_t key = key_stream_next(&load->keys);
  bool reads = next_reads(load);
  uint32_t value_bytes = load->settings.value_bytes;
  at[WIRE_OP_OPCODE_AT] = reads ? WIRE_OPCODE_GET : WIRE_OPCODE_SET;
  at[WIRE_OP_FLAGS_AT] = 0;
  put_u16(at + WIRE_OP_KEY_LENGTH_AT, KEY_BYTES);
  put_u32(at + WIRE_OP_ARGUMENT_LENGTH_AT, reads ? 0 : 1 + value_bytes);
  at += WIRE_OP_HEADER_BYTES;
  write_key(key, at);
  at += KEY_BYTES;
  if (reads) return at;
  *at++ = WIRE_TYPE_STRING;
  memcpy(at, value_of(&load->keys, key), value_bytes);
  return at + value_bytes;
}

static size_t write_anoa(load *load, load_connection *connection, uint8_t *into) {
  uint64_t rid = connection->next_id;
  into[0] = WIRE_MAGIC;
  into[1] = WIRE_DATA_TO_SERVER_OPEN;
  put_u32(into + WIRE_HEADER_SID_AT, connection->sid);
  put_u48(into + WIRE_HEADER_COUNTER_AT, connection->counter++);
  uint8_t *frame = into + WIRE_HEADER_BYTES;
  uint8_t *body = frame + WIRE_FRAME_HEADER_BYTES;
  put_u32(body + WIRE_REQ_RID_AT, (uint32_t)rid);
  body[WIRE_REQ_DELTA_AT] = (uint8_t)(rid - connection->oldest_id);
  body[WIRE_REQ_FLAGS_AT] = 0;
  uint8_t *at = body + WIRE_REQ_OPS_AT;
  for (uint32_t i = 0; i < load->settings.ops; i++) at = write_op(load, at);
  frame[0] = WIRE_FRAME_REQ;
  put_u16(frame + 1, (uint32_t)(at - body));
  return (size_t)(at - into);
}

static void count_results(load *load, const uint8_t *at, const uint8_t *end) {
  uint32_t results = 0;
  for (; at + WIRE_RESULT_HEADER_BYTES <= end; results++) {
    uint8_t status = at[WIRE_RESULT_STATUS_AT];
    if (status == WIRE_STATUS_OK) load->measures.hits++;
    else if (status == WIRE_STATUS_NOT_FOUND) load->measures.misses++;
    else load->measures.errors++;
    at += WIRE_RESULT_HEADER_BYTES + get_u32(at + WIRE_RESULT_LENGTH_AT);
  }
  if (results != load->settings.ops || at != end) load->measures.errors++;
}

/* The server lets replies to one client share a datagram. */
static void read_anoa(load *load, load_connection *connection, const uint8_t *bytes, size_t length) {
  const uint8_t *at = bytes + WIRE_HEADER_BYTES, *end = bytes + length;
  if (length < WIRE_HEADER_BYTES || bytes[1] != WIRE_DATA_TO_CLIENT_OPEN) {
    load->measures.errors++;
    return;
  }
  while (at + WIRE_FRAME_HEADER_BYTES <= end && at[0] != WIRE_FRAME_PADDING) {
    uint8_t type = at[0];
    const uint8_t *body = at + WIRE_FRAME_HEADER_BYTES;
    at = body + get_u16(at + 1);
    if (at > end) break;
    if (type == WIRE_FRAME_RSP_FRAG) load->measures.errors++; /* replies must fit a datagram here */
    if (type != WIRE_FRAME_RSP) continue;
    if (body[WIRE_RSP_STATUS_AT] == WIRE_STATUS_OK) count_results(load, body + WIRE_RSP_RESULTS_AT, at);
    else load->measures.errors += load->settings.ops;
    uint32_t rid = get_u32(body + WIRE_RSP_RID_AT);
    note_answered(load, connection, rid);
  }
}

static size_t write_sealed(load *load, load_connection *connection, uint8_t *into) {
  const load_settings *settings = &load->settings;
  if (connection->plan_at == settings->plan_count) {
    /* A timed run must not go on with fewer senders; a counted one waits for the rest. */
    if (settings->requests == 0) load->stopped_early = "the sealed datagrams were used up";
    return 0;
  }
  memcpy(into, connection->plan + (size_t)connection->plan_at++ * settings->plan_bytes, settings->plan_bytes);
  return settings->plan_bytes;
}

/*
 * Without the key only the length speaks: all replies are equally long, so it says how many share the datagram.
 * They come in the order of the requests. The caller opens the samples and looks inside.
 */
static void read_sealed(load *load, load_connection *connection, const uint8_t *bytes, size_t length) {
  const load_settings *settings = &load->settings;
  size_t replies = length - settings->reply_overhead_bytes;
  if (length < settings->reply_overhead_bytes || replies % settings->reply_bytes != 0) {
    load->measures.errors++;
    return;
  }
  if (load->sample != NULL && load->samples < SAMPLES_MAX && load->answered % 61 == 0) {
    uint16_t sample_bytes = (uint16_t)length;
    fwrite(&sample_bytes, sizeof sample_bytes, 1, load->sample);
    fwrite(bytes, 1, length, load->sample);
    load->samples++;
  }
  for (replies /= settings->reply_bytes; replies > 0; replies--) {
    load->measures.hits += settings->ops;
    note_answered(load, connection, connection->oldest_id);
  }
}

static size_t write_memcached(load *load, load_connection *connection, uint8_t *into) {
  uint32_t id = (uint32_t)connection->next_id & 0xffff;
  const uint8_t header[MEMCACHED_HEADER_BYTES] = {(uint8_t)(id >> 8), (uint8_t)id, 0, 0, 0, 1, 0, 0};
  memcpy(into, header, sizeof header);
  return sizeof header + write_stream_request(load, connection, into + sizeof header);
}

static void read_memcached(load *load, load_connection *connection, const uint8_t *bytes, size_t length) {
  if (length < MEMCACHED_HEADER_BYTES + 3) {
    load->measures.errors++;
    return;
  }
  /* The id is 16 bits of ours; those in flight are far fewer. */
  uint64_t id = (connection->next_id & ~(uint64_t)0xffff) | (uint64_t)(bytes[0] << 8 | bytes[1]);
  if (id >= connection->next_id) id -= 0x10000;
  load_slot *slot = &connection->slots[id % RING];
  uint32_t sequence = (uint32_t)(bytes[2] << 8 | bytes[3]), total = (uint32_t)(bytes[4] << 8 | bytes[5]);
  const uint8_t *text = bytes + MEMCACHED_HEADER_BYTES;
  if (sequence == 0) {
    if (memcmp(text, "VAL", 3) == 0 || memcmp(text, "STO", 3) == 0) load->measures.hits += load->settings.ops;
    else if (memcmp(text, "END", 3) == 0) load->measures.misses += load->settings.ops;
    else load->measures.errors++;
  }
  if (slot->parts == 0) slot->parts = (uint16_t)total;
  if (--slot->parts == 0) note_answered(load, connection, id);
}

static size_t write_echo(load *load, load_connection *connection, uint8_t *into) {
  put_u48(into, connection->next_id);
  return load->settings.echo_bytes;
}

static void read_echo(load *load, load_connection *connection, const uint8_t *bytes, size_t length) {
  if (length != load->settings.echo_bytes) load->measures.errors++;
  else note_answered(load, connection, get_u32(bytes) | (uint64_t)get_u16(bytes + 4) << 32);
}

size_t write_datagram(load *load, load_connection *connection, uint8_t *into) {
  switch (load->settings.target) {
    case TARGET_ANOA: return write_anoa(load, connection, into);
    case TARGET_SEALED: return write_sealed(load, connection, into);
    case TARGET_MEMCACHED_UDP: return write_memcached(load, connection, into);
    default: return write_echo(load, connection, into);
  }
}

void read_datagram(load *load, load_connection *connection, uint8_t *bytes, size_t length) {
  switch (load->settings.target) {
    case TARGET_ANOA: read_anoa(load, connection, bytes, length); break;
    case TARGET_SEALED: read_sealed(load, connection, bytes, length); break;
    case TARGET_MEMCACHED_UDP: read_memcached(load, connection, bytes, length); break;
    default: read_echo(load, connection, bytes, length);
  }
}
