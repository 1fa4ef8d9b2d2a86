/* Requests and answers of Redis (RESP) and of memcached's text protocol. */
#include <stdlib.h>
#include <string.h>

#include "load.h"

static uint8_t *put(uint8_t *at, const void *bytes, size_t length) {
  memcpy(at, bytes, length);
  return at + length;
}

static uint8_t *put_number(uint8_t *at, uint32_t value) {
  char digits[12];
  int at_digit = sizeof digits;
  do digits[--at_digit] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  return put(at, digits + at_digit, sizeof digits - (size_t)at_digit);
}

#define PUT_TEXT(at, text) put(at, text, sizeof text - 1)

static uint8_t *put_key(load *load, uint8_t *at, uint32_t *key) {
  *key = key_stream_next(&load->keys);
  write_key(*key, at);
  return at + KEY_BYTES;
}

static uint8_t *put_bulk_value(const load *load, uint8_t *at, uint32_t key) {
  uint32_t value_bytes = load->settings.value_bytes;
  *at++ = '$';
  at = put_number(at, value_bytes);
  at = PUT_TEXT(at, "\r\n");
  at = put(at, value_of(&load->keys, key), value_bytes);
  return PUT_TEXT(at, "\r\n");
}

static uint8_t *put_bulk_key(load *load, uint8_t *at, uint32_t *key) {
  at = PUT_TEXT(at, "$16\r\n");
  at = put_key(load, at, key);
  return PUT_TEXT(at, "\r\n");
}

static uint8_t *write_get_or_set(load *load, uint8_t *at) {
  uint32_t key;
  if (next_reads(load)) return put_bulk_key(load, PUT_TEXT(at, "*2\r\n$3\r\nGET\r\n"), &key);
  at = put_bulk_key(load, PUT_TEXT(at, "*3\r\n$3\r\nSET\r\n"), &key);
  return put_bulk_value(load, at, key);
}

static uint8_t *write_incr(load *load, uint8_t *at) {
  uint32_t key;
  at = PUT_TEXT(at, "*2\r\n$4\r\nINCR\r\n");
  uint8_t *end = put_bulk_key(load, at, &key);
  at[sizeof "$16\r\n" - 1] = 'c';
  return end;
}

static uint8_t *write_mset(load *load, uint8_t *at) {
  uint32_t key;
  *at++ = '*';
  at = put_number(at, 1 + 2 * MSET_KEYS);
  at = PUT_TEXT(at, "\r\n$4\r\nMSET\r\n");
  for (int i = 0; i < MSET_KEYS; i++) {
    at = put_bulk_key(load, at, &key);
    at = put_bulk_value(load, at, key);
  }
  return at;
}

#define LIST "$6\r\nmylist\r\n"

static uint8_t *write_redis(load *load, uint8_t *at) {
  switch (load->settings.command) {
    case COMMAND_GET_OR_SET: return write_get_or_set(load, at);
    case COMMAND_INCR: return write_incr(load, at);
    case COMMAND_MSET: return write_mset(load, at);
    case COMMAND_LPUSH: return put_bulk_value(load, PUT_TEXT(at, "*3\r\n$5\r\nLPUSH\r\n" LIST), 0);
    case COMMAND_RPUSH: return put_bulk_value(load, PUT_TEXT(at, "*3\r\n$5\r\nRPUSH\r\n" LIST), 0);
    case COMMAND_LPOP: return PUT_TEXT(at, "*2\r\n$4\r\nLPOP\r\n" LIST);
    case COMMAND_RPOP: return PUT_TEXT(at, "*2\r\n$4\r\nRPOP\r\n" LIST);
  }
  return at;
}

static uint8_t *write_memcached_set(load *load, uint8_t *at) {
  uint32_t key, value_bytes = load->settings.value_bytes;
  at = PUT_TEXT(at, "set ");
  at = put_key(load, at, &key);
  at = PUT_TEXT(at, " 0 0 ");
  at = put_number(at, value_bytes);
  at = PUT_TEXT(at, "\r\n");
  at = put(at, value_of(&load->keys, key), value_bytes);
  return PUT_TEXT(at, "\r\n");
}

/* memcached reads many keys with one command, which is its fastest way. */
static uint8_t *write_memcached(load *load, uint8_t *at) {
  uint32_t key;
  if (!next_reads(load)) {
    for (uint32_t i = 0; i < load->settings.ops; i++) at = write_memcached_set(load, at);
    return at;
  }
  at = PUT_TEXT(at, "get");
  for (uint32_t i = 0; i < load->settings.ops; i++) {
    *at++ = ' ';
    at = put_key(load, at, &key);
  }
  return PUT_TEXT(at, "\r\n");
}

size_t write_stream_request(load *load, load_connection *connection, uint8_t *into) {
  (void)connection;
  if (load->settings.target != TARGET_REDIS) return (size_t)(write_memcached(load, into) - into);
  uint8_t *at = into;
  for (uint32_t i = 0; i < load->settings.ops; i++) at = write_redis(load, at);
  return (size_t)(at - into);
}

static void note_op(load *load, load_connection *connection) {
  if (++connection->answered_ops < load->settings.ops) return;
  connection->answered_ops = 0;
  note_answered(load, connection, connection->oldest_id);
}

static size_t number_at(const uint8_t *at, const uint8_t *end) {
  size_t value = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (size_t)(*at - '0');
  return value;
}

/* Consumes one answer of Redis; 0: not whole yet. */
static size_t read_redis(load *load, load_connection *connection, const uint8_t *bytes, const uint8_t *end) {
  const uint8_t *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
  if (line_end == NULL) return 0;
  size_t whole = (size_t)(line_end - bytes) + 1;
  if (bytes[0] == '$' && bytes[1] == '-') {
    load->measures.misses++;
  } else if (bytes[0] == '$') {
    size_t length = number_at(bytes + 1, line_end);
    whole += length + 2;
    if (whole > (size_t)(end - bytes)) return 0;
    if (length == load->settings.value_bytes) load->measures.hits++;
    else load->measures.errors++;
  } else if (bytes[0] == '+' || bytes[0] == ':') {
    load->measures.hits++;
  } else {
    load->measures.errors++;
  }
  note_op(load, connection);
  return whole;
}

/* Consumes one line of memcached, with the value behind it; 0: not whole yet. */
static size_t read_memcached(load *load, load_connection *connection, const uint8_t *bytes, const uint8_t *end) {
  const uint8_t *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
  if (line_end == NULL) return 0;
  size_t whole = (size_t)(line_end - bytes) + 1;
  if (bytes[0] == 'V') { /* VALUE key flags length */
    const uint8_t *at = line_end - 1;
    while (at > bytes && at[-1] != ' ') at--;
    whole += number_at(at, line_end) + 2;
    if (whole > (size_t)(end - bytes)) return 0;
    load->measures.hits++;
    connection->answered_ops++;
  } else if (bytes[0] == 'E' && bytes[1] == 'N') { /* END of a get */
    load->measures.misses += load->settings.ops - connection->answered_ops;
    connection->answered_ops = 0;
    note_answered(load, connection, connection->oldest_id);
  } else {
    if (memcmp(bytes, "STORED", 6) == 0) load->measures.hits++;
    else load->measures.errors++;
    note_op(load, connection);
  }
  return whole;
}

size_t read_stream(load *load, load_connection *connection, const uint8_t *bytes, size_t length) {
  const uint8_t *at = bytes, *end = bytes + length;
  while (at < end) {
    size_t whole = load->settings.target == TARGET_REDIS ? read_redis(load, connection, at, end)
                                                         : read_memcached(load, connection, at, end);
    if (whole == 0) break;
    at += whole;
  }
  return (size_t)(at - bytes);
}
