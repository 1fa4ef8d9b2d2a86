#include "key_stream.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A key's value begins somewhere in the first bytes of one block of noise. */
#define VALUE_STARTS 32768

static uint64_t next_random(uint64_t *state);
static char two_digits[200];

bool key_stream_open(key_stream *keys, const char *file, uint32_t key_count, bool is_sequential,
                     uint32_t value_bytes) {
  memset(keys, 0, sizeof *keys);
  keys->key_count = key_count;
  keys->is_sequential = is_sequential;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  keys->random = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u + 1;
  for (int i = 0; i < 100; i++) {
    two_digits[2 * i] = (char)('0' + i / 10);
    two_digits[2 * i + 1] = (char)('0' + i % 10);
  }
  size_t block = VALUE_STARTS + value_bytes;
  keys->values = malloc(block);
  if (keys->values == NULL) return false;
  uint64_t noise = 42;
  for (size_t i = 0; i < block; i++) keys->values[i] = (uint8_t)('a' + next_random(&noise) % 26);
  if (file == NULL) return true;

  struct stat info;
  int fd = open(file, O_RDONLY);
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size < 4) {
    perror(file);
    return false;
  }
  keys->drawn = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  close(fd);
  if (keys->drawn == MAP_FAILED) {
    perror(file);
    return false;
  }
  keys->drawn_count = (size_t)info.st_size / sizeof *keys->drawn;
  keys->at = next_random(&keys->random) % keys->drawn_count;
  return true;
}

uint32_t key_stream_next(key_stream *keys) {
  if (keys->is_sequential) return (uint32_t)(keys->at < keys->key_count ? keys->at++ : keys->key_count - 1);
  if (keys->drawn == NULL)
    return (uint32_t)(((next_random(&keys->random) & 0xffffffffu) * keys->key_count) >> 32);
  if (++keys->at == keys->drawn_count) keys->at = 0;
  return keys->drawn[keys->at];
}

void write_key(uint32_t index, uint8_t *into) {
  memcpy(into, "key:00", 6);
  for (int at = KEY_BYTES - 2; at >= 6; at -= 2) {
    memcpy(into + at, two_digits + 2 * (index % 100), 2);
    index /= 100;
  }
}

const uint8_t *value_of(const key_stream *keys, uint32_t index) {
  return keys->values + (index * 2654435761u) % VALUE_STARTS;
}

static uint64_t next_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  *state = x;
  return x * 0x2545f4914f6cdd1du;
}
