/*
 * The load of the benchmarks: what to send where, what came back, and how long that took.
 *
 * One thread on one core. A *request* is what one datagram, or one write to a TCP connection, carries: `ops`
 * operations. Each of `sockets` has up to `outstanding` requests on their way. Closed loop: an answered request
 * makes room for the next. Open loop (`rate` > 0): requests are due at fixed moments whatever the server does,
 * and latency counts from the moment a request was due, not from when it could be sent.
 */
#ifndef ANOA_LOAD_H
#define ANOA_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "key_stream.h"
#include "measures.h"

/* Request ids of one socket in flight at once; a power of two above every `outstanding`. */
#define RING 1024
#define OUTSTANDING_MAX 512
#define DATAGRAM_BYTES_MAX 65536

typedef enum {
  TARGET_ECHO,
  TARGET_ANOA,
  TARGET_SEALED,
  TARGET_MEMCACHED_UDP,
  TARGET_MEMCACHED_TCP,
  TARGET_REDIS,
} load_target;

/* What is said to Redis; one of these is one operation. */
typedef enum {
  COMMAND_GET_OR_SET, /* by reads_percent */
  COMMAND_INCR,       /* counters beside the values: their keys begin with another letter */
  COMMAND_MSET,       /* of MSET_KEYS */
  COMMAND_LPUSH,      /* all of one list */
  COMMAND_RPUSH,
  COMMAND_LPOP,
  COMMAND_RPOP,
} redis_command;

/* As many as redis-benchmark sets with one MSET. */
#define MSET_KEYS 10

typedef struct {
  load_target target;
  redis_command command;
  uint16_t port;
  uint32_t sockets;
  uint32_t outstanding;
  uint32_t ops;
  uint32_t value_bytes;
  uint32_t reads_percent; /* of the operations; the others write */
  double warm_seconds;
  double seconds;
  double rate;        /* requests a second, 0: closed loop */
  uint64_t requests;  /* stop after these, 0: after `seconds` */
  bool is_tls;        /* TCP targets only */
  bool is_spinning;   /* never sleep: latency without the wake-up of this side */
  int core;           /* -1: not pinned */
  int server_pid;     /* 0: its processor time is not read */
  uint32_t echo_bytes;
  const char *keys_file;     /* u32 indices, walked in a circle; none: uniform */
  uint32_t key_count;
  bool is_sequential;        /* every key once, in order: filling */
  const char *sessions_file; /* a line "localPort sid counter" per socket */
  const char *plan_file;     /* sealed: for each socket `plan_count` datagrams of `plan_bytes`, then its CLOSE */
  uint32_t plan_bytes;
  uint32_t plan_count;
  uint32_t reply_bytes; /* sealed: of one reply inside a datagram */
  uint32_t reply_overhead_bytes;
  const char *sample_file; /* sealed: some reply datagrams for the caller to open */
} load_settings;

typedef struct {
  uint64_t since_ns;
  bool is_live;
  uint16_t parts; /* datagrams of its answer still to come, 0: not known yet */
} load_slot;

typedef struct {
  int fd;
  uint32_t outstanding;
  uint64_t next_id;
  uint64_t oldest_id; /* none below it is live */
  uint64_t heard_ns;
  load_slot slots[RING];
  /* AnoaDB */
  uint32_t sid;
  uint64_t counter;
  const uint8_t *plan;
  uint32_t plan_at;
  /* TCP */
  uint8_t *in;
  size_t in_bytes;
  uint8_t *out;
  size_t out_at;
  size_t out_bytes;
  uint32_t answered_ops; /* of the oldest request */
  bool waits_to_write;
  void *tls; /* NULL: plain */
} load_connection;

typedef struct {
  load_settings settings;
  load_connection *connections;
  key_stream keys;
  measures measures;
  uint64_t now_ns;
  uint64_t measured_from_ns;
  uint64_t open_since_ns; /* when request 0 of the open loop was due */
  uint64_t sent;
  uint64_t answered;
  uint32_t next_connection;
  uint32_t random;
  size_t request_bytes_max;
  FILE *sample;
  uint32_t samples;
  const char *stopped_early;
} load;

uint64_t clock_ns(void);

/* Runs until the settings say stop; false and a line on standard error where it cannot. */
bool run_datagram_load(load *load);
bool run_stream_load(load *load);

/* Is another request allowed to leave this connection now? `*since_ns` is what its latency counts from. */
bool may_send(load *load, const load_connection *connection, uint64_t *since_ns);
void note_sent(load *load, load_connection *connection, uint64_t since_ns);
void note_answered(load *load, load_connection *connection, uint64_t id);
/* Gives up what got no answer for too long: counted, and its place is free again. */
void give_up_lost(load *load, load_connection *connection);
/* Does the next operation read? */
bool next_reads(load *load);
/* Ends warming up and the run when it is time; false: the run is over. */
bool goes_on(load *load);

/* datagram_targets.c: one request into `into`; its length, 0 where there are none left. */
size_t write_datagram(load *load, load_connection *connection, uint8_t *into);
void read_datagram(load *load, load_connection *connection, uint8_t *bytes, size_t length);

/* stream_targets.c: one request into `into`; how many bytes of `bytes` were whole answers. */
size_t write_stream_request(load *load, load_connection *connection, uint8_t *into);
size_t read_stream(load *load, load_connection *connection, const uint8_t *bytes, size_t length);

#endif
