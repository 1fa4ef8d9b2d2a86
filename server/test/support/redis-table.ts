/**
 * Redis commands in a row on one connection, each beside its reply as it stands on the wire, line ends left out:
 *
 *   runTable(client, [['SET a 1', '+OK'], ['GET a', '$1 1'], ['GET b', '$-1']]);
 *
 * Words are separated by spaces; `''` is the empty word, `\x00` a byte. Lines of a reply are separated by spaces.
 */

import assert from 'node:assert/strict';
import { type Command, encodeCommand } from '../redis-differential/command.js';
import type { MemoryClient } from './stream-harness.js';

export type ReplyRow = readonly [line: string, reply: string];

export function runTable(client: MemoryClient, rows: readonly ReplyRow[]): void {
  for (const [line, reply] of rows) assert.equal(ask(client, ...words(line)), reply, line);
}

/** The reply to one command, its line ends as spaces. */
export function ask(client: MemoryClient, ...command: Command): string {
  return client.ask(encodeCommand(command)).replace(/\r\n/g, ' ').trimEnd();
}

function words(line: string): string[] {
  return line
    .split(' ')
    .map((word) => (word === "''" ? '' : word))
    .map((word) =>
      word.replace(/\\x([\da-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16))),
    );
}
