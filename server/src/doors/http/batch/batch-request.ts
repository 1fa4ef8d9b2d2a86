/** The body of POST /v1/batch, read whole before anything of it is executed. */

import { ByteWriter, type CommandInfo, isJsonText, Limits } from '@anoadb/protocol';
import { forEachItem, forEachMember, trimSpace } from '../json-walk.js';
import { BatchError } from './batch-error.js';
import { writeOp } from './batch-op.js';

export interface BatchRequest {
  /** Ops as they are in a datagram, one behind the other. */
  readonly ops: Uint8Array;
  readonly commands: readonly CommandInfo[];
  readonly isAtomic: boolean;
}

/** @throws BatchError */
export function readBatch(body: Uint8Array): BatchRequest {
  const { start, end } = trimSpace(body, 0, body.length);
  if (!isJsonText(body, start, end)) throw new BatchError('The body', 'is not JSON');
  if (body[start] !== 0x7b) throw new BatchError('The body', 'is not an object with ops');
  const writer = new ByteWriter(body.length);
  const commands: CommandInfo[] = [];
  const seen = new Set<string>();
  let isAtomic = false;
  forEachMember(body, start, (nameStart, nameEnd, valueStart, valueEnd) => {
    const name = asciiOf(body, nameStart, nameEnd);
    if (seen.has(name)) throw new BatchError(name, 'stands there twice');
    seen.add(name);
    if (name === '"ops"') readOps(writer, body, valueStart, commands);
    else if (name === '"atomic"') isAtomic = booleanOf(asciiOf(body, valueStart, valueEnd));
    else throw new BatchError(name, 'is neither "ops" nor "atomic"');
  });
  if (commands.length === 0) throw new BatchError('"ops"', 'is missing or empty');
  const alone = commands.find((command) => command.alone);
  if (alone !== undefined && (commands.length > 1 || isAtomic))
    throw new BatchError(
      '"ops"',
      `has other ops beside ${alone.identifier}, or atomic, which it does not stand`,
    );
  return { ops: writer.written(), commands, isAtomic };
}

function readOps(writer: ByteWriter, body: Uint8Array, start: number, commands: CommandInfo[]): void {
  if (body[start] !== 0x5b) throw new BatchError('"ops"', 'is not an array');
  forEachItem(body, start, (itemStart) => {
    if (commands.length === Limits.opsPerRequestMax)
      throw new BatchError('"ops"', `has more than ${Limits.opsPerRequestMax} ops`);
    commands.push(writeOp(writer, body, itemStart, `ops[${commands.length}]`));
  });
}

function booleanOf(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new BatchError('"atomic"', 'is true or false');
  return text === 'true';
}

function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 32)));
}
