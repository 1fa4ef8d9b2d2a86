/*
 * anoa-load: the load generator of the benchmarks. One JSON object on standard output.
 *
 *   anoa-load load name=value ...   sends a load; the names are those of read_setting below
 *   anoa-load echo-server           sends every datagram back: what the kernel's sockets allow a server in C
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"
#include "tls.h"
#include "wire.h"

#define KERNEL_BUFFER_BYTES (4 * 1024 * 1024)
#define READ_TIMEOUT_US 10000

int run_echo_server(void);

static const char *const targets[] = {"echo", "anoa", "sealed", "memcached-udp", "memcached-tcp", "redis"};
static const char *const commands[] = {"get-or-set", "incr", "mset", "lpush", "rpush", "lpop", "rpop"};

static bool fail(const char *what) {
  fprintf(stderr, "anoa-load: %s: %s\n", what, strerror(errno));
  return false;
}

static bool read_word(const char *const *words, size_t count, const char *value, int *into) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(value, words[i]) != 0) continue;
    *into = (int)i;
    return true;
  }
  return false;
}

#define READ_WORD(words, value, into) read_word(words, sizeof words / sizeof *words, value, into)

static bool read_target(load_settings *settings, const char *value) {
  int target;
  if (!READ_WORD(targets, value, &target)) return false;
  settings->target = (load_target)target;
  return true;
}

static bool read_command(load_settings *settings, const char *value) {
  int command;
  if (!READ_WORD(commands, value, &command)) return false;
  settings->command = (redis_command)command;
  return true;
}

static bool read_setting(load_settings *settings, const char *name, const char *value) {
  const struct {
    const char *name;
    uint32_t *into;
  } numbers[] = {
      {"sockets", &settings->sockets},          {"outstanding", &settings->outstanding},
      {"ops", &settings->ops},                  {"valueBytes", &settings->value_bytes},
      {"readsPercent", &settings->reads_percent}, {"echoBytes", &settings->echo_bytes},
      {"keyCount", &settings->key_count},       {"planBytes", &settings->plan_bytes},
      {"planCount", &settings->plan_count},     {"replyBytes", &settings->reply_bytes},
      {"replyOverheadBytes", &settings->reply_overhead_bytes},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(name, numbers[i].name) != 0) continue;
    *numbers[i].into = (uint32_t)strtoul(value, NULL, 10);
    return true;
  }
  if (strcmp(name, "target") == 0) return read_target(settings, value);
  else if (strcmp(name, "command") == 0) return read_command(settings, value);
  else if (strcmp(name, "port") == 0) settings->port = (uint16_t)atoi(value);
  else if (strcmp(name, "warmSeconds") == 0) settings->warm_seconds = atof(value);
  else if (strcmp(name, "seconds") == 0) settings->seconds = atof(value);
  else if (strcmp(name, "rate") == 0) settings->rate = atof(value);
  else if (strcmp(name, "requests") == 0) settings->requests = strtoull(value, NULL, 10);
  else if (strcmp(name, "tls") == 0) settings->is_tls = atoi(value) != 0;
  else if (strcmp(name, "spinning") == 0) settings->is_spinning = atoi(value) != 0;
  else if (strcmp(name, "sequential") == 0) settings->is_sequential = atoi(value) != 0;
  else if (strcmp(name, "core") == 0) settings->core = atoi(value);
  else if (strcmp(name, "serverPid") == 0) settings->server_pid = atoi(value);
  else if (strcmp(name, "keysFile") == 0) settings->keys_file = value;
  else if (strcmp(name, "sessionsFile") == 0) settings->sessions_file = value;
  else if (strcmp(name, "planFile") == 0) settings->plan_file = value;
  else if (strcmp(name, "sampleFile") == 0) settings->sample_file = value;
  else return false;
  return true;
}

static bool read_settings(load_settings *settings, int count, char **words) {
  *settings = (load_settings){.sockets = 1,
                              .outstanding = 1,
                              .ops = 1,
                              .value_bytes = 32,
                              .reads_percent = 100,
                              .key_count = 1,
                              .seconds = 1,
                              .echo_bytes = 64,
                              .core = -1};
  for (int i = 0; i < count; i++) {
    char *value = strchr(words[i], '=');
    if (value != NULL) *value++ = 0;
    if (value != NULL && read_setting(settings, words[i], value)) continue;
    fprintf(stderr, "anoa-load: no setting %s\n", words[i]);
    return false;
  }
  bool is_sound = settings->sockets >= 1 && settings->outstanding >= 1 &&
                  settings->outstanding <= OUTSTANDING_MAX && settings->ops >= 1 && settings->ops <= 255 &&
                  settings->key_count >= 1 && settings->port > 0;
  if (!is_sound) fprintf(stderr, "anoa-load: a setting is out of range\n");
  return is_sound;
}

static bool is_stream(const load_settings *settings) {
  return settings->target == TARGET_REDIS || settings->target == TARGET_MEMCACHED_TCP;
}

static bool needs_sessions(const load_settings *settings) {
  return settings->target == TARGET_ANOA || settings->target == TARGET_SEALED;
}

static bool connect_to(const load_settings *settings, load_connection *connection, uint16_t local_port) {
  int fd = socket(AF_INET, is_stream(settings) ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket");
  int bytes = KERNEL_BUFFER_BYTES, one = 1;
  struct timeval timeout = {.tv_usec = READ_TIMEOUT_US};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (is_stream(settings)) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  } else {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons(local_port);
  if (local_port != 0 && bind(fd, (struct sockaddr *)&address, sizeof address) != 0) return fail("bind");
  address.sin_port = htons(settings->port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return fail("connect");
  connection->fd = fd;
  if (settings->is_tls && (connection->tls = tls_open(fd)) == NULL) return false;
  connection->next_id = connection->oldest_id = 1;
  return true;
}

static bool open_connections(load *load) {
  const load_settings *settings = &load->settings;
  FILE *sessions = settings->sessions_file != NULL ? fopen(settings->sessions_file, "r") : NULL;
  if (needs_sessions(settings) && sessions == NULL) return fail("sessions");
  load->connections = calloc(settings->sockets, sizeof *load->connections);
  if (load->connections == NULL) return fail("memory");
  bool is_open = true;
  for (uint32_t i = 0; is_open && i < settings->sockets; i++) {
    unsigned local_port = 0, sid = 0;
    unsigned long long counter = 0;
    if (sessions != NULL && fscanf(sessions, "%u %u %llu", &local_port, &sid, &counter) != 3) is_open = fail("sessions");
    load->connections[i].sid = sid;
    load->connections[i].counter = counter;
    if (is_open) is_open = connect_to(settings, &load->connections[i], (uint16_t)local_port);
  }
  if (sessions != NULL) fclose(sessions);
  return is_open;
}

static bool open_plan(load *load) {
  const load_settings *settings = &load->settings;
  if (settings->target != TARGET_SEALED) return true;
  size_t each = (size_t)settings->plan_bytes * (settings->plan_count + 1);
  int fd = settings->plan_file != NULL ? open(settings->plan_file, O_RDONLY) : -1;
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0 || (size_t)info.st_size < each * settings->sockets) return fail("plan");
  const uint8_t *plan = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  close(fd);
  if (plan == MAP_FAILED) return fail("plan");
  for (uint32_t i = 0; i < settings->sockets; i++) load->connections[i].plan = plan + each * i;
  if (settings->sample_file != NULL) load->sample = fopen(settings->sample_file, "w");
  return true;
}

static void pin(int core) {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET((unsigned)core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) fail("pinning");
}

static void print_report(const load *load, double seconds) {
  const measures *measures = &load->measures;
  double idle = (double)measures->idle_ns / 1e9;
  double busy = load->settings.is_spinning || load->settings.rate > 0 ? seconds - idle : measures->own_seconds;
  printf("{\"seconds\":%.6f,\"requests\":%llu,\"ops\":%llu,\"hits\":%llu,\"misses\":%llu,\"errors\":%llu,"
         "\"lost\":%llu,\"late\":%llu,\"loadBusy\":%.4f,\"serverSeconds\":%.6f,",
         seconds, (unsigned long long)measures->requests, (unsigned long long)measures->ops,
         (unsigned long long)measures->hits, (unsigned long long)measures->misses,
         (unsigned long long)measures->errors, (unsigned long long)measures->lost,
         (unsigned long long)measures->late, busy / seconds, measures->server_seconds);
  printf("\"serverWaited\":%.4f,\"loadWaited\":%.4f,", measures->server_waited_seconds / seconds,
         measures->own_waited_seconds / seconds);
  printf("\"latencyUs\":{\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f},\"stoppedEarly\":%s%s%s}\n",
         (double)measures_latency(measures, 0.5) / 1e3, (double)measures_latency(measures, 0.99) / 1e3,
         (double)measures_latency(measures, 0.999) / 1e3, (double)measures->latency_max_ns / 1e3,
         load->stopped_early ? "\"" : "", load->stopped_early ? load->stopped_early : "null",
         load->stopped_early ? "\"" : "");
}

/* The server keeps a session for minutes, and only so many of them, unless it is told. */
static void say_goodbye(const load *load) {
  const load_settings *settings = &load->settings;
  for (uint32_t i = 0; i < settings->sockets; i++) {
    const load_connection *connection = &load->connections[i];
    if (settings->target == TARGET_SEALED) {
      const uint8_t *last = connection->plan + (size_t)settings->plan_bytes * settings->plan_count;
      send(connection->fd, last, settings->plan_bytes, 0);
    }
    if (settings->target != TARGET_ANOA) continue;
    uint8_t bytes[WIRE_DATAGRAM_BYTES_MIN] = {WIRE_MAGIC, WIRE_DATA_TO_SERVER_OPEN};
    for (int at = 0; at < 4; at++) bytes[WIRE_HEADER_SID_AT + at] = (uint8_t)(connection->sid >> (8 * at));
    for (int at = 0; at < 6; at++) bytes[WIRE_HEADER_COUNTER_AT + at] = (uint8_t)(connection->counter >> (8 * at));
    bytes[WIRE_HEADER_BYTES] = WIRE_FRAME_CLOSE;
    bytes[WIRE_HEADER_BYTES + 1] = WIRE_CLOSE_BODY_BYTES;
    bytes[WIRE_HEADER_BYTES + WIRE_FRAME_HEADER_BYTES] = WIRE_CLOSE_NORMAL;
    send(connection->fd, bytes, sizeof bytes, 0);
  }
}

static size_t request_bytes_max(const load_settings *settings) {
  size_t op = KEY_BYTES + settings->value_bytes + 64;
  if (settings->command == COMMAND_MSET) op *= MSET_KEYS;
  size_t bytes = 64 + op * settings->ops;
  if (settings->plan_bytes > bytes) bytes = settings->plan_bytes;
  return settings->echo_bytes > bytes ? settings->echo_bytes : bytes;
}

int main(int count, char **words) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (count == 2 && strcmp(words[1], "echo-server") == 0) return run_echo_server();
  static load load;
  if (count < 3 || strcmp(words[1], "load") != 0 || !read_settings(&load.settings, count - 2, words + 2)) {
    fprintf(stderr, "anoa-load load name=value ... | anoa-load echo-server\n");
    return 2;
  }
  pin(load.settings.core);
  load.random = (uint32_t)clock_ns();
  load.request_bytes_max = request_bytes_max(&load.settings);
  if (!key_stream_open(&load.keys, load.settings.keys_file, load.settings.key_count, load.settings.is_sequential,
                       load.settings.value_bytes))
    return 1;
  if (!open_connections(&load) || !open_plan(&load)) return 1;
  if (!(is_stream(&load.settings) ? run_stream_load(&load) : run_datagram_load(&load))) return 1;
  print_report(&load, (double)(load.now_ns - load.measured_from_ns) / 1e9);
  if (load.sample != NULL) fclose(load.sample);
  say_goodbye(&load);
  return 0;
}
