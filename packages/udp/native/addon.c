/*
 * The socket of batch_socket.h for JavaScript: one callback per batch, no object and no copy per datagram.
 *
 *   open(settings) -> socket   settings: {family, address, isConnected, reusePort, kernelBufferBytes, capacity,
 *                                         slotBytes, arrived, outgoing, onEvent}; throws an Error with `errno`
 *   start(socket)              begins to deliver: onEvent(n) n datagrams lie in `arrived`; onEvent(0) look at the errors
 *   send(socket, n) -> bool    the first n of `outgoing`; true: there are errors to take
 *   takeErrors(socket) -> [isSend, errno, count, ...]
 *   numbers(socket, Float64Array(11)), local(socket, Uint8Array(18)), ref(socket), unref(socket), close(socket)
 *
 * Life: the object given to JavaScript is held while the socket is open, so no collection closes it. The
 * memory here goes when both are done: libuv with its handle, and the collector with the object. A worker
 * that ends with open sockets waits for libuv through the asynchronous clean-up hook.
 *
 * The batches' memory belongs to JavaScript and is held by references; since it can be detached or resized
 * there, it is looked at again before each use (0.1 us per batch).
 */

#include <assert.h>
#include <errno.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "batch_socket.h"

/* Batches per turn of the event loop: at 64 datagrams each, a millisecond of work before timers are due again. */
#define BATCHES_PER_TURN 4
#define NUMBERS 11

static const napi_type_tag SOCKET_TAG = {0x3c1f5a0e7d9b4c62u, 0x9e84d2b7160fa35cu};

enum { BYTES, LENGTHS, ADDRESSES, ARRAYS };

/* A typed array that must still be what it was when the socket was opened. */
typedef struct {
  napi_ref reference;
  void *data;
  size_t length;
} held_array;

typedef struct {
  batch_socket batch;
  uv_poll_t poll;
  napi_env env;
  napi_ref object;
  napi_ref on_event;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  held_array arrived[ARRAYS];
  held_array outgoing[ARRAYS];
  int watched; /* events libuv was last told; 0 none */
  bool is_started;
  bool is_closing;
  bool is_handle_closed;
  bool is_collected;
} native_socket;

static void on_poll(uv_poll_t *handle, int status, int events);
static void close_socket(native_socket *socket);

/* ---- arguments ---- */

static napi_value refuse(napi_env env, const char *what) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", what);
  return NULL;
}

static napi_value undefined(napi_env env) {
  napi_value value = NULL;
  napi_get_undefined(env, &value);
  return value;
}

/* The socket in argument 0, open or not; throws and returns NULL for anything else. */
static native_socket *socket_of(napi_env env, napi_value value) {
  void *data = NULL;
  bool is_ours = false;
  if (napi_check_object_type_tag(env, value, &SOCKET_TAG, &is_ours) != napi_ok || !is_ours ||
      napi_unwrap(env, value, &data) != napi_ok) {
    refuse(env, "not a socket of this addon");
    return NULL;
  }
  return data;
}

static native_socket *arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < count) {
    refuse(env, "too few arguments");
    return NULL;
  }
  return socket_of(env, values[0]);
}

static bool property(napi_env env, napi_value object, const char *name, napi_value *value) {
  if (napi_get_named_property(env, object, name, value) == napi_ok) return true;
  bool is_pending = false;
  napi_is_exception_pending(env, &is_pending);
  if (!is_pending) refuse(env, name);
  return false;
}

static bool number_property(napi_env env, napi_value object, const char *name, int64_t min, int64_t max,
                            int64_t *number) {
  napi_value value;
  if (!property(env, object, name, &value)) return false;
  if (napi_get_value_int64(env, value, number) == napi_ok && *number >= min && *number <= max) return true;
  refuse(env, name);
  return false;
}

static bool boolean_property(napi_env env, napi_value object, const char *name, bool *answer) {
  napi_value value;
  if (!property(env, object, name, &value)) return false;
  if (napi_get_value_bool(env, value, answer) == napi_ok) return true;
  refuse(env, name);
  return false;
}

static bool look_at(napi_env env, napi_value value, napi_typedarray_type type, void **data, size_t *length) {
  napi_typedarray_type actual;
  napi_value buffer;
  bool is_typed = false;
  bool is_plain = false;
  if (napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed) return false;
  if (napi_get_typedarray_info(env, value, &actual, length, data, &buffer, NULL) != napi_ok) return false;
  /* Memory that other threads share is not taken. */
  return actual == type && napi_is_arraybuffer(env, buffer, &is_plain) == napi_ok && is_plain;
}

static bool bytes_argument(napi_env env, napi_value value, napi_typedarray_type type, size_t length,
                           void **data) {
  size_t actual = 0;
  if (look_at(env, value, type, data, &actual) && actual >= length && *data != NULL) return true;
  refuse(env, "a typed array of the right type and length is expected");
  return false;
}

/* ---- memory of the batches ---- */

static bool hold(napi_env env, napi_value object, const char *name, napi_typedarray_type type, size_t length,
                 held_array *array) {
  napi_value value;
  if (!property(env, object, name, &value)) return false;
  if (!look_at(env, value, type, &array->data, &array->length) || array->length != length ||
      array->data == NULL) {
    refuse(env, name);
    return false;
  }
  return napi_create_reference(env, value, 1, &array->reference) == napi_ok;
}

static bool hold_batch(napi_env env, napi_value settings, const char *name, const socket_settings *size,
                       held_array *arrays, batch_memory *memory) {
  napi_value batch;
  if (!property(env, settings, name, &batch)) return false;
  size_t capacity = size->capacity;
  if (!hold(env, batch, "bytes", napi_uint8_array, capacity * size->slot_bytes, &arrays[BYTES]) ||
      !hold(env, batch, "lengths", napi_uint16_array, capacity, &arrays[LENGTHS]) ||
      !hold(env, batch, "addresses", napi_uint8_array, capacity * ADDRESS_BYTES, &arrays[ADDRESSES])) {
    return false;
  }
  memory->bytes = arrays[BYTES].data;
  memory->lengths = arrays[LENGTHS].data;
  memory->addresses = arrays[ADDRESSES].data;
  return true;
}

static bool is_intact(napi_env env, const held_array *arrays) {
  for (int i = 0; i < ARRAYS; i++) {
    napi_value value = NULL;
    napi_typedarray_type type;
    void *data = NULL;
    size_t length = 0;
    if (napi_get_reference_value(env, arrays[i].reference, &value) != napi_ok || value == NULL) return false;
    if (napi_get_typedarray_info(env, value, &type, &length, &data, NULL, NULL) != napi_ok) return false;
    if (data != arrays[i].data || length != arrays[i].length) return false;
  }
  return true;
}

/* ---- life ---- */

static void release_references(native_socket *socket) {
  napi_env env = socket->env;
  for (int i = 0; i < ARRAYS; i++) {
    if (socket->arrived[i].reference != NULL) napi_delete_reference(env, socket->arrived[i].reference);
    if (socket->outgoing[i].reference != NULL) napi_delete_reference(env, socket->outgoing[i].reference);
    socket->arrived[i].reference = socket->outgoing[i].reference = NULL;
  }
  if (socket->on_event != NULL) napi_delete_reference(env, socket->on_event);
  if (socket->object != NULL) napi_delete_reference(env, socket->object);
  if (socket->context != NULL) napi_async_destroy(env, socket->context);
  socket->on_event = socket->object = NULL;
  socket->context = NULL;
}

static void free_when_done(native_socket *socket) {
  if (socket->is_handle_closed && socket->is_collected) free(socket);
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  native_socket *socket = data;
  socket->is_collected = true;
  free_when_done(socket);
}

static void on_handle_closed(uv_handle_t *handle) {
  native_socket *socket = handle->data;
  napi_handle_scope scope = NULL;
  napi_async_cleanup_hook_handle hook = socket->hook;
  napi_open_handle_scope(socket->env, &scope);
  release_references(socket);
  if (scope != NULL) napi_close_handle_scope(socket->env, scope);
  socket->hook = NULL;
  socket->is_handle_closed = true;
  free_when_done(socket);
  /* Last: the environment may go from here on. */
  if (hook != NULL) napi_remove_async_cleanup_hook(hook);
}

static void on_environment_ends(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  close_socket(data);
}

static void close_socket(native_socket *socket) {
  if (socket->is_closing) return;
  socket->is_closing = true;
  uv_poll_stop(&socket->poll);
  /* libuv allows it right after the stop; so the port is free when close() returns. */
  batch_socket_close(&socket->batch);
  uv_close((uv_handle_t *)&socket->poll, on_handle_closed);
}

/* Before `start` only errors are listened for, which keeps the process alive as an idle socket should. */
static void watch(native_socket *socket) {
  int events = socket->is_started ? UV_READABLE : UV_DISCONNECT;
  if (batch_socket_wants_to_write(&socket->batch)) events |= UV_WRITABLE;
  /* libuv leaves and enters epoll again even for the same events: two system calls for nothing. */
  if (events == socket->watched) return;
  socket->watched = events;
  if (uv_poll_start(&socket->poll, events, on_poll) != 0) close_socket(socket);
}

/* ---- what comes in ---- */

static void call_owner(native_socket *socket, uint32_t count) {
  napi_env env = socket->env;
  napi_value object = NULL;
  napi_value callback = NULL;
  napi_value argument = NULL;
  if (napi_get_reference_value(env, socket->object, &object) != napi_ok || object == NULL) return;
  if (napi_get_reference_value(env, socket->on_event, &callback) != napi_ok || callback == NULL) return;
  if (napi_create_uint32(env, count, &argument) != napi_ok) return;
  if (napi_make_callback(env, socket->context, object, callback, 1, &argument, NULL) == napi_ok) return;
  /* Thrown by the owner: an uncaught exception, as from any event. A worker being ended has none to take. */
  bool is_pending = false;
  napi_value exception = NULL;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
    napi_fatal_exception(env, exception);
  }
}

/* False where the socket cannot go on. */
static bool receive_batches(native_socket *socket) {
  for (int turn = 0; turn < BATCHES_PER_TURN && !socket->is_closing; turn++) {
    uint32_t count = 0;
    napi_handle_scope scope = NULL;
    if (napi_open_handle_scope(socket->env, &scope) != napi_ok) return false;
    receive_outcome outcome =
        is_intact(socket->env, socket->arrived) ? batch_socket_receive(&socket->batch, &count) : RECEIVE_BROKEN;
    if (count > 0) call_owner(socket, count);
    napi_close_handle_scope(socket->env, scope);
    if (outcome == RECEIVE_BROKEN) return false;
    if (outcome == RECEIVE_EMPTY) break;
  }
  return true;
}

static void on_poll(uv_poll_t *handle, int status, int events) {
  native_socket *socket = handle->data;
  bool can_go_on = true;
  if (socket->is_closing) return;
  /* An error that waits in the socket (a refused port) stops libuv's watch; reading takes the error. */
  if (status < 0) socket->watched = 0;
  if (status < 0 && !socket->is_started) batch_socket_take_pending_error(&socket->batch);
  if ((events & UV_WRITABLE) != 0 || (status < 0 && batch_socket_wants_to_write(&socket->batch))) {
    batch_socket_drain(&socket->batch);
  }
  if (socket->is_started && (status < 0 || (events & UV_READABLE) != 0)) can_go_on = receive_batches(socket);
  if (!socket->is_closing && socket->batch.errors.any && socket->is_started) {
    napi_handle_scope scope = NULL;
    if (napi_open_handle_scope(socket->env, &scope) == napi_ok) {
      call_owner(socket, 0);
      napi_close_handle_scope(socket->env, scope);
    }
  }
  if (socket->is_closing) return;
  if (can_go_on) watch(socket);
  else close_socket(socket);
}

/* ---- what JavaScript calls ---- */

static bool read_settings(napi_env env, napi_value object, socket_settings *settings) {
  int64_t family, buffer_bytes, capacity, slot_bytes;
  napi_value address;
  void *bytes = NULL;
  if (!number_property(env, object, "family", 4, 6, &family) ||
      !number_property(env, object, "kernelBufferBytes", 0, 1 << 30, &buffer_bytes) ||
      !number_property(env, object, "capacity", 1, BATCH_CAPACITY_MAX, &capacity) ||
      !number_property(env, object, "slotBytes", 1, SLOT_BYTES_MAX, &slot_bytes) ||
      !boolean_property(env, object, "isConnected", &settings->is_connected) ||
      !boolean_property(env, object, "reusePort", &settings->reuse_port) ||
      !property(env, object, "address", &address) ||
      !bytes_argument(env, address, napi_uint8_array, ADDRESS_BYTES, &bytes)) {
    return false;
  }
  settings->family = family == 4 ? AF_INET : AF_INET6;
  settings->kernel_buffer_bytes = (int)buffer_bytes;
  settings->capacity = (uint32_t)capacity;
  settings->slot_bytes = (uint32_t)slot_bytes;
  memcpy(settings->address, bytes, ADDRESS_BYTES);
  return true;
}

static napi_value throw_errno(napi_env env, int error) {
  napi_value message, exception, number;
  const char *text = strerror(error);
  if (napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) == napi_ok &&
      napi_create_error(env, NULL, message, &exception) == napi_ok &&
      napi_create_int32(env, error, &number) == napi_ok &&
      napi_set_named_property(env, exception, "errno", number) == napi_ok) {
    napi_throw(env, exception);
  }
  return NULL;
}

/* Gives back what an unfinished open took. */
static napi_value abandon(native_socket *socket) {
  release_references(socket);
  free(socket);
  return NULL;
}

static bool hold_javascript(napi_env env, napi_value settings, native_socket *socket, batch_memory *arrived,
                            batch_memory *outgoing) {
  const socket_settings *size = &socket->batch.settings;
  napi_value callback;
  napi_valuetype type;
  if (!hold_batch(env, settings, "arrived", size, socket->arrived, arrived) ||
      !hold_batch(env, settings, "outgoing", size, socket->outgoing, outgoing) ||
      !property(env, settings, "onEvent", &callback)) {
    return false;
  }
  if (napi_typeof(env, callback, &type) != napi_ok || type != napi_function) {
    refuse(env, "onEvent");
    return false;
  }
  return napi_create_reference(env, callback, 1, &socket->on_event) == napi_ok;
}

static napi_value open_socket(napi_env env, napi_callback_info info) {
  size_t given = 1;
  napi_value settings, object, name;
  napi_valuetype type;
  uv_loop_t *loop = NULL;
  batch_memory arrived, outgoing;
  if (napi_get_cb_info(env, info, &given, &settings, NULL, NULL) != napi_ok || given < 1 ||
      napi_typeof(env, settings, &type) != napi_ok || type != napi_object) {
    return refuse(env, "settings are expected");
  }
  native_socket *socket = calloc(1, sizeof *socket);
  if (socket == NULL) return throw_errno(env, ENOMEM);
  socket->env = env;
  socket_settings wanted;
  memset(&wanted, 0, sizeof wanted);
  if (!read_settings(env, settings, &wanted)) return abandon(socket);
  socket->batch.settings = wanted;
  if (!hold_javascript(env, settings, socket, &arrived, &outgoing)) return abandon(socket);
  if (napi_get_uv_event_loop(env, &loop) != napi_ok || napi_create_object(env, &object) != napi_ok ||
      napi_create_string_utf8(env, "AnoaDatagramSocket", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(env, object, name, &socket->context) != napi_ok ||
      napi_create_reference(env, object, 1, &socket->object) != napi_ok) {
    return abandon(socket);
  }
  int error = batch_socket_open(&socket->batch, &wanted, arrived, outgoing);
  if (error == 0) {
    error = -uv_poll_init(loop, &socket->poll, socket->batch.fd);
    if (error != 0) batch_socket_close(&socket->batch);
  }
  if (error != 0) {
    abandon(socket);
    return throw_errno(env, error);
  }
  socket->poll.data = socket;
  if (napi_type_tag_object(env, object, &SOCKET_TAG) != napi_ok ||
      napi_wrap(env, object, socket, on_collected, NULL, NULL) != napi_ok) {
    socket->is_collected = true; /* nobody else will */
    close_socket(socket);
    return refuse(env, "the socket could not be wrapped");
  }
  if (napi_add_async_cleanup_hook(env, on_environment_ends, socket, &socket->hook) != napi_ok) {
    socket->hook = NULL;
    close_socket(socket);
    return refuse(env, "the environment is ending");
  }
  watch(socket);
  return object;
}

static napi_value start_socket(napi_env env, napi_callback_info info) {
  napi_value values[1];
  native_socket *socket = arguments(env, info, 1, values);
  if (socket == NULL || socket->is_closing) return undefined(env);
  socket->is_started = true;
  watch(socket);
  return undefined(env);
}

static napi_value send_batch(napi_env env, napi_callback_info info) {
  napi_value values[2];
  napi_value answer = NULL;
  int64_t count = 0;
  native_socket *socket = arguments(env, info, 2, values);
  if (socket == NULL) return NULL;
  if (napi_get_value_int64(env, values[1], &count) != napi_ok || count < 0 ||
      count > socket->batch.settings.capacity) {
    return refuse(env, "count is beyond the batch");
  }
  if (!socket->is_closing && count > 0) {
    if (!is_intact(env, socket->outgoing)) return refuse(env, "the outgoing batch has lost its memory");
    bool was_waiting = batch_socket_wants_to_write(&socket->batch);
    batch_socket_send(&socket->batch, (uint32_t)count);
    if (!was_waiting && batch_socket_wants_to_write(&socket->batch)) watch(socket);
  }
  napi_get_boolean(env, socket->batch.errors.any, &answer);
  return answer;
}

static bool append_errors(napi_env env, napi_value list, bool is_send, uint32_t *counts, uint32_t *at) {
  for (uint32_t error = 0; error < ERROR_NUMBERS; error++) {
    napi_value items[3];
    if (counts[error] == 0) continue;
    if (napi_get_boolean(env, is_send, &items[0]) != napi_ok ||
        napi_create_uint32(env, error, &items[1]) != napi_ok ||
        napi_create_uint32(env, counts[error], &items[2]) != napi_ok) {
      return false;
    }
    for (int i = 0; i < 3; i++) {
      if (napi_set_element(env, list, (*at)++, items[i]) != napi_ok) return false;
    }
    counts[error] = 0;
  }
  return true;
}

static napi_value take_errors(napi_env env, napi_callback_info info) {
  napi_value values[1];
  napi_value list;
  uint32_t at = 0;
  native_socket *socket = arguments(env, info, 1, values);
  if (socket == NULL || napi_create_array(env, &list) != napi_ok) return NULL;
  if (socket->batch.errors.any) {
    socket->batch.errors.any = false;
    if (!append_errors(env, list, true, socket->batch.errors.send, &at) ||
        !append_errors(env, list, false, socket->batch.errors.receive, &at)) {
      return NULL;
    }
  }
  return list;
}

static napi_value read_numbers(napi_env env, napi_callback_info info) {
  napi_value values[2];
  void *data = NULL;
  native_socket *socket = arguments(env, info, 2, values);
  if (socket == NULL || !bytes_argument(env, values[1], napi_float64_array, NUMBERS, &data)) return NULL;
  const batch_socket *batch = &socket->batch;
  const socket_counts *counts = &batch->counts;
  double numbers[NUMBERS] = {
      (double)counts->datagrams_in,
      (double)counts->bytes_in,
      (double)counts->batches_in,
      (double)counts->datagrams_out,
      (double)counts->bytes_out,
      (double)counts->oversized,
      (double)counts->unanswerable,
      (double)counts->send_queue_full,
      /* A closed socket has no numbers of the kernel's; JavaScript keeps the last. */
      socket->is_closing ? -1 : (double)batch_socket_kernel_drops(batch),
      socket->is_closing ? -1 : batch_socket_option(batch, SO_RCVBUF),
      socket->is_closing ? -1 : batch_socket_option(batch, SO_SNDBUF),
  };
  memcpy(data, numbers, sizeof numbers);
  return undefined(env);
}

static napi_value read_local(napi_env env, napi_callback_info info) {
  napi_value values[2];
  void *data = NULL;
  native_socket *socket = arguments(env, info, 2, values);
  if (socket == NULL || !bytes_argument(env, values[1], napi_uint8_array, ADDRESS_BYTES, &data)) return NULL;
  if (socket->is_closing || !batch_socket_local(&socket->batch, data)) return throw_errno(env, EBADF);
  return undefined(env);
}

static napi_value ref_socket(napi_env env, napi_callback_info info) {
  napi_value values[1];
  native_socket *socket = arguments(env, info, 1, values);
  if (socket != NULL && !socket->is_closing) uv_ref((uv_handle_t *)&socket->poll);
  return undefined(env);
}

static napi_value unref_socket(napi_env env, napi_callback_info info) {
  napi_value values[1];
  native_socket *socket = arguments(env, info, 1, values);
  if (socket != NULL && !socket->is_closing) uv_unref((uv_handle_t *)&socket->poll);
  return undefined(env);
}

static napi_value close_from_javascript(napi_env env, napi_callback_info info) {
  napi_value values[1];
  native_socket *socket = arguments(env, info, 1, values);
  if (socket != NULL) close_socket(socket);
  return undefined(env);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"open", NULL, open_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"start", NULL, start_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"send", NULL, send_batch, NULL, NULL, NULL, napi_enumerable, NULL},
      {"takeErrors", NULL, take_errors, NULL, NULL, NULL, napi_enumerable, NULL},
      {"numbers", NULL, read_numbers, NULL, NULL, NULL, napi_enumerable, NULL},
      {"local", NULL, read_local, NULL, NULL, NULL, napi_enumerable, NULL},
      {"ref", NULL, ref_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"unref", NULL, unref_socket, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, close_from_javascript, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  if (napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions) != napi_ok) {
    return NULL;
  }
  return exports;
}
