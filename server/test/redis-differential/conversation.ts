/**
 * Several connections in a fixed order of events, against one server: for what waits and wakes. Gives what each connection
 * said and heard, in its order:
 *
 *   [['a', 'BLPOP', 'k', '0'], ['b', 'LPUSH', 'k', 'v']]
 *   -> { a: ['> BLPOP k 0', '*2…'], b: ['> LPUSH k v', ':1…'] }
 */

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Command, commandLine } from './command.js';
import { RedisConnection } from './redis-connection.js';

/** Who says what: a connection's name and a command or HANG UP; or `wait` and so many milliseconds. */
export type Step = readonly [who: string, ...command: string[]];

export const HANG_UP = 'hang up';

/** Round trips of a connection aside, until a server has surely done what others sent before, and we have read its answers. */
const ROUND_TRIPS = 3;

export async function conversation(
  port: number,
  steps: readonly Step[],
  resp: 2 | 3 = 2,
): Promise<Record<string, string[]>> {
  const talk = new Conversation(port, resp);
  try {
    await talk.begin();
    for (const [who, ...command] of steps) await talk.step(who, command);
    return talk.lines;
  } finally {
    talk.end();
  }
}

class Conversation {
  readonly lines: Record<string, string[]> = {};
  readonly #port: number;
  readonly #resp: 2 | 3;
  readonly #connections = new Map<string, RedisConnection>();
  #aside: RedisConnection | undefined;

  constructor(port: number, resp: 2 | 3) {
    this.#port = port;
    this.#resp = resp;
  }

  async begin(): Promise<void> {
    this.#aside = await RedisConnection.open(this.#port);
    await this.#aside.ask('FLUSHALL');
  }

  async step(who: string, command: Command): Promise<void> {
    if (who === 'wait') await sleep(Number(command[0]));
    else await this.#say(who, command);
    for (let i = 0; i < ROUND_TRIPS; i++) {
      await this.#aside?.ask('PING');
      await nextTurn();
    }
    for (const [name, connection] of this.#connections)
      for (const { raw } of await connection.take(connection.waiting)) this.lines[name].push(raw);
  }

  end(): void {
    this.#aside?.close();
    for (const connection of this.#connections.values()) connection.close();
  }

  async #say(who: string, command: Command): Promise<void> {
    const connection = this.#connections.get(who) ?? (await this.#join(who));
    this.lines[who].push(`> ${commandLine(command)}`);
    if (command[0] !== HANG_UP) {
      connection.send([command]);
      return;
    }
    connection.close();
    this.#connections.delete(who);
  }

  async #join(who: string): Promise<RedisConnection> {
    const connection = await RedisConnection.open(this.#port);
    await connection.ask('HELLO', String(this.#resp));
    this.#connections.set(who, connection);
    this.lines[who] = [];
    return connection;
  }
}
