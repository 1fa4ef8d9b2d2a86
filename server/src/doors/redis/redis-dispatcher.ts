/**
 * From a request to its handler: what may run, what is refused in which words and in which order, what is queued; and
 * the frame around the engine. The order of refusals is Redis's, since clients see the first.
 */

import { Limits } from '@anoadb/protocol';
import type { Engine } from '../../engine/engine.js';
import { endRequest } from '../stream/end-request.js';
import type { CommandRegistry } from './command-registry.js';
import type { RedisCall } from './redis-call.js';
import type { RedisClient } from './redis-client.js';
import { CommandFlag, type KeyRange, KeyShape, type RedisCommand } from './redis-command.js';
import { noPermission, RedisError, wrongArity } from './redis-errors.js';
import type { RedisServer } from './redis-server.js';
import { abortExec, type QueuedCommand } from './transaction.js';

/** Characters of an unknown command, and of its arguments together, that its error shows. */
const SHOWN_CHARS_MAX = 128;
/** Brief commands of which neither request nor answer has more bytes than that share one look at the clock. */
const BRIEF_BYTES_MAX = 4096;
/** So many at most; a pipeline is run in batches of about that size. */
const BRIEF_COMMANDS_MAX = 32;
/** None of them takes as long; where the slow log wants to hear of less, each command is timed. */
const BRIEF_MS_MAX = 1;

export class RedisDispatcher {
  readonly #server: RedisServer;
  readonly #engine: Engine;
  readonly #registry: CommandRegistry;
  readonly #range: KeyRange = { first: 0, last: -1, step: 1 };
  /** Monotonic, when the clock was last looked at: the next command of the same batch began then. */
  #clockMs = 0;
  /** Commands done since, by their index: a look at the clock is a tenth of what one of them takes. */
  readonly #brief = new Int32Array(BRIEF_COMMANDS_MAX);
  #briefCount = 0;

  constructor(server: RedisServer) {
    this.#server = server;
    this.#engine = server.engine;
    this.#registry = server.registry;
  }

  /** Requests follow, one right after the other: the time of the first begins now. */
  beginClock(): void {
    this.#clockMs = this.#server.services.monotonicMs();
  }

  /** They were run. */
  endClock(): void {
    if (this.#briefCount > 0) this.#shareOut();
  }

  /** Runs, queues or refuses the request. False: a pause holds it up, and it has to come again. */
  run(client: RedisClient, call: RedisCall): boolean {
    const command = this.#registry.find(call);
    if (command === undefined) {
      // A browser that somebody talks into sending lines to us. As Redis: no answer, and nothing that follows.
      if (call.isWord(0, 'post') || call.isWord(0, 'host:')) client.connection.destroy();
      this.#reject(client, undefined, this.#unknown(call));
      return true;
    }
    const refusal = this.#refusal(client, command, call);
    if (refusal !== undefined) {
      this.#reject(client, command, refusal);
      return true;
    }
    const { transaction } = client;
    if (this.#server.pause.isOn && this.#server.pause.holds(command, transaction)) return false;
    if (transaction?.isOpen === true && (command.flags & CommandFlag.NOT_QUEUED) === 0) {
      if (transaction.queue(command, call)) client.reply.simple('QUEUED');
      else this.#reject(client, command, RedisError.TRANSACTION_TOO_LARGE);
      return true;
    }
    this.#execute(client, command, call);
    return true;
  }

  /** What EXEC does with each queued command: in EXEC's own request of the engine. Rights may have changed since. */
  runQueued(client: RedisClient, { command, call }: QueuedCommand): void {
    const engine = this.#engine;
    const refusal = this.#accessRefusal(engine, command, call);
    if (refusal !== undefined) {
      this.#server.commands.rejected[command.index]++;
      client.reply.error(refusal);
      return;
    }
    const startMs = this.#server.services.monotonicMs();
    this.#call(client, command, call);
    this.#record(client, command, call, this.#server.services.monotonicMs() - startMs);
  }

  /** Why the queued commands cannot run now, if they cannot: the disk may have become full since. */
  queueRefusal(writes: boolean): string | undefined {
    return writes && this.#engine.refusesWrites ? RedisError.DISK_FULL : undefined;
  }

  #execute(client: RedisClient, command: RedisCommand, call: RedisCall): void {
    const engine = this.#engine;
    const { out } = client.reply;
    const answerAt = out.at;
    const isBrief =
      command.isBrief &&
      call.byteLength <= BRIEF_BYTES_MAX &&
      this.#server.slowLog.thresholdMs >= BRIEF_MS_MAX;
    if (!isBrief) this.endClock();
    client.lastCommandAtMs = engine.nowMs;
    engine.startRequest();
    this.#call(client, command, call);
    endRequest(engine, client.connection);
    if (isBrief && out.at - answerAt <= BRIEF_BYTES_MAX) {
      this.#brief[this.#briefCount++] = command.index;
      if (this.#briefCount === BRIEF_COMMANDS_MAX) this.#shareOut();
    } else {
      // Brief commands before it are nothing beside it.
      this.#recordBrief(0);
      this.#record(client, command, call, this.#lap());
    }
    if (this.#server.blocked.hasReady) this.#serveBlocked();
  }

  /** Brief commands in a row took equally long each. */
  #shareOut(): void {
    this.#recordBrief(this.#lap() / this.#briefCount);
  }

  /** Milliseconds since the last look at the clock. */
  #lap(): number {
    const nowMs = this.#server.services.monotonicMs();
    const elapsedMs = nowMs - this.#clockMs;
    this.#clockMs = nowMs;
    return elapsedMs;
  }

  #recordBrief(elapsedMs: number): void {
    const { commands } = this.#server;
    for (let i = 0; i < this.#briefCount; i++) commands.record(this.#brief[i], elapsedMs);
    this.#briefCount = 0;
  }

  #call(client: RedisClient, command: RedisCommand, call: RedisCall): void {
    const { errors } = client.reply;
    client.command = command;
    command.handler!(client, call);
    if (client.reply.errors !== errors) this.#server.commands.failed[command.index]++;
  }

  #record(client: RedisClient, command: RedisCommand, call: RedisCall, elapsedMs: number): void {
    const { commands, slowLog } = this.#server;
    commands.record(command.index, elapsedMs);
    if (elapsedMs >= slowLog.thresholdMs && (command.flags & CommandFlag.SKIP_SLOWLOG) === 0)
      slowLog.add(client, call, elapsedMs, this.#engine.nowMs);
  }

  /** Serves who waits for keys that were signalled, and who waits for what those give on. */
  #serveBlocked(): void {
    const { blocked } = this.#server;
    const engine = this.#engine;
    const { permissions, keyPrefix } = engine;
    while (blocked.hasReady) {
      for (const key of blocked.takeReady()) {
        const bytes = Uint8Array.from(key, (character) => character.charCodeAt(0));
        for (const waiting of blocked.waitingFor(key)) {
          // Nothing is left for those who came later.
          if (engine.findKey(bytes, 0, bytes.length) === 0) break;
          this.#wake(waiting.client, waiting.call, key);
        }
      }
    }
    engine.permissions = permissions;
    engine.keyPrefix = keyPrefix;
  }

  #wake(client: RedisClient, call: RedisCall, key: string): void {
    const engine = this.#engine;
    const { blocked, connection } = client;
    if (blocked === undefined) return;
    engine.permissions = connection.permissions;
    engine.keyPrefix = connection.keyPrefix;
    client.openReply();
    client.readyKey = blocked.keys.get(key)!;
    client.isStillBlocked = false;
    engine.startRequest();
    this.#call(client, blocked.command, call);
    engine.commit();
    client.readyKey = 0;
    if (client.isStillBlocked) {
      // Nothing was written; the buffer for it is for others while this one waits.
      client.closeReply();
      connection.flush();
      return;
    }
    if (engine.releasePosition !== 0) connection.hold(engine.releasePosition);
    this.#server.unblock(client);
  }

  // ---- refusals

  #refusal(client: RedisClient, command: RedisCommand, call: RedisCall): string | undefined {
    const { flags } = command;
    if (!command.hasArity(call.count)) return wrongArity(command.name);
    if (!client.connection.isAuthenticated && (flags & CommandFlag.NO_AUTH) === 0) return RedisError.NO_AUTH;
    if ((flags & CommandFlag.NO_MULTI) !== 0 && client.transaction?.isOpen)
      return RedisError.NOT_IN_TRANSACTION;
    return (
      this.#accessRefusal(this.#engine, command, call) ??
      this.#stateRefusal((flags & CommandFlag.WRITES) !== 0, (flags & CommandFlag.LOADING) !== 0)
    );
  }

  /** By the rights of the access key, and the length of keys. */
  #accessRefusal(engine: Engine, command: RedisCommand, call: RedisCall): string | undefined {
    if ((command.permissions & ~engine.permissions) !== 0) return noPermission(command.name);
    const hasPrefix = engine.keyPrefix.length !== 0;
    if (hasPrefix && (command.flags & CommandFlag.WHOLE_DATABASE) !== 0) return noPermission(command.name);
    if (command.keyShape === KeyShape.NONE) return undefined;
    if (command.keyShape === KeyShape.FIRST_ARGUMENT) {
      const length = call.lengthOf(1);
      if (length > 0 && length <= Limits.keyBytesMax && !hasPrefix) return undefined;
    }
    return this.#keyRefusal(command, call, engine.keyPrefix);
  }

  #keyRefusal(command: RedisCommand, call: RedisCall, prefix: Uint8Array): string | undefined {
    const range = this.#range;
    for (const spec of command.info.keys) {
      command.keyRange(spec, call, range);
      for (let index = range.first; index <= range.last; index += range.step) {
        if (!beginsWith(call, index, prefix)) return RedisError.NO_KEY_PERMISSION;
        const length = call.lengthOf(index);
        if (length === 0) return RedisError.KEY_EMPTY;
        if (length > Limits.keyBytesMax) return RedisError.KEY_TOO_LARGE;
      }
    }
    return undefined;
  }

  #stateRefusal(writes: boolean, runsWhileLoading: boolean): string | undefined {
    if (writes && this.#engine.refusesWrites) return RedisError.DISK_FULL;
    if (!runsWhileLoading && this.#server.services.loadingPercent() !== undefined) return RedisError.LOADING;
    return undefined;
  }

  /** A command that is refused while others are queued makes EXEC refuse them all. */
  #reject(client: RedisClient, command: RedisCommand | undefined, error: string): void {
    if (command !== undefined) this.#server.commands.rejected[command.index]++;
    const { transaction } = client;
    if (transaction?.isOpen === true) transaction.isAborted = true;
    if (command?.name === 'exec') abortExec(client, error);
    else client.reply.error(error);
  }

  #unknown(call: RedisCall): string {
    const container = this.#registry.findContainer(call);
    if (container !== undefined) {
      return `ERR unknown subcommand '${call.shown(1, SHOWN_CHARS_MAX)}'. Try ${container.name.toUpperCase()} HELP.`;
    }
    let shownArguments = '';
    for (let i = 1; i < call.count && shownArguments.length < SHOWN_CHARS_MAX; i++) {
      shownArguments += `'${call.shown(i, SHOWN_CHARS_MAX - shownArguments.length)}' `;
    }
    return `ERR unknown command '${call.shown(0, SHOWN_CHARS_MAX)}', with args beginning with: ${shownArguments}`;
  }
}

function beginsWith(call: RedisCall, index: number, prefix: Uint8Array): boolean {
  if (call.lengthOf(index) < prefix.length) return false;
  const start = call.starts[index];
  for (let i = 0; i < prefix.length; i++) if (call.bytes[start + i] !== prefix[i]) return false;
  return true;
}
