/* Which key comes next, and the bytes of keys and values: `key:000000000042`, the shape redis-benchmark draws. */
#ifndef ANOA_KEY_STREAM_H
#define ANOA_KEY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_BYTES 16

typedef struct {
  const uint32_t *drawn; /* a drawn sequence, walked in a circle */
  size_t drawn_count;
  size_t at;
  uint32_t key_count;
  bool is_sequential;
  uint64_t random;
  uint8_t *values;
} key_stream;

/* `file` may be NULL: uniform. False and a line on standard error where it cannot be read. */
bool key_stream_open(key_stream *keys, const char *file, uint32_t key_count, bool is_sequential,
                     uint32_t value_bytes);
uint32_t key_stream_next(key_stream *keys);
void write_key(uint32_t index, uint8_t *into);
/* `value_bytes` printable bytes that differ from key to key. */
const uint8_t *value_of(const key_stream *keys, uint32_t index);

#endif
