/** What a command of Redis is to the dispatcher: a function in `commands/<group>/`. */

import type { RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';

/**
 * Checks its options, looks up, changes, answers by `client.reply`: exactly one answer, unless it blocks the client.
 *
 * The dispatcher has done before: arity, authentication, permissions and prefix by the table's flags and key
 * positions, length of keys, LOADING, full disk for what writes, `engine.startRequest()`; and does after:
 * `engine.commit()`, holding the answer for the journal, serving blocked clients whose keys were signalled.
 * In EXEC all commands of the transaction are one request of the engine. `call` is valid until the handler returns.
 */
export type RedisHandler = (client: RedisClient, call: RedisCall) => void;
